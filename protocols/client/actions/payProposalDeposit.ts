import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface PayProposalDepositParameters {
  /** Wei; getGovernanceSettings says how much a proposal takes. */
  readonly amount: bigint;
}

export interface PayProposalDepositReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Pays in for proposals to come. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {payProposalDeposit, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await payProposalDeposit(client, {amount: 100n * 10n ** 18n});
 */
export async function payProposalDeposit(
  client: WritingClient,
  {amount}: PayProposalDepositParameters,
): Promise<PayProposalDepositReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'payDeposit',
    args: [],
    value: amount,
  });
  return {receipt};
}
