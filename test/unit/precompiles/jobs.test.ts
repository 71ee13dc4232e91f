import {describe, expect, it} from '@jest/globals';
import {decodeErrorResult, decodeFunctionResult, encodeAbiParameters, encodeFunctionData, keccak256, pad} from 'viem';
import type {Abi} from 'viem';
import {callSap, inference, INFERENCE_GAS, training, TRAINING_GAS} from '#precompiles';
import type {Hex, Sap, SapCall} from '#precompiles';
import {CodecError, jobId, trainingStepPath, trainingStepsRoot} from '#precompiles/codec';
import {EMPTY_STEP_NODES} from '../../../precompiles/codec/jobs.ts';
import {bytes, call, commitment, hex, INFERENCE_ABI, MemoryStorage, TRAINING_ABI} from './support.ts';

const ALICE: Hex = '0x00000000000000000000000000000000000000aa';
const BOB: Hex = '0x00000000000000000000000000000000000000bb';
const KEY = commitment(99);
const [MODEL, INPUT, OUTPUT, TRACE] = [commitment(1), commitment(2), commitment(3), commitment(4)];

interface Ask {
  (functionName: string, args: readonly unknown[], options?: Partial<SapCall>): Promise<unknown>;
}

/** Calls by name: the decoded answer, or the decoded error as an array that begins with its name. */
function asker(sap: Sap, abi: Abi, storage: MemoryStorage): Ask {
  return async (functionName, args, options = {}) => {
    const data = bytes(encodeFunctionData({abi, functionName, args}));
    const {status, output} = await call(sap, data, {storage, ...options});
    if (status === 'success') return decodeFunctionResult({abi, functionName, data: hex(output)});
    const {errorName, args: values} = decodeErrorResult({abi, data: hex(output)});
    return [errorName, ...(values ?? [])];
  };
}

const addressOf = (value: unknown) => String(value).toLowerCase();

describe('the record of inference jobs', () => {
  const fresh = () => {
    const storage = new MemoryStorage();
    return {storage, ask: asker(inference, INFERENCE_ABI, storage)};
  };
  const ID = jobId(ALICE, KEY);

  it('names a job by its invoker and key', () => {
    expect(ID).toBe(keccak256(encodeAbiParameters([{type: 'address'}, {type: 'bytes32'}], [ALICE, KEY])));
    expect(() => jobId('0x12', KEY)).toThrow(CodecError);
    expect(() => jobId(ALICE, '0x12')).toThrow(CodecError);
  });

  it('is opened, recorded and read', async () => {
    const {ask} = fresh();
    expect(await ask('invoke', [KEY, MODEL, INPUT])).toBe(ID);
    const open = (await ask('read', [ID])) as unknown[];
    expect([addressOf(open[0]), ...open.slice(1)]).toEqual([ALICE, 1, MODEL, INPUT, pad('0x'), pad('0x')]);
    expect(await ask('verify', [ID, MODEL, INPUT, pad('0x'), pad('0x')])).toBe(false);
    expect(await ask('record', [KEY, OUTPUT, TRACE])).toBe(ID);
    const recorded = (await ask('read', [ID])) as unknown[];
    expect([addressOf(recorded[0]), ...recorded.slice(1)]).toEqual([ALICE, 2, MODEL, INPUT, OUTPUT, TRACE]);
  });

  it('verifies the very commitments and no others', async () => {
    const {ask} = fresh();
    await ask('invoke', [KEY, MODEL, INPUT]);
    await ask('record', [KEY, OUTPUT, TRACE]);
    const words = [MODEL, INPUT, OUTPUT, TRACE];
    expect(await ask('verify', [ID, ...words])).toBe(true);
    for (let i = 0; i < words.length; i++) {
      expect(await ask('verify', [ID, ...words.map((word, j) => (i === j ? commitment(50) : word))])).toBe(false);
    }
    expect(await ask('verify', [commitment(7), ...words])).toBe(false);
  });

  it('is written once, and by its invoker alone', async () => {
    const {ask} = fresh();
    expect(await ask('record', [KEY, OUTPUT, TRACE])).toEqual(['UnknownJob', ID]);
    expect(await ask('read', [ID])).toEqual(['UnknownJob', ID]);
    await ask('invoke', [KEY, MODEL, INPUT]);
    expect(await ask('invoke', [KEY, MODEL, INPUT])).toEqual(['JobExists', ID]);
    expect(await ask('record', [KEY, OUTPUT, TRACE], {caller: BOB})).toEqual(['UnknownJob', jobId(BOB, KEY)]);
    await ask('record', [KEY, OUTPUT, TRACE]);
    expect(await ask('record', [KEY, OUTPUT, TRACE])).toEqual(['AlreadyRecorded', ID]);
    expect(await ask('invoke', [KEY, MODEL, INPUT])).toEqual(['JobExists', ID]);
    // Another caller's job under the same key is another job.
    expect(await ask('invoke', [KEY, OUTPUT, INPUT], {caller: BOB})).toBe(jobId(BOB, KEY));
  });

  it('takes no coin and writes only in plain calls', async () => {
    const {storage, ask} = fresh();
    expect(await ask('invoke', [KEY, MODEL, INPUT], {value: 1n})).toEqual(['ValueRefused']);
    for (const refused of [{isStatic: true}, {isDelegate: true}]) {
      expect(await ask('invoke', [KEY, MODEL, INPUT], refused)).toEqual(['WriteRefused']);
      expect(await ask('record', [KEY, OUTPUT, TRACE], refused)).toEqual(['WriteRefused']);
    }
    expect(storage.slots.size).toBe(0);
    await ask('invoke', [KEY, MODEL, INPUT]);
    expect(await ask('read', [ID], {isStatic: true})).toHaveLength(6);
  });

  it('refuses calldata that is not canonical', async () => {
    const valid = bytes(encodeFunctionData({abi: INFERENCE_ABI, functionName: 'invoke', args: [KEY, MODEL, INPUT]}));
    for (const data of [new Uint8Array(), valid.subarray(0, 3), valid.subarray(0, -1), Uint8Array.of(...valid, 0), Uint8Array.of(1, 2, 3, 4)]) {
      const {status, output} = await call(inference, data);
      expect([status, decodeErrorResult({abi: INFERENCE_ABI, data: hex(output)}).errorName]).toEqual(['revert', 'MalformedCall']);
    }
  });

  it('fails with one gas too little, and has done nothing', async () => {
    const storage = new MemoryStorage();
    const data = bytes(encodeFunctionData({abi: INFERENCE_ABI, functionName: 'invoke', args: [KEY, MODEL, INPUT]}));
    const context = {data, chainId: 1n, caller: ALICE, value: 0n, isStatic: false, isDelegate: false, storage} as const;
    const short = await callSap(inference, {...context, gas: INFERENCE_GAS.invoke - 1n});
    expect([short.status, short.gasUsed, storage.slots.size]).toEqual(['failure', INFERENCE_GAS.invoke - 1n, 0]);
    expect((await callSap(inference, {...context, gas: INFERENCE_GAS.invoke})).status).toBe('success');
    expect(storage.slots.size).toBe(3);
  });
});

