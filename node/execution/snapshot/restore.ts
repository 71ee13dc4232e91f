import type {KeyValueOp, KeyValueStore, Snapshot} from '#consensus/engine';
import {blockSize} from '../block/eth-block.ts';
import {headerOfItem} from '../block/header.ts';
import {appHashOf} from '../chain.ts';
import {bytesEqual, bytesToHex} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import {accountKey, codeKey, slotKey} from '../keys.ts';
import {RESTORE_ENTRIES_PER_TURN, SNAPSHOT_HEADERS_MAX, SNAPSHOT_TRANSACTIONS_MAX} from '../limits.ts';
import {decodeRlp} from '../rlp.ts';
import {decodeAccount, encodeAccount} from '../state/codec.ts';
import {EMPTY_CODE_HASH, EMPTY_ROOT_HASH, type Account} from '../state/types.ts';
import {orderedTrieRoot} from '../trie/ordered.ts';
import {StateTrie} from '../trie/state-trie.ts';
import type {Address, EthBlock, EthHeader, Hash, Transaction} from '../types.ts';
import {parseAccount, parseEnd, parseSlots, RecordKind, RecordReader, SnapshotError, type SnapshotRecord} from './format.ts';

export interface RestorerModules {
  readonly db: KeyValueStore;
  readonly snapshot: Snapshot;
  /** After the block of the snapshot, verified by a light client. */
  readonly appHash: Uint8Array;
  decode(raw: Uint8Array): Transaction;
  yieldTurn(): Promise<void>;
}

export interface RestoredChain {
  readonly block: EthBlock;
  /** The blocks before it, newest first, as far as BLOCKHASH reaches. */
  readonly ancestors: readonly EthHeader[];
}

/**
 * Fills an empty database from the chunks of one snapshot, whose hashes were checked. Nothing that it reads is believed: the header is
 * held against the trusted app hash, its ancestors against it, and all accounts, slots and codes against its state root.
 */
export class Restorer {
  readonly #modules: RestorerModules;
  readonly #reader = new RecordReader();
  readonly #trie: StateTrie;
  #kind: number = RecordKind.header;
  readonly #headers: EthHeader[] = [];
  readonly #transactions: Transaction[] = [];
  #accounts = new Map<Address, Account>();
  #slots = new Map<Address, Map<Hash, Uint8Array>>();
  #pendingEntries = 0;
  #ops: KeyValueOp[] = [];
  readonly #codesMissing = new Set<Hash>();
  #accountCount = 0n;
  #slotCount = 0n;
  #rootsMissing = 0n;
  #stateRoot: Hash = EMPTY_ROOT_HASH;
  #lastAccount = '';
  #lastCode = '';
  /** Whose slots come now, the last of them, and the root of those so far. */
  #owner: {readonly address: Address; last: Hash; root: Hash; readonly claimed: Hash} | undefined;

  constructor(modules: RestorerModules) {
    this.#modules = modules;
    this.#trie = new StateTrie(modules.db, EMPTY_ROOT_HASH);
  }

