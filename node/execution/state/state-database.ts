import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {EMPTY} from '../hex.ts';
import {ChainError} from '../errors.ts';
import {diffKey} from '../keys.ts';
import {PROOF_REWIND_ENTRIES_MAX, TRIE_FLUSH_BLOCKS, TRIE_FLUSH_NODES} from '../limits.ts';
import {StateTrie} from '../trie/state-trie.ts';
import type {TrieUpdate} from '../trie/state-trie.ts';
import type {Address, Hash} from '../types.ts';
import {encodeDiff, reverseDiffOf} from './codec.ts';
import type {ReverseDiff} from './codec.ts';
import {FlatState} from './flat-state.ts';
import {DiffStore, HistoricState} from './history.ts';
import {sameAccount} from './overlay.ts';
import type {StateOverlay} from './overlay.ts';
import {StateFork} from './state-fork.ts';
import {EMPTY_ROOT_HASH} from './types.ts';
import type {Account, Change, StateChanges, StateSource} from './types.ts';

/** Up to which block the trie nodes are in the database; the flat tables may be ahead of them. */
export interface TrieMark {
  readonly number: bigint;
  readonly stateRoot: Hash;
}

/** The outcome of a block, not yet part of the state. */
export interface PreparedState {
  readonly stateRoot: Hash;
  readonly changes: StateChanges;
  readonly diff: ReverseDiff;
  readonly trie: TrieUpdate;
}

export interface StateDatabaseOptions {
  readonly db: KeyValueStore;
  /** Head block and its state root. */
  readonly head: TrieMark;
  readonly trieMark: TrieMark;
  /** undefined: keep all. */
  readonly historyBlocks: bigint | undefined;
}

/** The state of the chain: newest in flat tables, older through reverse diffs, and the trie that commits to it. */
export class StateDatabase {
  readonly newest: FlatState;
  readonly #diffs: DiffStore;
  readonly #trie: StateTrie;
  readonly #historyBlocks: bigint | undefined;
  #head: bigint;
  #trieMark: TrieMark;
  /** How often trie nodes were given out to be written: they take the places of older ones. */
  #flushes = 0;

  constructor(options: StateDatabaseOptions) {
    this.newest = new FlatState(options.db);
    this.#diffs = new DiffStore(options.db);
    this.#trie = new StateTrie(options.db, options.trieMark.stateRoot);
    this.#historyBlocks = options.historyBlocks;
    this.#head = options.head.number;
    this.#trieMark = options.trieMark;
    this.#catchUp(options.head);
  }

