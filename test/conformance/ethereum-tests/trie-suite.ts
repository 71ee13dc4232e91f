/**
 * TrieTests of ethereum/tests. Three forms: pairs in an order (null or nothing deletes) or in any order (an object) with the `root` that comes of
 * them; and keys with `tests` of which key stands before and after one. Some files are of "secure" tries, whose keys are hashed first;
 * nothing but their names says which. So both roots are made, and all cases of a file have to be of the same kind.
 */
import {bytesToHex, hexToBytes, keccak256} from '#node/execution';
import type {Hash} from '#node/execution';
import {bytesToPlainHex} from '../../../node/execution/hex.ts';
import {NodeKind} from '../../../node/execution/trie/node.ts';
import type {TrieNode} from '../../../node/execution/trie/node.ts';
import {TrieSession} from '../../../node/execution/trie/session.ts';
import type {Case, Outcome, Suite} from '../runner.ts';

type Pair = readonly [key: string, value: string | null];
type KeyKind = 'plain' | 'hashed';
interface RootTest {
  readonly in: readonly Pair[] | Readonly<Record<string, string | null>>;
  readonly root: Hash;
}
interface NeighbourTest {
  readonly in: readonly string[];
  readonly tests: readonly (readonly [key: string, before: string, after: string])[];
}

const PASSED: Outcome = {kind: 'passed'};

export const trieSuite: Suite = {
  extension: '.json',
  casesOf(content) {
    const file: {kind: KeyKind | undefined} = {kind: undefined};
    return Object.entries(JSON.parse(content) as Record<string, unknown>).map(([name, test]): Case => {
      if (isTest<RootTest>(test, 'root')) return {name, run: async () => rootOutcome(test, file)};
      if (isTest<NeighbourTest>(test, 'tests')) return {name, run: async () => neighbourOutcome(test)};
      return {name, run: async () => ({kind: 'skipped', reason: 'not a trie test (in, root or tests)'})};
    });
  },
};

function rootOutcome({in: input, root: expected}: RootTest, file: {kind: KeyKind | undefined}): Outcome {
  const orders = Array.isArray(input) ? [input as readonly Pair[]] : anyOrder(Object.entries(input));
  const answers = orders.map((pairs) => ({plain: rootOf(pairs, 'plain'), hashed: rootOf(pairs, 'hashed')}));
  const kinds = (['plain', 'hashed'] as const).filter((kind) => answers.every((answer) => answer[kind] === expected));
  if (kinds.length === 0) {
    return {kind: 'failed', reason: `root ${answers.map(({plain, hashed}) => `${plain} (keys as they are) or ${hashed} (hashed keys)`).join('; ')}, expected ${expected}`};
  }
  // The empty trie has the same root in both kinds.
  if (kinds.length === 2) return PASSED;
  file.kind ??= kinds[0]!;
  return file.kind === kinds[0] ? PASSED : {kind: 'failed', reason: `the root of ${kinds[0]} keys in a file of ${file.kind} ones`};
}

function anyOrder(pairs: readonly Pair[]): (readonly Pair[])[] {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  return [pairs, [...pairs].reverse(), sorted, [...sorted].reverse()];
}

function rootOf(pairs: readonly Pair[], kind: KeyKind): Hash {
  const session = emptyTrie();
  for (const [key, value] of pairs) {
    const path = bytesToPlainHex(kind === 'hashed' ? keccak256(bytesOf(key)) : bytesOf(key));
    if (value === null || value === '') session.delete(path);
    else session.put(path, bytesOf(value));
  }
  return bytesToHex(session.hash());
}

function neighbourOutcome({in: keys, tests}: NeighbourTest): Outcome {
  const session = emptyTrie();
  for (const key of keys) session.put(bytesToPlainHex(bytesOf(key)), bytesOf(key));
  const paths = pathsOf(session.root);
  for (const [key, before, after] of tests) {
    const path = bytesToPlainHex(bytesOf(key));
    const answer = [paths.findLast((other) => other < path) ?? '', paths.find((other) => other > path) ?? ''];
    const expected = [before, after].map((other) => bytesToPlainHex(bytesOf(other)));
    if (answer.join() !== expected.join()) return {kind: 'failed', reason: `around "${key}" stand ${answer.join(' and ')}, expected ${expected.join(' and ')}`};
  }
  return PASSED;
}

/** All keys of a trie, in the order in which its nodes hold them. */
function pathsOf(node: TrieNode | undefined, path = ''): string[] {
  if (node === undefined) return [];
  switch (node.kind) {
    case NodeKind.Leaf:
      return [path + node.key];
    case NodeKind.Extension:
      return pathsOf(node.child, path + node.key);
    case NodeKind.Branch:
      return [...(node.value === undefined ? [] : [path]), ...node.children.flatMap((child, index) => pathsOf(child, path + index.toString(16)))];
    case NodeKind.Hash:
      throw new Error('nothing of this trie is in a database');
  }
}

function emptyTrie(): TrieSession {
  return new TrieSession(undefined, () => undefined);
}

function bytesOf(text: string): Uint8Array {
  return text.startsWith('0x') ? hexToBytes(text) : new TextEncoder().encode(text);
}

function isTest<T>(test: unknown, key: keyof T & string): test is T {
  return typeof test === 'object' && test !== null && 'in' in test && key in test;
}
