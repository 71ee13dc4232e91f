import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawProposalDepositReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays back what the client paid in and did not use. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawProposalDeposit} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await withdrawProposalDeposit(client);
 */
export async function withdrawProposalDeposit(client: WritingClient): Promise<WithdrawProposalDepositReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'withdrawDeposit',
    args: [],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: governorAbi, eventName: 'DepositWithdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
