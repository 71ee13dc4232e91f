/**
 * SAP 0x0a10: the native record of inference jobs (protocols/contracts/interfaces/IInference.sol; specified in
 * docs/spec/precompiles.md). It keeps commitments and says who made them; whether they are true is its invoker's business.
 */
import {CallReader, encodeBool, encodeUint, readSelector, selectorOf} from './abi.ts';
import {jobIdOf} from './codec/jobs.ts';
import {addressBytes, addressWord, equalBytes, malformed, refuse, success} from './jobs/answers.ts';
import type {Outcome} from './jobs/answers.ts';
import {JobRecord, JobStatus, RECORD_GAS} from './jobs/record.ts';
import type {Sap, SapCall} from './types.ts';

const INVOKE = selectorOf('invoke(bytes32,bytes32,bytes32)');
const RECORD = selectorOf('record(bytes32,bytes32,bytes32)');
const VERIFY = selectorOf('verify(bytes32,bytes32,bytes32,bytes32,bytes32)');
const READ = selectorOf('read(bytes32)');

/** Words after the head. */
const MODEL = 1;
const INPUT = 2;
const OUTPUT = 3;
const TRACE = 4;
const SLOT_COUNT = 5n;

const {base, slotRead, slotNew, slotChanged} = RECORD_GAS;

/** Gas. docs/spec/precompiles.md has the measurements behind the figures and the command that repeats them. */
export const INFERENCE_GAS = {
  /** A call that no method takes. */
  malformed: base,
  /** Head, model and input are new. */
  invoke: base + slotRead + 3n * slotNew,
  /** Output and trace are new, the head changes. */
  record: base + slotRead + 2n * slotNew + slotChanged,
  verify: base + SLOT_COUNT * slotRead,
  read: base + SLOT_COUNT * slotRead,
} as const;

export const inference: Sap = {
  address: '0x0000000000000000000000000000000000000a10',
  name: 'Inference',

  gas(data) {
    switch (readSelector(data)) {
      case INVOKE:
        return INFERENCE_GAS.invoke;
      case RECORD:
        return INFERENCE_GAS.record;
      case VERIFY:
        return INFERENCE_GAS.verify;
      case READ:
        return INFERENCE_GAS.read;
      default:
        return INFERENCE_GAS.malformed;
    }
  },

  async run(call) {
    if (call.value !== 0n) return refuse('ValueRefused()');
    switch (readSelector(call.data)) {
      case INVOKE:
        return invoke(call);
      case RECORD:
        return record(call);
      case VERIFY:
        return verify(call);
      case READ:
        return read(call);
      default:
        return malformed();
    }
  },
};

async function invoke({data, caller, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return refuse('WriteRefused()');
  const words = wordsOf(data, 3);
  if (words === undefined) return malformed();
  const [key, model, input] = words as [Uint8Array, Uint8Array, Uint8Array];
  const invoker = addressBytes(caller);
  const id = jobIdOf(invoker, key);
  const job = new JobRecord(storage, id);
  if ((await job.head()).status !== JobStatus.none) return refuse('JobExists(bytes32)', id);
  await job.writeHead({status: JobStatus.open, stepCount: 0, invoker});
  await job.write(MODEL, model);
  await job.write(INPUT, input);
  return success(id);
}

async function record({data, caller, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return refuse('WriteRefused()');
  const words = wordsOf(data, 3);
  if (words === undefined) return malformed();
  const [key, output, trace] = words as [Uint8Array, Uint8Array, Uint8Array];
  const invoker = addressBytes(caller);
  const id = jobIdOf(invoker, key);
  const job = new JobRecord(storage, id);
  const head = await job.head();
  if (head.status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  if (head.status === JobStatus.recorded) return refuse('AlreadyRecorded(bytes32)', id);
  await job.writeHead({...head, status: JobStatus.recorded});
  await job.write(OUTPUT, output);
  await job.write(TRACE, trace);
  return success(id);
}

async function verify({data, storage}: SapCall): Promise<Outcome> {
  const words = wordsOf(data, 5);
  if (words === undefined) return malformed();
  const [id, ...claimed] = words as [Uint8Array, ...Uint8Array[]];
  const job = new JobRecord(storage, id);
  if ((await job.head()).status !== JobStatus.recorded) return success(encodeBool(false));
  for (const [i, index] of [MODEL, INPUT, OUTPUT, TRACE].entries()) {
    if (!equalBytes(await job.read(index), claimed[i]!)) return success(encodeBool(false));
  }
  return success(encodeBool(true));
}

async function read({data, storage}: SapCall): Promise<Outcome> {
  const id = wordsOf(data, 1)?.[0];
  if (id === undefined) return malformed();
  const job = new JobRecord(storage, id);
  const {status, invoker} = await job.head();
  if (status === JobStatus.none) return refuse('UnknownJob(bytes32)', id);
  return success(
    addressWord(invoker),
    encodeUint(BigInt(status)),
    await job.read(MODEL),
    await job.read(INPUT),
    await job.read(OUTPUT),
    await job.read(TRACE),
  );
}

/** The arguments of a call that has words alone, or undefined when they do not fill it exactly. */
function wordsOf(data: Uint8Array, count: number): Uint8Array[] | undefined {
  const reader = new CallReader(data, count);
  if (!reader.isAtEnd()) return undefined;
  return Array.from({length: count}, () => reader.word()!);
}