  /** @throws SnapshotError */
  async apply(chunk: Uint8Array): Promise<void> {
    for (const record of this.#reader.push(chunk)) {
      if (this.#kind === RecordKind.end) throw new SnapshotError('a record after the end');
      if (record.kind < this.#kind) throw new SnapshotError(`a record of kind ${record.kind} after one of kind ${this.#kind}`);
      if (record.kind !== this.#kind) await this.#beginSection(record.kind);
      this.#take(record);
      if (this.#pendingEntries >= RESTORE_ENTRIES_PER_TURN) await this.#flush();
    }
    await this.#flush();
  }

  /** @throws SnapshotError */
  async finish(): Promise<RestoredChain> {
    if (this.#kind !== RecordKind.end || !this.#reader.isAtBoundary) throw new SnapshotError('the snapshot ends before its end record');
    const [header, ...ancestors] = this.#headers;
    if (this.#stateRoot !== header!.stateRoot) throw new SnapshotError(`the state has root ${this.#stateRoot}, its block says ${header!.stateRoot}`);
    const transactions = this.#transactions;
    return {block: {header: header!, transactions, size: blockSize(header!, transactions)}, ancestors};
  }

  async #beginSection(kind: RecordKind): Promise<void> {
    await this.#flush();
    if (this.#kind === RecordKind.header && kind > RecordKind.header) this.#endHeaders();
    if (this.#kind <= RecordKind.transaction && kind > RecordKind.transaction) this.#endTransactions();
    if (this.#kind <= RecordKind.slots && kind > RecordKind.slots) this.#endOwner();
    this.#kind = kind;
  }

  #take({kind, payload}: SnapshotRecord): void {
    switch (kind) {
      case RecordKind.header:
        return this.#takeHeader(payload);
      case RecordKind.transaction:
        return this.#takeTransaction(payload);
      case RecordKind.account:
        return this.#takeAccount(payload);
      case RecordKind.code:
        return this.#takeCode(payload);
      case RecordKind.slots:
        return this.#takeSlots(payload);
      case RecordKind.end:
        return this.#takeEnd(payload);
    }
  }

  #takeHeader(payload: Uint8Array): void {
    if (this.#headers.length === SNAPSHOT_HEADERS_MAX) throw new SnapshotError(`more than ${SNAPSHOT_HEADERS_MAX} headers`);
    let header: EthHeader;
    try {
      header = headerOfItem(decodeRlp(payload.slice()));
    } catch (error) {
      throw new SnapshotError(`a header: ${(error as Error).message}`);
    }
    const child = this.#headers.at(-1);
    if (child === undefined) {
      const {snapshot, appHash} = this.#modules;
      if (header.number !== snapshot.height) throw new SnapshotError(`the header of block ${header.number}, expected ${snapshot.height}`);
      if (!bytesEqual(appHashOf({header, transactions: [], size: 0}), appHash)) throw new SnapshotError('the header is not that of the trusted app hash');
    } else if (header.hash !== child.parentHash) {
      throw new SnapshotError(`the header after block ${child.number} is not its parent`);
    }
    this.#headers.push(header);
  }

  #endHeaders(): void {
    const {height} = this.#modules.snapshot;
    const expected = height + 1n < BigInt(SNAPSHOT_HEADERS_MAX) ? Number(height) + 1 : SNAPSHOT_HEADERS_MAX;
    if (this.#headers.length !== expected) throw new SnapshotError(`${this.#headers.length} headers, expected ${expected}`);
  }

  #takeTransaction(payload: Uint8Array): void {
    if (this.#transactions.length === SNAPSHOT_TRANSACTIONS_MAX) throw new SnapshotError(`more than ${SNAPSHOT_TRANSACTIONS_MAX} transactions`);
    try {
      this.#transactions.push(this.#modules.decode(payload.slice()));
    } catch (error) {
      throw new SnapshotError(`a transaction: ${(error as Error).message}`);
    }
  }

  #endTransactions(): void {
    const root = bytesToHex(orderedTrieRoot(this.#transactions.map(({raw}) => raw)));
    if (root !== this.#headers[0]!.transactionsRoot) throw new SnapshotError('the transactions are not those of the block');
  }

  #takeAccount(payload: Uint8Array): void {
    const {address, account} = parseAccount(payload);
    if (address <= this.#lastAccount) throw new SnapshotError('accounts do not ascend');
    this.#lastAccount = address;
    this.#accounts.set(address, account);
    this.#ops.push({type: 'put', key: accountKey(address), value: encodeAccount(account)});
    if (account.codeHash !== EMPTY_CODE_HASH) this.#codesMissing.add(account.codeHash);
    if (account.storageRoot !== EMPTY_ROOT_HASH) this.#rootsMissing++;
    this.#accountCount++;
    this.#pendingEntries++;
  }

  #takeCode(payload: Uint8Array): void {
    const hash = bytesToHex(keccak256(payload));
    if (hash <= this.#lastCode) throw new SnapshotError('codes do not ascend');
    if (!this.#codesMissing.delete(hash)) throw new SnapshotError(`no account has the code ${hash}`);
    this.#lastCode = hash;
    this.#ops.push({type: 'put', key: codeKey(hash), value: payload.slice()});
    this.#pendingEntries++;
  }

  #takeSlots(payload: Uint8Array): void {
    const {address, slots, last} = parseSlots(payload);
    let owner = this.#owner;
    if (owner?.address !== address) {
      if (owner !== undefined && address <= owner.address) throw new SnapshotError('the owners of slots do not ascend');
      this.#endOwner();
      const account = this.#modules.db.get(accountKey(address));
      if (account === undefined) throw new SnapshotError(`slots of ${address}, which is no account`);
      owner = this.#owner = {address, last: '0x', root: EMPTY_ROOT_HASH, claimed: decodeAccount(account).storageRoot};
    }
    const first = slots.keys().next().value!;
    if (first <= owner.last) throw new SnapshotError('slots do not ascend');
    owner.last = last;
    const pending = this.#slots.get(address);
    if (pending === undefined) this.#slots.set(address, new Map(slots));
    else for (const [slot, value] of slots) pending.set(slot, value);
    for (const [slot, value] of slots) this.#ops.push({type: 'put', key: slotKey(address, slot), value});
    this.#slotCount += BigInt(slots.size);
    this.#pendingEntries += slots.size;
  }

  /** The slots of one account are complete. */
  #endOwner(): void {
    const owner = this.#owner;
    if (owner === undefined) return;
    this.#updateTries();
    if (owner.root !== owner.claimed) throw new SnapshotError(`the storage of ${owner.address} has root ${owner.root}, its account says ${owner.claimed}`);
    this.#rootsMissing--;
    this.#owner = undefined;
  }

  #takeEnd(payload: Uint8Array): void {
    const {accounts, slots} = parseEnd(payload);
    if (accounts !== this.#accountCount || slots !== this.#slotCount) {
      throw new SnapshotError(`${this.#accountCount} accounts and ${this.#slotCount} slots, the end record says ${accounts} and ${slots}`);
    }
    if (this.#codesMissing.size > 0) throw new SnapshotError(`${this.#codesMissing.size} codes are missing`);
    if (this.#rootsMissing !== 0n) throw new SnapshotError(`the storage of ${this.#rootsMissing} accounts is missing`);
  }

  #updateTries(): void {
    if (this.#accounts.size === 0 && this.#slots.size === 0) return;
    const owner = this.#owner;
    const update = this.#trie.update(
      {accounts: this.#accounts, slots: this.#slots},
      () => owner?.root ?? EMPTY_ROOT_HASH,
      // The accounts stand in the trie already, with the roots that they claim.
      () => undefined,
    );
    this.#trie.adopt(update);
    this.#stateRoot = update.stateRoot;
    if (owner !== undefined) owner.root = update.storageRoots.get(owner.address) ?? owner.root;
    this.#accounts = new Map();
    this.#slots = new Map();
  }

  async #flush(): Promise<void> {
    if (this.#pendingEntries === 0) return;
    this.#updateTries();
    const ops = this.#ops;
    for (const op of this.#trie.flush()) ops.push(op);
    this.#ops = [];
    this.#pendingEntries = 0;
    await this.#modules.db.write(ops, {sync: false});
    this.#trie.trim();
    await this.#modules.yieldTurn();
  }
}
