/**
 * JSON-RPC 2.0 (jsonrpc.org/specification): from the text of a request to the text of its answer. Knows no transport.
 * A batch is begun item by item in its order, so a transaction that stands before a query is in the pool when the query runs.
 */
import type {Client} from './client.ts';
import {EncodedJson} from './encode/encoded.ts';
import {asRpcError, ErrorCode, rpcErrors, type RpcError} from './errors.ts';
import type {Method, Result, RpcContext} from './method.ts';
import type {EthRpcLogger, EthRpcMetrics} from './options.ts';
import {Semaphore} from './semaphore.ts';

export interface DispatcherModules {
  readonly context: RpcContext;
  readonly logger: EthRpcLogger;
  readonly metrics: EthRpcMetrics | undefined;
}

type RequestId = string | number | null;

/** Text of one answer; undefined: none is due. */
type Answer = string | undefined;

const METHOD_NAME_LENGTH_MAX = 256;

export class Dispatcher {
  private readonly methods: ReadonlyMap<string, Method>;
  private readonly modules: DispatcherModules;
  private readonly heavy: Semaphore;

  constructor(methods: ReadonlyMap<string, Method>, modules: DispatcherModules) {
    this.methods = methods;
    this.modules = modules;
    const {heavyConcurrencyMax, heavyWaitingMax} = modules.context.limits;
    this.heavy = new Semaphore(heavyConcurrencyMax, heavyWaitingMax);
  }

  /** Never throws and never rejects. */
  handle(text: string, client: Client): Answer | Promise<Answer> {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (error) {
      return errorText(null, rpcErrors.parse(error instanceof Error ? error.message : 'invalid JSON'));
    }
    return Array.isArray(message) ? this.handleBatch(message, client) : this.handleSingle(message, client);
  }

  /**
   * Over HTTP a client has to wait for its answer, so a request may be made ready first, together with those of others. Over WebSocket it
   * need not wait, and its next request must find what this one did.
   */
  private handleSingle(message: unknown, client: Client): Answer | Promise<Answer> {
    const prepared = client.host === undefined ? this.prepare([message]) : undefined;
    return prepared === undefined ? this.handleOne(message, client) : prepared.then(() => this.handleOne(message, client));
  }

  /** undefined: there is nothing to wait for. */
  private prepare(messages: readonly unknown[]): Promise<void> | undefined {
    let requests: Map<Method, (readonly unknown[])[]> | undefined;
    for (const message of messages) {
      const {method: name, params} = (message ?? {}) as {readonly method?: unknown; readonly params?: unknown};
      const method = typeof name === 'string' ? this.methods.get(name) : undefined;
      if (method?.prepare === undefined || !Array.isArray(params)) continue;
      requests ??= new Map();
      const same = requests.get(method);
      if (same === undefined) requests.set(method, [params]);
      else same.push(params);
    }
    if (requests === undefined) return undefined;
    const begun = [...requests].map(([method, params]) => method.prepare!(this.modules.context, params)).filter((promise) => promise !== undefined);
    return begun.length === 0 ? undefined : Promise.all(begun).then(() => undefined);
  }

