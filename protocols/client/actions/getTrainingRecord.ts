import type {Address, Hex} from 'viem';
import {trainingAbi} from '#protocols/abi';
import {NATIVE_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetTrainingRecordParameters {
  /** keccak256(abi.encode(invoker, key)). */
  readonly jobId: Hex;
}

export interface GetTrainingRecordReturnType {
  readonly invoker: Address;
  /** Whether it has its result. */
  readonly isRecorded: boolean;
  readonly stepCount: bigint;
  readonly dataset: Hex;
  readonly base: Hex;
  readonly hyperParameters: Hex;
  /** Root of the tree of states after each step. */
  readonly stepsRoot: Hex;
  /** Zero before it is recorded. */
  readonly result: Hex;
}

/**
 * A job of the native record 0x0a11. Throws ContractRefusedError (UnknownJob).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTrainingRecord, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getTrainingRecord(client, {jobId: `0x${'33'.repeat(32)}`}));
 */
export async function getTrainingRecord(
  client: ReadingClient,
  {jobId}: GetTrainingRecordParameters,
): Promise<GetTrainingRecordReturnType> {
  const [invoker, status, stepCount, dataset, base, hyperParameters, stepsRoot, result] = await read(client, {
    address: NATIVE_ADDRESSES.training,
    abi: trainingAbi,
    functionName: 'read',
    args: [jobId],
  });
  return {invoker, isRecorded: status === 2, stepCount, dataset, base, hyperParameters, stepsRoot, result};
}
