import {createHash} from 'node:crypto';
import {addressGroup, isRoutable, isUnspecified} from './bookAddress.ts';
import type {BookAddress} from './bookAddress.ts';
import {
  BOOK_ATTEMPTS_MAX,
  BOOK_BUCKET_SIZE,
  BOOK_FIRST_ATTEMPTS_MAX,
  BOOK_MISSING_MS,
  BOOK_NEW_BUCKETS,
  BOOK_NEW_BUCKETS_PER_GROUP,
  BOOK_RETRY_MS,
  BOOK_TRIED_BUCKETS,
  BOOK_TRIED_BUCKETS_PER_GROUP,
  PEX_ADDRESSES_MAX,
  PEX_ADDRESSES_MIN,
  PEX_ADDRESSES_SHARE,
} from './limits.ts';

/** What the book knows of one peer. One address each: a peer that names many cannot take many places. */
export interface KnownAddress {
  address: BookAddress;
  /** Group of the address that told us. */
  readonly source: string;
  attempts: number;
  lastAttemptMs: number;
  lastSuccessMs: number;
  tried: boolean;
}

export interface AddressBookOptions {
  readonly ownPeerId: string;
  readonly privatePeerIds: ReadonlySet<string>;
  readonly strict: boolean;
  /** Secret of this node: without it nobody knows which bucket an address falls into. */
  readonly key: string;
}

export interface AddressBookModules {
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Addresses to dial, after CometBFT's `p2p/pex/addrbook.go`: what was heard of lies in new buckets, chosen by who told it; what
 * answered lies in tried buckets, chosen by where it is. One source group, or one address group, reaches a few buckets only, and so
 * cannot drive out what others told.
 */
export class AddressBook {
  readonly #options: AddressBookOptions;
  readonly #modules: AddressBookModules;
  readonly #known = new Map<string, KnownAddress>();
  readonly #new = buckets(BOOK_NEW_BUCKETS);
  readonly #tried = buckets(BOOK_TRIED_BUCKETS);
  /** Raised by each change; what is on disk is of one version. */
  version = 0;

  constructor(options: AddressBookOptions, modules: AddressBookModules) {
    this.#options = options;
    this.#modules = modules;
  }

  get size(): number {
    return this.#known.size;
  }

  get triedCount(): number {
    return this.#tried.reduce((sum, bucket) => sum + bucket.size, 0);
  }

  get(peer: string): Readonly<KnownAddress> | undefined {
    return this.#known.get(peer);
  }

