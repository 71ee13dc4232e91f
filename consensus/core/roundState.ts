/** What a height begins with: its rounds' proposers, the empty round state, and how long its timeouts take. */
import type {Validator, ValidatorSet} from '#proto';
import {assertNever} from './errors.ts';
import {createHeightVotes} from './heightVotes.ts';
import {stepPriorities} from './proposerPriority.ts';
import type {RoundInfo, RoundState, TimeoutKind, TimeoutOptions} from './types.ts';
import {indexOfValidator, settledPriorities} from './validatorSet.ts';
import type {VoteSet} from './voteSet.ts';

export function createRoundInfo(
  height: bigint,
  validators: ValidatorSet,
  ownAddress: Uint8Array | undefined,
  timeouts: TimeoutOptions,
): RoundInfo {
  return {height, validators, proposer: proposerRotation(validators), ownIndex: ownIndexIn(validators, ownAddress), timeouts};
}

function ownIndexIn(validators: ValidatorSet, ownAddress: Uint8Array | undefined): number {
  return ownAddress === undefined ? -1 : indexOfValidator(validators, ownAddress);
}

/** The proposer of each round is that of `incrementProposerPriority(validators, round)`; steps already taken are not taken again. */
function proposerRotation(validators: ValidatorSet): (round: number) => Validator {
  const turns: Validator[] = [validators.proposer];
  let stepped: readonly Validator[] | undefined;
  return (round) => {
    while (turns.length <= round) {
      stepped ??= settledPriorities(validators);
      const next = stepPriorities(stepped, validators.totalVotingPower);
      stepped = next.validators;
      turns.push(next.proposer);
    }
    return turns[round]!;
  };
}

/** The state before the first round of a height; lines 3-10. */
export function createRoundState(height: bigint, validators: ValidatorSet, lastPrecommits: VoteSet | undefined): RoundState {
  return {
    height,
    round: 0,
    step: 'newHeight',
    lockedRound: -1,
    lockedValue: undefined,
    validRound: -1,
    validValue: undefined,
    proposals: new Map(),
    values: new Map(),
    votes: createHeightVotes(height, validators),
    lastPrecommits,
    prevoteTimeoutRound: -1,
    polkaRound: -1,
    precommitTimeoutRound: -1,
    fetched: new Set(),
    decision: undefined,
  };
}

export function timeoutMs(timeouts: TimeoutOptions, kind: TimeoutKind, round: number): number {
  switch (kind) {
    case 'propose':
      return timeouts.proposeMs + round * timeouts.proposeDeltaMs;
    case 'prevote':
      return timeouts.prevoteMs + round * timeouts.prevoteDeltaMs;
    case 'precommit':
      return timeouts.precommitMs + round * timeouts.precommitDeltaMs;
    default:
      return assertNever(kind);
  }
}
