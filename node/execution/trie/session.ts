import {bytesEqual} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import {branchNode, decodeNode, DIGITS, encodeNode, extensionNode, leafNode, nibbleAt, NodeKind, refOf, rootHash} from './node.ts';
import type {BranchNode, ExtensionNode, TrieNode} from './node.ts';

/** Reads the stored node at a path of this trie. */
export type NodeLoader = (path: string) => Uint8Array | undefined;

/**
 * A batch of changes to one trie, on top of a root that stays as it is. Hashes are computed once, at the end. Drop the session to
 * undo everything.
 */
export class TrieSession {
  /** Marks the nodes that it may change. Not itself: nodes outlive it by far, and would keep its root, and so every older one, in memory. */
  readonly #mark = Symbol('session');
  readonly #load: NodeLoader;
  #root: TrieNode | undefined;
  /** Paths whose stored node this session replaced or removed. */
  readonly stale = new Set<string>();
  nodesMade = 0;

  constructor(root: TrieNode | undefined, load: NodeLoader) {
    this.#root = root;
    this.#load = load;
  }

  get root(): TrieNode | undefined {
    return this.#root;
  }

  /** 32 bytes. */
  hash(): Uint8Array {
    return rootHash(this.#root);
  }

  put(key: string, value: Uint8Array): void {
    this.#root = this.#insert(this.#root, key, 0, value);
  }

  delete(key: string): void {
    this.#root = this.#remove(this.#root, key, 0);
  }

  /** Encoded nodes from the root towards `key`, as far as the path goes (EIP-1186). Embedded nodes stand inside their parents. */
  prove(key: string): Uint8Array[] {
    const proof: Uint8Array[] = [];
    let depth = 0;
    let node = this.#root;
    while (node !== undefined) {
      if (node.kind === NodeKind.Hash) node = this.#resolve(node, key.slice(0, depth));
      if (depth === 0 || refOf(node).length === 33) proof.push(encodeNode(node));
      if (node.kind === NodeKind.Branch && depth < key.length) {
        node = node.children[nibbleAt(key, depth++)];
      } else if (node.kind === NodeKind.Extension && key.startsWith(node.key, depth)) {
        depth += node.key.length;
        node = node.child;
      } else {
        break;
      }
    }
    return proof;
  }

  #insert(node: TrieNode | undefined, key: string, depth: number, value: Uint8Array): TrieNode {
    if (node === undefined) return this.#leaf(key.slice(depth), value);
    switch (node.kind) {
      case NodeKind.Hash:
        return this.#insert(this.#resolve(node, key.slice(0, depth)), key, depth, value);
      case NodeKind.Leaf: {
        const rest = key.slice(depth);
        if (rest === node.key) {
          if (bytesEqual(node.value, value)) return node;
          this.#retire(node, key, depth);
          return this.#leaf(rest, value);
        }
        this.#retire(node, key, depth);
        const common = commonLength(rest, node.key);
        const branch = this.#branch();
        this.#hang(branch, node.key, common, node.value);
        this.#hang(branch, rest, common, value);
        return common === 0 ? branch : this.#extension(rest.slice(0, common), branch);
      }
      case NodeKind.Extension: {
        const rest = key.slice(depth);
        const common = commonLength(rest, node.key);
        if (common === node.key.length) {
          const child = this.#insert(node.child, key, depth + common, value);
          return this.#withChild(node, child, key, depth);
        }
        this.#retire(node, key, depth);
        const branch = this.#branch();
        const below = node.key.slice(common + 1);
        branch.children[nibbleAt(node.key, common)] = below === '' ? node.child : this.#extension(below, node.child);
        this.#hang(branch, rest, common, value);
        return common === 0 ? branch : this.#extension(rest.slice(0, common), branch);
      }
      case NodeKind.Branch: {
        if (depth === key.length) {
          if (node.value !== undefined && bytesEqual(node.value, value)) return node;
          const branch = this.#own(node, key, depth);
          branch.value = value;
          return branch;
        }
        const index = nibbleAt(key, depth);
        const child = node.children[index];
        const changed = this.#insert(child, key, depth + 1, value);
        if (changed === child && changed.ref !== undefined) return node;
        const branch = this.#own(node, key, depth);
        branch.children[index] = changed;
        return branch;
      }
    }
  }

