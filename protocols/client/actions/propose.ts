import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ProposalContent} from '../dao.ts';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ProposeReturnType {
  readonly proposalId: bigint;
  /** Second after which the vote begins; power counts as of then. */
  readonly voteStart: bigint;
  /** Last second of the vote. */
  readonly voteEnd: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Makes a proposal. The deposit must have been paid in (payProposalDeposit). Throws ContractRefusedError.
 * @example
 * import {createWalletClient, encodeFunctionData, http, parseAbi} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {propose, qanatDevnet, SYSTEM_ADDRESSES} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const abi = parseAbi(['function spend(address recipient, uint256 amount)']);
 * const data = encodeFunctionData({abi, functionName: 'spend', args: [account.address, 10n ** 18n]});
 * await propose(client, {calls: [{target: SYSTEM_ADDRESSES.treasury, data}], description: 'A grant'});
 */
export async function propose(client: WritingClient, {calls, description}: ProposalContent): Promise<ProposeReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'propose',
    args: [calls.map(({target}) => target), calls.map(({value = 0n}) => value), calls.map(({data}) => data), description],
  });
  const {proposalId, voteStart, voteEnd} = onlyEvent(
    parseEventLogs({abi: governorAbi, eventName: 'ProposalCreated', logs: receipt.logs}),
  );
  return {proposalId, voteStart, voteEnd, receipt};
}
