import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface SettleProposalDepositParameters {
  readonly proposalId: bigint;
}

export interface SettleProposalDepositReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Gives a decided proposal's deposit back, or to the treasury when too few took part. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, settleProposalDeposit} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await settleProposalDeposit(client, {proposalId: 1n});
 */
export async function settleProposalDeposit(
  client: WritingClient,
  {proposalId}: SettleProposalDepositParameters,
): Promise<SettleProposalDepositReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'settleDeposit',
    args: [proposalId],
  });
  return {receipt};
}
