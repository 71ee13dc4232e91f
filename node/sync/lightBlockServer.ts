import {encodeStateSyncMessage, STATESYNC_MESSAGE_BYTES_MAX} from '#proto';
import {Channel, type Clock, type PeerNetwork, type StoredLightBlock} from '#consensus/engine';
import {SERVE_LIGHT_BLOCKS_INTERVAL_MS, SERVED_LIGHT_BLOCKS_PER_PEER_MAX, SERVED_LIGHT_BLOCKS_PER_TURN} from './limits.ts';

export interface LightBlockServerModules {
  readonly lightBlock: (height: bigint) => StoredLightBlock | undefined;
  readonly network: Pick<PeerNetwork, 'send'>;
  readonly clock: Pick<Clock, 'setTimer'>;
}

/** Gives headers with commits and validators to peers that began from a snapshot: one after the other, fair between peers, at a bounded rate. */
export class LightBlockServer {
  readonly #modules: LightBlockServerModules;
  readonly #waiting = new Map<string, bigint[]>();
  #cancelTurn: (() => void) | undefined;

  constructor(modules: LightBlockServerModules) {
    this.#modules = modules;
  }

  addPeer(peer: string): void {
    if (!this.#waiting.has(peer)) this.#waiting.set(peer, []);
  }

  removePeer(peer: string): void {
    this.#waiting.delete(peer);
  }

  stop(): void {
    this.#cancelTurn?.();
    this.#waiting.clear();
  }

  /** false: more requests than a peer may have open. */
  request(peer: string, height: bigint): boolean {
    const heights = this.#waiting.get(peer);
    if (heights === undefined) return true;
    if (heights.length >= SERVED_LIGHT_BLOCKS_PER_PEER_MAX) return false;
    heights.push(height);
    this.#arm();
    return true;
  }

  #arm(): void {
    this.#cancelTurn ??= this.#modules.clock.setTimer(SERVE_LIGHT_BLOCKS_INTERVAL_MS, () => {
      this.#cancelTurn = undefined;
      this.#turn();
      if ([...this.#waiting.values()].some((heights) => heights.length > 0)) this.#arm();
    });
  }

  #turn(): void {
    const full = new Set<string>();
    for (let served = 0; served < SERVED_LIGHT_BLOCKS_PER_TURN; ) {
      const before = served;
      for (const [peer, heights] of this.#waiting) {
        const height = heights[0];
        if (height === undefined || full.has(peer)) continue;
        // A full queue: the same one in the next turn.
        if (this.#modules.network.send(peer, Channel.LightBlock, this.#answer(height))) heights.shift();
        else full.add(peer);
        served++;
      }
      if (served === before) return;
    }
  }

  #answer(height: bigint): Uint8Array {
    const found = this.#modules.lightBlock(height);
    const missing = {type: 'lightBlockResponse', height, block: undefined, evidence: []} as const;
    if (found === undefined) return encodeStateSyncMessage(missing);
    const bytes = encodeStateSyncMessage({...missing, ...found});
    return bytes.length > STATESYNC_MESSAGE_BYTES_MAX ? encodeStateSyncMessage(missing) : bytes;
  }
}
