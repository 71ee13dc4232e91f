import {bytesToHex} from '../hex.ts';
import type {ObservedFrame} from '../observer.ts';
import type {Address} from '../types.ts';
import type {TraceBudget} from './budget.ts';
import type {Json, Tracer} from './types.ts';

const SELECTOR_BYTES = 4;
const ENTRY_BYTES = 32;

/** How often each function selector was called with so many bytes of arguments (go-ethereum, eth/tracers/native/4byte.go). */
export class FourByteTracer implements Tracer {
  readonly #isPrecompile: (address: Address) => boolean;
  readonly #budget: TraceBudget;
  readonly #counts = new Map<string, number>();

  constructor(isPrecompile: (address: Address) => boolean, budget: TraceBudget) {
    this.#isPrecompile = isPrecompile;
    this.#budget = budget;
  }

  turn(): void {
    this.#budget.check();
  }

  enter({kind, to, input}: ObservedFrame): void {
    this.#budget.tick();
    if (kind === 'CREATE' || kind === 'CREATE2' || kind === 'SELFDESTRUCT') return;
    if (input.length < SELECTOR_BYTES || this.#isPrecompile(to)) return;
    const key = `${bytesToHex(input.subarray(0, SELECTOR_BYTES))}-${input.length - SELECTOR_BYTES}`;
    const count = this.#counts.get(key) ?? 0;
    if (count === 0) this.#budget.spend(ENTRY_BYTES);
    this.#counts.set(key, count + 1);
  }

  result(): Json {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
