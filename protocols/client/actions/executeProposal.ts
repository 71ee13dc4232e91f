import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {proposalArgs} from '../dao.ts';
import type {ProposalContent} from '../dao.ts';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ExecuteProposalReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Carries out a proposal that has waited in the timelock. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {executeProposal, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The calls and the text exactly as proposed.
 * await executeProposal(client, {calls: [{target: account.address, data: '0x'}], description: 'A grant'});
 */
export async function executeProposal(client: WritingClient, content: ProposalContent): Promise<ExecuteProposalReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'execute',
    args: proposalArgs(content),
  });
  return {receipt};
}
