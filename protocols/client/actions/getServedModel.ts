import type {Hex} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetServedModelParameters {
  readonly assetId: bigint;
}

export interface GetServedModelReturnType {
  readonly commitment: Hex;
  /** Wei. */
  readonly price: bigint;
}

/**
 * How a model is listed for operators. Throws ContractRefusedError (NotServed).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getServedModel, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getServedModel(client, {assetId: 2n}));
 */
export async function getServedModel(
  client: ReadingClient,
  {assetId}: GetServedModelParameters,
): Promise<GetServedModelReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'getServedModel',
    args: [assetId],
  });
}
