import type {Address} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ProposalState} from '../dao.ts';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetProposalParameters {
  readonly proposalId: bigint;
}

export interface GetProposalReturnType {
  readonly state: ProposalState;
  readonly proposer: Address;
  /** Second as of which power counts. */
  readonly voteStart: bigint;
  /** Last second of the vote. */
  readonly voteEnd: bigint;
  /** Second from which it can be executed; 0n before it is queued. */
  readonly executableAt: bigint;
  /** Power, of 10^27 in all. */
  readonly votes: {readonly against: bigint; readonly for: bigint; readonly abstain: bigint};
  /** Whether enough has taken part, in all and of each side. */
  readonly isQuorumReached: boolean;
}

/**
 * How a proposal stands. Throws ContractRefusedError (GovernorNonexistentProposal).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getProposal, ProposalState, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {state} = await getProposal(client, {proposalId: 1n});
 * console.log(state === ProposalState.active);
 */
export async function getProposal(client: ReadingClient, {proposalId}: GetProposalParameters): Promise<GetProposalReturnType> {
  const contract = {address: SYSTEM_ADDRESSES.governor, abi: governorAbi} as const;
  const args = [proposalId] as const;
  const state = await read(client, {...contract, functionName: 'state', args});
  const [proposer, voteStart, voteEnd, executableAt, [against, inFavour, abstain]] = await Promise.all([
    read(client, {...contract, functionName: 'proposalProposer', args}),
    read(client, {...contract, functionName: 'proposalSnapshot', args}),
    read(client, {...contract, functionName: 'proposalDeadline', args}),
    read(client, {...contract, functionName: 'proposalEta', args}),
    read(client, {...contract, functionName: 'proposalVotes', args}),
  ]);
  // A vote that has not begun has no power to compare with.
  const isQuorumReached = state !== 0 && (await read(client, {...contract, functionName: 'isQuorumReached', args}));
  // The contract's enum holds exactly the values of ProposalState.
  return {
    state: state as ProposalState,
    proposer,
    voteStart,
    voteEnd,
    executableAt,
    votes: {against, for: inFavour, abstain},
    isQuorumReached,
  };
}
