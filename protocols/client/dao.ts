/** What the DAO's actions share. */
import {keccak256, stringToBytes} from 'viem';
import type {Address, Hex} from 'viem';

/** IFoundation.Power. */
export const FoundationPower = {veto: 0, scheduleUpgrade: 1} as const;
export type FoundationPower = (typeof FoundationPower)[keyof typeof FoundationPower];

/** OpenZeppelin's IGovernor.ProposalState. */
export const ProposalState = {pending: 0, active: 1, canceled: 2, defeated: 3, succeeded: 4, queued: 5, expired: 6, executed: 7} as const;
export type ProposalState = (typeof ProposalState)[keyof typeof ProposalState];

export const VoteSupport = {against: 0, for: 1, abstain: 2} as const;
export type VoteSupport = (typeof VoteSupport)[keyof typeof VoteSupport];

/** One call that a passed proposal makes from the timelock. */
export interface ProposalCall {
  readonly target: Address;
  /** Wei from the timelock's own balance. Default: 0. */
  readonly value?: bigint;
  readonly data: Hex;
}

/** What names a proposal: its calls and its text, exactly as proposed. */
export interface ProposalContent {
  readonly calls: readonly ProposalCall[];
  readonly description: string;
}

/** The arguments of queue, execute and cancel. */
export function proposalArgs({calls, description}: ProposalContent) {
  return [
    calls.map(({target}) => target),
    calls.map(({value = 0n}) => value),
    calls.map(({data}) => data),
    keccak256(stringToBytes(description)),
  ] as const;
}
