import {EMPTY} from '../hex.ts';
import type {Address} from '../types.ts';
import {EMPTY_CODE} from './code.ts';
import type {Code} from './code.ts';

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

/**
 * One frame. Frames are used again for every call at the same depth; their stacks and memories are stretches of those of the machine,
 * each beginning where the caller's ends.
 */
export class CallFrame {
  readonly depth: number;
  isCreation = false;
  isStatic = false;
  code: Code = EMPTY_CODE;
  address: Address = ZERO_ADDRESS;
  /** The same as a word; undefined until asked for. */
  addressWord: bigint | undefined;
  caller: Address = ZERO_ADDRESS;
  callerWord: bigint | undefined;
  value = 0n;
  input: Uint8Array = EMPTY;
  inputView: DataView | undefined;

  pc = 0;
  gas = 0;
  /** Gas when the loop last took this frame up. */
  gasAtEntry = 0;
  /** Indexes of the machine's stack: of the lowest item, and behind the highest. */
  base = 0;
  sp = 0;
  /** Where the memory of this frame begins in the machine's, what of it is paid for, and what is there (bytes, whole words). */
  memoryStart = 0;
  memorySize = 0;
  memoryReady = 0;
  memoryGas = 0;
  returnData: Uint8Array = EMPTY;

  /** Where the caller wants the output. */
  outOffset = 0;
  outLength = 0;
  /** What a revert goes back to. */
  addressMark = 0;
  slotMark = 0;
  transientMark = 0;
  logMark = 0;
  refundMark = 0;
  destroyedMark = 0;
  createdMark = 0;

  constructor(depth: number) {
    this.depth = depth;
  }
}
