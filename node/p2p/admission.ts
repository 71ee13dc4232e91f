import type {Link} from './link.ts';
import type {PeerScores} from './peerScores.ts';

export interface AdmissionOptions {
  readonly maxInbound: number;
  readonly maxOutbound: number;
  /** Peers that are let in when all places are taken. */
  readonly unconditional: ReadonlySet<string>;
}

export interface AdmissionModules {
  readonly scores: PeerScores;
  readonly isPersistent: (peer: string) => boolean;
  readonly links: () => Iterable<Link>;
}

/**
 * Who may be a peer: limits by direction, bans, and cuts. A cut stands for a broken network in tests of whole processes
 * (docs/spec/p2p.md, "Cuts"); nothing but the test-only server of node/app makes one.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #modules: AdmissionModules;
  #cut: 'all' | ReadonlySet<string> = new Set();

  constructor(options: AdmissionOptions, modules: AdmissionModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Replaces the cut that was there; an empty set heals. */
  setCut(peers: 'all' | ReadonlySet<string>): void {
    this.#cut = peers;
  }

  isCut(peer: string): boolean {
    return this.#cut === 'all' || this.#cut.has(peer);
  }

  /** Neither dialled nor let in. */
  isRefused(peer: string): boolean {
    return this.isCut(peer) || this.#modules.scores.isBanned(peer);
  }

  /** Peers that the operator named: they count against no limit, and their bans do not grow. */
  isTrusted(peer: string): boolean {
    return this.#modules.isPersistent(peer) || this.#options.unconditional.has(peer);
  }

  admitsInbound(peer: string): boolean {
    if (this.isRefused(peer)) return false;
    return this.isTrusted(peer) || this.count('inbound') < this.#options.maxInbound;
  }

  outboundRoom(): number {
    return Math.max(0, this.#options.maxOutbound - this.count('outbound'));
  }

  /** Connections that count against the limit of their direction, those in handshake among them. */
  count(direction: 'inbound' | 'outbound'): number {
    let count = 0;
    for (const link of this.#modules.links()) {
      if (link.outbound === (direction === 'outbound') && !this.isTrusted(link.peer)) count++;
    }
    return count;
  }
}
