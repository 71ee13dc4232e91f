/**
 * JSON-RPC to a node that may lie, stall or flood: every answer is bounded in bytes and in time, and redirects are not followed.
 */
import {concatBytes, type Json} from '#proto';
import {ProviderError} from '../errors.ts';
import {RPC_ERROR_TEXT_MAX, RPC_RESPONSE_BYTES_MAX, RPC_TIMEOUT_DEFAULT_MS, RPC_TIMEOUT_MAX_MS} from '../limits.ts';
import type {LightClock} from '../ports.ts';

/** The node answered, with an error of its own. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  readonly code: number;
  readonly data: string;

  constructor(code: number, message: string, data: string) {
    super(data === '' ? message : `${message}: ${data}`);
    this.code = code;
    this.data = data;
  }
}

export interface RpcTransportOptions {
  /** http: or https:; tcp: and no scheme are read as http:. */
  readonly url: string;
  readonly clock: LightClock;
  readonly timeoutMs?: number;
  readonly responseBytesMax?: number;
}

export class RpcTransport {
  /** As it may be shown: without credentials. */
  readonly name: string;
  readonly #url: string;
  readonly #authorization: string | undefined;
  readonly #clock: LightClock;
  readonly #timeoutMs: number;
  readonly #responseBytesMax: number;
  #id = 0;

  /** @throws RangeError when the URL or the timeout is none. */
  constructor({url, clock, timeoutMs = RPC_TIMEOUT_DEFAULT_MS, responseBytesMax = RPC_RESPONSE_BYTES_MAX}: RpcTransportOptions) {
    const parsed = parseUrl(url);
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > RPC_TIMEOUT_MAX_MS) throw new RangeError(`the timeout must be from 1 to ${RPC_TIMEOUT_MAX_MS} ms`);
    const {username, password} = parsed;
    this.#authorization = username === '' && password === '' ? undefined : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed.href;
    this.name = parsed.href.replace(/\/$/, '');
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#responseBytesMax = responseBytesMax;
  }

  /**
   * The result of one call.
   * @throws RpcFailure when the node refuses; ProviderError NO_RESPONSE, UNRELIABLE (too long, or no JSON-RPC) or ABORTED.
   */
  async call(method: string, params: Readonly<Record<string, Json>>, signal?: AbortSignal): Promise<unknown> {
    const id = ++this.#id;
    const answer = parse(await this.#post(JSON.stringify({jsonrpc: '2.0', id, method, params}), signal));
    if (answer === undefined) throw new ProviderError('UNRELIABLE', `${this.name} did not answer ${method} with JSON-RPC`);
    if (answer.error !== undefined && answer.error !== null) throw rpcFailure(answer.error);
    if (answer.id !== id || answer.result === undefined) throw new ProviderError('UNRELIABLE', `${this.name} answered ${method} without a result`);
    return answer.result;
  }

  async #post(body: string, signal: AbortSignal | undefined): Promise<string> {
    if (isAborted(signal)) throw new ProviderError('ABORTED', 'stopped');
    const abort = new AbortController();
    const timeout = new AbortController();
    const onAbort = (): void => abort.abort();
    signal?.addEventListener('abort', onAbort, {once: true});
    // From the first byte sent to the last one read: a drip of bytes does not prolong it.
    const cancelTimer = this.#clock.setTimer(this.#timeoutMs, () => {
      timeout.abort();
      abort.abort();
    });
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: abort.signal,
        headers: {'content-type': 'application/json', ...(this.#authorization !== undefined && {authorization: this.#authorization})},
      });
      return await this.#read(response, abort);
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (isAborted(signal)) throw new ProviderError('ABORTED', 'stopped', {cause: error});
      if (timeout.signal.aborted) throw new ProviderError('NO_RESPONSE', `${this.name} did not answer within ${this.#timeoutMs} ms`, {cause: error});
      const {cause} = error as {cause?: {code?: string; message?: string}};
      throw new ProviderError('NO_RESPONSE', `${this.name}: ${cause?.code ?? cause?.message ?? (error as Error).message}`, {cause: error});
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #read(response: Response, abort: AbortController): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    if (response.body !== null) {
      const reader = response.body.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        size += read.value.length;
        if (size > this.#responseBytesMax) {
          abort.abort();
          throw new ProviderError('UNRELIABLE', `${this.name} answered with more than ${this.#responseBytesMax} bytes`);
        }
        chunks.push(read.value);
      }
    }
    return new TextDecoder().decode(concatBytes(...chunks));
  }
}

/** A call, since the type checker takes a property for unchanged across an await. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function parseUrl(url: string): URL {
  const text = url.includes('://') ? url.replace(/^tcp:/, 'http:') : `http://${url}`;
  const isUrl = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isUrl) throw new RangeError(`${JSON.stringify(url)} is not an http: or https: URL`);
  return new URL(text);
}

interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

function parse(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function rpcFailure(error: unknown): RpcFailure {
  const {code, message, data} = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, RPC_ERROR_TEXT_MAX) : '');
  return new RpcFailure(typeof code === 'number' && Number.isInteger(code) ? code : -32603, text(message) || 'the node answered with an error', text(data));
}
