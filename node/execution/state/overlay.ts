import {bytesEqual, bytesToHex, EMPTY} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import type {Address, Hash} from '../types.ts';
import {EMPTY_ACCOUNT, EMPTY_CODE_HASH, EMPTY_ROOT_HASH, isEmptyAccount} from './types.ts';
import type {Account, Change, StateChanges, StateSource} from './types.ts';

type Undo =
  | {readonly kind: 'account'; readonly address: Address; readonly before: Account | null | undefined}
  | {readonly kind: 'slot'; readonly slots: Map<Hash, Uint8Array>; readonly slot: Hash; readonly before: Uint8Array | undefined}
  | {readonly kind: 'clear'; readonly address: Address; readonly slots: Map<Hash, Uint8Array> | undefined; readonly wasCleared: boolean};

/**
 * Changes on top of a state, with a journal: `checkpoint`, then `revert` or `commit` (nested), as calls of the EVM need.
 * The lower state is not written; `changes` says what differs in the end.
 */
export class StateOverlay implements StateSource {
  readonly #base: StateSource;
  /** null: does not exist. */
  readonly #accounts = new Map<Address, Account | null>();
  readonly #slots = new Map<Address, Map<Hash, Uint8Array>>();
  /** Accounts whose lower storage no longer shows through. */
  readonly #cleared = new Set<Address>();
  readonly #codes = new Map<Hash, Uint8Array>();
  readonly #journal: Undo[] = [];
  readonly #checkpoints: number[] = [];
  /** Values before this transaction, for the gas of SSTORE (EIP-2200). */
  readonly #originals = new Map<Address, Map<Hash, Uint8Array>>();

  constructor(base: StateSource) {
    this.#base = base;
  }

  account(address: Address): Account | undefined {
    const own = this.#accounts.get(address);
    if (own !== undefined) return own ?? undefined;
    return this.#base.account(address);
  }

  slot(address: Address, slot: Hash): Uint8Array {
    const own = this.#slots.get(address)?.get(slot);
    if (own !== undefined) return own;
    return this.#lowerSlot(address, slot);
  }

  codeOf(codeHash: Hash): Uint8Array {
    if (codeHash === EMPTY_CODE_HASH) return EMPTY;
    return this.#codes.get(codeHash) ?? this.#base.codeOf(codeHash);
  }

  code(address: Address): Uint8Array {
    const account = this.account(address);
    return account === undefined ? EMPTY : this.codeOf(account.codeHash);
  }

  putAccount(address: Address, account: Account | undefined): void {
    this.#journal.push({kind: 'account', address, before: this.#accounts.get(address)});
    this.#accounts.set(address, account ?? null);
  }

  putCode(address: Address, code: Uint8Array): void {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : bytesToHex(keccak256(code));
    if (code.length > 0) this.#codes.set(codeHash, code);
    this.putAccount(address, {...(this.account(address) ?? EMPTY_ACCOUNT), codeHash});
  }

