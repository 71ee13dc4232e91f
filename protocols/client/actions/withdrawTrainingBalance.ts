import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawTrainingBalanceParameters {
  /** Default: the client's account. */
  readonly recipient?: Address;
}

export interface WithdrawTrainingBalanceReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays out what the client earned in training jobs. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawTrainingBalance} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await withdrawTrainingBalance(client, {});
 */
export async function withdrawTrainingBalance(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawTrainingBalanceParameters,
): Promise<WithdrawTrainingBalanceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'withdraw',
    args: [recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'Withdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
