/** JSON-RPC 2.0 as CometBFT speaks it, without the transport: from texts to answers. Nothing in here throws past its callers. */
import {internalError, RpcError, toRpcError} from './errors.ts';
import type {Subscriber} from './events/subscriptions.ts';
import type {Json} from './json.ts';
import type {CometRpcLimits} from './limits.ts';
import type {Caller, Method} from './method.ts';
import type {Gate} from './gate.ts';
import {readJson, readUri} from './parameters.ts';

type RequestId = string | number;

export interface CometRpcLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CometRpcMetrics {
  /** A call of a method that is served begins. What it returns is called at its end; `code` 0: answered with a result. */
  request(method: string): (code: number) => void;
}

/** JSON text; `body` undefined: there is nothing to say (only notifications came). */
export interface RpcAnswer {
  readonly status: number;
  readonly body: string | undefined;
}

/** CometBFT's id of an answer to a URI request, which has none. */
const URI_REQUEST_ID = -1;

/** What the dispatcher itself needs of the methods' context. */
export interface DispatchContext {
  readonly limits: CometRpcLimits;
  readonly gate: Gate;
}

export class Dispatcher<C extends DispatchContext = DispatchContext> {
  readonly #context: C;
  readonly #logger: CometRpcLogger;
  readonly #methods: ReadonlyMap<string, Method<C>>;
  readonly #metrics: CometRpcMetrics | undefined;

  constructor(context: C, logger: CometRpcLogger, methods: ReadonlyMap<string, Method<C>>, metrics?: CometRpcMetrics) {
    this.#context = context;
    this.#logger = logger;
    this.#methods = methods;
    this.#metrics = metrics;
  }

  /** Names and parameters of what is served over HTTP. */
  served(): readonly Pick<Method<never>, 'name' | 'parameters'>[] {
    return [...this.#methods.values()].filter(({webSocketOnly}) => webSocketOnly !== true);
  }

  /** A JSON-RPC body or WebSocket message: one request or a batch. */
  async body(text: string, subscriber?: Subscriber): Promise<RpcAnswer> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return errorAnswer(null, new RpcError(-32700, `error unmarshaling request: ${(error as Error).message}`));
    }
    if (!Array.isArray(parsed)) {
      const answer = await this.#request(parsed, subscriber);
      return answer ?? {status: 200, body: undefined};
    }
    const {batchItemsMax, batchResponseBytesMax} = this.#context.limits;
    if (parsed.length === 0) return errorAnswer(null, new RpcError(-32600, 'the batch is empty', 200));
    if (parsed.length > batchItemsMax) {
      return errorAnswer(null, new RpcError(-32600, `batch of ${parsed.length} requests exceeds the maximum of ${batchItemsMax}`, 200));
    }
    const bodies: string[] = [];
    let bytesLeft = batchResponseBytesMax;
    for (const item of parsed) {
      if (bytesLeft < 0) return errorAnswer(null, internalError(`the answers to this batch are larger than ${batchResponseBytesMax} bytes`, 200));
      const answer = await this.#request(item, subscriber);
      if (answer?.body === undefined) continue;
      bytesLeft -= answer.body.length;
      bodies.push(answer.body);
    }
    return {status: 200, body: bodies.length === 0 ? undefined : `[${bodies.join(',')}]`};
  }

  /** GET /method?parameter=value. undefined: there is no such method. */
  async uri(name: string, query: URLSearchParams): Promise<RpcAnswer | undefined> {
    const method = this.#methods.get(name);
    if (method === undefined) return undefined;
    // As CometBFT: such a path exists, and is not to be had this way.
    if (method.webSocketOnly === true) return {...errorAnswer(URI_REQUEST_ID, new RpcError(-32601, '')), status: 404};
    return this.#call(method, {id: URI_REQUEST_ID, subscriber: undefined}, () => uriArguments(method, query), 500);
  }

  /** undefined: a notification. */
  async #request(request: unknown, subscriber: Subscriber | undefined): Promise<RpcAnswer | undefined> {
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
      return errorAnswer(null, new RpcError(-32600, 'a request is an object', 200));
    }
    const {id, method: name, params} = request as Record<string, unknown>;
    if (id === undefined || id === null) return undefined;
    if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id))) {
      return errorAnswer(null, new RpcError(-32600, 'an id is a string or a whole number', 200));
    }
    const method = typeof name === 'string' ? this.#methods.get(name) : undefined;
    const isServed = method !== undefined && (method.webSocketOnly !== true || subscriber !== undefined);
    if (!isServed) return errorAnswer(id, new RpcError(-32601, '', 200));
    return this.#call(method, {id, subscriber}, () => jsonArguments(method, params), 200);
  }

  /** @param errorStatus HTTP status of errors that do not demand one of their own. */
  async #call(method: Method<C>, caller: Caller, readArguments: () => Record<string, unknown>, errorStatus: number): Promise<RpcAnswer> {
    const {id} = caller;
    const ended = this.#metrics?.request(method.name);
    try {
      const args = readArguments();
      const call = (): Json | Promise<Json> => method.call(this.#context, args, caller);
      const result = method.heavy === true ? await this.#context.gate.run(call) : await call();
      const body = JSON.stringify({jsonrpc: '2.0', id, result});
      ended?.(0);
      return {status: 200, body};
    } catch (error) {
      if (!(error instanceof RpcError)) this.#logger.warn({method: method.name, error}, 'an RPC method failed');
      const rpcError = toRpcError(error);
      ended?.(rpcError.code);
      const status = rpcError.httpStatus === 503 ? 503 : errorStatus;
      return {status, body: JSON.stringify({jsonrpc: '2.0', id, error: rpcError.toJson()})};
    }
  }
}

function jsonArguments(method: Method<never>, params: unknown): Record<string, unknown> {
  const names = Object.keys(method.parameters);
  if (params === undefined || params === null) return collect(method, () => undefined, readJson);
  if (Array.isArray(params)) {
    if (params.length !== names.length && params.length > 0) {
      throw new RpcError(-32602, `error converting json params to arguments: expected ${names.length} parameters (${names.join(', ')}), got ${params.length}`);
    }
    return collect(method, (name) => params[names.indexOf(name)] as unknown, readJson);
  }
  if (typeof params !== 'object') throw new RpcError(-32602, 'error converting json params to arguments: expected map or array');
  return collect(method, (name) => (Object.hasOwn(params, name) ? (params as Record<string, unknown>)[name] : undefined), readJson);
}

function uriArguments(method: Method<never>, query: URLSearchParams): Record<string, unknown> {
  return collect(method, (name) => query.get(name), readUri);
}

function collect<V>(method: Method<never>, valueOf: (name: string) => V, read: (parameter: Method<never>['parameters'][string], value: V) => unknown): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(method.parameters)) {
    try {
      args[name] = read(parameter, valueOf(name));
    } catch (error) {
      throw new RpcError(-32602, `error converting params to arguments: ${name}: ${(error as Error).message}`);
    }
  }
  return args;
}

function errorAnswer(id: RequestId | null, error: RpcError): RpcAnswer {
  return {status: error.httpStatus, body: JSON.stringify({jsonrpc: '2.0', id, error: error.toJson()})};
}
