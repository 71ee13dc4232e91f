import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {StartError} from './errors.ts';

/** What of the network a test may do. */
export interface CuttableNetwork {
  setCut(peers: readonly string[] | 'all'): void;
}

const BODY_MAX_BYTES = 64 * 1024;

/**
 * The port of the test-only server; undefined without one. Two switches, of which one cannot stand in a configuration file, so that
 * no node that somebody runs has it by accident.
 * @throws StartError when a port is set and QANAT_TEST_ADMIN=1 is not.
 */
export function testAdminPort(port: number, environment: Readonly<Record<string, string | undefined>>): number | undefined {
  if (port === 0) return undefined;
  if (environment['QANAT_TEST_ADMIN'] === '1') return port;
  throw new StartError('test.admin_port lets anyone on this machine cut the node off from its peers: it is refused unless QANAT_TEST_ADMIN=1 is set');
}

/** Cuts this node off from peers and heals the cut, for tests of whole processes (docs/spec/p2p.md, "Cuts"). On 127.0.0.1 only. */
export class TestAdminServer {
  readonly #server: Server;

  constructor(network: CuttableNetwork) {
    this.#server = createServer((request, response) => {
      void answer(network, request).then(({status, body}) => {
        response.writeHead(status, {'content-type': 'application/json', 'connection': 'close'});
        response.end(JSON.stringify(body));
      });
    });
  }

  /** Resolves to the port, for those who gave 0. */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Never rejects. */
async function answer(network: CuttableNetwork, request: IncomingMessage): Promise<Answer> {
  const refuse = (status: number, error: string): Answer => ({status, body: {error}});
  // A page in a browser could call us; it cannot leave out its origin.
  if (request.headers.origin !== undefined) return refuse(403, 'not for browsers');
  if (request.method !== 'POST') return refuse(405, 'expected POST');
  try {
    const body = await readBody(request);
    if (request.url === '/reconnect') {
      network.setCut([]);
      return {status: 200, body: {}};
    }
    if (request.url !== '/disconnect') return refuse(404, 'expected /disconnect or /reconnect');
    const {peers} = (JSON.parse(body) ?? {}) as {peers?: unknown};
    if (peers !== 'all' && !isListOfText(peers)) return refuse(400, 'expected {"peers": [peer ids] or "all"}');
    network.setCut(peers);
    return {status: 200, body: {}};
  } catch (error) {
    return refuse(400, error instanceof Error ? error.message : String(error));
  }
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk as string;
    if (text.length > BODY_MAX_BYTES) throw new Error(`body of more than ${BODY_MAX_BYTES} bytes`);
  }
  return text;
}
