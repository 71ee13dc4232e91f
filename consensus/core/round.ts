/**
 * The round state machine: "The latest gossip on BFT consensus" (Buchman, Kwon, Milosevic; arXiv 1807.04938), algorithm 1.
 * Line numbers in comments are those of the paper. Pure: no I/O, no clock; the engine carries out the effects in order.
 *
 * Two readings of the paper that an implementation has to take:
 * - A block travels apart from its proposal (parts), so "PROPOSAL(h, r, v)" is the signed proposal plus the input `value`. Where
 *   +2/3 already voted for id(v) (lines 36 and 49), the block alone is enough: one honest voter at least saw the proposal.
 * - The proposer too starts its propose timeout: it may be unable to propose (its signer refuses after a crash).
 */
import {
  blockIdEquals,
  equalBytes,
  isNilBlockId,
  NIL_BLOCK_ID,
  VoteType,
  type BlockID,
  type Proposal,
  type Vote,
} from '#proto';
import {blockKey} from './bytes.ts';
import {assertNever, ConsensusError} from './errors.ts';
import {addHeightVote, claimMajority, powerInRound, roundVotes, voteSetOf} from './heightVotes.ts';
import {ROUND_MAX} from './limits.ts';
import {timeoutMs} from './roundState.ts';
import type {Effect, Outcome, RoundInfo, RoundInput, RoundState, Step, TimeoutKind, Transition} from './types.ts';
import {hasHonest, isQuorum} from './validatorSet.ts';
import {addVote, hasQuorumOfAny, powerFor} from './voteSet.ts';

/** A state under construction within one `apply`; never leaves it. */
interface Draft {
  state: RoundState;
  readonly effects: Effect[];
}

function update(draft: Draft, changes: Partial<RoundState>): void {
  draft.state = {...draft.state, ...changes};
}

/** One input, the state after it, and what is to be done. Inputs are the same on replay, so the state is too. */
export function apply(state: RoundState, info: RoundInfo, input: RoundInput): Transition {
  const draft: Draft = {state, effects: []};
  const outcome = take(draft, info, input);
  if (outcome === 'accepted') evaluate(draft, info);
  return {state: draft.state, effects: draft.effects, outcome};
}

function take(draft: Draft, info: RoundInfo, input: RoundInput): Outcome {
  const {state} = draft;
  switch (input.type) {
    case 'startRound':
      if (state.decision !== undefined) return 'ignored';
      if (state.step !== 'newHeight' && input.round <= state.round) return 'ignored';
      startRound(draft, info, input.round);
      return 'accepted';
    case 'proposal':
      return takeProposal(draft, info, input.proposal, input.peer);
    case 'value':
      return takeValue(draft, input);
    case 'valueDropped':
      update(draft, without(state, blockKey(input.blockId)));
      return 'accepted';
    case 'proposeValue': // line 16, after getValue
      if (state.step !== 'propose' || state.round !== input.round) return 'ignored';
      propose(draft, input.blockId, -1);
      return 'accepted';
    case 'vote':
      return takeVote(draft, input.vote, input.peer);
    case 'majorityClaim': {
      const votes = claimMajority(state.votes, state.round, {...input, type: input.voteType});
      if (votes === state.votes) return 'ignored';
      update(draft, {votes});
      return 'accepted';
    }
    case 'timeout':
      return takeTimeout(draft, info, input);
    default:
      return assertNever(input);
  }
}

/** A refusal stands until +2/3 precommit the block: what this node alone finds wrong with a proposal must not part it from the chain. */
function takeValue(draft: Draft, {blockId, valid, isDecided}: Extract<RoundInput, {type: 'value'}>): Outcome {
  const {height, values} = draft.state;
  const known = values.get(blockKey(blockId));
  if (known === true || (known === false && !isDecided)) return 'duplicate';
  if (isDecided && !valid) throw new ConsensusError('INVARIANT', `+2/3 precommitted an invalid block at height ${height}`);
  update(draft, {values: new Map(values).set(blockKey(blockId), valid)});
  return 'accepted';
}

function takeProposal(draft: Draft, info: RoundInfo, proposal: Proposal, peer: string): Outcome {
  const {state} = draft;
  if (proposal.height !== state.height || proposal.round > state.round + 1) return 'ignored';
  if (proposal.polRound < -1 || proposal.polRound >= proposal.round || isNilBlockId(proposal.blockId)) return 'ignored';
  if (state.proposals.has(proposal.round)) return 'duplicate';
  update(draft, {proposals: new Map(state.proposals).set(proposal.round, proposal)});
  const own = peer === '';
  draft.effects.push({type: 'walAppend', input: {type: 'proposal', proposal, peer}, sync: own});
  if (own) draft.effects.push({type: 'publishProposal', proposal});
  return 'accepted';
}

