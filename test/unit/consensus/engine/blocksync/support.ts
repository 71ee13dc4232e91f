/** A pool with peers made of words: what it asks them is kept, and they answer with blocks of a chain, or with lies. */
import {
  blockToPartSet,
  encodePart,
  NIL_BLOCK_ID,
  sha256,
  utf8,
  ZERO_TIME,
  type Block,
  type BlockSyncMessage,
  type PartSet,
} from '#proto';
import {BlockPool, type BlockResponse, type ReceivedBlock} from '../../../../../consensus/engine/blocksync/pool.ts';

/** No valid block, but one with a height and a size: the pool looks no further. */
export function block(height: bigint, bytes = 10, salt = ''): Block {
  const hash = sha256(utf8(`${height}${salt}`));
  return {
    header: {
      version: {block: 11n, app: 0n},
      chainId: 'test',
      height,
      time: ZERO_TIME,
      lastBlockId: NIL_BLOCK_ID,
      lastCommitHash: hash,
      dataHash: hash,
      validatorsHash: hash,
      nextValidatorsHash: hash,
      consensusHash: hash,
      appHash: hash,
      lastResultsHash: hash,
      evidenceHash: hash,
      proposerAddress: hash.subarray(0, 20),
    },
    txs: [new Uint8Array(bytes)],
    evidence: [],
    lastCommit: {height: height - 1n, round: 0, blockId: NIL_BLOCK_ID, signatures: []},
  };
}

export function responses(height: bigint, {partSet}: {partSet: PartSet}): BlockResponse[] {
  return partSet.parts().map((part) => ({type: 'blockResponse', height, partSetHeader: partSet.header, part: encodePart(part)}));
}

export class TestPool {
  readonly pool: BlockPool;
  readonly asked: {readonly peer: string; readonly height: bigint}[] = [];
  readonly reports: {readonly peer: string; readonly reason: string}[] = [];
  readonly probes: ReceivedBlock[] = [];
  readyCount = 0;
  blockBytesMax = 200_000;
  /** Peers whose queue is full. */
  readonly full = new Set<string>();

  constructor() {
    this.pool = new BlockPool({
      send: (peer, message) => {
        if (this.full.has(peer) || message.type !== 'blockRequest') return false;
        this.asked.push({peer, height: message.height});
        return true;
      },
      report: (peer, reason) => void this.reports.push({peer, reason}),
      ready: () => void (this.readyCount += 1),
      probed: (received) => void this.probes.push(received),
      blockBytesMax: () => this.blockBytesMax,
    });
  }

  peer(id: string, height: bigint, base = 1n): void {
    this.pool.addPeer(id);
    this.pool.status(id, base, height);
  }

  askedOf(peer: string): bigint[] {
    return this.asked.filter((request) => request.peer === peer).map(({height}) => height);
  }

  lastAskedFor(height: bigint): string | undefined {
    return this.asked.filter((request) => request.height === height).at(-1)?.peer;
  }

  give(peer: string, height: bigint, bytes?: number, salt?: string): void {
    for (const response of responses(height, blockToPartSet(block(height, bytes, salt)))) this.pool.blockResponse(peer, response);
  }

  say(peer: string, message: BlockSyncMessage): void {
    if (message.type === 'blockResponse') this.pool.blockResponse(peer, message);
  }

  tick(count: number): void {
    for (let i = 0; i < count; i++) this.pool.tick();
  }

  reasons(): string[] {
    return this.reports.map(({peer, reason}) => `${peer} ${reason}`);
  }
}