  /** `value` in its shortest form. */
  putSlot(address: Address, slot: Hash, value: Uint8Array): void {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Map()));
    const before = slots.get(slot);
    let originals = this.#originals.get(address);
    if (originals === undefined) this.#originals.set(address, (originals = new Map()));
    if (!originals.has(slot)) originals.set(slot, before ?? this.#lowerSlot(address, slot));
    this.#journal.push({kind: 'slot', slots, slot, before});
    slots.set(slot, value);
  }

  /** The value before the current transaction. */
  originalSlot(address: Address, slot: Hash): Uint8Array {
    return this.#originals.get(address)?.get(slot) ?? this.slot(address, slot);
  }

  clearStorage(address: Address): void {
    const slots = this.#slots.get(address);
    const wasCleared = this.#cleared.has(address);
    if (slots === undefined && (wasCleared || !this.#hasLowerStorage(address))) return;
    this.#journal.push({kind: 'clear', address, slots, wasCleared});
    this.#slots.delete(address);
    this.#cleared.add(address);
  }

  deleteAccount(address: Address): void {
    this.clearStorage(address);
    this.putAccount(address, undefined);
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#journal.length);
  }

  commit(): void {
    if (this.#checkpoints.pop() === undefined) throw new Error('commit without a checkpoint');
  }

  revert(): void {
    const length = this.#checkpoints.pop();
    if (length === undefined) throw new Error('revert without a checkpoint');
    while (this.#journal.length > length) this.#undo(this.#journal.pop()!);
  }

  /**
   * Ends a transaction: its changes can no longer be reverted, and accounts that it touched and left empty disappear (EIP-161; not
   * before Spurious Dragon).
   */
  endTransaction(clearsEmpty = true): void {
    if (this.#checkpoints.length !== 0) throw new Error('a checkpoint is still open at the end of a transaction');
    for (const entry of clearsEmpty ? this.#journal : []) {
      if (entry.kind !== 'account') continue;
      const account = this.#accounts.get(entry.address);
      if (account === undefined || account === null || !isEmptyAccount(account)) continue;
      this.#slots.delete(entry.address);
      if (this.#hasLowerStorage(entry.address)) this.#cleared.add(entry.address);
      this.#accounts.set(entry.address, null);
    }
    this.#journal.length = 0;
    this.#originals.clear();
  }

  /** Takes back everything since the end of the last transaction, whatever checkpoints are open. */
  abandonTransaction(): void {
    while (this.#journal.length > 0) this.#undo(this.#journal.pop()!);
    this.#checkpoints.length = 0;
    this.#originals.clear();
  }

  /** Net changes against the lower state. Accounts whose lower storage was cleared are named; their old slots are the caller's to list. */
  changes(): StateChanges & {readonly cleared: ReadonlySet<Address>} {
    const accounts = new Map<Address, Change<Account | undefined>>();
    for (const [address, own] of this.#accounts) {
      const before = this.#base.account(address);
      const after = own ?? undefined;
      if (!sameAccount(before, after)) accounts.set(address, {before, after});
    }
    const slots = new Map<Address, Map<Hash, Change<Uint8Array>>>();
    for (const [address, own] of this.#slots) {
      if (this.account(address) === undefined) continue;
      const changed = new Map<Hash, Change<Uint8Array>>();
      for (const [slot, after] of own) {
        const before = this.#hasLowerStorage(address) ? this.#base.slot(address, slot) : EMPTY;
        // Of a cleared account also what came back as it was, or it would count among the slots that are gone.
        if (this.#cleared.has(address) || !bytesEqual(before, after)) changed.set(slot, {before, after});
      }
      if (changed.size > 0) slots.set(address, changed);
    }
    return {accounts, slots, codes: this.#codes, cleared: this.#cleared};
  }

  #lowerSlot(address: Address, slot: Hash): Uint8Array {
    if (this.#cleared.has(address) || !this.#hasLowerStorage(address)) return EMPTY;
    return this.#base.slot(address, slot);
  }

  #hasLowerStorage(address: Address): boolean {
    const account = this.#base.account(address);
    return account !== undefined && account.storageRoot !== EMPTY_ROOT_HASH;
  }

  #undo(entry: Undo): void {
    switch (entry.kind) {
      case 'account':
        if (entry.before === undefined) this.#accounts.delete(entry.address);
        else this.#accounts.set(entry.address, entry.before);
        return;
      case 'slot':
        if (entry.before === undefined) entry.slots.delete(entry.slot);
        else entry.slots.set(entry.slot, entry.before);
        return;
      case 'clear':
        if (entry.slots === undefined) this.#slots.delete(entry.address);
        else this.#slots.set(entry.address, entry.slots);
        if (!entry.wasCleared) this.#cleared.delete(entry.address);
    }
  }
}

export function sameAccount(a: Account | undefined, b: Account | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return a.nonce === b.nonce && a.balance === b.balance && a.codeHash === b.codeHash && a.storageRoot === b.storageRoot;
}
