import type {AddressBook, KnownAddress} from './addressBook.ts';
import {PeerAddressError, tcpMultiaddr} from './addresses.ts';
import {isUnspecified, parseBookAddress} from './bookAddress.ts';
import type {BookAddress} from './bookAddress.ts';
import {BAN_POINTS, BOOK_DIALS_MAX, BOOK_ENOUGH_ADDRESSES, SEED_ANSWERED_LINGER_MS, SEED_IDLE_LINGER_MS} from './limits.ts';
import {decodePex, encodePexAddresses, encodePexRequest} from './pexMessages.ts';
import type {P2pClock, P2pLogger} from './types.ts';

export interface PexOptions {
  readonly seeds: readonly string[];
  readonly seedMode: boolean;
  readonly ensurePeersIntervalMs: number;
}

export interface PexPeer {
  readonly id: string;
  readonly outbound: boolean;
  /** Address of the other end of the connection, as we see it. */
  readonly remoteIp: string;
  /** What its hello says. */
  readonly listenAddress: string;
}

/** What the exchange needs of the network. */
export interface PexModules {
  readonly book: () => AddressBook;
  readonly clock: P2pClock;
  readonly logger: P2pLogger;
  readonly random: () => number;
  readonly outboundRoom: () => number;
  readonly isConnected: (peer: string) => boolean;
  readonly isRefused: (peer: string) => boolean;
  readonly isTrusted: (peer: string) => boolean;
  /** Rejects when the peer cannot be reached. */
  readonly dial: (address: string) => Promise<unknown>;
  readonly send: (peer: string, bytes: Uint8Array) => boolean;
  readonly disconnect: (peer: string, reason: string) => void;
  readonly punish: (peer: string, points: number, reason: string) => void;
}

interface PeerState extends PexPeer {
  readonly sinceMs: number;
  /** We asked and wait for the answer. */
  asked: boolean;
  askedAtMs: number;
  askedUsAtMs: number | undefined;
  cancelHangUp: (() => void) | undefined;
}

/** Finds peers: exchanges addresses with those we have, and dials from the book while there is room (CometBFT `p2p/pex/pex_reactor.go`). */
export class PeerExchange {
  readonly #options: PexOptions;
  readonly #modules: PexModules;
  readonly #peers = new Map<string, PeerState>();
  readonly #dialling = new Set<string>();
  #cancelTimer: (() => void) | undefined;
  #running = false;

  constructor(options: PexOptions, modules: PexModules) {
    this.#options = options;
    this.#modules = modules;
  }

  start(): void {
    this.#running = true;
    this.#arm(0);
  }

