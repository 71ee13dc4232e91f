/**
 * The Cosmos SDK's simple-Merkle multistore (store/internal/maps): the tree of (name, hash of value) pairs sorted by name.
 * An IBC or ICS-23 verifier of a Cosmos SDK chain opens this root unchanged.
 */
import {compareBytes, concatBytes, sha256, utf8} from './bytes.ts';
import {merkleProofs, merkleRoot} from './merkle.ts';
import type {MerkleProof} from './types.ts';
import {finish, newWriter} from './wire.ts';

/** Store name and the bytes that stand for the store (its root); they are hashed once more in the leaf. */
export type SimpleMapEntry = readonly [name: string, value: Uint8Array];

/** 32 bytes. @throws RangeError for an empty or a repeated name. */
export function simpleMapRoot(entries: Iterable<SimpleMapEntry>): Uint8Array {
  return merkleRoot(sortedLeaves(entries).map(({leaf}) => leaf));
}

/** The root and a proof by name; the leaf of a proof is `simpleMapLeaf(name, value)`. */
export function simpleMapProofs(entries: Iterable<SimpleMapEntry>): {root: Uint8Array; proofs: ReadonlyMap<string, MerkleProof>} {
  const leaves = sortedLeaves(entries);
  const {root, proofs} = merkleProofs(leaves.map(({leaf}) => leaf));
  return {root, proofs: new Map(leaves.map(({name}, i) => [name, proofs[i] as MerkleProof]))};
}

/** Length-prefixed name and length-prefixed SHA-256 of the value. */
export function simpleMapLeaf(name: string, value: Uint8Array): Uint8Array {
  return concatBytes(lengthPrefixed(utf8(name)), lengthPrefixed(sha256(value)));
}

function sortedLeaves(entries: Iterable<SimpleMapEntry>): {name: string; leaf: Uint8Array}[] {
  const leaves = [...entries].map(([name, value]) => ({name, key: utf8(name), leaf: simpleMapLeaf(name, value)}));
  leaves.sort((a, b) => compareBytes(a.key, b.key));
  leaves.forEach(({name}, i) => {
    if (name === '') throw new RangeError('a store needs a name');
    if (name === leaves[i + 1]?.name) throw new RangeError(`two stores are named ${name}`);
  });
  return leaves;
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return finish(newWriter().bytes(bytes));
}
