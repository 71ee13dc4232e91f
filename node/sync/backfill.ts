/**
 * Fetches headers, commits, validator sets and the evidence of blocks from a snapshot's height down, as far as evidence may still speak
 * of them. Each header is known by its hash from the one above it, so any peer may give it, and one that gives another lies. Runs beside
 * consensus; what is verified is stored, and a later start goes on from there. Source: Tendermint 0.35 `internal/statesync/reactor.go`
 * (Backfill); CometBFT has none.
 */
import {encodeStateSyncMessage, type Evidence, type LightBlock} from '#proto';
import {Channel, type BackfilledHeader, type BackfillPosition, type Clock, type HeaderBackfill, type Logger, type PeerNetwork} from '#consensus/engine';
import {verifyEarlierHeader, type KnownValidators} from './earlierHeader.ts';
import {BACKFILL_BATCH, BACKFILL_HEADERS_MAX, BACKFILL_HEADERS_PER_REPORT, BACKFILL_HELD_BYTES_MAX, BACKFILL_PER_PEER_MAX, BACKFILL_REST_MS, BACKFILL_WINDOW, LIGHT_BLOCK_TIMEOUT_MS} from './limits.ts';

export interface BackfillModules {
  readonly store: Pick<HeaderBackfill, 'chainId' | 'initialHeight' | 'position' | 'isNeeded' | 'save'>;
  readonly network: Pick<PeerNetwork, 'peers' | 'send' | 'reportMisbehaviour'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly logger: Logger;
}

export interface ReceivedLightBlock {
  readonly height: bigint;
  /** undefined: the peer does not have it. */
  readonly block: LightBlock | undefined;
  readonly evidence: readonly Evidence[];
  /** Of the message. */
  readonly bytes: number;
}

interface Held extends ReceivedLightBlock {
  readonly block: LightBlock;
  readonly peer: string;
}

export class Backfill {
  readonly #modules: BackfillModules;
  /** The next header that is neither verified nor stored. */
  #position: BackfillPosition | undefined;
  readonly #held = new Map<bigint, Held>();
  #heldBytes = 0;
  readonly #inFlight = new Map<bigint, {readonly peer: string; readonly cancel: () => void}>();
  /** Until the timer that ends it. */
  readonly #resting = new Map<string, () => void>();
  readonly #liars = new Set<string>();
  #known: KnownValidators | undefined;
  #isWorking = false;
  #isStopped = false;
  #ended: (() => void) | undefined;

  constructor(modules: BackfillModules) {
    this.#modules = modules;
  }