  #remove(node: TrieNode | undefined, key: string, depth: number): TrieNode | undefined {
    if (node === undefined) return undefined;
    switch (node.kind) {
      case NodeKind.Hash: {
        const resolved = this.#resolve(node, key.slice(0, depth));
        const changed = this.#remove(resolved, key, depth);
        return changed === resolved && changed.ref !== undefined ? resolved : changed;
      }
      case NodeKind.Leaf:
        if (node.key !== key.slice(depth)) return node;
        this.#retire(node, key, depth);
        return undefined;
      case NodeKind.Extension: {
        if (!key.startsWith(node.key, depth)) return node;
        const childDepth = depth + node.key.length;
        const child = this.#remove(node.child, key, childDepth);
        if (child === undefined) throw new Error('the branch below an extension cannot vanish');
        return this.#withChild(node, child, key, depth);
      }
      case NodeKind.Branch: {
        if (depth === key.length) {
          if (node.value === undefined) return node;
          const branch = this.#own(node, key, depth);
          branch.value = undefined;
          return this.#collapse(branch, key, depth);
        }
        const index = nibbleAt(key, depth);
        const child = node.children[index];
        const changed = this.#remove(child, key, depth + 1);
        if (changed === child && (changed === undefined || changed.ref !== undefined)) return node;
        const branch = this.#own(node, key, depth);
        branch.children[index] = changed;
        return changed === undefined ? this.#collapse(branch, key, depth) : branch;
      }
    }
  }

  /** Puts a new leaf, whose key is `key` from the `common`th digit on, below or into a new branch. */
  #hang(branch: BranchNode, key: string, common: number, value: Uint8Array): void {
    if (key.length === common) branch.value = value;
    else branch.children[nibbleAt(key, common)] = this.#leaf(key.slice(common + 1), value);
  }

  /** A branch with one child left becomes that child with a longer path; one with its value only becomes a leaf. */
  #collapse(branch: BranchNode, key: string, depth: number): TrieNode {
    let only = -1;
    for (let i = 0; i < 16; i++) {
      if (branch.children[i] === undefined) continue;
      if (only !== -1) return branch;
      only = i;
    }
    if (branch.value !== undefined) return only === -1 ? this.#leaf('', branch.value) : branch;
    const digit = DIGITS[only]!;
    const path = key.slice(0, depth) + digit;
    let child = branch.children[only]!;
    if (child.kind === NodeKind.Hash) child = this.#resolve(child, path);
    if (child.kind === NodeKind.Branch) return this.#extension(digit, child);
    if (child.saved) this.stale.add(path);
    if (child.kind === NodeKind.Leaf) return this.#leaf(digit + child.key, child.value);
    if (child.kind === NodeKind.Extension) return this.#extension(digit + child.key, child.child);
    throw new Error('a node read from the database is known by more than its hash');
  }

  /** `node` with a new child; two extensions, or an extension and a leaf, become one node. */
  #withChild(node: ExtensionNode, child: TrieNode, key: string, depth: number): TrieNode {
    if (child === node.child && child.ref !== undefined) return node;
    if (child.kind === NodeKind.Leaf || child.kind === NodeKind.Extension) {
      this.#retire(node, key, depth);
      if (child.saved) this.stale.add(key.slice(0, depth) + node.key);
      const joined = node.key + child.key;
      return child.kind === NodeKind.Leaf ? this.#leaf(joined, child.value) : this.#extension(joined, child.child);
    }
    const extension = this.#own(node, key, depth);
    extension.child = child;
    return extension;
  }

  #own<T extends BranchNode | ExtensionNode>(node: T, key: string, depth: number): T {
    if (node.owner === this.#mark) {
      node.ref = undefined;
      return node;
    }
    this.#retire(node, key, depth);
    this.nodesMade++;
    const copy = node.kind === NodeKind.Branch ? {...node, children: node.children.slice()} : {...node};
    copy.ref = undefined;
    copy.saved = false;
    copy.owner = this.#mark;
    return copy as T;
  }

  #retire(node: TrieNode, key: string, depth: number): void {
    if (node.saved) this.stale.add(key.slice(0, depth));
  }

  #resolve(node: TrieNode, path: string): TrieNode {
    const encoded = this.#load(path);
    if (encoded === undefined || !bytesEqual(keccak256(encoded), node.ref!.subarray(1))) {
      throw new Error(`the trie node at path "${path}" is ${encoded === undefined ? 'missing' : 'not the one expected'}: the database is damaged`);
    }
    const resolved = decodeNode(encoded);
    resolved.ref = node.ref;
    this.nodesMade++;
    return resolved;
  }

  #leaf(key: string, value: Uint8Array): TrieNode {
    this.nodesMade++;
    return leafNode(key, value, this.#mark);
  }

  #extension(key: string, child: TrieNode): TrieNode {
    this.nodesMade++;
    return extensionNode(key, child, this.#mark);
  }

  #branch(): BranchNode {
    this.nodesMade++;
    return branchNode(this.#mark);
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
