import type {Address, TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface TransferSharesParameters {
  readonly assetId: bigint;
  readonly to: Address;
  /** In 10^-18 of a share. */
  readonly amount: bigint;
}

export interface TransferSharesReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Transfers shares of an asset; what they earned before stays with the sender. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, transferShares} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await transferShares(client, {assetId: 1n, to: account.address, amount: 10n ** 18n});
 */
export async function transferShares(
  client: WritingClient,
  {assetId, to, amount}: TransferSharesParameters,
): Promise<TransferSharesReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'transfer',
    args: [to, amount],
  });
  return {receipt};
}
