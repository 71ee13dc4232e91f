import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawBondParameters {
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface WithdrawBondReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws bonds of claims of breach that are the sender's. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawBond} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await withdrawBond(client, {});
 */
export async function withdrawBond(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawBondParameters,
): Promise<WithdrawBondReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'withdrawBond',
    args: [recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: breachDisputesAbi, eventName: 'BondWithdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