  /** Resolves when nothing is left to be fetched, or after `stop`. */
  async run(): Promise<void> {
    const {store, logger} = this.#modules;
    this.#position = store.position;
    if (this.#position === undefined) return;
    logger.info({from: this.#position.height, snapshot: this.#position.start}, 'fetching the headers before the snapshot, for evidence that speaks of them');
    const ended = new Promise<void>((resolve) => (this.#ended = resolve));
    if (!this.#isStopped) this.#fill();
    await (this.#isStopped ? undefined : ended);
  }

  stop(): void {
    this.#isStopped = true;
    for (const {cancel} of this.#inFlight.values()) cancel();
    for (const cancel of this.#resting.values()) cancel();
    this.#inFlight.clear();
    this.#resting.clear();
    this.#held.clear();
    this.#ended?.();
  }

  addPeer(): void {
    this.#fill();
  }

  removePeer(peer: string): void {
    this.#resting.get(peer)?.();
    this.#resting.delete(peer);
    // The network keeps it away for as long as it is banned.
    this.#liars.delete(peer);
    this.#forget(peer);
    this.#fill();
  }

  /** Height of the next header that is missing; 0 when none is. For displays. */
  get missing(): bigint {
    return this.#position?.height ?? 0n;
  }

  /** What nobody asked for is dropped. */
  received(peer: string, received: ReceivedLightBlock): void {
    const {height, block, bytes} = received;
    const request = this.#inFlight.get(height);
    if (request?.peer !== peer) return;
    request.cancel();
    this.#inFlight.delete(height);
    if (block === undefined) this.#rest(peer);
    else if (height === this.#position?.height || this.#heldBytes + bytes <= BACKFILL_HELD_BYTES_MAX) {
      this.#held.set(height, {...received, block, peer});
      this.#heldBytes += bytes;
    }
    if (!this.#isWorking) void this.#work();
  }

  #fill(): void {
    const position = this.#position;
    if (this.#isStopped || position === undefined) return;
    const initial = this.#modules.store.initialHeight;
    const lowest = position.height - BigInt(BACKFILL_WINDOW);
    for (let height = position.height; height >= initial && height > lowest; height--) {
      if (this.#held.has(height) || this.#inFlight.has(height)) continue;
      if (height < position.height && this.#heldBytes >= BACKFILL_HELD_BYTES_MAX) return;
      let peer = this.#leastBusy();
      while (peer !== undefined && !this.#request(peer, height)) peer = this.#leastBusy();
      if (peer === undefined) return;
    }
  }

  #request(peer: string, height: bigint): boolean {
    const {network, clock} = this.#modules;
    if (!network.send(peer, Channel.LightBlock, encodeStateSyncMessage({type: 'lightBlockRequest', height}))) {
      this.#rest(peer);
      return false;
    }
    const cancel = clock.setTimer(LIGHT_BLOCK_TIMEOUT_MS, () => {
      this.#inFlight.delete(height);
      this.#rest(peer);
      this.#fill();
    });
    this.#inFlight.set(height, {peer, cancel});
    return true;
  }

  /** Verifies and stores what follows without a gap, a batch at a time. Never rejects. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (;;) {
        const batch = this.#takeBatch();
        if (batch.headers.length === 0 && !batch.isEnd) break;
        await this.#modules.store.save(batch.headers, batch.isEnd ? undefined : this.#position);
        if (this.#isStopped) return;
        this.#report(batch.headers);
        if (batch.isEnd) return this.#end();
        this.#fill();
      }
      this.#fill();
    } catch (error) {
      // The next start goes on from what is stored.
      this.#modules.logger.error({err: error}, 'the headers before the snapshot cannot be stored: given up until the next start');
      this.stop();
    } finally {
      this.#isWorking = false;
    }
  }

  #takeBatch(): {readonly headers: BackfilledHeader[]; readonly isEnd: boolean} {
    const {store} = this.#modules;
    const headers: BackfilledHeader[] = [];
    while (headers.length < BACKFILL_BATCH) {
      const position = this.#position!;
      const held = this.#held.get(position.height);
      if (held === undefined) break;
      this.#drop(held);
      const verdict = verifyEarlierHeader(store.chainId, position, held.block, held.evidence, this.#known);
      if ('problem' in verdict) {
        this.#lied(held, verdict.problem);
        break;
      }
      const {header} = verdict;
      const {height, time, lastBlockId, lastCommitHash, validatorsHash} = header.header;
      if (!store.isNeeded(height, time)) return {headers, isEnd: true};
      headers.push(header);
      this.#known = {hash: validatorsHash, set: header.validators};
      if (height === store.initialHeight) return {headers, isEnd: true};
      if (position.start - height >= BACKFILL_HEADERS_MAX) {
        this.#modules.logger.warn({height, limit: BACKFILL_HEADERS_MAX}, 'evidence may speak of more headers than are kept: the rest is left out');
        return {headers, isEnd: true};
      }
      this.#position = {start: position.start, height: height - 1n, blockId: lastBlockId, commitHash: lastCommitHash};
    }
    return {headers, isEnd: false};
  }

  #lied({peer, height}: Held, problem: string): void {
    const {network, logger} = this.#modules;
    logger.warn({peer, height, problem}, 'a peer gives a header that is not of this chain');
    this.#liars.add(peer);
    this.#forget(peer);
    network.reportMisbehaviour(peer, `header ${height}: ${problem}`);
  }

  #end(): void {
    this.#modules.logger.info({}, 'the headers before the snapshot are here: evidence of their heights can be judged');
    this.#position = undefined;
    this.stop();
  }

  #report(headers: readonly BackfilledHeader[]): void {
    const {height} = headers.at(-1)?.header ?? {};
    const first = headers[0]?.header.height;
    if (height === undefined || first === undefined || height / BACKFILL_HEADERS_PER_REPORT === first / BACKFILL_HEADERS_PER_REPORT) return;
    this.#modules.logger.info({height}, 'fetching the headers before the snapshot');
  }

  #rest(peer: string): void {
    if (this.#isStopped || this.#resting.has(peer)) return;
    const cancel = this.#modules.clock.setTimer(BACKFILL_REST_MS, () => {
      this.#resting.delete(peer);
      this.#fill();
    });
    this.#resting.set(peer, cancel);
  }

  /** Nothing is expected of it, and nothing that it gave counts. */
  #forget(peer: string): void {
    for (const [height, request] of this.#inFlight) {
      if (request.peer !== peer) continue;
      request.cancel();
      this.#inFlight.delete(height);
    }
    for (const held of [...this.#held.values()]) if (held.peer === peer) this.#drop(held);
  }

  #drop(held: Held): void {
    this.#held.delete(held.height);
    this.#heldBytes -= held.bytes;
  }

  #leastBusy(): string | undefined {
    const load = new Map<string, number>();
    for (const peer of this.#modules.network.peers()) if (!this.#resting.has(peer) && !this.#liars.has(peer)) load.set(peer, 0);
    for (const {peer} of this.#inFlight.values()) if (load.has(peer)) load.set(peer, load.get(peer)! + 1);
    let best: string | undefined;
    for (const [peer, count] of load) if (count < BACKFILL_PER_PEER_MAX && (best === undefined || count < load.get(best)!)) best = peer;
    return best;
  }
}