function takeVote(draft: Draft, vote: Vote, peer: string): Outcome {
  const {state} = draft;
  const own = peer === '';
  if (vote.height === state.height - 1n && vote.type === VoteType.Precommit && state.lastPrecommits !== undefined) {
    if (vote.round !== state.lastPrecommits.round) return 'ignored';
    const result = addVote(state.lastPrecommits, vote);
    if (result.outcome === 'conflict') draft.effects.push({type: 'equivocation', voteA: result.conflicting, voteB: vote});
    if (result.outcome !== 'added') return result.outcome === 'duplicate' ? 'duplicate' : 'ignored';
    draft.effects.push({type: 'walAppend', input: {type: 'vote', vote, peer}, sync: own});
    // Late, since the others decided without it; it still counts for the next block's commit.
    if (own) draft.effects.push({type: 'publishVote', vote});
    update(draft, {lastPrecommits: result.set});
    return 'accepted';
  }
  if (vote.height !== state.height || vote.round > ROUND_MAX) return 'ignored';
  const {votes, result} = addHeightVote(state.votes, state.round, vote);
  if (result === undefined) return 'ignored';
  if (result.outcome === 'duplicate') return 'duplicate';
  if (result.conflicting !== undefined) {
    draft.effects.push({type: 'equivocation', voteA: result.conflicting, voteB: vote});
  }
  if (result.outcome === 'conflict') return 'ignored';
  draft.effects.push({type: 'walAppend', input: {type: 'vote', vote, peer}, sync: own});
  if (own) draft.effects.push({type: 'publishVote', vote});
  update(draft, {votes});
  return 'accepted';
}

function takeTimeout(draft: Draft, info: RoundInfo, input: Extract<RoundInput, {type: 'timeout'}>): Outcome {
  const {state} = draft;
  if (input.height !== state.height || input.round !== state.round || state.decision !== undefined) return 'ignored';
  switch (input.kind) {
    case 'propose': // lines 57-60
      if (state.step !== 'propose') return 'ignored';
      draft.effects.push({type: 'walAppend', input, sync: false});
      vote(draft, info, VoteType.Prevote, NIL_BLOCK_ID);
      setStep(draft, 'prevote');
      return 'accepted';
    case 'prevote': // lines 61-64
      if (state.step !== 'prevote') return 'ignored';
      draft.effects.push({type: 'walAppend', input, sync: false});
      vote(draft, info, VoteType.Precommit, NIL_BLOCK_ID);
      setStep(draft, 'precommit');
      return 'accepted';
    case 'precommit': // lines 65-67
      if (state.step === 'newHeight' || state.round >= ROUND_MAX) return 'ignored';
      draft.effects.push({type: 'walAppend', input, sync: false});
      startRound(draft, info, state.round + 1);
      return 'accepted';
    default:
      return assertNever(input.kind);
  }
}

function without({values, fetched}: RoundState, key: string): Partial<RoundState> {
  return {
    values: new Map([...values].filter(([known]) => known !== key)),
    fetched: new Set([...fetched].filter((asked) => asked !== fetchKey(key, true) && asked !== fetchKey(key, false))),
  };
}

/** Lines 11-21. */
function startRound(draft: Draft, info: RoundInfo, round: number): void {
  update(draft, {round});
  setStep(draft, 'propose');
  const {state} = draft;
  if (info.ownIndex >= 0 && isOwnTurn(info, round)) {
    if (state.validValue !== undefined) propose(draft, state.validValue, state.validRound);
    else draft.effects.push({type: 'getValue', round});
  }
  schedule(draft, info, 'propose');
}

function isOwnTurn(info: RoundInfo, round: number): boolean {
  const own = info.validators.validators[info.ownIndex];
  return own !== undefined && equalBytes(info.proposer(round).address, own.address);
}

function propose(draft: Draft, blockId: BlockID, polRound: number): void {
  const {height, round} = draft.state;
  draft.effects.push({type: 'signProposal', proposal: {height, round, polRound, blockId}});
}

function setStep(draft: Draft, step: Step): void {
  update(draft, {step});
  draft.effects.push({type: 'stepChanged', round: draft.state.round, step});
}

function schedule(draft: Draft, info: RoundInfo, kind: TimeoutKind): void {
  const {height, round} = draft.state;
  draft.effects.push({type: 'scheduleTimeout', kind, height, round, durationMs: timeoutMs(info.timeouts, kind, round)});
}

function vote(draft: Draft, info: RoundInfo, type: VoteType, blockId: BlockID): void {
  if (info.ownIndex < 0) return;
  const {height, round} = draft.state;
  draft.effects.push({type: 'signVote', vote: {type, height, round, blockId}});
}

/** Tries the paper's "upon" rules until none applies. Each rule makes progress (a step, a round, a flag), so this ends. */
function evaluate(draft: Draft, info: RoundInfo): void {
  for (;;) {
    if (draft.state.decision !== undefined) return;
    if (decide(draft)) return;
    if (skipRound(draft, info)) continue;
    if (draft.state.step === 'newHeight') return;
    if (prevoteProposal(draft, info)) continue;
    if (polka(draft, info)) continue;
    if (polkaNil(draft, info)) continue;
    if (startPrevoteTimeout(draft, info)) continue;
    if (startPrecommitTimeout(draft, info)) continue;
    return;
  }
}

