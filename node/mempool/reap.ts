/** Fills a block: the best effective tip first across senders, nonces in order within a sender, the older first among equals. */
import {Heap} from './heap.ts';
import {effectiveTip, type SenderQueue} from './sender-queue.ts';

export interface ReapRequest {
  readonly queues: Iterable<SenderQueue>;
  /** wei per gas, of the block to be built. */
  readonly baseFee: bigint;
  /** Bytes of the transactions as a protobuf `Data` message holds them. Negative: no limit. */
  readonly maxBytes: bigint;
  /** Sum of gas limits. Negative: no limit (CometBFT's -1). */
  readonly maxGas: bigint;
  /** Called when a sender comes up first: brings its queue up to date; false when that changed it. */
  readonly isFresh: (queue: SenderQueue) => boolean;
}

interface Head {
  readonly queue: SenderQueue;
  readonly index: number;
  readonly tip: bigint;
  readonly sequence: number;
}

const goesBefore = (a: Head, b: Head): boolean => a.tip > b.tip || (a.tip === b.tip && a.sequence < b.sequence);

/** One tag byte and the length prefix of a `bytes` field. */
const framing = (length: number): number => (length < 0x80 ? 2 : length < 0x4000 ? 3 : length < 0x20_0000 ? 4 : 5);

/** After so many transactions that did not fit, the block counts as full. */
const MISFITS_MAX = 1_000;

/** The smallest transaction there is (EIP-2028): less room than that means the block is full. */
const TRANSACTION_GAS_MIN = 21_000n;

export function reap(request: ReapRequest): Uint8Array[] {
  const {baseFee, isFresh} = request;
  const headOf = (queue: SenderQueue, index: number): Head | undefined => {
    if (index >= queue.pendingCount) return undefined;
    const {tx, sequence} = queue.items[index]!;
    const tip = effectiveTip(tx, baseFee);
    return tip < 0n ? undefined : {queue, index, tip, sequence};
  };

  const heads: Head[] = [];
  for (const queue of request.queues) {
    const head = headOf(queue, 0);
    if (head !== undefined) heads.push(head);
  }
  const heap = new Heap(goesBefore, heads);

  const taken: Uint8Array[] = [];
  let bytesLeft = request.maxBytes < 0n ? Infinity : Number(request.maxBytes);
  let gasLeft = request.maxGas;
  const isGasBounded = gasLeft >= 0n;
  let misfits = 0;
  while (heap.size > 0 && misfits < MISFITS_MAX && bytesLeft > 0 && (!isGasBounded || gasLeft >= TRANSACTION_GAS_MIN)) {
    const head = heap.pop()!;
    const {queue, index} = head;
    if (index === 0 && !isFresh(queue)) {
      const renewed = headOf(queue, 0);
      if (renewed !== undefined) heap.push(renewed);
      continue;
    }
    const {tx} = queue.items[index]!;
    const size = tx.raw.length + framing(tx.raw.length);
    if (size > bytesLeft || (isGasBounded && tx.gasLimit > gasLeft)) {
      misfits++; // Its successors cannot stand before it, so the sender is done for this block.
      continue;
    }
    taken.push(tx.raw);
    bytesLeft -= size;
    if (isGasBounded) gasLeft -= tx.gasLimit;
    const next = headOf(queue, index + 1);
    if (next !== undefined) heap.push(next);
  }
  return taken;
}
