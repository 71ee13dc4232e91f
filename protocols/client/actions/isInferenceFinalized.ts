import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface IsInferenceFinalizedParameters {
  readonly requestId: bigint;
}

/**
 * Whether a request's result is final, never to change.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {isInferenceFinalized, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await isInferenceFinalized(client, {requestId: 1n}));
 */
export async function isInferenceFinalized(client: ReadingClient, {requestId}: IsInferenceFinalizedParameters): Promise<boolean> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'isFinalized',
    args: [requestId],
  });
}
