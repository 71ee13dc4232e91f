/** Identities and step trees of the jobs that the SAPs 0x0a10 (Inference) and 0x0a11 (Training) record. */
import {keccak_256} from '@noble/hashes/sha3.js';
import {toHex, WORD_BYTES} from './bytes.ts';
import type {Hex} from './bytes.ts';
import {CodecError} from './errors.ts';
import {TRAINING_STEP_TREE_DEPTH} from './limits.ts';

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/**
 * keccak256(abi.encode(invoker, key)): the id of the job that `invoker` opened under a key of its own choice. Nobody else can
 * take it. Throws `CodecError`.
 * @param invoker 20 bytes @param key 32 bytes
 */
export function jobId(invoker: Hex, key: Hex): Hex {
  if (!/^0x[0-9a-fA-F]{40}$/.test(invoker)) throw new CodecError('wrongLength', 'invoker', `${invoker} is no address`);
  return toHex(jobIdOf(hexBytes(invoker), word(key, 'key')));
}

/** As `jobId`, of bytes: 20 and 32. */
export function jobIdOf(invoker: Uint8Array, key: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(2 * WORD_BYTES);
  encoded.set(invoker, WORD_BYTES - invoker.length);
  encoded.set(key, WORD_BYTES);
  return keccak_256(encoded);
}

/** keccak256(0x00 ‖ state): a leaf of the tree of a training job's steps. */
export function stepLeaf(state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + WORD_BYTES);
  bytes[0] = LEAF_PREFIX;
  bytes.set(state, 1);
  return keccak_256(bytes);
}

/** keccak256(0x01 ‖ left ‖ right). */
export function stepNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * WORD_BYTES);
  bytes[0] = NODE_PREFIX;
  bytes.set(left, 1);
  bytes.set(right, 1 + WORD_BYTES);
  return keccak_256(bytes);
}

/** Roots of empty subtrees by height: 32 zero bytes for a leaf that is not there yet. */
export const EMPTY_STEP_NODES: readonly Uint8Array[] = Array.from({length: TRAINING_STEP_TREE_DEPTH}).reduce<Uint8Array[]>(
  (nodes) => [...nodes, stepNode(nodes.at(-1)!, nodes.at(-1)!)],
  [new Uint8Array(WORD_BYTES)],
);

/** The nodes of each height from the leaves on, without what is empty. */
function levelsOf(states: readonly Hex[]): Uint8Array[][] {
  const levels = [states.map((state, index) => stepLeaf(word(state, `states[${index}]`)))];
  for (let height = 0; height < TRAINING_STEP_TREE_DEPTH; height++) {
    const below = levels[height]!;
    const above: Uint8Array[] = [];
    for (let i = 0; i < below.length; i += 2) above.push(stepNode(below[i]!, below[i + 1] ?? EMPTY_STEP_NODES[height]!));
    levels.push(above);
  }
  return levels;
}

/**
 * The root that the SAP Training has after these step states, each 32 bytes: a binary tree of depth 20 over
 * keccak256(0x00 ‖ state), nodes keccak256(0x01 ‖ left ‖ right), filled up with zero leaves. Throws `CodecError`.
 */
export function trainingStepsRoot(states: readonly Hex[]): Hex {
  checkCount(states);
  return toHex(levelsOf(states).at(-1)![0] ?? EMPTY_STEP_NODES.at(-1)!);
}

/** The 20 siblings from the leaf of step `index` to the root: what `verifyStep` takes. Throws `CodecError`. */
export function trainingStepPath(states: readonly Hex[], index: number): Hex[] {
  checkCount(states);
  if (!Number.isInteger(index) || index < 0 || index >= states.length) {
    throw new CodecError('outOfRange', 'index', `there is no step ${index} among ${states.length}`);
  }
  return levelsOf(states)
    .slice(0, TRAINING_STEP_TREE_DEPTH)
    .map((nodes, height) => toHex(nodes[(index >> height) ^ 1] ?? EMPTY_STEP_NODES[height]!));
}

function checkCount(states: readonly Hex[]): void {
  if (states.length > 2 ** TRAINING_STEP_TREE_DEPTH) throw new CodecError('wrongCount', 'states', `${states.length} steps are too many`);
}

function word(value: Hex, path: string): Uint8Array {
  if (!/^0x[0-9a-fA-F]{64}$/.test(value)) throw new CodecError('wrongLength', path, `${value} is not 32 bytes`);
  return hexBytes(value);
}

function hexBytes(value: Hex): Uint8Array {
  return Uint8Array.from({length: (value.length - 2) / 2}, (_, i) => Number.parseInt(value.slice(2 + 2 * i, 4 + 2 * i), 16));
}
