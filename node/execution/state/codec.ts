/** How accounts and reverse diffs stand in the database. */
import {bigIntToBytes, bytesToBigInt, bytesToHex, EMPTY, hexToBytes} from '../hex.ts';
import {decodeRlp, encodeRlp} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import type {Address, Hash} from '../types.ts';
import {EMPTY_CODE_HASH, EMPTY_ROOT_HASH} from './types.ts';
import type {Account, StateChanges} from './types.ts';

/** Values before a block, of all that it changed. */
export interface ReverseDiff {
  readonly accounts: ReadonlyMap<Address, Account | undefined>;
  readonly slots: ReadonlyMap<Address, ReadonlyMap<Hash, Uint8Array>>;
  readonly entries: number;
}

export function encodeAccount(account: Account): Uint8Array {
  return encodeRlp(accountItem(account));
}

export function decodeAccount(bytes: Uint8Array): Account {
  return accountOf(listOf(decodeRlp(bytes)));
}

/** The form in which an account stands in the state trie. */
export function encodeTrieAccount(account: Account, storageRoot: Hash): Uint8Array {
  return encodeRlp([bigIntToBytes(account.nonce), bigIntToBytes(account.balance), hexToBytes(storageRoot), hexToBytes(account.codeHash)]);
}

export function encodeDiff(diff: ReverseDiff): Uint8Array {
  const accounts: RlpItem[] = [];
  for (const [address, before] of diff.accounts) accounts.push([hexToBytes(address), before === undefined ? EMPTY : accountItem(before)]);
  const slots: RlpItem[] = [];
  for (const [address, changed] of diff.slots) {
    const pairs: RlpItem[] = [];
    for (const [slot, before] of changed) pairs.push(hexToBytes(slot), before);
    slots.push([hexToBytes(address), pairs]);
  }
  return encodeRlp([accounts, slots]);
}

export function decodeDiff(bytes: Uint8Array): ReverseDiff {
  const [accountItems, slotItems] = listOf(decodeRlp(bytes, {itemsMax: Number.MAX_SAFE_INTEGER})).map(listOf);
  const accounts = new Map<Address, Account | undefined>();
  for (const item of accountItems!) {
    const [address, before] = listOf(item);
    accounts.set(bytesToHex(stringOf(address)), before instanceof Uint8Array ? undefined : accountOf(listOf(before)));
  }
  const slots = new Map<Address, Map<Hash, Uint8Array>>();
  let entries = accounts.size;
  for (const item of slotItems!) {
    const [address, pairs] = listOf(item);
    const flat = listOf(pairs);
    const changed = new Map<Hash, Uint8Array>();
    for (let i = 0; i < flat.length; i += 2) changed.set(bytesToHex(stringOf(flat[i])), stringOf(flat[i + 1]));
    slots.set(bytesToHex(stringOf(address)), changed);
    entries += changed.size;
  }
  return {accounts, slots, entries};
}

export function reverseDiffOf(changes: StateChanges): ReverseDiff {
  const accounts = new Map<Address, Account | undefined>();
  for (const [address, {before}] of changes.accounts) accounts.set(address, before);
  const slots = new Map<Address, Map<Hash, Uint8Array>>();
  let entries = accounts.size;
  for (const [address, changed] of changes.slots) {
    const befores = new Map<Hash, Uint8Array>();
    for (const [slot, {before}] of changed) befores.set(slot, before);
    slots.set(address, befores);
    entries += befores.size;
  }
  return {accounts, slots, entries};
}

function accountItem(account: Account): RlpItem {
  return [
    bigIntToBytes(account.nonce),
    bigIntToBytes(account.balance),
    account.codeHash === EMPTY_CODE_HASH ? EMPTY : hexToBytes(account.codeHash),
    account.storageRoot === EMPTY_ROOT_HASH ? EMPTY : hexToBytes(account.storageRoot),
  ];
}

function accountOf(fields: readonly RlpItem[]): Account {
  const [nonce, balance, codeHash, storageRoot] = fields.map(stringOf);
  return {
    nonce: bytesToBigInt(nonce!),
    balance: bytesToBigInt(balance!),
    codeHash: codeHash!.length === 0 ? EMPTY_CODE_HASH : bytesToHex(codeHash!),
    storageRoot: storageRoot!.length === 0 ? EMPTY_ROOT_HASH : bytesToHex(storageRoot!),
  };
}

function listOf(item: RlpItem | undefined): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw new Error('database record: list expected');
  return item;
}

function stringOf(item: RlpItem | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new Error('database record: string expected');
  return item;
}
