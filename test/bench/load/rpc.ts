/** JSON-RPC over connections that a bench counts: single requests and batches. */
import {Agent} from 'node:http';
import {ask, post} from '../transfers.ts';

export {ask};

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: {readonly code: number; readonly message: string};
}

/** One kept connection: requests go one after another. */
export class Connection {
  readonly #url: string;
  readonly #agent = new Agent({keepAlive: true, maxSockets: 1});
  #id = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async one({method, params}: Call): Promise<unknown> {
    return unwrap((await this.#post(JSON.stringify({jsonrpc: '2.0', id: this.#id++, method, params}))) as Answer, method);
  }

  /** Answers in the order of the calls; an error throws. */
  async batch(calls: readonly Call[]): Promise<unknown[]> {
    const first = this.#id;
    this.#id += calls.length;
    const answers = await this.#post(JSON.stringify(calls.map(({method, params}, i) => ({jsonrpc: '2.0', id: first + i, method, params}))));
    if (!Array.isArray(answers)) throw new Error(`a batch was answered with ${JSON.stringify(answers).slice(0, 200)}`);
    const byId = new Map((answers as Answer[]).map((answer) => [answer.id, answer]));
    return calls.map(({method}, i) => unwrap(byId.get(first + i), method));
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<unknown> {
    return post(this.#url, this.#agent, body);
  }
}

/** Many calls in batches of `size`, one batch after another. */
export async function inBatches(url: string, calls: readonly Call[], size = 100): Promise<unknown[]> {
  const connection = new Connection(url);
  try {
    const results: unknown[] = [];
    for (let at = 0; at < calls.length; at += size) results.push(...(await connection.batch(calls.slice(at, at + size))));
    return results;
  } finally {
    connection.close();
  }
}

function unwrap(answer: Answer | undefined, method: string): unknown {
  if (answer === undefined) throw new Error(`${method} was not answered`);
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
  return answer.result;
}
