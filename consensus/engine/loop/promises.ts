/**
 * Does a validator remember all that it promised at a height? The signer alone keeps it from signing two messages for one height, round
 * and step. Its lock is in the log: one that lost records which had been synced (a log moved away or restored from a backup, a bad last
 * sector, segments dropped because the height took too many rounds) could vote against it in a later round. The signer's last position
 * tells: what led to it was durable before it was signed, so an intact log holds the message, or asks for it again.
 */
import {blockKey, isQuorum} from '#consensus/core';
import {NIL_BLOCK_ID, VoteType} from '#proto';
import type {Logger, SignedPosition} from '../ports.ts';
import type {SigningEffect} from './signing.ts';
import type {LoopView} from './types.ts';
import type {WalInput} from './wal.ts';

const STEP = {proposal: 1, prevote: 2, precommit: 3} as const;

export interface Recollection {
  /** What the log gave back of the height. */
  readonly inputs: readonly WalInput[];
  /** What the replay asks to be signed. */
  readonly asked: readonly SigningEffect[];
}

/** What is missing, in words; undefined when the validator can stand by all that it signed at the height of `view`. */
function missingPromise(last: SignedPosition | undefined, view: LoopView, {inputs, asked}: Recollection): string | undefined {
  if (last === undefined) return undefined;
  const {height} = view.round;
  let logged: SignedPosition = {height, round: -1, step: 0};
  let lockedRound = -1;
  for (const input of inputs) {
    if ((input.type !== 'vote' && input.type !== 'proposal') || input.peer !== '') continue;
    const position = positionOf(input);
    if (compare(position, logged) > 0) logged = position;
    const isLock = position.step === STEP.precommit && input.type === 'vote' && blockKey(input.vote.blockId) !== blockKey(NIL_BLOCK_ID);
    if (isLock && position.round > lockedRound) lockedRound = position.round;
  }
  if (logged.round >= 0 && compare(logged, last) > 0) {
    return `the last-sign state is at ${describe(last)}, before ${describe(logged)} in the write-ahead log: it was lost or restored from a backup`;
  }
  if (view.round.lockedRound < lockedRound) return `it precommitted a block in round ${lockedRound}, and the write-ahead log does not lead to that lock again`;
  // In front of the first proposal of a height nothing was promised.
  if (last.height !== height || (last.round === 0 && last.step === STEP.proposal)) return undefined;
  if (compare(logged, last) === 0 || asked.some((effect) => compare(positionAsked(height, effect), last) === 0)) return undefined;
  return `it signed ${describe(last)}, which the write-ahead log does not lead to`;
}

/** A height at which this validator signed is entered: if it cannot stand by what it said, it says no more. */
export function hasToStaySilent(last: SignedPosition | undefined, view: LoopView, recollection: Recollection, logger: Logger): boolean {
  const {height} = view.round;
  const missing = missingPromise(last, view, recollection);
  if (missing === undefined) return false;
  if (decidesAlone(view)) {
    logger.error({height, missing}, 'a lock may have been forgotten; no other validator can have relied on it, so this one goes on');
    return false;
  }
  logger.error({height, missing}, 'a lock may have been forgotten: this validator signs nothing before the next height. See docs/runbooks/wal-corruption.md');
  return true;
}

/** Without its votes nobody can have decided anything, and nobody will. */
function decidesAlone({info, chain}: LoopView): boolean {
  const {validators, totalVotingPower} = chain.validators;
  return isQuorum(validators[info.ownIndex]?.votingPower ?? 0n, totalVotingPower);
}

function positionOf(input: Extract<WalInput, {type: 'vote' | 'proposal'}>): SignedPosition {
  if (input.type === 'proposal') return {height: input.proposal.height, round: input.proposal.round, step: STEP.proposal};
  const {height, round, type} = input.vote;
  return {height, round, step: type === VoteType.Prevote ? STEP.prevote : STEP.precommit};
}

function positionAsked(height: bigint, effect: SigningEffect): SignedPosition {
  if (effect.type !== 'signVote') return {height, round: roundOf(effect), step: STEP.proposal};
  return {height, round: effect.vote.round, step: effect.vote.type === VoteType.Prevote ? STEP.prevote : STEP.precommit};
}

export function roundOf(effect: SigningEffect): number {
  if (effect.type === 'signVote') return effect.vote.round;
  return effect.type === 'getValue' ? effect.round : effect.proposal.round;
}

function compare(a: SignedPosition, b: SignedPosition): number {
  if (a.height !== b.height) return a.height < b.height ? -1 : 1;
  return a.round - b.round || a.step - b.step;
}

function describe({height, round, step}: SignedPosition): string {
  return `height ${height}, round ${round}, ${['nothing', 'proposal', 'prevote', 'precommit'][step] ?? step}`;
}
