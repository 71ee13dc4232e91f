import {bigIntToFixed, bytesToHex, padLeft} from '../hex.ts';
import type {ObservedFault, ObservedStep} from '../observer.ts';
import {opcodeName} from '../opcode-names.ts';
import type {StateOverlay} from '../state/overlay.ts';
import type {Address, Hash} from '../types.ts';
import type {TraceBudget} from './budget.ts';
import type {Json, StructLogOptions, TraceEnd, Tracer} from './types.ts';

const SLOAD = 0x54;
const SSTORE = 0x55;
/** Of a step without stack, memory and storage: its object takes more memory than its JSON. */
const STEP_BYTES = 200;
/** Of an item of the stack, however short: a string of its own and its place in the list. */
const STACK_ITEM_BYTES_MIN = 40;
const WORD_JSON_BYTES = 69;

type StructLog = {[key: string]: Json};

/** One entry per instruction: the default of debug_trace* (go-ethereum, eth/tracers/logger). */
export class StructLogger implements Tracer {
  readonly #options: StructLogOptions;
  readonly #state: StateOverlay;
  readonly #budget: TraceBudget;
  readonly #logs: StructLog[] = [];
  /** What each contract read or wrote so far. */
  readonly #storage = new Map<Address, Map<Hash, Hash>>();
  #last: StructLog | undefined;

  constructor(options: StructLogOptions, state: StateOverlay, budget: TraceBudget) {
    this.#options = options;
    this.#state = state;
    this.#budget = budget;
  }

  step(step: ObservedStep): void {
    this.#budget.tick();
    this.#last = undefined;
    const {enableMemory, disableStack, disableStorage, enableReturnData, limit} = this.#options;
    const storage = disableStorage ? undefined : this.#storageOf(step);
    if (limit > 0 && this.#logs.length >= limit) return;
    const log: StructLog = {pc: step.pc, op: opcodeName(step.op), gas: Number(step.gas), gasCost: Number(step.cost), depth: step.depth};
    let bytes = STEP_BYTES;
    if (!disableStack) {
      const stack = stackOf(step);
      for (const item of stack) bytes += Math.max(item.length + 3, STACK_ITEM_BYTES_MIN);
      log['stack'] = stack;
    }
    if (enableReturnData && step.returnData.length > 0) {
      bytes += step.returnData.length * 2;
      log['returnData'] = bytesToHex(step.returnData);
    }
    if (enableMemory) {
      const {memory} = step;
      bytes += (memory.length / 32) * WORD_JSON_BYTES;
      this.#budget.spend(bytes);
      bytes = 0;
      if (memory.length > 0) log['memory'] = wordsOf(memory);
    }
    if (storage !== undefined) {
      bytes += storage.size * 2 * WORD_JSON_BYTES;
      this.#budget.spend(bytes);
      bytes = 0;
      log['storage'] = Object.fromEntries([...storage].sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    if (step.refund > 0n) log['refund'] = Number(step.refund);
    this.#budget.spend(bytes);
    this.#logs.push(log);
    this.#last = log;
  }

  fault({error, isUnpaid}: ObservedFault): void {
    if (isUnpaid && this.#last !== undefined) this.#last['error'] = error;
  }

  result({status, gasUsed, returnData}: TraceEnd): Json {
    return {
      gas: Number(gasUsed),
      failed: status !== 'success',
      returnValue: status === 'failure' ? '0x' : bytesToHex(returnData),
      structLogs: this.#logs,
    };
  }

  #storageOf(step: ObservedStep): ReadonlyMap<Hash, Hash> | undefined {
    const {op, stackLength} = step;
    if (!((op === SLOAD && stackLength >= 1) || (op === SSTORE && stackLength >= 2))) return undefined;
    const {address} = step;
    const slot = bytesToHex(bigIntToFixed(step.stackItem(0), 32));
    const value = op === SLOAD ? padLeft(this.#state.slot(address, slot), 32) : bigIntToFixed(step.stackItem(1), 32);
    let known = this.#storage.get(address);
    if (known === undefined) this.#storage.set(address, (known = new Map()));
    known.set(slot, bytesToHex(value));
    return known;
  }
}

/** From the bottom. */
function stackOf(step: ObservedStep): string[] {
  const {stackLength} = step;
  return Array.from({length: stackLength}, (_, index) => `0x${step.stackItem(stackLength - 1 - index).toString(16)}`);
}

function wordsOf(memory: Uint8Array): string[] {
  return Array.from({length: memory.length / 32}, (_, index) => bytesToHex(memory.subarray(index * 32, index * 32 + 32)));
}
