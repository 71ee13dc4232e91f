import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {sharesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {ShareTerms} from '../messages.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface CreateSharesParameters {
  readonly assetId: bigint;
  readonly terms: ShareTerms;
}

export interface CreateSharesReturnType {
  readonly token: Address;
  /** In 10^-18 of a share. */
  readonly supply: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Makes an asset's share token, by the terms whose hash its own terms hold (`hashShareTerms`). Anyone may, once. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {createShares, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const allocations = [{account: account.address, amount: 10n ** 24n, cliff: 0, duration: 0}];
 * await createShares(client, {assetId: 1n, terms: {name: 'Shares of asset 1', symbol: 'A1', redeemRatio: 0, allocations}});
 */
export async function createShares(
  client: WritingClient,
  {assetId, terms}: CreateSharesParameters,
): Promise<CreateSharesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.shares,
    abi: sharesAbi,
    functionName: 'create',
    args: [assetId, terms],
  });
  const {token, supply} = onlyEvent(parseEventLogs({abi: sharesAbi, eventName: 'SharesCreated', logs: receipt.logs}));
  return {token, supply, receipt};
}
