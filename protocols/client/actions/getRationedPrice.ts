import type {Address} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetRationedPriceParameters {
  readonly assetId: bigint;
  /** The model's listed price, in wei. */
  readonly basePrice: bigint;
  readonly account: Address;
}

/**
 * What the next query costs an account where queries are rationed, without an operator's fee and callback gas.
 * Throws ContractRefusedError when a quota is reached.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getRationedPrice, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getRationedPrice(client, {assetId: 2n, basePrice: 10n ** 18n, account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'}));
 */
export async function getRationedPrice(
  client: ReadingClient,
  {assetId, basePrice, account}: GetRationedPriceParameters,
): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'rationedPrice',
    args: [assetId, basePrice, account],
  });
}
