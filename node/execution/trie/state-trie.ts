import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {bytesToHex, hexToBytes} from '../hex.ts';
import {keccak256Hex} from '../keccak.ts';
import {accountNodeKey, storageNodeKey} from '../keys.ts';
import {TRIE_NODES_IN_MEMORY_MAX} from '../limits.ts';
import {encodeRlp} from '../rlp.ts';
import {encodeTrieAccount} from '../state/codec.ts';
import {EMPTY_ROOT_HASH} from '../state/types.ts';
import type {Account} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';
import {encodeNode, hashNode, NodeKind, rootHash} from './node.ts';
import type {TrieNode} from './node.ts';
import {TrieSession} from './session.ts';

/** New values of what changed; undefined or empty deletes. */
export interface TrieChanges {
  readonly accounts: ReadonlyMap<Address, Account | undefined>;
  readonly slots: ReadonlyMap<Address, ReadonlyMap<Hash, Uint8Array>>;
  /** Accounts whose storage begins anew, without the old slots being named in `slots`. */
  readonly cleared?: ReadonlySet<Address>;
}

/** A state root computed but not adopted: drop it, or give it to `adopt`. */
export interface TrieUpdate {
  readonly stateRoot: Hash;
  readonly accounts: TrieSession;
  readonly storages: ReadonlyMap<Address, TrieSession>;
  readonly storageRoots: ReadonlyMap<Address, Hash>;
}

/**
 * The state trie and one storage trie per account. Nodes live in memory until they are flushed; in the database they stand under their
 * path, so a node replaces its predecessor and nothing has to be collected later.
 */
export class StateTrie {
  readonly #db: KeyValueStore;
  #accountRoot: TrieNode | undefined;
  readonly #storageRoots = new Map<Address, TrieNode | undefined>();
  readonly #staleAccountPaths = new Set<string>();
  readonly #staleStoragePaths = new Map<Address, Set<string>>();
  #nodesInMemory = 0;
  #nodesUnsaved = 0;
  readonly #hashedAddresses = new Map<Address, string>();

  /** `stateRoot`: the root whose nodes the database holds. */
  constructor(db: KeyValueStore, stateRoot: Hash) {
    this.#db = db;
    this.#accountRoot = nodeOfRoot(stateRoot);
  }

  /** About how many nodes a flush would write. */
  get unsavedNodes(): number {
    return this.#nodesUnsaved;
  }

