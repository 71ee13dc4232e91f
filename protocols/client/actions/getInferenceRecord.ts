import type {Address, Hex} from 'viem';
import {inferenceAbi} from '#protocols/abi';
import {NATIVE_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetInferenceRecordParameters {
  /** keccak256(abi.encode(invoker, key)); of the oracle's requests the key is their id. */
  readonly jobId: Hex;
}

export interface GetInferenceRecordReturnType {
  readonly invoker: Address;
  /** Whether it has its result. */
  readonly isRecorded: boolean;
  readonly model: Hex;
  readonly input: Hex;
  /** Zero before it is recorded. */
  readonly output: Hex;
  /** Zero before it is recorded. */
  readonly trace: Hex;
}

/**
 * A job of the native record 0x0a10. Throws ContractRefusedError (UnknownJob).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getInferenceRecord, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getInferenceRecord(client, {jobId: `0x${'33'.repeat(32)}`}));
 */
export async function getInferenceRecord(
  client: ReadingClient,
  {jobId}: GetInferenceRecordParameters,
): Promise<GetInferenceRecordReturnType> {
  const [invoker, status, model, input, output, trace] = await read(client, {
    address: NATIVE_ADDRESSES.inference,
    abi: inferenceAbi,
    functionName: 'read',
    args: [jobId],
  });
  return {invoker, isRecorded: status === 2, model, input, output, trace};
}
