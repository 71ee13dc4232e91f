import type {TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface LowerServedPriceParameters {
  readonly assetId: bigint;
  /** Wei; below the current one. */
  readonly price: bigint;
}

export interface LowerServedPriceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lowers the price of a served model, for requests to come. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {lowerServedPrice, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await lowerServedPrice(client, {assetId: 2n, price: 5n * 10n ** 17n});
 */
export async function lowerServedPrice(
  client: WritingClient,
  {assetId, price}: LowerServedPriceParameters,
): Promise<LowerServedPriceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'lowerServedPrice',
    args: [assetId, price],
  });
  return {receipt};
}
