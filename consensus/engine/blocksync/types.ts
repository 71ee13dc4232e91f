/** What the pool of block sync takes and gives. */
import type {Block, BlockID, BlockSyncMessage, PartSet} from '#proto';

/** Complete and decoded; nothing proves it yet. */
export interface ReceivedBlock {
  readonly height: bigint;
  readonly peer: string;
  readonly block: Block;
  readonly blockId: BlockID;
  readonly partSet: PartSet;
  readonly size: number;
}

export interface BlockPair {
  readonly first: ReceivedBlock;
  readonly second: ReceivedBlock;
}

export interface PoolModules {
  /** false: the peer is gone or its queue is full. */
  readonly send: (peer: string, message: BlockSyncMessage) => boolean;
  /** A peer did what no honest peer does; the pool has dropped it already. */
  readonly report: (peer: string, reason: string) => void;
  /** The next two blocks are here. */
  readonly ready: () => void;
  /** The block that `probe` asked for. */
  readonly probed: (received: ReceivedBlock) => void;
  /** The limit of the consensus parameters for the next block, in bytes. */
  readonly blockBytesMax: () => number;
}

export interface Slot {
  readonly peer: string;
  /** Held or expected. */
  bytes: number;
  block: ReceivedBlock | undefined;
}

export type BlockResponse = Extract<BlockSyncMessage, {type: 'blockResponse'}>;
