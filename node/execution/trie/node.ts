/**
 * Nodes of the Merkle Patricia trie (Yellow Paper, appendix D) in memory. Paths are strings of lower-case hex digits, one per nibble.
 * A node is never changed once the session that made it is over, so an older root stays readable beside a newer one.
 * Keys of the chain's tries are never prefixes of each other (they are hashes, or RLP of an index), so none of their branches has a value.
 */
import {bytesToPlainHex} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import {decodeRlp, encodeRlp, lengthWithPrefix} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';

export const NodeKind = {Hash: 0, Leaf: 1, Extension: 2, Branch: 3} as const;

interface NodeBase {
  /** What the parent holds: RLP of the hash (33 bytes), or the node itself when shorter than 32 bytes. undefined: to be computed. */
  ref: Uint8Array | undefined;
  /** The database has this very node at its path. */
  saved: boolean;
  /** The session that may change it in place. */
  owner: symbol | undefined;
}
/** Known by hash only; read from the database when it is needed. */
export interface HashNode extends NodeBase {
  readonly kind: typeof NodeKind.Hash;
}
export interface LeafNode extends NodeBase {
  readonly kind: typeof NodeKind.Leaf;
  key: string;
  value: Uint8Array;
}
export interface ExtensionNode extends NodeBase {
  readonly kind: typeof NodeKind.Extension;
  key: string;
  child: TrieNode;
}
export interface BranchNode extends NodeBase {
  readonly kind: typeof NodeKind.Branch;
  children: (TrieNode | undefined)[];
  /** Of the key that ends here. */
  value: Uint8Array | undefined;
}
export type TrieNode = HashNode | LeafNode | ExtensionNode | BranchNode;

/** keccak256(RLP('')). */
export const EMPTY_ROOT = keccak256(Uint8Array.of(0x80));

export function hashNode(hash: Uint8Array): HashNode {
  const ref = new Uint8Array(33);
  ref[0] = 0xa0;
  ref.set(hash, 1);
  return {kind: NodeKind.Hash, ref, saved: true, owner: undefined};
}

export function leafNode(key: string, value: Uint8Array, owner: symbol | undefined): LeafNode {
  return {kind: NodeKind.Leaf, key, value, ref: undefined, saved: false, owner};
}

export function extensionNode(key: string, child: TrieNode, owner: symbol | undefined): ExtensionNode {
  return {kind: NodeKind.Extension, key, child, ref: undefined, saved: false, owner};
}

export function branchNode(owner: symbol | undefined): BranchNode {
  return {kind: NodeKind.Branch, children: new Array<TrieNode | undefined>(16).fill(undefined), value: undefined, ref: undefined, saved: false, owner};
}

/** Value of the hex digit at `index`. */
export function nibbleAt(path: string, index: number): number {
  const code = path.charCodeAt(index);
  return code < 58 ? code - 48 : code - 87;
}

export const DIGITS = '0123456789abcdef';

export function rootHash(root: TrieNode | undefined): Uint8Array {
  if (root === undefined) return EMPTY_ROOT;
  const ref = refOf(root);
  return ref.length === 33 ? ref.subarray(1) : keccak256(ref);
}

/** Computes what is missing below, children first. */
export function refOf(node: TrieNode): Uint8Array {
  if (node.ref !== undefined) return node.ref;
  const encoded = encodeNode(node);
  if (encoded.length < 32) return (node.ref = encoded);
  const ref = new Uint8Array(33);
  ref[0] = 0xa0;
  ref.set(keccak256(encoded), 1);
  return (node.ref = ref);
}

export function encodeNode(node: TrieNode): Uint8Array {
  switch (node.kind) {
    case NodeKind.Leaf:
      return encodeRlp([compactPath(node.key, true), node.value]);
    case NodeKind.Extension:
      return encodePair(encodeRlp(compactPath(node.key, false)), refOf(node.child));
    case NodeKind.Branch:
      return encodeBranch(node);
    case NodeKind.Hash:
      throw new Error('a node known by hash only cannot be encoded');
  }
}

