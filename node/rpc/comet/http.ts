/** The HTTP side: GET with parameters in the URI, POST with JSON-RPC in the body. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AccessPolicy} from '../access.ts';
import type {Dispatcher, RpcAnswer} from './dispatcher.ts';
import {RpcError} from './errors.ts';

export interface HttpModules {
  readonly dispatcher: Pick<Dispatcher, 'body' | 'uri' | 'served'>;
  readonly access: AccessPolicy;
  readonly bodyBytesMax: number;
}

const JSON_TYPE = 'application/json';

/** Answers every request, and never rejects. */
export async function serveHttp(request: IncomingMessage, response: ServerResponse, modules: HttpModules): Promise<void> {
  const {access, dispatcher} = modules;
  // A client that hangs up while it is being answered is no event.
  response.on('error', () => response.destroy());
  if (!access.allowsHost(request.headers)) {
    send(response, 403, 'text/plain', 'invalid host specified\n');
    return;
  }
  for (const [name, value] of Object.entries(access.corsHeaders(request.headers))) response.setHeader(name, value);
  const url = parseUrl(request.url);
  if (url === undefined) {
    send(response, 400, 'text/plain', 'malformed URL\n');
    return;
  }
  const name = url.pathname.replace(/^\/+|\/+$/g, '');
  switch (request.method) {
    case 'OPTIONS':
      send(response, 204, 'text/plain', '');
      return;
    case 'GET':
    case 'HEAD':
      if (name === '') send(response, 200, 'text/html', methodList(dispatcher));
      else sendAnswer(response, await dispatcher.uri(name, url.searchParams));
      return;
    case 'POST':
      if (name !== '' && name !== 'v1') sendAnswer(response, undefined);
      else await post(request, response, modules);
      return;
    default:
      response.setHeader('Allow', 'GET, HEAD, POST, OPTIONS');
      send(response, 405, 'text/plain', 'method not allowed\n');
  }
}

async function post(request: IncomingMessage, response: ServerResponse, {dispatcher, bodyBytesMax}: HttpModules): Promise<void> {
  const body = await readBody(request, bodyBytesMax);
  if (body === 'aborted') return;
  if (body === 'too large') {
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader('Connection', 'close');
    const error = new RpcError(-32600, `error reading request body: over ${bodyBytesMax} bytes`);
    sendAnswer(response, {status: 413, body: JSON.stringify({jsonrpc: '2.0', id: null, error: error.toJson()})});
    return;
  }
  if (body.length === 0) send(response, 200, 'text/html', methodList(dispatcher));
  else sendAnswer(response, await dispatcher.body(body));
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | 'too large' | 'aborted'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the request would take the answer's connection with it.
    for await (const chunk of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytesMax) return 'too large';
      chunks.push(chunk);
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseUrl(path: string | undefined): URL | undefined {
  try {
    return new URL(`http://rpc${path ?? '/'}`);
  } catch {
    return undefined;
  }
}

function sendAnswer(response: ServerResponse, answer: RpcAnswer | undefined): void {
  if (answer === undefined) send(response, 404, 'text/plain', '404 page not found\n');
  else send(response, answer.status, JSON_TYPE, answer.body ?? '');
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {'Content-Type': type, 'Content-Length': Buffer.byteLength(body), 'X-Content-Type-Options': 'nosniff'});
  response.end(body);
}

/** As CometBFT lists them (rpc/jsonrpc/server/http_json_handler.go, writeListOfEndpoints). */
function methodList(dispatcher: HttpModules['dispatcher']): string {
  const served = dispatcher.served();
  const links = (hasParameters: boolean): string =>
    served
      .filter(({parameters}) => Object.keys(parameters).length > 0 === hasParameters)
      .map(({name, parameters}) => {
        const query = Object.keys(parameters).map((parameter) => `${parameter}=_`);
        const path = query.length === 0 ? `/${name}` : `/${name}?${query.join('&amp;')}`;
        return `<a href="${path}">${path}</a><br>`;
      })
      .join('\n');
  return `<html><body><br>Available endpoints:<br>${links(false)}<br>Endpoints that require arguments:<br>${links(true)}</body></html>`;
}
