import {EnginePool} from './engine-pool.ts';
import type {ExecutionEngine} from './engine.ts';
import type {ForkRules, Hardfork} from './rules.ts';

/** EVMs by hardfork, made when first needed: one that executes blocks, and a few for calls of the RPC. */
export class Engines {
  readonly #create: (hardfork: Hardfork) => Promise<ExecutionEngine>;
  readonly #executors = new Map<Hardfork, Promise<ExecutionEngine>>();
  readonly #pools = new Map<Hardfork, EnginePool>();

  constructor(create: (hardfork: Hardfork) => Promise<ExecutionEngine>) {
    this.#create = create;
  }

  executor({hardfork}: ForkRules): Promise<ExecutionEngine> {
    let engine = this.#executors.get(hardfork);
    if (engine === undefined) {
      engine = this.#create(hardfork).catch((error: unknown) => {
        // A failure (no genesis yet) is not kept.
        this.#executors.delete(hardfork);
        throw error;
      });
      this.#executors.set(hardfork, engine);
    }
    return engine;
  }

  pool({hardfork}: ForkRules): EnginePool {
    let pool = this.#pools.get(hardfork);
    if (pool === undefined) this.#pools.set(hardfork, (pool = new EnginePool(() => this.#create(hardfork))));
    return pool;
  }
}
