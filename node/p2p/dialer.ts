import type {Multiaddr} from '@multiformats/multiaddr';
import {GOOD_CONNECTION_MS} from './limits.ts';
import type {P2pClock, P2pLogger, P2pTiming} from './types.ts';

export interface DialerOptions {
  readonly ownPeerId: string;
  readonly peers: ReadonlyMap<string, readonly Multiaddr[]>;
  readonly timing: Pick<P2pTiming, 'reconnectBaseMs' | 'reconnectMaxMs' | 'dialYieldMs'>;
}

export interface DialerModules {
  readonly clock: P2pClock;
  readonly logger: P2pLogger;
  readonly random: () => number;
  /** Resolves when a connection is open, rejects when there is none. */
  readonly dial: (addresses: readonly Multiaddr[]) => Promise<void>;
  /** Whether there is a connection to the peer, with its handshake done or under way. */
  readonly isConnected: (peer: string) => boolean;
  readonly banRemainingMs: (peer: string) => number;
  /** Whether a test has cut us off from the peer: then it is as if it could not be reached. */
  readonly isCut?: (peer: string) => boolean;
}

interface PeerState {
  readonly id: string;
  readonly addresses: readonly Multiaddr[];
  failures: number;
  dialling: boolean;
  cancel: (() => void) | undefined;
}

/** Keeps the persistent peers connected: dials, waits longer after each failure, never gives up. */
export class PersistentDialer {
  readonly #options: DialerOptions;
  readonly #modules: DialerModules;
  readonly #peers = new Map<string, PeerState>();
  #running = false;

  constructor(options: DialerOptions, modules: DialerModules) {
    this.#options = options;
    this.#modules = modules;
    for (const [id, addresses] of options.peers) {
      this.#peers.set(id, {id, addresses, failures: 0, dialling: false, cancel: undefined});
    }
  }

  start(): void {
    this.#running = true;
    for (const state of this.#peers.values()) this.#schedule(state, 0);
  }

  stop(): void {
    this.#running = false;
    for (const state of this.#peers.values()) this.#cancel(state);
  }

  isPersistent(peer: string): boolean {
    return this.#peers.has(peer);
  }

  connected(peer: string): void {
    const state = this.#peers.get(peer);
    if (state !== undefined) this.#cancel(state);
  }

  /** `livedMs`: how long the peer had been announced; 0 when the handshake was not finished. */
  disconnected(peer: string, livedMs: number): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    state.failures = livedMs >= GOOD_CONNECTION_MS ? 0 : state.failures + 1;
    if (!state.dialling && !this.#modules.isConnected(peer)) this.#scheduleRetry(state);
  }

  async #dial(state: PeerState): Promise<void> {
    if (!this.#running || state.dialling || this.#modules.isConnected(state.id)) return;
    const banMs = this.#modules.banRemainingMs(state.id);
    if (banMs > 0) {
      this.#schedule(state, banMs);
      return;
    }
    if (this.#modules.isCut?.(state.id) === true) {
      this.#schedule(state, this.#options.timing.reconnectBaseMs);
      return;
    }
    state.dialling = true;
    try {
      await this.#modules.dial(state.addresses);
    } catch (error) {
      if (state.failures === 0) this.#modules.logger.info({peer: state.id, error: String(error)}, 'Persistent peer cannot be reached; dialling on');
      state.failures++;
    }
    state.dialling = false;
    if (!this.#modules.isConnected(state.id)) this.#scheduleRetry(state);
  }

  #scheduleRetry(state: PeerState): void {
    const {reconnectBaseMs, reconnectMaxMs} = this.#options.timing;
    // Doubling stops at 2^20: the exponent must not grow with the years.
    const fullMs = Math.min(reconnectBaseMs * 2 ** Math.min(state.failures, 20), reconnectMaxMs);
    this.#schedule(state, fullMs / 2);
  }

  /** Waits between `delayMs` and twice that (at least a base interval of spread), so that restarted nodes do not call in step. */
  #schedule(state: PeerState, delayMs: number): void {
    this.#cancel(state);
    if (!this.#running) return;
    const spreadMs = this.#modules.random() * Math.max(delayMs, this.#options.timing.reconnectBaseMs);
    const yieldMs = this.#options.ownPeerId > state.id ? this.#options.timing.dialYieldMs : 0;
    state.cancel = this.#modules.clock.setTimer(delayMs + spreadMs + yieldMs, () => {
      state.cancel = undefined;
      void this.#dial(state);
    });
  }

  #cancel(state: PeerState): void {
    state.cancel?.();
    state.cancel = undefined;
  }
}
