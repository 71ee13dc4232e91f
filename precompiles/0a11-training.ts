/**
 * SAP 0x0a11: the native record of training jobs (protocols/contracts/interfaces/ITraining.sol; specified in
 * docs/spec/precompiles.md). The state after each step is a leaf of a tree of which the storage keeps the root and what is
 * needed to append: n steps take log2 n slots, and any one of them can be shown by a path of 20 nodes.
 */
import {CallReader, encodeBool, encodeUint, readSelector, selectorOf} from './abi.ts';
import {EMPTY_STEP_NODES, jobIdOf, stepLeaf, stepNode} from './codec/jobs.ts';
import {TRAINING_STEP_TREE_DEPTH} from './codec/limits.ts';
import {addressBytes, addressWord, equalBytes, malformed, refuse, success} from './jobs/answers.ts';
import type {Outcome} from './jobs/answers.ts';
import {JobRecord, JobStatus, RECORD_GAS} from './jobs/record.ts';
import {appendSteps} from './jobs/steps.ts';
import {TRAINING_STEPS_PER_CALL_MAX} from './limits.ts';
import type {Sap, SapCall} from './types.ts';

const WORD = 32;
const INVOKE = selectorOf('invoke(bytes32,bytes32,bytes32,bytes32)');
const STEP = selectorOf('step(bytes32,uint256,bytes32[])');
const RECORD = selectorOf('record(bytes32,bytes32)');
const VERIFY = selectorOf('verify(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32)');
const VERIFY_STEP = selectorOf('verifyStep(bytes32,uint256,bytes32,bytes32[20])');
const READ = selectorOf('read(bytes32)');

/** Words after the head. */
const DATASET = 1;
const BASE = 2;
const HYPER_PARAMETERS = 3;
const STEPS_ROOT = 4;
const RESULT = 5;
const SLOT_COUNT = 6n;
/** Word of the left sibling that waits at height 0; the other heights follow. */
const FRONTIER = 8;

const MAX_STEPS = 2 ** TRAINING_STEP_TREE_DEPTH;
/** Calldata of `step` without states: selector, three heads, a length. */
const STEP_CALLDATA_HEAD = 4 + 4 * WORD;

const {base, slotRead, slotNew, slotChanged} = RECORD_GAS;
/** One keccak of a node. */
const HASH_GAS = 200n;

/** Gas. docs/spec/precompiles.md has the measurements behind the figures and the command that repeats them. */
export const TRAINING_GAS = {
  /** A call that no method takes. */
  malformed: base,
  /** Head, dataset, base, hyper-parameters and the root are new. */
  invoke: base + slotRead + 5n * slotNew,
  /** Head and root change; the path to the root is hashed. */
  step: base + slotRead + 2n * slotChanged + BigInt(TRAINING_STEP_TREE_DEPTH) * (HASH_GAS + slotRead),
  /** Per height that the states of one call can reach: a frontier slot, seldom a new one. */
  stepPerHeight: 6_000n,
  /** Per state: its leaf, and a node on average. */
  stepPerState: 2n * HASH_GAS,
  /** The result is new, the head changes. */
  record: base + slotRead + slotNew + slotChanged,
  verify: base + SLOT_COUNT * slotRead,
  verifyStep: base + 2n * slotRead + BigInt(TRAINING_STEP_TREE_DEPTH + 1) * HASH_GAS,
  read: base + SLOT_COUNT * slotRead,
} as const;

export const training: Sap = {
  address: '0x0000000000000000000000000000000000000a11',
  name: 'Training',

  gas(data) {
    switch (readSelector(data)) {
      case INVOKE:
        return TRAINING_GAS.invoke;
      case STEP:
        return stepGas(data.length);
      case RECORD:
        return TRAINING_GAS.record;
      case VERIFY:
        return TRAINING_GAS.verify;
      case VERIFY_STEP:
        return TRAINING_GAS.verifyStep;
      case READ:
        return TRAINING_GAS.read;
      default:
        return TRAINING_GAS.malformed;
    }
  },

  async run(call) {
    if (call.value !== 0n) return refuse('ValueRefused()');
    switch (readSelector(call.data)) {
      case INVOKE:
        return invoke(call);
      case STEP:
        return step(call);
      case RECORD:
        return record(call);
      case VERIFY:
        return verify(call);
      case VERIFY_STEP:
        return verifyStep(call);
      case READ:
        return read(call);
      default:
        return malformed();
    }
  },
};

function stepGas(length: number): bigint {
  const count = Math.ceil((length - STEP_CALLDATA_HEAD) / WORD);
  if (count < 1 || count > TRAINING_STEPS_PER_CALL_MAX) return TRAINING_GAS.malformed;
  // Adding k to a counter changes, beyond a single carry, at most the low log2 k bits.
  const heights = BigInt(1 + Math.floor(Math.log2(count)));
  return TRAINING_GAS.step + TRAINING_GAS.stepPerHeight * heights + TRAINING_GAS.stepPerState * BigInt(count);
}

