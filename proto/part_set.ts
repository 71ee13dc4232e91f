/** A block in parts with Merkle proofs, so that peers can pass on what they have before they have it all (CometBFT types/part_set.go). */
import {concatBytes} from './bytes.ts';
import {encodeBlock} from './encoding.ts';
import {headerHash} from './hashing.ts';
import {BLOCK_PARTS_MAX, PART_SIZE_BYTES} from './limits.ts';
import {merkleProofs, verifyMerkleProof} from './merkle.ts';
import type {Block, BlockID, Part, PartSetHeader} from './types.ts';
import {validatePartBasic} from './validate.ts';

export type AddPartResult = 'added' | 'duplicate' | 'invalid';

export class PartSet {
  readonly header: PartSetHeader;
  #parts: (Part | undefined)[];
  #count = 0;
  #byteSize = 0;

  /**
   * An empty set that waits for the parts of `header`.
   * @param maxParts bounds what a proposer can make others hold.
   * @throws RangeError when the header claims more.
   */
  constructor(header: PartSetHeader, maxParts: number = BLOCK_PARTS_MAX) {
    if (header.total > maxParts) throw new RangeError(`part set of ${header.total} parts, limit ${maxParts}`);
    this.header = header;
    this.#parts = new Array<Part | undefined>(header.total).fill(undefined);
  }

  /** 'invalid': wrong index, or the proof does not lead to the header's hash. */
  addPart(part: Part): AddPartResult {
    if (part.index >= this.header.total || validatePartBasic(part) !== undefined) return 'invalid';
    if (this.#parts[part.index] !== undefined) return 'duplicate';
    if (part.proof.total !== BigInt(this.header.total)) return 'invalid';
    if (!verifyMerkleProof(part.proof, this.header.hash, part.bytes)) return 'invalid';
    this.#parts[part.index] = part;
    this.#count += 1;
    this.#byteSize += part.bytes.length;
    return 'added';
  }

  get total(): number {
    return this.header.total;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes in the parts so far: to be held against the limit of the consensus parameters while parts come in. */
  get byteSize(): number {
    return this.#byteSize;
  }

  has(index: number): boolean {
    return this.#parts[index] !== undefined;
  }

  part(index: number): Part | undefined {
    return this.#parts[index];
  }

  /** The parts that are here, in order. */
  parts(): Part[] {
    return this.#parts.filter((part) => part !== undefined);
  }

  isComplete(): boolean {
    return this.#count === this.header.total;
  }

  /** The bytes that were cut. @throws Error when parts are missing: ask `isComplete` first. */
  assemble(): Uint8Array {
    if (!this.isComplete()) throw new Error(`part set has ${this.#count} of ${this.header.total} parts`);
    return concatBytes(...this.parts().map((part) => part.bytes));
  }
}

/** A complete set. No bytes give one empty part, as a proof needs a leaf. */
export function makePartSet(bytes: Uint8Array, partSize: number = PART_SIZE_BYTES): PartSet {
  const total = Math.max(1, Math.ceil(bytes.length / partSize));
  const chunks = Array.from({length: total}, (_, i) => bytes.slice(i * partSize, (i + 1) * partSize));
  const {root, proofs} = merkleProofs(chunks);
  const set = new PartSet({total, hash: root});
  proofs.forEach((proof, index) => set.addPart({index, bytes: chunks[index] as Uint8Array, proof}));
  return set;
}

/** The block's parts and the id under which it is voted for. */
export function blockToPartSet(block: Block): {partSet: PartSet; blockId: BlockID; size: number} {
  const bytes = encodeBlock(block);
  const partSet = makePartSet(bytes);
  return {partSet, blockId: {hash: headerHash(block.header), partSetHeader: partSet.header}, size: bytes.length};
}
