import type {TrieChanges, TrieUpdate} from '../trie/state-trie.ts';
import type {Address, Hash} from '../types.ts';
import type {StateOverlay} from './overlay.ts';
import {EMPTY_ROOT_HASH} from './types.ts';
import type {Account, StateSource} from './types.ts';
import {EMPTY} from '../hex.ts';

/** What a fork asks of the state that it stands on. */
export interface ForkBase {
  /** The state after the block at which the fork begins. */
  readonly source: StateSource;
  /** The newest block of the chain. */
  head(): bigint;
  /** How often nodes of the newest tries were written in the places of older ones. */
  flushes(): number;
  /** The tries as they were at the fork. Throws ChainError `limit-exceeded` when too much has changed since. */
  rewind(): TrieUpdate;
  /** Tries that were right when `head` was the newest block, as they are to be used now. No nodes were written in between. Throws as `rewind`. */
  follow(update: TrieUpdate, head: bigint): TrieUpdate;
  update(changes: TrieChanges, storageRootOf: (address: Address) => Hash, current: (address: Address) => Account | undefined, onto: TrieUpdate): TrieUpdate;
}

/**
 * Blocks of state beside the chain, with the roots that they would have. Nothing of it is ever written. The chain may move on
 * meanwhile: the tries on disk are those of a newer block then, and once their nodes are written the fork's are made again from what the
 * chain changed; until then they only take note of it.
 */
export class StateFork implements StateSource {
  readonly #base: ForkBase;
  readonly #accounts = new Map<Address, Account | undefined>();
  readonly #slots = new Map<Address, Map<Hash, Uint8Array>>();
  /** Accounts whose storage below the fork no longer shows through. */
  readonly #cleared = new Set<Address>();
  readonly #codes = new Map<Hash, Uint8Array>();
  #trie: {readonly head: bigint; readonly flushes: number; readonly update: TrieUpdate} | undefined;

  constructor(base: ForkBase) {
    this.#base = base;
  }

  account(address: Address): Account | undefined {
    return this.#accounts.has(address) ? this.#accounts.get(address) : this.#base.source.account(address);
  }

  slot(address: Address, slot: Hash): Uint8Array {
    const own = this.#slots.get(address)?.get(slot);
    if (own !== undefined) return own;
    return this.#cleared.has(address) ? EMPTY : this.#base.source.slot(address, slot);
  }

  codeOf(codeHash: Hash): Uint8Array {
    return this.#codes.get(codeHash) ?? this.#base.source.codeOf(codeHash);
  }

  /** Root of what `overlay`, on this fork, would make of it. */
  rootOf(overlay: StateOverlay): Hash {
    return this.#update(overlay).stateRoot;
  }

  /** Takes `overlay` in and returns the state root after it. The next block needs a new overlay. */
  adopt(overlay: StateOverlay): Hash {
    const update = this.#update(overlay);
    const {accounts, slots, codes, cleared} = overlay.changes();
    for (const address of cleared) {
      this.#cleared.add(address);
      this.#slots.delete(address);
    }
    for (const [address, {after}] of accounts) {
      this.#accounts.set(address, after);
      // What is made anew at this address does not find the old storage.
      if (after === undefined) this.#slots.delete(address);
    }
    for (const [address, changed] of slots) {
      let own = this.#slots.get(address);
      if (own === undefined) this.#slots.set(address, (own = new Map()));
      for (const [slot, {after}] of changed) own.set(slot, after);
    }
    for (const [hash, code] of codes) this.#codes.set(hash, code);
    for (const [address, storageRoot] of update.storageRoots) {
      const account = this.account(address);
      if (account !== undefined && account.storageRoot !== storageRoot) this.#accounts.set(address, {...account, storageRoot});
    }
    this.#trie = {head: this.#base.head(), flushes: this.#base.flushes(), update};
    return update.stateRoot;
  }

  #update(overlay: StateOverlay): TrieUpdate {
    const {accounts, slots, cleared} = overlay.changes();
    return this.#base.update(
      {
        accounts: new Map([...accounts].map(([address, {after}]) => [address, after])),
        slots: new Map([...slots].map(([address, changed]) => [address, new Map([...changed].map(([slot, {after}]) => [slot, after]))])),
        cleared,
      },
      (address) => this.account(address)?.storageRoot ?? EMPTY_ROOT_HASH,
      (address) => overlay.account(address),
      this.#current(),
    );
  }

  #current(): TrieUpdate {
    const head = this.#base.head();
    const flushes = this.#base.flushes();
    const present = this.#trie?.flushes === flushes ? this.#trie : undefined;
    if (present?.head === head) return present.update;
    const update = present === undefined ? this.#remade() : this.#base.follow(present.update, present.head);
    this.#trie = {head, flushes, update};
    return update;
  }

  #remade(): TrieUpdate {
    const rewound = this.#base.rewind();
    if (this.#accounts.size === 0) return rewound;
    const {source} = this.#base;
    return this.#base.update(
      {accounts: this.#accounts, slots: this.#slots, cleared: this.#cleared},
      (address) => source.account(address)?.storageRoot ?? EMPTY_ROOT_HASH,
      (address) => this.account(address),
      rewound,
    );
  }
}