/** Lines 49-54, for any round. */
function decide(draft: Draft): boolean {
  const {state} = draft;
  for (const [round, {precommits}] of state.votes.rounds) {
    const blockId = precommits.majority;
    if (blockId === undefined || isNilBlockId(blockId)) continue;
    if (state.values.get(blockKey(blockId)) === true) {
      update(draft, {decision: {round, blockId}});
      setStep(draft, 'commit');
      draft.effects.push({type: 'decide', round, blockId});
      return true;
    }
    fetchValue(draft, round, blockId, true);
  }
  return false;
}

function fetchKey(key: string, decided: boolean): string {
  return `${decided ? 'decided' : 'polka'}:${key}`;
}

function fetchValue(draft: Draft, round: number, blockId: BlockID, decided: boolean): void {
  const key = fetchKey(blockKey(blockId), decided);
  if (draft.state.fetched.has(key)) return;
  update(draft, {fetched: new Set(draft.state.fetched).add(key)});
  draft.effects.push({type: 'fetchValue', round, blockId, decided});
}

/** Lines 55-56: +1/3 are in a later round, so at least one honest validator is. */
function skipRound(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  let target = -1;
  for (const round of state.votes.rounds.keys()) {
    if (round <= state.round || round <= target) continue;
    if (hasHonest(powerInRound(state.votes, round), info.validators.totalVotingPower)) target = round;
  }
  if (target < 0) return false;
  startRound(draft, info, target);
  return true;
}

/** Lines 22-27 (a fresh proposal) and 28-33 (one with a proof of lock). */
function prevoteProposal(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  if (state.step !== 'propose') return false;
  const proposal = state.proposals.get(state.round);
  if (proposal === undefined) return false;
  const {blockId, polRound} = proposal;
  const valid = state.values.get(blockKey(blockId));
  if (valid === undefined) return false;
  const lockedOnIt = state.lockedValue !== undefined && blockIdEquals(state.lockedValue, blockId);

  let acceptable: boolean;
  if (polRound === -1) {
    acceptable = valid && (state.lockedRound === -1 || lockedOnIt); // line 23
  } else {
    const prevotes = roundVotes(state.votes, polRound).prevotes; // line 28: 2f+1 prevotes in the proof-of-lock round
    if (!isQuorum(powerFor(prevotes, blockId), info.validators.totalVotingPower)) return false;
    acceptable = valid && (state.lockedRound <= polRound || lockedOnIt); // line 29
  }
  vote(draft, info, VoteType.Prevote, acceptable ? blockId : NIL_BLOCK_ID);
  setStep(draft, 'prevote');
  return true;
}

/** Lines 36-43: 2f+1 prevotes for a block in this round. */
function polka(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  if (state.polkaRound >= state.round) return false;
  const blockId = roundVotes(state.votes, state.round).prevotes.majority;
  if (blockId === undefined || isNilBlockId(blockId)) return false;
  const valid = state.values.get(blockKey(blockId));
  if (valid === undefined) {
    fetchValue(draft, state.round, blockId, false);
    return false;
  }
  if (!valid || state.step === 'propose') return false; // step_p >= prevote
  update(draft, {polkaRound: state.round});
  if (state.step === 'prevote') {
    update(draft, {lockedValue: blockId, lockedRound: state.round}); // lines 38-39
    vote(draft, info, VoteType.Precommit, blockId); // line 40
    setStep(draft, 'precommit'); // line 41
  }
  update(draft, {validValue: blockId, validRound: state.round}); // lines 42-43
  draft.effects.push({type: 'validValue', round: state.round, blockId});
  return true;
}

/** Lines 44-46. */
function polkaNil(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  if (state.step !== 'prevote') return false;
  const {majority} = roundVotes(state.votes, state.round).prevotes;
  if (majority === undefined || !isNilBlockId(majority)) return false;
  vote(draft, info, VoteType.Precommit, NIL_BLOCK_ID);
  setStep(draft, 'precommit');
  return true;
}

/** Lines 34-35: for the first time in this round. */
function startPrevoteTimeout(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  if (state.step !== 'prevote' || state.prevoteTimeoutRound >= state.round) return false;
  if (!hasQuorumOfAny(roundVotes(state.votes, state.round).prevotes)) return false;
  update(draft, {prevoteTimeoutRound: state.round});
  schedule(draft, info, 'prevote');
  return true;
}

/** Lines 47-48: for the first time in this round. */
function startPrecommitTimeout(draft: Draft, info: RoundInfo): boolean {
  const {state} = draft;
  if (state.precommitTimeoutRound >= state.round) return false;
  if (!hasQuorumOfAny(voteSetOf(state.votes, state.round, VoteType.Precommit))) return false;
  update(draft, {precommitTimeoutRound: state.round});
  schedule(draft, info, 'precommit');
  return true;
}

