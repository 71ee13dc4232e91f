import type {ExecutionEngine} from './engine.ts';
import {ChainError} from './errors.ts';
import {CALL_ENGINES_MAX, CALL_QUEUE_MAX} from './limits.ts';

/** A few EVMs for calls of the RPC, apart from the one that executes blocks. Made when first needed. */
export class EnginePool {
  readonly #create: () => Promise<ExecutionEngine>;
  readonly #idle: ExecutionEngine[] = [];
  readonly #waiting: ((engine: ExecutionEngine) => void)[] = [];
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
      else await this.#replace();
      throw error;
    }
  }

  #release(engine: ExecutionEngine): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(engine);
    else next(engine);
  }

  async #replace(): Promise<void> {
    this.#made--;
    if (this.#waiting.length === 0) return;
    this.#made++;
    this.#release(await this.#create());
  }

  async #acquire(): Promise<ExecutionEngine> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#made < CALL_ENGINES_MAX) {
      this.#made++;
      try {
        return await this.#create();
      } catch (error) {
        this.#made--;
        throw error;
      }
    }
    if (this.#waiting.length >= CALL_QUEUE_MAX) throw new ChainError('limit-exceeded', 'too many calls are waiting');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
