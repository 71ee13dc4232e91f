/** JSON-RPC over HTTP POST: bodies within the limit, JSON only, and a word for people who come with a browser. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AccessPolicy} from '../access.ts';
import type {Client} from './client.ts';
import {errorText, type Dispatcher} from './dispatcher.ts';
import {rpcErrors, type RpcError} from './errors.ts';
import type {EthRpcLogger} from './options.ts';

export interface HttpModules {
  readonly access: AccessPolicy;
  readonly dispatcher: Dispatcher;
  readonly logger: EthRpcLogger;
  readonly bodyBytesMax: number;
  readonly greeting: () => string;
}

const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/json-rpc', 'application/jsonrequest']);

/** Of a Content-Type field; its parameters do not matter. */
export function isJsonType(field: string): boolean {
  return JSON_TYPES.has(field.split(';')[0]!.trim().toLowerCase());
}

/** Never rejects. */
export async function serveHttp(request: IncomingMessage, response: ServerResponse, modules: HttpModules): Promise<void> {
  try {
    await serve(request, response, modules);
  } catch (error) {
    // Anyone can go away in mid-sentence, as often as they like: nothing that an operator should read of.
    if (error instanceof ClientGone) return void response.destroy();
    modules.logger.error({err: error}, 'an HTTP request failed unexpectedly');
    if (!response.headersSent) refuse(response, 500, rpcErrors.internal());
    else response.destroy();
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, modules: HttpModules): Promise<void> {
  const {access, dispatcher, bodyBytesMax} = modules;
  if (!access.allowsHost(request.headers)) return sendText(request, response, 403, 'invalid host specified\n');
  for (const [name, value] of Object.entries(access.corsHeaders(request.headers))) response.setHeader(name, value);
  switch (request.method) {
    case 'OPTIONS':
      response.writeHead(204).end();
      request.resume();
      return;
    case 'GET':
    case 'HEAD':
      return sendText(request, response, 200, modules.greeting());
    case 'POST':
      break;
    default:
      response.setHeader('Allow', 'POST, GET, HEAD, OPTIONS');
      return sendText(request, response, 405, 'method not allowed: JSON-RPC is spoken over POST\n');
  }
  // Also what keeps pages of other origins out: a form cannot send this type without asking first.
  if (!isJsonType(request.headers['content-type'] ?? '')) {
    return refuseBody(request, response, 415, rpcErrors.invalidRequest('invalid content type, only application/json is supported'));
  }
  if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity') {
    return refuseBody(request, response, 415, rpcErrors.invalidRequest('compressed requests are not supported'));
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  const body = declared > bodyBytesMax ? undefined : await readBody(request, bodyBytesMax);
  if (body === undefined) {
    return refuseBody(request, response, 413, rpcErrors.invalidRequest(`content length too large, limit ${bodyBytesMax} bytes`));
  }
  const handled = dispatcher.handle(body, new HttpClient(response));
  const answer = handled instanceof Promise ? await handled : handled;
  if (answer === undefined) response.writeHead(204).end();
  else sendJson(response, 200, answer);
}

/** undefined: longer than allowed. Rejects when the client goes away. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.removeAllListeners('data');
        resolve(undefined);
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8')));
    request.on('error', () => resolve(''));
    request.on('aborted', () => reject(new ClientGone()));
  });
}

class ClientGone extends Error {}

class HttpClient implements Client {
  private readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  onGone(fn: () => void): () => void {
    const {response} = this;
    // A batch may hold many that wait.
    response.setMaxListeners(0);
    response.once('close', fn);
    return () => void response.off('close', fn);
  }
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)}).end(text);
}

function sendText(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text)}).end(text);
  request.resume();
}

function refuse(response: ServerResponse, status: number, error: RpcError): void {
  sendJson(response, status, errorText(null, error));
}

/** The rest of the body is unwanted, so the connection ends with the answer. */
function refuseBody(request: IncomingMessage, response: ServerResponse, status: number, error: RpcError): void {
  response.setHeader('Connection', 'close');
  refuse(response, status, error);
  request.resume();
}
