import type {TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {shareTokenOf} from './shareTokenOf.ts';

export interface ApproveSharesForSaleParameters {
  readonly assetId: bigint;
  /** In 10^-18 of a share. */
  readonly amount: bigint;
}

export interface ApproveSharesForSaleReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets the Marketplace move shares of the sender that are bought from a listing. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {approveSharesForSale, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await approveSharesForSale(client, {assetId: 1n, amount: 10n ** 18n});
 */
export async function approveSharesForSale(
  client: WritingClient,
  {assetId, amount}: ApproveSharesForSaleParameters,
): Promise<ApproveSharesForSaleReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'approve',
    args: [SYSTEM_ADDRESSES.marketplace, amount],
  });
  return {receipt};
}