  entries(): readonly Readonly<KnownAddress>[] {
    return [...this.#known.values()];
  }

  /**
   * Takes an address in if it may stand here. `source`: IP address of the peer that told it; `self`: the peer told its own, over a
   * connection that proves its id. What others say of a known peer changes nothing.
   */
  add(address: BookAddress, source: string, self = false): boolean {
    const {peerId, ip} = address;
    if (peerId === this.#options.ownPeerId || this.#options.privatePeerIds.has(peerId) || isUnspecified(ip)) return false;
    if (this.#options.strict && !isRoutable(ip)) return false;
    const old = this.#known.get(peerId);
    if (old !== undefined) {
      // An address that has answered is not given up for one that has not.
      if (!self || old.tried || old.address.text === address.text) return false;
      this.remove(peerId);
    }
    this.#insertNew({address, source: addressGroup(source), attempts: 0, lastAttemptMs: 0, lastSuccessMs: 0, tried: false});
    return true;
  }

  /** For an entry of the book's file. */
  restore(entry: KnownAddress): void {
    const {address} = entry;
    if (this.#known.has(address.peerId) || address.peerId === this.#options.ownPeerId || this.#options.privatePeerIds.has(address.peerId)) return;
    if (this.#options.strict && !isRoutable(address.ip)) return;
    if (entry.tried && this.#triedBucket(entry).size < BOOK_BUCKET_SIZE) this.#place(entry, true);
    else this.#insertNew(entry);
  }

  markAttempt(peer: string): void {
    const known = this.#known.get(peer);
    if (known === undefined) return;
    known.attempts++;
    known.lastAttemptMs = this.#modules.nowMs();
    this.version++;
  }

  /** It answered at this address, and proved its id. */
  markGood(peer: string): void {
    const known = this.#known.get(peer);
    if (known === undefined) return;
    known.attempts = 0;
    known.lastSuccessMs = this.#modules.nowMs();
    known.lastAttemptMs = known.lastSuccessMs;
    this.version++;
    if (known.tried) return;
    this.remove(peer);
    const bucket = this.#triedBucket(known);
    if (bucket.size >= BOOK_BUCKET_SIZE) {
      const oldest = this.#leastRecent(bucket);
      this.remove(oldest.address.peerId);
      this.#insertNew(oldest);
    }
    this.#place(known, true);
  }

  /** Banned, or not what it claimed to be. */
  remove(peer: string): void {
    const known = this.#known.get(peer);
    if (known === undefined) return;
    this.#bucketOf(known).delete(peer);
    this.#known.delete(peer);
    this.version++;
  }

  /** Whether it has waited long enough since the last attempt, the longer the more often it failed. */
  isDue(known: Readonly<KnownAddress>): boolean {
    if (known.attempts === 0) return true;
    const waitMs = BOOK_RETRY_MS * 2 ** Math.min(known.attempts - 1, 12);
    const elapsedMs = this.#modules.nowMs() - known.lastAttemptMs;
    return elapsedMs >= waitMs || elapsedMs < 0;
  }

  /**
   * An address to dial among those that `accept` agrees to; `newBias` (0 to 1) leans to those that never answered, as
   * CometBFT's PickAddress does. Addresses that have turned out bad go as they are met.
   */
  pick(newBias: number, accept: (known: Readonly<KnownAddress>) => boolean): Readonly<KnownAddress> | undefined {
    const groups: [KnownAddress[], KnownAddress[]] = [[], []];
    for (const known of [...this.#known.values()]) {
      if (this.#isBad(known)) this.remove(known.address.peerId);
      else if (accept(known)) groups[known.tried ? 1 : 0].push(known);
    }
    const [fresh, tried] = groups;
    const newWeight = Math.sqrt(fresh.length) * newBias;
    const triedWeight = Math.sqrt(tried.length) * (1 - newBias);
    const chosen = this.#modules.random() * (newWeight + triedWeight) < newWeight || tried.length === 0 ? fresh : tried;
    return chosen[Math.floor(this.#modules.random() * chosen.length)];
  }

  /** What a peer that asks is told: a share of the book, drawn at random. */
  selection(): string[] {
    const all = this.entries().map(({address}) => address.text);
    const count = Math.min(all.length, PEX_ADDRESSES_MAX, Math.max(PEX_ADDRESSES_MIN, Math.floor(all.length * PEX_ADDRESSES_SHARE)));
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(this.#modules.random() * (all.length - i));
      [all[i], all[j]] = [all[j] as string, all[i] as string];
    }
    return all.slice(0, count);
  }

  #insertNew(entry: KnownAddress): void {
    entry.tried = false;
    const bucket = this.#newBucket(entry);
    if (bucket.size >= BOOK_BUCKET_SIZE) {
      const members = [...bucket].map(id => this.#known.get(id) as KnownAddress);
      const leaves = members.find(member => this.#isBad(member)) ?? this.#leastRecent(bucket);
      this.remove(leaves.address.peerId);
    }
    this.#place(entry, false);
  }

  #place(entry: KnownAddress, tried: boolean): void {
    entry.tried = tried;
    this.#known.set(entry.address.peerId, entry);
    this.#bucketOf(entry).add(entry.address.peerId);
    this.version++;
  }

  /** As CometBFT's knownAddress.isBad. */
  #isBad({tried, attempts, lastAttemptMs, lastSuccessMs}: KnownAddress): boolean {
    const now = this.#modules.nowMs();
    if (attempts === 0 || now - lastAttemptMs < 60_000) return false;
    if (lastSuccessMs === 0) return !tried && attempts >= BOOK_FIRST_ATTEMPTS_MAX;
    return attempts >= BOOK_ATTEMPTS_MAX && now - lastSuccessMs > BOOK_MISSING_MS;
  }

  #leastRecent(bucket: ReadonlySet<string>): KnownAddress {
    const members = [...bucket].map(id => this.#known.get(id) as KnownAddress);
    return members.reduce((oldest, member) => (member.lastSuccessMs < oldest.lastSuccessMs ? member : oldest));
  }

  #bucketOf(entry: KnownAddress): Set<string> {
    return entry.tried ? this.#triedBucket(entry) : this.#newBucket(entry);
  }

  #newBucket({address, source}: KnownAddress): Set<string> {
    const slot = this.#hash('new', addressGroup(address.ip), source) % BOOK_NEW_BUCKETS_PER_GROUP;
    return this.#new[this.#hash('new', source, String(slot)) % BOOK_NEW_BUCKETS] as Set<string>;
  }

  #triedBucket({address}: KnownAddress): Set<string> {
    const slot = this.#hash('tried', address.text) % BOOK_TRIED_BUCKETS_PER_GROUP;
    return this.#tried[this.#hash('tried', addressGroup(address.ip), String(slot)) % BOOK_TRIED_BUCKETS] as Set<string>;
  }

  #hash(...parts: string[]): number {
    return createHash('sha256').update(JSON.stringify([this.#options.key, ...parts])).digest().readUInt32BE(0);
  }
}

function buckets(count: number): Set<string>[] {
  return Array.from({length: count}, () => new Set<string>());
}
