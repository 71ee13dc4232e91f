import type {WatchContractEventReturnType} from 'viem';
import {watchContractEvent} from 'viem/actions';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import type {InferenceRequested} from './inferenceRequested.ts';

export interface WatchInferenceRequestsParameters {
  /** Only requests of this model. Default: of all. */
  readonly assetId?: bigint;
  readonly onRequest: (request: InferenceRequested) => void;
  readonly onError?: (error: Error) => void;
  /** From this block on. Default: from now on. */
  readonly fromBlock?: bigint;
  /** Milliseconds between questions, on a transport that cannot push. Default: 250. */
  readonly pollingInterval?: number;
}

const POLLING_MS = 250;

/**
 * Calls back for each inference that is asked for; returns what ends the watch.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {qanatDevnet, watchInferenceRequests} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const unwatch = watchInferenceRequests(client, {
 *   onRequest: ({requestId, assetId, input}) => console.log(requestId, assetId, input),
 * });
 */
export function watchInferenceRequests(
  client: ReadingClient,
  {assetId, onRequest, onError, fromBlock, pollingInterval = POLLING_MS}: WatchInferenceRequestsParameters,
): WatchContractEventReturnType {
  return watchContractEvent(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    eventName: 'InferenceRequested',
    args: assetId === undefined ? {} : {assetId},
    pollingInterval,
    strict: true,
    onLogs: (logs) => {
      for (const {args} of logs) onRequest(args);
    },
    ...(onError === undefined ? {} : {onError}),
    ...(fromBlock === undefined ? {} : {fromBlock}),
  });
}
