import type {TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ClaimRevenuesParameters {
  readonly assetIds: readonly bigint[];
}

export interface ClaimRevenuesReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender has earned as a contributor of several assets, in one payment. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {claimRevenues, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await claimRevenues(client, {assetIds: [1n, 2n]});
 */
export async function claimRevenues(
  client: WritingClient,
  {assetIds}: ClaimRevenuesParameters,
): Promise<ClaimRevenuesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'claimMany',
    args: [assetIds],
  });
  return {receipt};
}