  /** The state after block `number`. Throws ChainError `state-unavailable` when it is pruned or in the future. */
  at(number: bigint): StateSource {
    const pruned = (): ChainError => new ChainError('state-unavailable', `required historical state unavailable: block ${number}`);
    if (number < 0n || number > this.#head) throw new ChainError('state-unavailable', 'header not found');
    if (number < this.#head && this.#diffs.get(number + 1n) === undefined) throw pruned();
    return new HistoricState({number, newest: this.newest, diffs: this.#diffs, headNumber: () => this.#head, pruned});
  }

  /** Of how many past blocks the state stays readable; undefined: of all. */
  get historyBlocks(): bigint | undefined {
    return this.#historyBlocks;
  }

  /** The first block at or after `base` whose state can be read. */
  oldest(base: bigint): bigint {
    let low = base;
    let high = this.#head;
    while (low < high) {
      const middle = (low + high) / 2n;
      if (this.#diffs.has(middle + 1n)) high = middle;
      else low = middle + 1n;
    }
    return low;
  }

  /** A state of its own on top of the state after `number`. Throws as `at`. */
  fork(number: bigint): StateFork {
    const source = this.at(number);
    return new StateFork({
      source,
      head: () => this.#head,
      flushes: () => this.#flushes,
      rewind: () => this.#rewind(number).update,
      follow: (update, head) => this.#follow(update, head),
      update: (...args) => this.#trie.update(...args),
    });
  }

  /** Computes the root of what `overlay` (on the newest state) changed. Nothing is adopted. */
  async prepare(overlay: StateOverlay): Promise<PreparedState> {
    const net = overlay.changes();
    const accounts = new Map(net.accounts);
    const slots = new Map(net.slots);
    for (const address of net.cleared) await this.#addClearedSlots(address, slots);
    const trie = this.#trie.update(
      {accounts: afterOf(accounts), slots: new Map([...slots].map(([address, changed]) => [address, afterOf(changed)]))},
      (address) => this.newest.account(address)?.storageRoot ?? EMPTY_ROOT_HASH,
      (address) => overlay.account(address),
    );
    for (const [address, storageRoot] of trie.storageRoots) {
      const before = this.newest.account(address);
      const account = accounts.has(address) ? accounts.get(address)!.after : before;
      if (account === undefined) continue;
      const after: Account = {...account, storageRoot};
      if (!sameAccount(before, after)) accounts.set(address, {before, after});
    }
    const changes: StateChanges = {accounts, slots, codes: net.codes};
    return {stateRoot: trie.stateRoot, changes, diff: reverseDiffOf(changes), trie};
  }

  /**
   * Makes `prepared` the newest state for every reader and returns what has to be written, in one batch with the block's other
   * records. `settle` follows when that is durable.
   */
  adopt(number: bigint, prepared: PreparedState): {readonly ops: KeyValueOp[]; readonly trieMark: TrieMark} {
    const ops = FlatState.writeOps(prepared.changes);
    ops.push({type: 'put', key: diffKey(number), value: encodeDiff(prepared.diff)});
    this.#trie.adopt(prepared.trie);
    const flushBlocks = this.#historyBlocks === undefined || this.#historyBlocks > TRIE_FLUSH_BLOCKS ? TRIE_FLUSH_BLOCKS : 1n;
    if (number === 0n || number - this.#trieMark.number >= flushBlocks || this.#trie.unsavedNodes >= TRIE_FLUSH_NODES) {
      for (const op of this.#trie.flush()) ops.push(op);
      this.#flushes++;
      this.#trieMark = {number, stateRoot: prepared.stateRoot};
    }
    if (this.#historyBlocks !== undefined && number > this.#historyBlocks) {
      const pruned = number - this.#historyBlocks;
      ops.push({type: 'del', key: diffKey(pruned)});
      this.#diffs.drop(pruned);
    }
    this.newest.stage(prepared.changes);
    this.#diffs.add(number, prepared.diff);
    this.#head = number;
    return {ops, trieMark: this.#trieMark};
  }

  /**
   * Writes that take the state back to the end of block `number`. This object is of no use afterwards.
   * @param stateRoot what has to come out of it.
   */
  rollBackOps(number: bigint, stateRoot: Hash): {readonly ops: KeyValueOp[]; readonly trieMark: TrieMark} {
    // They are pruned from the oldest on.
    if (this.#diffs.get(number + 1n) === undefined) throw new ChainError('state-unavailable', `what block ${number + 1n} changed is not stored any more`);
    const {update, before} = this.#rewind(number, Infinity);
    if (update.stateRoot !== stateRoot) throw new Error(`the state after block ${number} has root ${update.stateRoot}, its block says ${stateRoot}: the database is damaged`);
    const ops = FlatState.restoreOps(before);
    for (let later = this.#head; later > number; later--) ops.push({type: 'del', key: diffKey(later)});
    this.#trie.adopt(update);
    for (const op of this.#trie.flush()) ops.push(op);
    return {ops, trieMark: {number, stateRoot}};
  }

  settle(): void {
    this.newest.settle();
    this.#trie.trim();
  }

  /** Merkle proofs of an account and its slots in the state after `number`. Synchronous, so that no commit comes between. */
  prove(address: Address, slots: readonly Hash[], number: bigint): {account: Uint8Array[]; slots: Uint8Array[][]} {
    let update: TrieUpdate | undefined;
    const source = this.at(number);
    if (number < this.#head) ({update} = this.#rewind(number));
    const storageRoot = source.account(address)?.storageRoot ?? EMPTY_ROOT_HASH;
    return {
      account: this.#trie.prove(update, address),
      slots: slots.map((slot) => (storageRoot === EMPTY_ROOT_HASH ? [] : this.#trie.proveSlot(update, address, storageRoot, slot))),
    };
  }

  /** The trie as it was after `number`, by setting back all that later blocks changed. */
  #rewind(number: bigint, entriesMax = PROOF_REWIND_ENTRIES_MAX): {readonly update: TrieUpdate; readonly before: ReverseDiff} {
    const before = this.#before(number, entriesMax);
    const update = this.#trie.update(
      before,
      (address) => this.newest.account(address)?.storageRoot ?? EMPTY_ROOT_HASH,
      (address) => (before.accounts.has(address) ? before.accounts.get(address) : this.newest.account(address)),
    );
    return {update, before};
  }

  /**
   * Tries of the past that were made when `head` was the newest block, for as long as no nodes were written since: what they hold is
   * still so. Storages that they do not hold are looked for in the newest tries, so those that changed since come in as they were.
   */
  #follow(update: TrieUpdate, head: bigint): TrieUpdate {
    const {slots: changed} = this.#before(head, PROOF_REWIND_ENTRIES_MAX);
    const slots = new Map([...changed].filter(([address]) => !update.storages.has(address)));
    if (slots.size === 0) return update;
    const {storages} = this.#trie.update({accounts: new Map(), slots}, (address) => this.newest.account(address)?.storageRoot ?? EMPTY_ROOT_HASH, () => undefined);
    return {...update, storages: new Map([...update.storages, ...storages])};
  }

  /** Of all that blocks after `number` changed, what it was then: the oldest diff that names a key has it. */
  #before(number: bigint, entriesMax: number): ReverseDiff {
    const accounts = new Map<Address, Account | undefined>();
    const slots = new Map<Address, Map<Hash, Uint8Array>>();
    let entries = 0;
    for (let later = this.#head; later > number; later--) {
      const diff = this.#diffAfter(number, later);
      entries += diff.entries + 1;
      if (entries > entriesMax) throw tooMuchChanged(number);
      for (const [address, account] of diff.accounts) accounts.set(address, account);
      for (const [address, changed] of diff.slots) {
        const own = slots.get(address);
        if (own === undefined) slots.set(address, new Map(changed));
        else for (const [slot, value] of changed) own.set(slot, value);
      }
    }
    return {accounts, slots, entries};
  }

  #diffAfter(number: bigint, later: bigint): ReverseDiff {
    const diff = this.#diffs.get(later);
    if (diff === undefined) throw new ChainError('state-unavailable', `required historical state unavailable: block ${number}`);
    return diff;
  }

  /** After a start: replays the changed keys since the trie was last written, and checks the outcome against the head's root. */
  #catchUp(head: TrieMark): void {
    const mark = this.#trieMark;
    if (mark.number === head.number) {
      if (mark.stateRoot !== head.stateRoot) throw new Error('the state trie does not belong to the head block: the database is damaged');
      return;
    }
    const {accounts, slots} = this.#touchedAfter(mark.number);
    const then = this.at(mark.number);
    const update = this.#trie.update(
      {
        accounts: new Map([...accounts].map((address) => [address, this.newest.account(address)])),
        slots: new Map([...slots].map(([address, keys]) => [address, new Map([...keys].map((slot) => [slot, this.newest.slot(address, slot)]))])),
      },
      (address) => then.account(address)?.storageRoot ?? EMPTY_ROOT_HASH,
      (address) => this.newest.account(address),
    );
    if (update.stateRoot !== head.stateRoot) throw new Error(`the state has root ${update.stateRoot}, its block says ${head.stateRoot}: the database is damaged`);
    this.#trie.adopt(update);
  }

  #touchedAfter(number: bigint): {accounts: Set<Address>; slots: Map<Address, Set<Hash>>} {
    const accounts = new Set<Address>();
    const slots = new Map<Address, Set<Hash>>();
    for (let later = number + 1n; later <= this.#head; later++) {
      const diff = this.#diffAfter(number, later);
      for (const address of diff.accounts.keys()) accounts.add(address);
      for (const [address, changed] of diff.slots) {
        let keys = slots.get(address);
        if (keys === undefined) slots.set(address, (keys = new Set()));
        for (const slot of changed.keys()) keys.add(slot);
      }
    }
    return {accounts, slots};
  }

  async #addClearedSlots(address: Address, slots: Map<Address, Map<Hash, Change<Uint8Array>>>): Promise<void> {
    const changed = new Map(slots.get(address));
    for (const [slot, before] of await this.newest.slotsOf(address)) {
      if (!changed.has(slot)) changed.set(slot, {before, after: EMPTY});
    }
    if (changed.size > 0) slots.set(address, changed);
  }
}

function tooMuchChanged(number: bigint): ChainError {
  return new ChainError('limit-exceeded', `too much has changed since block ${number}; ask for a newer block`);
}

function afterOf<K, T>(changes: ReadonlyMap<K, Change<T>>): Map<K, T> {
  return new Map([...changes].map(([key, {after}]) => [key, after]));
}
