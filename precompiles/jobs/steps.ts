/** Appending to a tree of which only the left siblings that still wait for a right one are kept (a frontier). */
import {EMPTY_STEP_NODES, stepLeaf, stepNode} from '../codec/jobs.ts';
import {WORD_BYTES} from '../codec/bytes.ts';
import {TRAINING_STEP_TREE_DEPTH} from '../codec/limits.ts';

/** Nodes by height. A height whose bit in the count is 0 holds what nobody reads. */
export interface Frontier {
  get(height: number): Promise<Uint8Array>;
  set(height: number, node: Uint8Array): Promise<void>;
}

/**
 * Appends states (32 bytes each, one run) to a tree of `count` leaves and answers its new root. Each frontier slot is
 * read and written at most once.
 */
export async function appendSteps(frontier: Frontier, count: number, states: Uint8Array): Promise<Uint8Array> {
  const waiting = new Map<number, Uint8Array>();
  const changed = new Set<number>();
  const at = async (height: number): Promise<Uint8Array> => {
    const known = waiting.get(height) ?? (await frontier.get(height));
    waiting.set(height, known);
    return known;
  };
  let size = count;
  for (let offset = 0; offset < states.length; offset += WORD_BYTES) {
    let node = stepLeaf(states.subarray(offset, offset + WORD_BYTES));
    let height = 0;
    for (; ((size >>> height) & 1) === 1; height++) node = stepNode(await at(height), node);
    // The last leaf of a full tree is carried to its root, which has a place of its own.
    waiting.set(height, node);
    changed.add(height);
    size++;
  }
  // What was paired meanwhile is stale.
  for (const height of changed) if (((size >>> height) & 1) === 1) await frontier.set(height, waiting.get(height)!);
  if (size === 2 ** TRAINING_STEP_TREE_DEPTH) return waiting.get(TRAINING_STEP_TREE_DEPTH)!;
  let root = EMPTY_STEP_NODES[0]!;
  for (let height = 0; height < TRAINING_STEP_TREE_DEPTH; height++) {
    root = ((size >>> height) & 1) === 1 ? stepNode(await at(height), root) : stepNode(root, EMPTY_STEP_NODES[height]!);
  }
  return root;
}
