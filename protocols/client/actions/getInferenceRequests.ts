import {getContractEvents} from 'viem/actions';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import type {InferenceRequested} from './inferenceRequested.ts';

export interface GetInferenceRequestsParameters {
  readonly fromBlock: bigint;
  /** Default: the latest. */
  readonly toBlock?: bigint;
  /** Only requests of this model. Default: of all. */
  readonly assetId?: bigint;
}

/**
 * The inferences that were asked for in a range of blocks, answered or not.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getInferenceRequests, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const requests = await getInferenceRequests(client, {fromBlock: 1n});
 */
export async function getInferenceRequests(
  client: ReadingClient,
  {fromBlock, toBlock, assetId}: GetInferenceRequestsParameters,
): Promise<readonly InferenceRequested[]> {
  const events = await getContractEvents(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    eventName: 'InferenceRequested',
    args: assetId === undefined ? {} : {assetId},
    strict: true,
    fromBlock,
    toBlock: toBlock ?? 'latest',
  });
  return events.map(({args}) => args);
}
