import type {Address} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import type {InferenceMode} from '../oracle.ts';
import {read} from '../read.ts';

export interface EstimateInferenceFeeParameters {
  readonly modelId: bigint;
  readonly mode: InferenceMode;
  /** Who will ask: the price may depend on it. */
  readonly account: Address;
  /** Gas for the callback. Default: 0. */
  readonly gasLimit?: bigint;
}

/**
 * What requestCallback costs an account now, in wei. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {estimateInferenceFee, InferenceMode, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * console.log(await estimateInferenceFee(client, {modelId: 2n, mode: InferenceMode.attested, account}));
 */
export async function estimateInferenceFee(
  client: ReadingClient,
  {modelId, mode, account, gasLimit = 0n}: EstimateInferenceFeeParameters,
): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'estimateFeeFor',
    args: [modelId, mode, account, gasLimit],
  });
}