  /**
   * `storageRootOf`: the storage root of an account before the change (needed for accounts whose storage changes). `onto`: an update
   * that is not adopted, but to be taken as if it were; its tries are then in this one too.
   */
  update(
    changes: TrieChanges,
    storageRootOf: (address: Address) => Hash,
    current: (address: Address) => Account | undefined,
    onto?: TrieUpdate,
  ): TrieUpdate {
    const storages = new Map<Address, TrieSession>(onto?.storages);
    const storageRoots = new Map<Address, Hash>();
    for (const address of changes.cleared ?? []) {
      if (changes.slots.has(address)) continue;
      storages.set(address, new TrieSession(undefined, () => undefined));
      storageRoots.set(address, EMPTY_ROOT_HASH);
    }
    for (const [address, slots] of changes.slots) {
      const session = changes.cleared?.has(address) === true ? new TrieSession(undefined, () => undefined) : this.#storageSession(address, storageRootOf(address), onto);
      for (const [slot, value] of slots) {
        const key = keccak256Hex(hexToBytes(slot));
        if (value.length === 0) session.delete(key);
        else session.put(key, encodeRlp(value));
      }
      storages.set(address, session);
      storageRoots.set(address, bytesToHex(session.hash()));
    }
    const accounts = new TrieSession(onto === undefined ? this.#accountRoot : onto.accounts.root, (path) => this.#db.get(accountNodeKey(path)));
    for (const [address, account] of changes.accounts) {
      if (account === undefined) accounts.delete(this.#hashed(address));
      else accounts.put(this.#hashed(address), encodeTrieAccount(account, storageRoots.get(address) ?? account.storageRoot));
    }
    for (const [address, root] of storageRoots) {
      if (changes.accounts.has(address)) continue;
      const account = current(address);
      if (account !== undefined) accounts.put(this.#hashed(address), encodeTrieAccount(account, root));
    }
    return {stateRoot: bytesToHex(accounts.hash()), accounts, storages, storageRoots};
  }

  adopt(update: TrieUpdate): void {
    this.#accountRoot = update.accounts.root;
    for (const path of update.accounts.stale) this.#staleAccountPaths.add(path);
    let made = update.accounts.nodesMade;
    for (const [address, session] of update.storages) {
      this.#storageRoots.set(address, session.root);
      const stale = this.#staleStoragePaths.get(address);
      if (stale === undefined) this.#staleStoragePaths.set(address, new Set(session.stale));
      else for (const path of session.stale) stale.add(path);
      made += session.nodesMade;
    }
    this.#nodesInMemory += made;
    this.#nodesUnsaved += made;
  }

  /** Writes that bring the stored nodes up to the adopted root. The nodes count as saved at once: the batch must not be dropped. */
  flush(): KeyValueOp[] {
    const ops: KeyValueOp[] = [];
    flushTrie(this.#accountRoot, this.#staleAccountPaths, accountNodeKey, ops);
    this.#staleAccountPaths.clear();
    for (const [address, stale] of this.#staleStoragePaths) {
      flushTrie(this.#storageRoots.get(address), stale, (path) => storageNodeKey(address, path), ops);
    }
    this.#staleStoragePaths.clear();
    this.#nodesUnsaved = 0;
    return ops;
  }

  /** After a flush is durable: forgets nodes when too many are held; they are read again when needed. */
  trim(): void {
    if (this.#nodesInMemory <= TRIE_NODES_IN_MEMORY_MAX || this.#nodesUnsaved > 0) return;
    this.#accountRoot = nodeOfRoot(bytesToHex(rootHash(this.#accountRoot)));
    this.#storageRoots.clear();
    this.#nodesInMemory = 0;
  }

  prove(update: TrieUpdate | undefined, address: Address): Uint8Array[] {
    const session = update?.accounts ?? new TrieSession(this.#accountRoot, (path) => this.#db.get(accountNodeKey(path)));
    return session.prove(this.#hashed(address));
  }

  proveSlot(update: TrieUpdate | undefined, address: Address, storageRoot: Hash, slot: Hash): Uint8Array[] {
    const session = update?.storages.get(address) ?? this.#storageSession(address, storageRoot);
    return session.prove(keccak256Hex(hexToBytes(slot)));
  }

  #storageSession(address: Address, storageRoot: Hash, onto?: TrieUpdate): TrieSession {
    const begun = onto?.storages.get(address);
    const root = begun !== undefined ? begun.root : this.#storageRoots.has(address) ? this.#storageRoots.get(address) : nodeOfRoot(storageRoot);
    return new TrieSession(root, (path) => this.#db.get(storageNodeKey(address, path)));
  }

  #hashed(address: Address): string {
    const known = this.#hashedAddresses.get(address);
    if (known !== undefined) return known;
    const hashed = keccak256Hex(hexToBytes(address));
    if (this.#hashedAddresses.size >= HASHED_ADDRESSES_MAX) this.#hashedAddresses.clear();
    this.#hashedAddresses.set(address, hashed);
    return hashed;
  }
}

const HASHED_ADDRESSES_MAX = 50_000;

function nodeOfRoot(root: Hash): TrieNode | undefined {
  return root === EMPTY_ROOT_HASH ? undefined : hashNode(hexToBytes(root));
}

function flushTrie(root: TrieNode | undefined, stale: ReadonlySet<string>, keyOf: (path: string) => Uint8Array, ops: KeyValueOp[]): void {
  const written = new Set<string>();
  const walk = (node: TrieNode, path: string): void => {
    if (node.kind === NodeKind.Hash || node.saved) return;
    const encoded = encodeNode(node);
    if (encoded.length >= 32 || path === '') {
      ops.push({type: 'put', key: keyOf(path), value: encoded});
      written.add(path);
    }
    node.saved = true;
    if (node.kind === NodeKind.Extension) walk(node.child, path + node.key);
    if (node.kind === NodeKind.Branch) {
      for (let i = 0; i < 16; i++) {
        const child = node.children[i];
        if (child !== undefined) walk(child, path + i.toString(16));
      }
    }
  };
  if (root !== undefined) walk(root, '');
  for (const path of stale) if (!written.has(path)) ops.push({type: 'del', key: keyOf(path)});
}
