import type {Address, TransactionReceipt} from 'viem';
import {votingPowerAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RefreshContributionParameters {
  /** Default: the client's. */
  readonly account?: Address;
  /** At most 16. */
  readonly assetIds: readonly bigint[];
}

export interface RefreshContributionReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Counts what an account has contributed to assets: the first look notes it, one a week later counts the note. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, refreshContribution} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await refreshContribution(client, {assetIds: [1n, 2n]});
 */
export async function refreshContribution(
  client: WritingClient,
  {account = client.account.address, assetIds}: RefreshContributionParameters,
): Promise<RefreshContributionReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.votingPower,
    abi: votingPowerAbi,
    functionName: 'refresh',
    args: [account, assetIds],
  });
  return {receipt};
}
