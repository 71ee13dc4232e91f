import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface BurnSharesParameters {
  readonly assetId: bigint;
  /** In 10^-18 of a share. */
  readonly amount: bigint;
}

export interface BurnSharesReturnType {
  /** Wei. */
  readonly redeemed: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Burns shares of the sender for their part of what is kept for burning. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {burnShares, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {redeemed} = await burnShares(client, {assetId: 1n, amount: 10n ** 18n});
 */
export async function burnShares(
  client: WritingClient,
  {assetId, amount}: BurnSharesParameters,
): Promise<BurnSharesReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'burn',
    args: [amount],
  });
  const {redeemed} = onlyEvent(parseEventLogs({abi: shareTokenAbi, eventName: 'SharesBurnt', logs: receipt.logs}));
  return {redeemed, receipt};
}
