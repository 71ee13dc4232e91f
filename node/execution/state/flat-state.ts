import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {bytesToHex, EMPTY} from '../hex.ts';
import {accountKey, codeKey, slotKey, slotRange} from '../keys.ts';
import {ACCOUNT_CACHE_MAX, CODE_CACHE_MAX, SLOT_CACHE_MAX} from '../limits.ts';
import type {Address, Hash} from '../types.ts';
import {decodeAccount, encodeAccount} from './codec.ts';
import type {ReverseDiff} from './codec.ts';
import {EMPTY_CODE_HASH} from './types.ts';
import type {Account, StateChanges, StateSource} from './types.ts';

/** The newest committed state: tables of accounts, slots and codes, with the often used part in memory. */
export class FlatState implements StateSource {
  readonly #db: KeyValueStore;
  /** null: known not to exist. */
  readonly #accounts = new Map<Address, Account | null>();
  readonly #slots = new Map<Address, Map<Hash, Uint8Array>>();
  #slotCount = 0;
  readonly #codes = new Map<Hash, Uint8Array>();
  /** Changes on their way to the disk: they answer before cache and database do. */
  #staged: StateChanges | undefined;

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  account(address: Address): Account | undefined {
    const staged = this.#staged?.accounts.get(address);
    if (staged !== undefined) return staged.after;
    const cached = this.#accounts.get(address);
    if (cached !== undefined) return cached ?? undefined;
    const bytes = this.#db.get(accountKey(address));
    const account = bytes === undefined ? undefined : decodeAccount(bytes);
    this.#cacheAccount(address, account);
    return account;
  }

  slot(address: Address, slot: Hash): Uint8Array {
    const staged = this.#staged?.slots.get(address)?.get(slot);
    if (staged !== undefined) return staged.after;
    const cached = this.#slots.get(address)?.get(slot);
    if (cached !== undefined) return cached;
    const value = this.#db.get(slotKey(address, slot)) ?? EMPTY;
    this.#cacheSlot(address, slot, value);
    return value;
  }

  codeOf(codeHash: Hash): Uint8Array {
    if (codeHash === EMPTY_CODE_HASH) return EMPTY;
    const known = this.#staged?.codes.get(codeHash) ?? this.#codes.get(codeHash);
    if (known !== undefined) return known;
    const code = this.#db.get(codeKey(codeHash));
    if (code === undefined) throw new Error(`the code ${codeHash} is missing: the database is damaged`);
    this.#cacheCode(codeHash, code);
    return code;
  }

  /** All slots of an account. Only needed when storage vanishes at once, as by a SELFDESTRUCT before Cancun. */
  async slotsOf(address: Address): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const [gte, lt] = slotRange(address);
    const staged = this.#staged?.slots.get(address);
    const slots = new Map<Hash, Uint8Array>();
    for await (const [key, value] of this.#db.range(gte, lt)) slots.set(bytesToHex(key.subarray(21)), value);
    for (const [slot, {after}] of staged ?? []) {
      if (after.length === 0) slots.delete(slot);
      else slots.set(slot, after);
    }
    return slots;
  }

  /** From here on `changes` are seen by every reader; `settle` follows once they are in the database. */
  stage(changes: StateChanges): void {
    if (this.#staged !== undefined) throw new Error('the changes of an earlier block are not settled');
    this.#staged = changes;
  }

  settle(): void {
    const staged = this.#staged;
    if (staged === undefined) throw new Error('nothing is staged');
    for (const [address, {after}] of staged.accounts) this.#cacheAccount(address, after);
    for (const [address, slots] of staged.slots) for (const [slot, {after}] of slots) this.#cacheSlot(address, slot, after);
    for (const [hash, code] of staged.codes) this.#cacheCode(hash, code);
    this.#staged = undefined;
  }

  static writeOps(changes: StateChanges): KeyValueOp[] {
    const ops: KeyValueOp[] = [];
    for (const [address, {after}] of changes.accounts) {
      const key = accountKey(address);
      ops.push(after === undefined ? {type: 'del', key} : {type: 'put', key, value: encodeAccount(after)});
    }
    for (const [address, slots] of changes.slots) {
      for (const [slot, {after}] of slots) {
        const key = slotKey(address, slot);
        ops.push(after.length === 0 ? {type: 'del', key} : {type: 'put', key, value: after});
      }
    }
    for (const [hash, code] of changes.codes) ops.push({type: 'put', key: codeKey(hash), value: code});
    return ops;
  }

  /** Writes that set back what a block changed. */
  static restoreOps({accounts, slots}: ReverseDiff): KeyValueOp[] {
    const ops: KeyValueOp[] = [];
    for (const [address, before] of accounts) {
      const key = accountKey(address);
      ops.push(before === undefined ? {type: 'del', key} : {type: 'put', key, value: encodeAccount(before)});
    }
    for (const [address, changed] of slots) {
      for (const [slot, before] of changed) {
        const key = slotKey(address, slot);
        ops.push(before.length === 0 ? {type: 'del', key} : {type: 'put', key, value: before});
      }
    }
    return ops;
  }

  #cacheAccount(address: Address, account: Account | undefined): void {
    if (this.#accounts.size >= ACCOUNT_CACHE_MAX) dropOldest(this.#accounts);
    this.#accounts.set(address, account ?? null);
  }

  #cacheSlot(address: Address, slot: Hash, value: Uint8Array): void {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Map()));
    if (!slots.has(slot)) this.#slotCount++;
    slots.set(slot, value);
    if (this.#slotCount > SLOT_CACHE_MAX) {
      this.#slots.clear();
      this.#slotCount = 0;
    }
  }

  #cacheCode(codeHash: Hash, code: Uint8Array): void {
    if (this.#codes.size >= CODE_CACHE_MAX) dropOldest(this.#codes);
    this.#codes.set(codeHash, code);
  }
}

function dropOldest<K>(map: Map<K, unknown>): void {
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