describe('the record of training jobs', () => {
  const [DATASET, BASE, HYPER, RESULT] = [commitment(1), commitment(2), commitment(3), commitment(4)];
  const ID = jobId(ALICE, KEY);
  const states = Array.from({length: 40}, (_, i) => commitment(100 + i));
  const fresh = async () => {
    const storage = new MemoryStorage();
    const ask = asker(training, TRAINING_ABI, storage);
    expect(await ask('invoke', [KEY, DATASET, BASE, HYPER])).toBe(ID);
    return {storage, ask};
  };

  it('has the empty tree\'s root before the first step', async () => {
    const {ask} = await fresh();
    const root = hex(EMPTY_STEP_NODES.at(-1)!);
    expect(trainingStepsRoot([])).toBe(root);
    const job = (await ask('read', [ID])) as unknown[];
    expect([addressOf(job[0]), ...job.slice(1)]).toEqual([ALICE, 1, 0n, DATASET, BASE, HYPER, root, pad('0x')]);
  });

  it.each([[[40]], [[1, 2, 3, 4, 5, 6, 7, 8, 4]], [[16, 16, 8]], [Array.from({length: 40}, () => 1)], [[7, 33]]])(
    'has the root of all states, in batches of %s',
    async (batches) => {
      const {ask} = await fresh();
      let done = 0;
      for (const size of batches) {
        const root = await ask('step', [KEY, BigInt(done), states.slice(done, done + size)]);
        done += size;
        expect(root).toBe(trainingStepsRoot(states.slice(0, done)));
      }
      await ask('record', [KEY, RESULT]);
      const root = trainingStepsRoot(states);
      expect(((await ask('read', [ID])) as unknown[]).slice(1)).toEqual([2, 40n, DATASET, BASE, HYPER, root, RESULT]);
      expect(await ask('verify', [ID, DATASET, BASE, HYPER, root, RESULT])).toBe(true);
      expect(await ask('verify', [ID, DATASET, BASE, HYPER, commitment(0), RESULT])).toBe(false);
    },
  );

  it('shows any state by its path, and no other', async () => {
    const {ask} = await fresh();
    await ask('step', [KEY, 0n, states]);
    for (const index of [0, 1, 31, 39]) {
      const path = trainingStepPath(states, index);
      expect(await ask('verifyStep', [ID, BigInt(index), states[index], path])).toBe(true);
      expect(await ask('verifyStep', [ID, BigInt(index ^ 1), states[index], path])).toBe(false);
      expect(await ask('verifyStep', [ID, BigInt(index), commitment(0), path])).toBe(false);
      // The same leaf by an index that only its low bits make right.
      expect(await ask('verifyStep', [ID, BigInt(index) + 2n ** 32n, states[index], path])).toBe(false);
    }
    // A leaf that is not there yet is zero, and is no step.
    expect(await ask('verifyStep', [ID, 40n, pad('0x'), trainingStepPath([...states, pad('0x')], 40)])).toBe(false);
    expect(await ask('verifyStep', [commitment(0), 0n, states[0], trainingStepPath(states, 0)])).toEqual(['UnknownJob', commitment(0)]);
    expect(() => trainingStepPath(states, 40)).toThrow(CodecError);
  });

  it('appends in order, within its limits, by its invoker, until it is recorded', async () => {
    const {ask} = await fresh();
    expect(await ask('step', [KEY, 1n, states])).toEqual(['StepOutOfOrder', ID, 1n, 0n]);
    await ask('step', [KEY, 0n, states]);
    expect(await ask('step', [KEY, 0n, states])).toEqual(['StepOutOfOrder', ID, 0n, 40n]);
    expect(await ask('step', [KEY, 40n, []])).toEqual(['MalformedCall']);
    expect(await ask('step', [KEY, 40n, Array.from({length: 257}, () => KEY)])).toEqual(['MalformedCall']);
    expect(await ask('step', [KEY, 0n, states], {caller: BOB})).toEqual(['UnknownJob', jobId(BOB, KEY)]);
    expect(await ask('step', [KEY, 40n, states], {isStatic: true})).toEqual(['WriteRefused']);
    await ask('record', [KEY, RESULT]);
    expect(await ask('step', [KEY, 40n, states])).toEqual(['AlreadyRecorded', ID]);
    expect(await ask('record', [KEY, RESULT])).toEqual(['AlreadyRecorded', ID]);
    expect(await ask('invoke', [KEY, DATASET, BASE, HYPER])).toEqual(['JobExists', ID]);
  });

  it('refuses more than 2^20 steps, and holds the last of them', async () => {
    const {storage, ask} = await fresh();
    // The head of a job with 2^20 - 1 steps: the count stands in bytes 4 to 7.
    const [slot, head] = [...storage.slots][0]!;
    const full = Uint8Array.from(head);
    new DataView(full.buffer).setUint32(4, 2 ** 20 - 1);
    storage.slots.set(slot, full);
    expect(await ask('step', [KEY, 2n ** 20n - 1n, states.slice(0, 2)])).toEqual(['TooManySteps', ID, 2n ** 20n + 1n]);
    expect(await ask('step', [KEY, 2n ** 20n - 1n, states.slice(0, 1)])).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await ask('step', [KEY, 2n ** 20n, states.slice(0, 1)])).toEqual(['TooManySteps', ID, 2n ** 20n + 1n]);
  });

  it('writes no more slots than its gas pays for', async () => {
    for (const before of [0, 1, 3, 5, 7, 13, 31]) {
      for (const count of [1, 2, 3, 4, 5, 8, 9]) {
        const {storage, ask} = await fresh();
        if (before > 0) await ask('step', [KEY, 0n, states.slice(0, before)]);
        const old = new Map(storage.slots);
        const data = bytes(encodeFunctionData({abi: TRAINING_ABI, functionName: 'step', args: [KEY, BigInt(before), states.slice(before, before + count)]}));
        expect((await call(training, data, {storage})).status).toBe('success');
        const changed = [...storage.slots].filter(([slot, value]) => !old.has(slot) || hex(old.get(slot)!) !== hex(value)).length;
        const paidHeights = (training.gas(data) - TRAINING_GAS.step - TRAINING_GAS.stepPerState * BigInt(count)) / TRAINING_GAS.stepPerHeight;
        // Beyond the frontier: head and root.
        expect(BigInt(changed - 2) <= paidHeights).toBe(true);
      }
    }
  });
});
