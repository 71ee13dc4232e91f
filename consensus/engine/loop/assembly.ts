/** Blocks of the current height that come in as parts: those of proposals, and those that +2/3 voted for. */
import {decodeBlock, equalBytes, headerHash, PartSet, partSetHeaderEquals, type Block, type BlockID, type Part, type PartSetHeader} from '#proto';
import {blockKey} from '#consensus/core';
import {BLOCK_BYTES_MAX, ORPHAN_PARTS_MAX, PART_BYTES, PART_SETS_MAX} from '../limits.ts';

export interface AssembledBlock {
  readonly blockId: BlockID;
  readonly partSet: PartSet;
  /** undefined: the parts are complete, but no block of this id. */
  readonly block: Block | undefined;
  readonly size: number;
}

interface Entry {
  readonly blockId: BlockID;
  readonly partSet: PartSet;
  assembled: AssembledBlock | undefined;
}

export interface OrphanPart {
  readonly peer: string;
  readonly round: number;
  readonly part: Part;
}

export type AddResult =
  | {readonly outcome: 'added'; readonly blockId: BlockID; readonly complete: AssembledBlock | undefined}
  /** Fits no block that is being assembled, or was here already. */
  | {readonly outcome: 'ignored'};

export class BlockAssembly {
  private readonly maxBytes: number;
  private readonly entries = new Map<string, Entry>();
  private orphans: OrphanPart[] = [];
  private dropped: BlockID[] = [];

  /** @param maxBytes of the consensus parameters; -1: the hard limit. */
  constructor(maxBytes: bigint) {
    this.maxBytes = maxBytes === -1n ? BLOCK_BYTES_MAX : Number(maxBytes);
  }

  get(blockId: BlockID): AssembledBlock | undefined {
    return this.entries.get(blockKey(blockId))?.assembled;
  }

  /** The parts so far; undefined when this block is not awaited. */
  parts(blockId: BlockID): PartSet | undefined {
    return this.entries.get(blockKey(blockId))?.partSet;
  }

  findParts(header: PartSetHeader): PartSet | undefined {
    for (const {partSet} of this.entries.values()) if (partSetHeaderEquals(partSet.header, header)) return partSet;
    return undefined;
  }

  /** false: the header claims more parts than a block may have (CometBFT ErrProposalTooManyParts). */
  fits(blockId: BlockID): boolean {
    const {total} = blockId.partSetHeader;
    return total > 0 && total <= Math.ceil(this.maxBytes / PART_BYTES);
  }

  /** Waits for the parts of a block, and gives back those that came too early. `keep`: blocks that must not make room for it. */
  expect(blockId: BlockID, keep: readonly (BlockID | undefined)[]): readonly OrphanPart[] {
    const key = blockKey(blockId);
    if (this.entries.has(key) || !this.fits(blockId)) return [];
    this.makeRoom(keep);
    this.entries.set(key, {blockId, partSet: new PartSet(blockId.partSetHeader), assembled: undefined});
    const early = this.orphans;
    this.orphans = [];
    return early;
  }

  addOwn(blockId: BlockID, partSet: PartSet, block: Block, size: number, keep: readonly (BlockID | undefined)[]): void {
    this.makeRoom(keep);
    this.entries.set(blockKey(blockId), {blockId, partSet, assembled: {blockId, partSet, block, size}});
  }

  /** The blocks that made room since the last call. */
  takeDropped(): readonly BlockID[] {
    const {dropped} = this;
    this.dropped = [];
    return dropped;
  }

  add(peer: string, round: number, part: Part): AddResult {
    let known = false;
    for (const entry of this.entries.values()) {
      if (BigInt(entry.partSet.total) !== part.proof.total) continue;
      const result = entry.partSet.addPart(part);
      if (result === 'duplicate') known = true;
      if (result !== 'added') continue;
      if (entry.partSet.isComplete()) entry.assembled = this.assemble(entry);
      return {outcome: 'added', blockId: entry.blockId, complete: entry.assembled};
    }
    if (!known) this.keepOrphan({peer, round, part});
    return {outcome: 'ignored'};
  }

  /** Shared fairly: when the places are used up, whoever has most of them gives one to a peer that has fewer. */
  private keepOrphan(orphan: OrphanPart): void {
    if (this.orphans.length >= ORPHAN_PARTS_MAX) {
      const counts = new Map<string, number>();
      for (const {peer} of this.orphans) counts.set(peer, (counts.get(peer) ?? 0) + 1);
      const most = Math.max(...counts.values());
      if ((counts.get(orphan.peer) ?? 0) + 1 >= most) return;
      this.orphans.splice(this.orphans.findIndex(({peer}) => counts.get(peer) === most), 1);
    }
    this.orphans.push(orphan);
  }

  private assemble({blockId, partSet}: Entry): AssembledBlock {
    const size = partSet.byteSize;
    return {blockId, partSet, block: size > this.maxBytes ? undefined : decodeAs(blockId, partSet, this.maxBytes), size};
  }

  private makeRoom(keep: readonly (BlockID | undefined)[]): void {
    const kept = new Set(keep.filter((blockId) => blockId !== undefined).map(blockKey));
    for (const [key, {blockId}] of this.entries) {
      if (this.entries.size < PART_SETS_MAX) return;
      if (kept.has(key)) continue;
      this.entries.delete(key);
      this.dropped.push(blockId);
    }
  }
}

function decodeAs(blockId: BlockID, partSet: PartSet, maxBytes: number): Block | undefined {
  let block: Block;
  try {
    block = decodeBlock(partSet.assemble(), maxBytes);
  } catch {
    return undefined;
  }
  return equalBytes(headerHash(block.header), blockId.hash) ? block : undefined;
}
