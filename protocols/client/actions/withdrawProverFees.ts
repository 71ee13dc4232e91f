import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawProverFeesParameters {
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface WithdrawProverFeesReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender has earned as a prover. Throws ContractRefusedError (NothingToWithdraw).
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawProverFees} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await withdrawProverFees(client);
 */
export async function withdrawProverFees(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawProverFeesParameters = {},
): Promise<WithdrawProverFeesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'withdrawProverFees',
    args: [recipient],
  });
  const {amount} = onlyEvent(
    parseEventLogs({abi: inferenceOracleAbi, eventName: 'ProverFeeWithdrawn', logs: receipt.logs}),
  );
  return {amount, receipt};
}
