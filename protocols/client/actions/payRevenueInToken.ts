import type {Address, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {RevenueSource} from '../terms.ts';

export interface PayRevenueInTokenParameters {
  readonly assetId: bigint;
  readonly token: Address;
  /** In the token's smallest units. */
  readonly amount: bigint;
  /** Default: direct. */
  readonly source?: RevenueSource;
}

export interface PayRevenueInTokenReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Brings in revenue for an asset in an ERC-20 token, which the sender has approved for Attribution. Anyone may.
 * Tokens that take a fee or rebase are refused. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {payRevenueInToken, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await payRevenueInToken(client, {assetId: 1n, token: '0x00000000000000000000000000000000000000aa', amount: 5n});
 */
export async function payRevenueInToken(
  client: WritingClient,
  {assetId, token, amount, source = RevenueSource.direct}: PayRevenueInTokenParameters,
): Promise<PayRevenueInTokenReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'receiveToken',
    args: [assetId, token, amount, source],
  });
  return {receipt};
}
