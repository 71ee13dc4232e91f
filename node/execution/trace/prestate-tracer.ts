import {bigIntToFixed, bytesEqual, bytesToHex, padLeft} from '../hex.ts';
import type {ObservedFrame, ObservedStep} from '../observer.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {EMPTY_ACCOUNT, isEmptyAccount} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';
import type {TraceBudget} from './budget.ts';
import type {Json, Tracer, TraceStart} from './types.ts';

const DELEGATION_BYTES = 23;
const ACCOUNT_BYTES = 150;
const SLOT_BYTES = 138;

export interface PrestateOptions {
  readonly diffMode: boolean;
  readonly disableCode: boolean;
  readonly disableStorage: boolean;
  readonly includeEmpty: boolean;
}

interface Seen {
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  readonly storage: Map<Hash, Uint8Array>;
  /** Did not exist. */
  readonly isEmpty: boolean;
}

/** Accounts and slots that a transaction touches, as they were before it; or what it changed (go-ethereum, eth/tracers/native/prestate.go). */
export class PrestateTracer implements Tracer {
  readonly #options: PrestateOptions;
  readonly #state: StateOverlay;
  readonly #budget: TraceBudget;
  readonly #pre = new Map<Address, Seen>();
  readonly #created = new Set<Address>();
  /** Takes back what the last step added, when it turns out that it was never paid for. */
  #undo: (() => void)[] = [];

  constructor(options: PrestateOptions, start: TraceStart, budget: TraceBudget) {
    this.#options = options;
    this.#state = start.state;
    this.#budget = budget;
    for (const address of [start.from, start.to, start.miner, ...start.authorities]) this.#lookUp(address);
    this.#lookUpDelegate(start.to);
    if (start.isCreation) this.#created.add(start.to);
    this.#undo = [];
  }

  step(step: ObservedStep): void {
    this.#budget.tick();
    this.#undo = [];
    const {op, stackLength} = step;
    switch (op) {
      case 0x54: // SLOAD
      case 0x55: // SSTORE
        if (stackLength >= 1) this.#lookUpSlot(step.address, bytesToHex(bigIntToFixed(step.stackItem(0), 32)));
        return;
      case 0x31: // BALANCE
      case 0x3b: // EXTCODESIZE
      case 0x3c: // EXTCODECOPY
      case 0x3f: // EXTCODEHASH
      case 0xff: // SELFDESTRUCT
        if (stackLength >= 1) this.#lookUp(addressOfWord(step.stackItem(0)));
        return;
      case 0xf1: // CALL
      case 0xf2: // CALLCODE
      case 0xf4: // DELEGATECALL
      case 0xfa: // STATICCALL
        if (stackLength >= 5) {
          const address = addressOfWord(step.stackItem(1));
          this.#lookUp(address);
          this.#lookUpDelegate(address);
        }
        return;
      default:
    }
  }

  fault({isUnpaid}: {readonly isUnpaid: boolean}): void {
    if (isUnpaid) for (const undo of this.#undo) undo();
    this.#undo = [];
  }

  /** What is created is not there yet. */
  enter({kind, to, depth}: ObservedFrame): void {
    this.#budget.tick();
    if (depth === 0 || (kind !== 'CREATE' && kind !== 'CREATE2')) return;
    this.#lookUp(to);
    this.#created.add(to);
    this.#undo = [];
  }

  result(): Json {
    const pre = this.#pre;
    const post = this.#options.diffMode ? this.#difference() : undefined;
    if (!this.#options.includeEmpty) for (const address of this.#created) if (pre.get(address)?.isEmpty === true) pre.delete(address);
    const before = Object.fromEntries([...pre].sort(byKey).map(([address, seen]) => [address, this.#accountJson(seen)]));
    return post === undefined ? before : {post: Object.fromEntries([...post].sort(byKey)), pre: before};
  }

  /** What is as it was leaves `pre`; the new values are returned. */
  #difference(): Map<Address, Json> {
    const post = new Map<Address, Json>();
    const {disableCode, disableStorage} = this.#options;
    for (const [address, seen] of this.#pre) {
      const account = this.#state.account(address);
      // Destroyed: it stands in `pre` only.
      if (account === undefined && !seen.isEmpty) continue;
      const {balance, nonce} = account ?? EMPTY_ACCOUNT;
      const changed: Record<string, Json> = {};
      if (balance !== seen.balance) changed['balance'] = hex(balance);
      if (!disableCode) {
        const code = this.#state.code(address);
        if (!bytesEqual(code, seen.code)) changed['code'] = bytesToHex(code);
      }
      if (nonce !== seen.nonce) changed['nonce'] = Number(nonce);
      let isChanged = Object.keys(changed).length > 0;
      if (!disableStorage) {
        const storage: Record<string, Json> = {};
        for (const [slot, before] of seen.storage) {
          const after = padLeft(this.#state.slot(address, slot), 32);
          const same = bytesEqual(before, after);
          if (same || isZero(before)) seen.storage.delete(slot);
          if (same) continue;
          isChanged = true;
          if (!isZero(after)) storage[slot] = bytesToHex(after);
        }
        if (Object.keys(storage).length > 0) changed['storage'] = storage;
      }
      if (isChanged) post.set(address, changed);
      else this.#pre.delete(address);
    }
    return post;
  }

  #accountJson({balance, nonce, code, storage}: Seen): Json {
    const {disableCode, disableStorage} = this.#options;
    return {
      balance: hex(balance),
      ...(disableCode || code.length === 0 ? {} : {code: bytesToHex(code)}),
      ...(nonce === 0n ? {} : {nonce: Number(nonce)}),
      ...(disableStorage || storage.size === 0 ? {} : {storage: Object.fromEntries([...storage].sort(byKey).map(([slot, value]) => [slot, bytesToHex(value)]))}),
    };
  }

  #lookUp(address: Address): Seen {
    const known = this.#pre.get(address);
    if (known !== undefined) return known;
    const account = this.#state.account(address) ?? EMPTY_ACCOUNT;
    const code = this.#state.codeOf(account.codeHash);
    this.#budget.spend(ACCOUNT_BYTES + (this.#options.disableCode ? 0 : code.length * 2));
    const seen: Seen = {balance: account.balance, nonce: account.nonce, code, storage: new Map(), isEmpty: isEmptyAccount(account)};
    this.#pre.set(address, seen);
    this.#undo.push(() => this.#pre.delete(address));
    return seen;
  }

  /** EIP-7702: calling a delegated account runs the code of another. */
  #lookUpDelegate(address: Address): void {
    const code = this.#state.code(address);
    if (code.length === DELEGATION_BYTES && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00) this.#lookUp(bytesToHex(code.subarray(3)));
  }

  #lookUpSlot(address: Address, slot: Hash): void {
    const {storage} = this.#lookUp(address);
    if (this.#options.disableStorage || storage.has(slot)) return;
    this.#budget.spend(SLOT_BYTES);
    storage.set(slot, padLeft(this.#state.slot(address, slot), 32));
    this.#undo.push(() => storage.delete(slot));
  }
}

function addressOfWord(word: bigint): Address {
  return bytesToHex(bigIntToFixed(BigInt.asUintN(160, word), 20));
}

function isZero(value: Uint8Array): boolean {
  return value.every((byte) => byte === 0);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
