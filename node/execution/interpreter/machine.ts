import type {BlockEnvironment, Frame} from '../engine.ts';
import {EMPTY} from '../hex.ts';
import {GAS_PER_TURN, INTERPRETER_MEMORY_KEPT_BYTES} from '../limits.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {isEmptyAccount} from '../state/types.ts';
import type {Account} from '../state/types.ts';
import type {Address, Hash, Log} from '../types.ts';
import type {WorkMeter} from '../work.ts';
import {wordToHash} from '../words.ts';
import {Accessed} from './accessed.ts';
import {EMPTY_CODE} from './code.ts';
import type {Code, CodeCache} from './code.ts';
import {OUT_OF_GAS} from './failure.ts';
import type {Failure} from './failure.ts';
import {CallFrame} from './frame.ts';
import {MEMORY_QUADRATIC_DIVISOR, MEMORY_WORD_GAS} from './gas.ts';
import type {Precompiles} from './precompiles.ts';
import type {InterpreterRules} from './rules.ts';
import {TransientStorage} from './transient.ts';

const MEMORY_BYTES = 64 * 1024;
/** Beyond, the price is higher than any gas that this interpreter is given. */
const MEMORY_BYTES_MAX = 0xffff_ffff;
/** The greatest word of 160 bits. */
const UINT160_MAX = (1n << 160n) - 1n;
/** Words whose hex is remembered, by their low bits. */
const REMEMBERED = 256;

export interface Outcome {
  readonly failure: Failure | string | undefined;
  readonly isReverted: boolean;
  readonly output: Uint8Array;
  readonly gasLeft: number;
}

/** What the instructions of one transaction work on. It serves one run at a time, and keeps its buffers for the next. */
export class Machine {
  readonly rules: InterpreterRules;
  readonly chainId: bigint;
  readonly precompiles: Precompiles;
  readonly accessed: Accessed;
  readonly codes: CodeCache;
  readonly transient = new TransientStorage();
  readonly stack: bigint[] = [];
  memory = new Uint8Array(MEMORY_BYTES);
  view = new DataView(this.memory.buffer);
  readonly frames: CallFrame[] = [new CallFrame(0)];
  frame: CallFrame = this.frames[0]!;

  state!: StateOverlay;
  block!: BlockEnvironment;
  transaction!: Frame;
  work: WorkMeter | undefined;
  /** Of the transaction so far. */
  refund = 0;
  readonly logs: Log[] = [];
  readonly destroyed: Address[] = [];
  readonly created: Address[] = [];
  /** When the outermost frame has ended. */
  outcome: Outcome | undefined;
  /** What the loop waits for: the answer of a precompile. */
  pending: Promise<void> | undefined;
  /** Gas until other work of the process has its turn. */
  gasToTurn = GAS_PER_TURN;

  readonly #addressWords = new Array<bigint>(REMEMBERED).fill(-1n);
  readonly #addresses = new Array<Address>(REMEMBERED);
  readonly #slotWords = new Array<bigint>(REMEMBERED).fill(-1n);
  readonly #slots = new Array<Hash>(REMEMBERED);
  readonly #words = new Map<Hash, bigint>();
  readonly #blockHashes = new Map<bigint, bigint>();
  readonly #loadCode = (codeHash: Hash): Uint8Array => this.state.codeOf(codeHash);

  constructor(rules: InterpreterRules, chainId: bigint, precompiles: Precompiles, codes: CodeCache) {
    this.rules = rules;
    this.chainId = chainId;
    this.precompiles = precompiles;
    this.codes = codes;
    this.accessed = new Accessed(precompiles.addresses);
  }

  begin(transaction: Frame, block: BlockEnvironment, state: StateOverlay, work: WorkMeter | undefined): void {
    this.transaction = transaction;
    this.block = block;
    this.state = state;
    this.work = work;
    this.refund = 0;
    this.logs.length = this.destroyed.length = this.created.length = 0;
    this.outcome = undefined;
    this.pending = undefined;
    this.frame = this.frames[0]!;
    this.#words.clear();
    this.#blockHashes.clear();
    this.transient.clear();
    this.accessed.begin(transaction.warmAddresses, transaction.warmSlots);
  }

  /** Gives back what a run of unusual size has taken. */
  end(): void {
    if (this.memory.length <= INTERPRETER_MEMORY_KEPT_BYTES) return;
    this.memory = new Uint8Array(MEMORY_BYTES);
    this.view = new DataView(this.memory.buffer);
  }