async function invoke({data, caller, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return refuse('WriteRefused()');
  const reader = new CallReader(data, 4);
  if (!reader.isAtEnd()) return malformed();
  const [key, dataset, baseModel, hyperParameters] = words(reader, 4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const invoker = addressBytes(caller);
  const id = jobIdOf(invoker, key);
  const job = new JobRecord(storage, id);
  if ((await job.head()).status !== JobStatus.none) return refuse('JobExists(bytes32)', id);
  await job.writeHead({status: JobStatus.open, stepCount: 0, invoker});
  await job.write(DATASET, dataset);
  await job.write(BASE, baseModel);
  await job.write(HYPER_PARAMETERS, hyperParameters);
  await job.write(STEPS_ROOT, EMPTY_STEP_NODES[TRAINING_STEP_TREE_DEPTH]!);
  return success(id);
}

async function step({data, caller, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return refuse('WriteRefused()');
  const reader = new CallReader(data, 3);
  const [key, first] = words(reader, 2);
  const states = reader.words(TRAINING_STEPS_PER_CALL_MAX);
  if (key === undefined || first === undefined || states === undefined || states.length === 0 || !reader.isAtEnd()) return malformed();
  const id = jobIdOf(addressBytes(caller), key);
  const job = new JobRecord(storage, id);
  const head = await job.head();
  if (head.status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  if (head.status === JobStatus.recorded) return refuse('AlreadyRecorded(bytes32)', id);
  const expected = encodeUint(BigInt(head.stepCount));
  if (!equalBytes(first, expected)) return refuse('StepOutOfOrder(bytes32,uint256,uint256)', id, first, expected);
  const count = head.stepCount + states.length / WORD;
  if (count > MAX_STEPS) return refuse('TooManySteps(bytes32,uint256)', id, encodeUint(BigInt(count)));
  const root = await appendSteps(
    {get: (height) => job.read(FRONTIER + height), set: (height, node) => job.write(FRONTIER + height, node)},
    head.stepCount,
    states,
  );
  await job.write(STEPS_ROOT, root);
  await job.writeHead({...head, stepCount: count});
  return success(root);
}

async function record({data, caller, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return refuse('WriteRefused()');
  const reader = new CallReader(data, 2);
  if (!reader.isAtEnd()) return malformed();
  const [key, result] = words(reader, 2) as [Uint8Array, Uint8Array];
  const id = jobIdOf(addressBytes(caller), key);
  const job = new JobRecord(storage, id);
  const head = await job.head();
  if (head.status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  if (head.status === JobStatus.recorded) return refuse('AlreadyRecorded(bytes32)', id);
  await job.writeHead({...head, status: JobStatus.recorded});
  await job.write(RESULT, result);
  return success(id);
}

async function verify({data, storage}: SapCall): Promise<Outcome> {
  const reader = new CallReader(data, 6);
  if (!reader.isAtEnd()) return malformed();
  const [id, ...claimed] = words(reader, 6) as [Uint8Array, ...Uint8Array[]];
  const job = new JobRecord(storage, id);
  if ((await job.head()).status !== JobStatus.recorded) return success(encodeBool(false));
  for (const [i, index] of [DATASET, BASE, HYPER_PARAMETERS, STEPS_ROOT, RESULT].entries()) {
    if (!equalBytes(await job.read(index), claimed[i]!)) return success(encodeBool(false));
  }
  return success(encodeBool(true));
}

async function verifyStep({data, storage}: SapCall): Promise<Outcome> {
  const reader = new CallReader(data, 3 + TRAINING_STEP_TREE_DEPTH);
  if (!reader.isAtEnd()) return malformed();
  const [id, index, state, ...path] = words(reader, 3 + TRAINING_STEP_TREE_DEPTH) as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
  const job = new JobRecord(storage, id);
  const {status, stepCount} = await job.head();
  if (status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  const place = smallIndex(index);
  if (place === undefined || place >= stepCount) return success(encodeBool(false));
  let node = stepLeaf(state);
  for (const [height, sibling] of path.entries()) {
    node = ((place >>> height) & 1) === 1 ? stepNode(sibling, node) : stepNode(node, sibling);
  }
  return success(encodeBool(equalBytes(node, await job.read(STEPS_ROOT))));
}

async function read({data, storage}: SapCall): Promise<Outcome> {
  const reader = new CallReader(data, 1);
  if (!reader.isAtEnd()) return malformed();
  const id = reader.word()!;
  const job = new JobRecord(storage, id);
  const {status, stepCount, invoker} = await job.head();
  if (status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  return success(
    addressWord(invoker),
    encodeUint(BigInt(status)),
    encodeUint(BigInt(stepCount)),
    await job.read(DATASET),
    await job.read(BASE),
    await job.read(HYPER_PARAMETERS),
    await job.read(STEPS_ROOT),
    await job.read(RESULT),
  );
}

function words(reader: CallReader, count: number): (Uint8Array | undefined)[] {
  return Array.from({length: count}, () => reader.word());
}

/** A word below 2^31. */
function smallIndex(word: Uint8Array): number | undefined {
  if (word.subarray(0, WORD - 4).some((byte) => byte !== 0)) return undefined;
  const value = new DataView(word.buffer, word.byteOffset).getUint32(WORD - 4);
  return value < 2 ** 31 ? value : undefined;
}
