import type {Hex} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetModelParameters {
  readonly assetId: bigint;
}

export interface GetModelReturnType {
  readonly keyHash: Hex;
  readonly commitment: bigint;
  readonly inputCount: number;
  readonly outputCount: number;
  /** Of an inference, in wei. */
  readonly price: bigint;
  /** The prover's part of the price, in wei. */
  readonly proverFee: bigint;
}

/**
 * How a model is listed with the inference oracle. Throws ContractRefusedError (ModelNotListed).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getModel, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {price, inputCount} = await getModel(client, {assetId: 2n});
 */
export async function getModel(client: ReadingClient, {assetId}: GetModelParameters): Promise<GetModelReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'getModel',
    args: [assetId],
  });
}
