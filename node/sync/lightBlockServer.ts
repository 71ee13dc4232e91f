import {encodeStateSyncMessage, STATESYNC_MESSAGE_BYTES_MAX} from '#proto';
import {Channel, type Clock, type PeerNetwork, type StoredLightBlock} from '#consensus/engine';
import {SERVE_LIGHT_BLOCKS_INTERVAL_MS, SERVED_BLOCK_BYTES_PER_TURN, SERVED_LIGHT_BLOCKS_PER_PEER_MAX, SERVED_LIGHT_BLOCKS_PER_TURN} from './limits.ts';

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

  #arm(delayMs = SERVE_LIGHT_BLOCKS_INTERVAL_MS): void {
    this.#cancelTurn ??= this.#modules.clock.setTimer(delayMs, () => {
      this.#cancelTurn = undefined;
      const bytesRead = this.#turn();
      const turnsWorth = Math.max(1, Math.ceil(bytesRead / SERVED_BLOCK_BYTES_PER_TURN));
      if ([...this.#waiting.values()].some((heights) => heights.length > 0)) this.#arm(turnsWorth * SERVE_LIGHT_BLOCKS_INTERVAL_MS);
    });
  }

  /** Bytes of blocks that were read whole: a header with evidence costs its block. */
  #turn(): number {
    const full = new Set<string>();
    let bytesRead = 0;
    for (let served = 0; served < SERVED_LIGHT_BLOCKS_PER_TURN; ) {
      const before = served;
      for (const [peer, heights] of this.#waiting) {
        const height = heights[0];
        if (height === undefined || full.has(peer)) continue;
        const {message, blockBytes} = this.#answer(height);
        bytesRead += blockBytes;
        // A full queue: the same one in the next turn.
        if (this.#modules.network.send(peer, Channel.LightBlock, message)) heights.shift();
        else full.add(peer);
        served++;
        if (bytesRead < SERVED_BLOCK_BYTES_PER_TURN) continue;
        // It was its turn; in the next one the others come first.
        this.#waiting.delete(peer);
        this.#waiting.set(peer, heights);
        return bytesRead;
      }
      if (served === before) break;
    }
    return bytesRead;
  }

  #answer(height: bigint): {readonly message: Uint8Array; readonly blockBytes: number} {
    const missing = {type: 'lightBlockResponse', height, block: undefined, evidence: []} as const;
    const found = this.#modules.lightBlock(height);
    if (found === undefined) return {message: encodeStateSyncMessage(missing), blockBytes: 0};
    const {block, evidence, blockBytes} = found;
    const bytes = encodeStateSyncMessage({...missing, block, evidence});
    return {message: bytes.length > STATESYNC_MESSAGE_BYTES_MAX ? encodeStateSyncMessage(missing) : bytes, blockBytes};
  }
}