  private async handleBatch(messages: readonly unknown[], client: Client): Promise<Answer> {
    const {batchItemsMax, batchResponseBytesMax, heavyConcurrencyMax} = this.modules.context.limits;
    if (messages.length === 0) return errorText(null, rpcErrors.invalidRequest('empty batch'));
    if (messages.length > batchItemsMax) {
      return errorText(null, rpcErrors.invalidRequest(`batch too large: ${messages.length} requests, limit ${batchItemsMax}`));
    }
    // As for a single one: over a WebSocket the next message would overtake this one.
    const prepared = client.host === undefined ? this.prepare(messages) : undefined;
    if (prepared !== undefined) await prepared;
    const begun: (Answer | Promise<Answer>)[] = [];
    const heavyOnes: Promise<Answer>[] = [];
    for (const message of messages) {
      const answer = this.handleOne(message, client);
      begun.push(answer);
      if (answer instanceof Promise && this.isHeavy(message)) {
        heavyOnes.push(answer);
        // One batch must not fill the queue that it shares with all other clients.
        if (heavyOnes.length >= heavyConcurrencyMax) await heavyOnes.shift();
      }
    }
    const answers: string[] = [];
    let bytes = 0;
    for (const [index, pending] of begun.entries()) {
      const answer = pending instanceof Promise ? await pending : pending;
      if (answer === undefined) continue;
      bytes += answer.length;
      answers.push(bytes > batchResponseBytesMax ? errorText(idOf(messages[index]), rpcErrors.responseTooLarge()) : answer);
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`;
  }

  private isHeavy(message: unknown): boolean {
    const name = (message as {method?: unknown} | null)?.method;
    return typeof name === 'string' && this.methods.get(name)?.isHeavy === true;
  }

  private handleOne(message: unknown, client: Client): Answer | Promise<Answer> {
    const request = message as {jsonrpc?: unknown; id?: unknown; method?: unknown; params?: unknown} | null;
    const id = idOf(message);
    if (!isRequest(request)) return errorText(id, rpcErrors.invalidRequest(whyInvalid(request)));
    const isNotification = request.id === undefined;
    const name = request.method;
    const startedMs = this.modules.metrics === undefined ? 0 : this.modules.context.clock.nowMs();
    const succeed = (result: Result): Answer => {
      this.measure(name, startedMs, 0);
      return isNotification ? undefined : resultText(id, result);
    };
    const refuse = (error: unknown): Answer => {
      const known = this.explain(error, name);
      this.measure(name, startedMs, known.code);
      return isNotification ? undefined : errorText(id, known);
    };
    try {
      const method = this.methods.get(name);
      if (method === undefined) throw rpcErrors.methodNotFound(name.slice(0, METHOD_NAME_LENGTH_MAX));
      const params = request.params ?? [];
      if (!Array.isArray(params)) throw rpcErrors.invalidParams('non-array args: parameters are given by position');
      const {context} = this.modules;
      const result = method.isHeavy ? this.heavy.run(() => method.run(context, params, client)) : method.run(context, params, client);
      return result instanceof Promise ? result.then(succeed).catch(refuse) : succeed(result);
    } catch (error) {
      return refuse(error);
    }
  }

  private explain(error: unknown, method: string): RpcError {
    const known = asRpcError(error);
    if (known !== undefined) return known;
    this.modules.logger.error({err: error, method}, 'a JSON-RPC request failed unexpectedly');
    return rpcErrors.internal();
  }

  private measure(name: string, startedMs: number, code: number): void {
    const {metrics, context} = this.modules;
    if (metrics === undefined) return;
    // Names that nobody serves are counted together: clients choose them, and each would be a time series of its own.
    const label = code === ErrorCode.MethodNotFound && !this.methods.has(name) ? 'unknown' : name;
    metrics.request(label, context.clock.nowMs() - startedMs, code);
  }
}

const isId = (id: unknown): id is RequestId => id === null || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));

function idOf(message: unknown): RequestId {
  const id = typeof message === 'object' && message !== null ? (message as {id?: unknown}).id : undefined;
  return isId(id) ? id : null;
}

function isRequest(request: {jsonrpc?: unknown; id?: unknown; method?: unknown; params?: unknown} | null): request is {jsonrpc: '2.0'; id?: RequestId; method: string; params?: unknown} {
  return whyInvalid(request) === '';
}

function whyInvalid(request: {jsonrpc?: unknown; id?: unknown; method?: unknown} | null): string {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return 'invalid request: not an object';
  if (request.jsonrpc !== '2.0') return 'invalid request: "jsonrpc" must be "2.0"';
  if (typeof request.method !== 'string') return 'invalid request: "method" must be a string';
  if (request.id !== undefined && !isId(request.id)) return 'invalid request: "id" must be a string, a number or null';
  return '';
}

const resultText = (id: RequestId, result: Result): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result instanceof EncodedJson ? result.json : JSON.stringify(result)}}`;

export function errorText(id: RequestId, error: RpcError): string {
  const {code, message} = error;
  return JSON.stringify({jsonrpc: '2.0', id, error: error.data === undefined ? {code, message} : {code, message, data: error.data}});
}
