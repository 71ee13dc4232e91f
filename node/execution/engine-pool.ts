import type {ExecutionEngine} from './engine.ts';
import {ChainError} from './errors.ts';
import {CALL_ENGINES_MAX, CALL_QUEUE_MAX} from './limits.ts';

interface Waiting {
  resolve(engine: ExecutionEngine): void;
  reject(error: unknown): void;
}

/** A few EVMs for calls of the RPC, apart from the one that executes blocks. Made when first needed. */
export class EnginePool {
  readonly #create: () => Promise<ExecutionEngine>;
  readonly #idle: ExecutionEngine[] = [];
  readonly #waiting: Waiting[] = [];
  #made = 0;

  constructor(create: () => Promise<ExecutionEngine>) {
    this.#create = create;
  }

  async use<T>(work: (engine: ExecutionEngine) => Promise<T>): Promise<T> {
    const engine = await this.#acquire();
    try {
      const result = await work(engine);
      this.#release(engine);
      return result;
    } catch (error) {
      // A refusal comes before the EVM runs. Anything else may have stopped it half way, so it is not used again.
      if (error instanceof ChainError && error.code === 'call-rejected') this.#release(engine);
      else this.#drop();
      throw error;
    }
  }

  #release(engine: ExecutionEngine): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(engine);
    else next.resolve(engine);
  }

  /** An engine is lost: who waited for one gets another. */
  #drop(): void {
    this.#made--;
    void this.#refill();
  }

  /** Hands a new engine to whoever waits; where none can be made, the reason goes to one after the other, since nothing may ever be released to them. */
  async #refill(): Promise<void> {
    while (this.#made < CALL_ENGINES_MAX) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      try {
        next.resolve(await this.#make());
        return;
      } catch (error) {
        next.reject(error);
      }
    }
  }

  async #make(): Promise<ExecutionEngine> {
    this.#made++;
    try {
      return await this.#create();
    } catch (error) {
      this.#made--;
      throw error;
    }
  }

  async #acquire(): Promise<ExecutionEngine> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#made < CALL_ENGINES_MAX) {
      try {
        return await this.#make();
      } catch (error) {
        void this.#refill();
        throw error;
      }
    }
    if (this.#waiting.length >= CALL_QUEUE_MAX) throw new ChainError('limit-exceeded', 'too many calls are waiting');
    return new Promise((resolve, reject) => this.#waiting.push({resolve, reject}));
  }
}
