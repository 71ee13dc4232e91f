import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {proposalArgs} from '../dao.ts';
import type {ProposalContent} from '../dao.ts';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface CancelProposalReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws a proposal before its vote begins, by its proposer. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {cancelProposal, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The calls and the text exactly as proposed.
 * await cancelProposal(client, {calls: [{target: account.address, data: '0x'}], description: 'A grant'});
 */
export async function cancelProposal(client: WritingClient, content: ProposalContent): Promise<CancelProposalReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'cancel',
    args: proposalArgs(content),
  });
  return {receipt};
}