  stop(): void {
    this.#running = false;
    this.#cancelTimer?.();
    for (const peer of this.#peers.values()) peer.cancelHangUp?.();
  }

  peerAdded(peer: PexPeer): void {
    const now = this.#modules.clock.nowMs();
    const state: PeerState = {...peer, sinceMs: now, asked: false, askedAtMs: -Infinity, askedUsAtMs: undefined, cancelHangUp: undefined};
    this.#peers.set(peer.id, state);
    const own = ownAddress(peer);
    if (own !== undefined) this.#modules.book().add(own, peer.remoteIp, true);
    if (!peer.outbound) return;
    this.#modules.book().markGood(peer.id);
    if (this.#wantsAddresses()) this.#ask(state);
  }

  peerRemoved(peer: string): void {
    this.#peers.get(peer)?.cancelHangUp?.();
    this.#peers.delete(peer);
  }

  receive(peer: string, bytes: Uint8Array): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    let message;
    try {
      message = decodePex(bytes);
    } catch (error) {
      this.#fault(peer, error instanceof Error ? error.message : String(error));
      return;
    }
    if (message.type === 'request') this.#answer(state);
    else this.#take(state, message.addresses);
  }

  #answer(peer: PeerState): void {
    const now = this.#modules.clock.nowMs();
    const sinceLastMs = peer.askedUsAtMs === undefined ? Infinity : now - peer.askedUsAtMs;
    if (sinceLastMs >= 0 && sinceLastMs < this.#options.ensurePeersIntervalMs / 3) {
      this.#fault(peer.id, 'asks for addresses too often');
      return;
    }
    peer.askedUsAtMs = now;
    const own = this.#modules.book().get(peer.id)?.address.text;
    this.#modules.send(peer.id, encodePexAddresses(this.#modules.book().selection().filter(address => address !== own)));
    if (this.#options.seedMode) this.#hangUpIn(peer, SEED_ANSWERED_LINGER_MS, 'a seed has answered');
  }

  #take(peer: PeerState, addresses: readonly string[]): void {
    if (!peer.asked) {
      this.#fault(peer.id, 'sent addresses that were not asked for');
      return;
    }
    peer.asked = false;
    let parsed: BookAddress[];
    try {
      parsed = addresses.map(parseBookAddress);
    } catch (error) {
      if (!(error instanceof PeerAddressError)) throw error;
      this.#fault(peer.id, error.message);
      return;
    }
    let added = 0;
    for (const address of parsed) {
      if (!this.#modules.isRefused(address.peerId) && this.#modules.book().add(address, peer.remoteIp)) added++;
    }
    this.#modules.logger.debug({peer: peer.id, addresses: parsed.length, added}, 'Addresses received');
    if (this.#options.seedMode) this.#hangUpIn(peer, SEED_ANSWERED_LINGER_MS, 'a seed has crawled it');
    else if (added > 0) this.#arm(0);
  }

  /** At every interval, and when there is something new to dial. */
  #ensurePeers(): void {
    const {clock} = this.#modules;
    const dials = this.#options.seedMode ? this.#crawl() : this.#fill();
    const asked = [...this.#peers.values()].filter(peer => clock.nowMs() - peer.askedAtMs >= this.#options.ensurePeersIntervalMs && !peer.asked);
    const someone = asked[Math.floor(this.#modules.random() * asked.length)];
    if (someone !== undefined && this.#wantsAddresses()) this.#ask(someone);
    if (dials === 0 && this.#dialling.size === 0 && this.#modules.outboundRoom() > 0) void this.#dialSeed();
  }

  #fill(): number {
    const outbound = [...this.#peers.values()].filter(peer => peer.outbound).length;
    // The fewer peers we have, the more do we trust what has worked before.
    const newBias = (Math.min(outbound, 8) * 10 + 10) / 100;
    return this.#dialFromBook(Math.min(this.#modules.outboundRoom() - this.#dialling.size, BOOK_DIALS_MAX), newBias);
  }

  /** A seed looks at all addresses in turn, and keeps nobody. */
  #crawl(): number {
    const now = this.#modules.clock.nowMs();
    for (const peer of [...this.#peers.values()]) {
      if (now - peer.sinceMs > SEED_IDLE_LINGER_MS && !this.#modules.isTrusted(peer.id)) this.#modules.disconnect(peer.id, 'a seed keeps no peers');
    }
    const untouchedMs = 4 * this.#options.ensurePeersIntervalMs;
    const room = Math.min(this.#modules.outboundRoom() - this.#dialling.size, BOOK_DIALS_MAX);
    return this.#dialFromBook(room, 0.5, known => now - known.lastAttemptMs >= untouchedMs);
  }

  #dialFromBook(count: number, newBias: number, also: (known: Readonly<KnownAddress>) => boolean = () => true): number {
    const book = this.#modules.book();
    let dials = 0;
    while (dials < count) {
      const known = book.pick(newBias, candidate => this.#isDialable(candidate) && also(candidate));
      if (known === undefined) break;
      dials++;
      void this.#dial(known);
    }
    return dials;
  }

  #isDialable(known: Readonly<KnownAddress>): boolean {
    const {peerId} = known.address;
    return !this.#dialling.has(peerId) && !this.#modules.isConnected(peerId) && !this.#modules.isRefused(peerId) && this.#modules.book().isDue(known);
  }

  async #dial({address}: Readonly<KnownAddress>): Promise<void> {
    this.#dialling.add(address.peerId);
    this.#modules.book().markAttempt(address.peerId);
    try {
      await this.#modules.dial(address.text);
    } catch (error) {
      this.#modules.logger.debug({peer: address.peerId, error: String(error)}, 'Peer of the address book cannot be reached');
    } finally {
      this.#dialling.delete(address.peerId);
    }
  }

  /** When the book offers nobody: one seed after the other, from a random one on, until one answers. */
  async #dialSeed(): Promise<void> {
    const {seeds} = this.#options;
    const first = Math.floor(this.#modules.random() * seeds.length);
    for (let i = 0; i < seeds.length && this.#running; i++) {
      const seed = seeds[(first + i) % seeds.length] as string;
      const key = `seed ${seed}`;
      if (this.#dialling.has(key)) return;
      this.#dialling.add(key);
      try {
        if ((await this.#modules.dial(seed)) !== false) return;
      } catch (error) {
        this.#modules.logger.info({seed, error: String(error)}, 'Seed cannot be reached');
      } finally {
        this.#dialling.delete(key);
      }
    }
  }

  #ask(peer: PeerState): void {
    if (!this.#modules.send(peer.id, encodePexRequest())) return;
    peer.asked = true;
    peer.askedAtMs = this.#modules.clock.nowMs();
  }

  #wantsAddresses(): boolean {
    return this.#options.seedMode || this.#modules.book().size < BOOK_ENOUGH_ADDRESSES;
  }

  #hangUpIn(peer: PeerState, delayMs: number, reason: string): void {
    if (peer.cancelHangUp !== undefined || this.#modules.isTrusted(peer.id)) return;
    peer.cancelHangUp = this.#modules.clock.setTimer(delayMs, () => this.#modules.disconnect(peer.id, reason));
  }

  #fault(peer: string, reason: string): void {
    this.#modules.book().remove(peer);
    this.#modules.punish(peer, BAN_POINTS, reason);
  }

  #arm(delayMs: number): void {
    this.#cancelTimer?.();
    if (!this.#running) return;
    this.#cancelTimer = this.#modules.clock.setTimer(delayMs, () => {
      this.#arm(this.#options.ensurePeersIntervalMs);
      this.#ensurePeers();
    });
  }
}

/**
 * Where a peer says it listens. Its id must be the one it has proved, so a liar can spoil its own entry only; an unspecified address
 * stands for the one we see.
 */
function ownAddress(peer: PexPeer): BookAddress | undefined {
  try {
    const claimed = parseBookAddress(peer.listenAddress);
    if (claimed.peerId !== peer.id) return undefined;
    if (!isUnspecified(claimed.ip)) return claimed;
    return parseBookAddress(`${tcpMultiaddr(peer.remoteIp, claimed.port)}/p2p/${peer.id}`);
  } catch {
    return undefined;
  }
}