  /** Address in the low bits of a word. The same object for the same address as long as it is remembered, so that its hash is too. */
  addressOf(word: bigint): Address {
    const place = Number(BigInt.asUintN(8, word));
    if (this.#addressWords[place] === word) return this.#addresses[place]!;
    const address: Address = `0x${(word & UINT160_MAX).toString(16).padStart(40, '0')}`;
    this.#addressWords[place] = word;
    this.#addresses[place] = address;
    return address;
  }

  slotOf(word: bigint): Hash {
    const place = Number(BigInt.asUintN(8, word));
    if (this.#slotWords[place] === word) return this.#slots[place]!;
    const slot = wordToHash(word);
    this.#slotWords[place] = word;
    this.#slots[place] = slot;
    return slot;
  }

  /** Of 0x-prefixed hex that stays the same for the whole run, such as the miner. */
  wordOf(hex: Hash): bigint {
    let word = this.#words.get(hex);
    if (word === undefined) this.#words.set(hex, (word = BigInt(hex)));
    return word;
  }

  blockHash(number: bigint): bigint {
    let word = this.#blockHashes.get(number);
    if (word === undefined) this.#blockHashes.set(number, (word = BigInt(this.block.blockHash(number))));
    return word;
  }

  codeOf(account: Account | undefined): Code {
    return account === undefined ? EMPTY_CODE : this.codes.get(account.codeHash, this.#loadCode);
  }

  isDead(account: Account | undefined): boolean {
    return account === undefined || isEmptyAccount(account);
  }

  /** EIP-161: an empty account that is there vanishes when it is touched. */
  touch(address: Address, account: Account | undefined): void {
    if (account !== undefined && isEmptyAccount(account)) this.state.putAccount(address, account);
  }

  /** Yellow Paper, C_mem: the price of the memory that this access adds; infinite where no gas pays for it. */
  memoryGas(frame: CallFrame, offset: number, length: number): number {
    if (length === 0) return 0;
    const end = offset + length;
    if (end <= frame.memorySize) return 0;
    if (end > MEMORY_BYTES_MAX) return Infinity;
    const words = Math.ceil(end / 32);
    const cost = words * MEMORY_WORD_GAS + Math.floor((words * words) / MEMORY_QUADRATIC_DIVISOR);
    const added = cost - frame.memoryGas;
    frame.memorySize = words * 32;
    frame.memoryGas = cost;
    return added;
  }

  /** Makes the memory that is paid for; zeros, whatever an earlier frame has left there. */
  grow(frame: CallFrame): void {
    const {memorySize, memoryReady, memoryStart} = frame;
    if (memoryReady >= memorySize) return;
    const end = memoryStart + memorySize;
    if (end > this.memory.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.memory.length));
      larger.set(this.memory.subarray(0, memoryStart + memoryReady));
      this.memory = larger;
      this.view = new DataView(larger.buffer);
    } else {
      this.memory.fill(0, memoryStart + memoryReady, end);
    }
    frame.memoryReady = memorySize;
  }

  /** Takes `cost` and makes the memory that is part of it. */
  pay(frame: CallFrame, cost: number): Failure | undefined {
    if (frame.gas < cost) return OUT_OF_GAS;
    frame.gas -= cost;
    this.grow(frame);
    return undefined;
  }

  /** A view, valid until the memory grows. */
  memoryView(frame: CallFrame, offset: number, length: number): Uint8Array {
    return length === 0 ? EMPTY : this.memory.subarray(frame.memoryStart + offset, frame.memoryStart + offset + length);
  }

  memoryCopy(frame: CallFrame, offset: number, length: number): Uint8Array {
    return length === 0 ? EMPTY : this.memory.slice(frame.memoryStart + offset, frame.memoryStart + offset + length);
  }

  /** `length` bytes of `source` from `from` on, with zeros behind its end. */
  copyIn(frame: CallFrame, offset: number, source: Uint8Array, from: number, length: number): void {
    const {memory} = this;
    const start = frame.memoryStart + offset;
    const available = from >= source.length ? 0 : Math.min(length, source.length - from);
    if (available <= 32) for (let i = 0; i < available; i++) memory[start + i] = source[from + i]!;
    else memory.set(source.subarray(from, from + available), start);
    if (available < length) memory.fill(0, start + available, start + length);
  }
}
