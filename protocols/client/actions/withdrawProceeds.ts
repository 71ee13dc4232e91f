import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawProceedsParameters {
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface WithdrawProceedsReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender has sold for. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawProceeds} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await withdrawProceeds(client, {});
 */
export async function withdrawProceeds(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawProceedsParameters,
): Promise<WithdrawProceedsReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'withdrawProceeds',
    args: [recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: marketplaceAbi, eventName: 'ProceedsWithdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