function encodePair(first: Uint8Array, second: Uint8Array): Uint8Array {
  const payload = first.length + second.length;
  const out = new Uint8Array(lengthWithPrefix(payload));
  const offset = writeListPrefix(out, payload);
  out.set(first, offset);
  out.set(second, offset + first.length);
  return out;
}

const NO_VALUE = Uint8Array.of(0x80);

function encodeBranch(node: BranchNode): Uint8Array {
  const value = node.value === undefined ? NO_VALUE : encodeRlp(node.value);
  let payload = value.length;
  for (let i = 0; i < 16; i++) {
    const child = node.children[i];
    payload += child === undefined ? 1 : refOf(child).length;
  }
  const out = new Uint8Array(lengthWithPrefix(payload));
  let offset = writeListPrefix(out, payload);
  for (let i = 0; i < 16; i++) {
    const child = node.children[i];
    if (child === undefined) {
      out[offset++] = 0x80;
    } else {
      out.set(child.ref!, offset);
      offset += child.ref!.length;
    }
  }
  out.set(value, offset);
  return out;
}

function writeListPrefix(out: Uint8Array, payload: number): number {
  if (payload < 56) {
    out[0] = 0xc0 + payload;
    return 1;
  }
  if (payload < 256) {
    out[0] = 0xf8;
    out[1] = payload;
    return 2;
  }
  if (payload < 0x10000) {
    out[0] = 0xf9;
    out[1] = payload >> 8;
    out[2] = payload & 0xff;
    return 3;
  }
  out[0] = 0xfa;
  out[1] = payload >> 16;
  out[2] = (payload >> 8) & 0xff;
  out[3] = payload & 0xff;
  return 4;
}

/** Hex-prefix encoding: the first nibble says leaf (2) and odd length (1). */
function compactPath(path: string, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2 === 1;
  const text = (isLeaf ? (odd ? '3' : '20') : odd ? '1' : '00') + path;
  const bytes = Buffer.from(text, 'hex');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** `encoded` was read from our own database; throws when it is not a node. */
export function decodeNode(encoded: Uint8Array): TrieNode {
  const node = nodeOf(decodeRlp(encoded));
  node.saved = true;
  return node;
}

function nodeOf(item: RlpItem): TrieNode {
  if (item instanceof Uint8Array) throw new Error('a trie node is a list');
  if (item.length === 17) {
    const branch = branchNode(undefined);
    for (let i = 0; i < 16; i++) branch.children[i] = childOf(item[i]!);
    const value = item[16];
    if (!(value instanceof Uint8Array)) throw new Error('a branch holds a string');
    if (value.length > 0) branch.value = value.slice();
    branch.saved = true;
    branch.ref = undefined;
    return branch;
  }
  const [path, rest] = item;
  if (item.length !== 2 || !(path instanceof Uint8Array) || rest === undefined) throw new Error('a trie node has 2 or 17 items');
  const hex = bytesToPlainHex(path);
  const flag = nibbleAt(hex, 0);
  const key = hex.slice(flag % 2 === 1 ? 1 : 2);
  if (flag >= 2) {
    if (!(rest instanceof Uint8Array)) throw new Error('a leaf holds a string');
    const leaf = leafNode(key, rest.slice(), undefined);
    leaf.saved = true;
    return leaf;
  }
  const child = childOf(rest);
  if (child === undefined) throw new Error('an extension has a child');
  const extension = extensionNode(key, child, undefined);
  extension.saved = true;
  return extension;
}

function childOf(item: RlpItem): TrieNode | undefined {
  if (item instanceof Uint8Array) {
    if (item.length === 0) return undefined;
    if (item.length !== 32) throw new Error('a reference has 32 bytes');
    return hashNode(item);
  }
  return nodeOf(item);
}

