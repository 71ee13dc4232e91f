/**
 * CometBFT's Merkle tree (spec/core/encoding.md, crypto/merkle): RFC 6962 with SHA-256. Leaves are prefixed by 0, inner nodes by 1,
 * the left subtree holds the largest power of two below the number of leaves; the empty tree is the hash of nothing.
 */
import {equalBytes, sha256} from './bytes.ts';
import {HASH_BYTES, MERKLE_AUNTS_MAX} from './limits.ts';
import type {MerkleProof} from './types.ts';

const LEAF_PREFIX = Uint8Array.of(0);
const INNER_PREFIX = Uint8Array.of(1);

export function merkleLeafHash(leaf: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, leaf);
}

export function merkleInnerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(INNER_PREFIX, left, right);
}

/** 32 bytes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOfHashes(leaves.map(merkleLeafHash), 0, leaves.length);
}

function rootOfHashes(hashes: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (start === end) return sha256();
  if (end - start === 1) return hashes[start] as Uint8Array;
  const split = start + splitPoint(end - start);
  return merkleInnerHash(rootOfHashes(hashes, start, split), rootOfHashes(hashes, split, end));
}

/** The largest power of two below `length` (0 for 1). */
export function splitPoint(length: number): number {
  if (length < 2) return 0;
  return 2 ** (31 - Math.clz32(length - 1));
}

/** The root and one proof for each leaf, in the order of the leaves. */
export function merkleProofs(leaves: readonly Uint8Array[]): {root: Uint8Array; proofs: MerkleProof[]} {
  const hashes = leaves.map(merkleLeafHash);
  const aunts: Uint8Array[][] = leaves.map(() => []);
  const build = (start: number, end: number): Uint8Array => {
    if (end - start === 1) return hashes[start] as Uint8Array;
    const split = start + splitPoint(end - start);
    const left = build(start, split);
    const right = build(split, end);
    for (let i = start; i < end; i++) aunts[i]?.push(i < split ? right : left);
    return merkleInnerHash(left, right);
  };
  const root = leaves.length === 0 ? sha256() : build(0, leaves.length);
  const proofs = hashes.map((leafHash, index) => ({
    total: BigInt(leaves.length),
    index: BigInt(index),
    leafHash,
    aunts: aunts[index] as Uint8Array[],
  }));
  return {root, proofs};
}

/** Shape only: lengths, counts and signs. Returns what is wrong, or undefined. */
export function validateMerkleProofBasic(proof: MerkleProof): string | undefined {
  if (proof.total < 0n) return 'negative proof total';
  if (proof.index < 0n) return 'negative proof index';
  if (proof.leafHash.length !== HASH_BYTES) return `leaf hash of ${proof.leafHash.length} bytes`;
  if (proof.aunts.length > MERKLE_AUNTS_MAX) return `${proof.aunts.length} aunts, limit ${MERKLE_AUNTS_MAX}`;
  if (proof.aunts.some((aunt) => aunt.length !== HASH_BYTES)) return `aunt that is not ${HASH_BYTES} bytes`;
  return undefined;
}

/** That `leaf` (the bytes, not their hash) stands at `proof.index` of `proof.total` under `root`. */
export function verifyMerkleProof(proof: MerkleProof, root: Uint8Array, leaf: Uint8Array): boolean {
  if (validateMerkleProofBasic(proof) !== undefined) return false;
  if (!equalBytes(proof.leafHash, merkleLeafHash(leaf))) return false;
  const computed = rootFromAunts(proof.index, proof.total, proof.leafHash, proof.aunts);
  return computed !== undefined && equalBytes(computed, root);
}

function rootFromAunts(index: bigint, total: bigint, leafHash: Uint8Array, aunts: readonly Uint8Array[]): Uint8Array | undefined {
  // From the root down: is the leaf in the left or the right subtree?
  const path: boolean[] = [];
  let position = index;
  let size = total;
  if (position >= size) return undefined;
  while (size > 1n) {
    if (path.length >= aunts.length) return undefined;
    const split = 1n << BigInt((size - 1n).toString(2).length - 1);
    const isLeft = position < split;
    path.push(isLeft);
    if (!isLeft) position -= split;
    size = isLeft ? split : size - split;
  }
  if (path.length !== aunts.length) return undefined;
  let hash = leafHash;
  for (const aunt of aunts) hash = path.pop() === true ? merkleInnerHash(hash, aunt) : merkleInnerHash(aunt, hash);
  return hash;
}
