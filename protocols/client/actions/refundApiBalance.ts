import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RefundApiBalanceParameters {
  readonly licenseId: bigint;
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface RefundApiBalanceReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays back what was prepaid and not used, of an API licence that was closed or revoked or whose approval has ended. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, refundApiBalance} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await refundApiBalance(client, {licenseId: 1n});
 */
export async function refundApiBalance(
  client: WritingClient,
  {licenseId, recipient = client.account.address}: RefundApiBalanceParameters,
): Promise<RefundApiBalanceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'refund',
    args: [licenseId, recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: apiMeteringAbi, eventName: 'BalanceRefunded', logs: receipt.logs}));
  return {amount, receipt};
}
