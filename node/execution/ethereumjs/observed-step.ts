import type {Address as EvmAddress} from '@ethereumjs/util';
import {bytesToHex} from '../hex.ts';
import type {ObservedStep} from '../observer.ts';
import type {Address} from '../types.ts';

/** The state of the interpreter of @ethereumjs/evm, as far as a step shows it. */
export interface StepRunState {
  readonly programCounter: number;
  readonly opCode: number;
  readonly gasRefund: bigint;
  readonly returnBytes: Uint8Array;
  /** Gas of the callee, set by the gas function of a call. */
  readonly messageGasLimit?: bigint;
  readonly stack: {readonly length: number; readonly _store: readonly bigint[]};
  readonly memory: {readonly _store: Uint8Array};
  readonly env: {readonly address: EvmAddress; readonly depth: number};
}

const CALL = 0xf1;
const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const STATICCALL = 0xfa;

/** Reads the interpreter itself, so that nothing is copied that nobody asks for. */
export class InterpreterStep implements ObservedStep {
  readonly #runState: StepRunState;
  readonly #memoryWords: bigint;
  readonly gas: bigint;
  readonly cost: bigint;

  constructor(runState: StepRunState, cost: bigint, gasLeft: bigint, memoryWords: bigint) {
    this.#runState = runState;
    this.#memoryWords = memoryWords;
    this.gas = gasLeft;
    this.cost = cost + calleeGas(runState);
  }

  get pc(): number {
    return this.#runState.programCounter;
  }

  get op(): number {
    return this.#runState.opCode;
  }

  get depth(): number {
    return this.#runState.env.depth + 1;
  }

  get refund(): bigint {
    return this.#runState.gasRefund;
  }

  get address(): Address {
    return bytesToHex(this.#runState.env.address.bytes);
  }

  get stackLength(): number {
    return this.#runState.stack.length;
  }

  stackItem(index: number): bigint {
    const {stack} = this.#runState;
    return stack._store[stack.length - 1 - index]!;
  }

  get memory(): Uint8Array {
    const size = Number(this.#memoryWords) * 32;
    const store = this.#runState.memory._store;
    if (store.length >= size) return store.subarray(0, size);
    // Memory that was paid for but not touched yet is not there yet.
    const padded = new Uint8Array(size);
    padded.set(store);
    return padded;
  }

  get returnData(): Uint8Array {
    return this.#runState.returnBytes;
  }
}

function calleeGas({opCode, messageGasLimit = 0n}: StepRunState): bigint {
  switch (opCode) {
    case CALL:
    case CALLCODE:
    case DELEGATECALL:
    case STATICCALL:
      return messageGasLimit;
    default:
      return 0n;
  }
}
