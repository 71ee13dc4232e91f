/** The vocabulary of the pure state machine: what it is told, what it remembers, what it asks for. */
import type {BlockID, Proposal, ValidatorSet, Validator, Vote, VoteType} from '#proto';
import type {HeightVotes} from './heightVotes.ts';
import type {VoteSet} from './voteSet.ts';

/** The paper's steps, plus the pause before the first round of a height (CometBFT RoundStepNewHeight). */
export type Step = 'newHeight' | 'propose' | 'prevote' | 'precommit' | 'commit';

export type TimeoutKind = 'propose' | 'prevote' | 'precommit';

/** timeoutX(round) = xMs + round * xDeltaMs. */
export interface TimeoutOptions {
  readonly proposeMs: number;
  readonly proposeDeltaMs: number;
  readonly prevoteMs: number;
  readonly prevoteDeltaMs: number;
  readonly precommitMs: number;
  readonly precommitDeltaMs: number;
}

/** What does not change within a height. */
export interface RoundInfo {
  readonly height: bigint;
  /** As of round 0 of this height. */
  readonly validators: ValidatorSet;
  /** Whose turn it is in a round; see `createRoundInfo`. */
  readonly proposer: (round: number) => Validator;
  /** Index of our key in `validators`; -1 when we only follow. */
  readonly ownIndex: number;
  readonly timeouts: TimeoutOptions;
}

export interface RoundState {
  readonly height: bigint;
  readonly round: number;
  readonly step: Step;
  /** -1: none. */
  readonly lockedRound: number;
  readonly lockedValue: BlockID | undefined;
  readonly validRound: number;
  readonly validValue: BlockID | undefined;
  /** First proposal of each round's proposer, up to the round after ours. */
  readonly proposals: ReadonlyMap<number, Proposal>;
  /** Blocks that are here in full, by block key, and whether they are valid. */
  readonly values: ReadonlyMap<string, boolean>;
  readonly votes: HeightVotes;
  /** Precommits of the height before; late ones are still added to the next block's commit. */
  readonly lastPrecommits: VoteSet | undefined;
  /** "For the first time" of lines 34, 36 and 47, each per round. */
  readonly prevoteTimeoutRound: number;
  readonly polkaRound: number;
  readonly precommitTimeoutRound: number;
  /** Blocks with +2/3 that were asked for already, by block key. */
  readonly fetched: ReadonlySet<string>;
  readonly decision: {readonly round: number; readonly blockId: BlockID} | undefined;
}

/** A proposal or vote whose signature was verified by the engine. `peer` is empty for our own. */
export type RoundInput =
  | {readonly type: 'startRound'; readonly round: number}
  | {readonly type: 'proposal'; readonly proposal: Proposal; readonly peer: string}
  /** A whole block is here; `valid` is validateBlock and ProcessProposal, or, once +2/3 have precommitted it (`isDecided`), only the former. */
  | {readonly type: 'value'; readonly blockId: BlockID; readonly valid: boolean; readonly isDecided: boolean}
  /** A block that was here in full, or on its way, had to make room; should it be needed after all, it has to be fetched again. */
  | {readonly type: 'valueDropped'; readonly blockId: BlockID}
  /** The answer to getValue. */
  | {readonly type: 'proposeValue'; readonly round: number; readonly blockId: BlockID}
  | {readonly type: 'vote'; readonly vote: Vote; readonly peer: string}
  /** A peer says that it has seen +2/3 for a block. */
  | {
      readonly type: 'majorityClaim';
      readonly peer: string;
      readonly round: number;
      readonly voteType: VoteType;
      readonly blockId: BlockID;
    }
  | {readonly type: 'timeout'; readonly kind: TimeoutKind; readonly height: bigint; readonly round: number};

export type UnsignedProposal = Omit<Proposal, 'signature' | 'timestamp'>;

export interface UnsignedVote {
  readonly type: VoteType;
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
}

export type LoggedInput = Extract<RoundInput, {type: 'proposal' | 'vote' | 'timeout'}>;

/** To be carried out in the order in which they stand. */
export type Effect =
  /** `sync`: durable before any later effect. Set for what we signed ourselves. */
  | {readonly type: 'walAppend'; readonly input: LoggedInput; readonly sync: boolean}
  | {readonly type: 'publishProposal'; readonly proposal: Proposal}
  | {readonly type: 'publishVote'; readonly vote: Vote}
  /** Build a block and answer with proposeValue. */
  | {readonly type: 'getValue'; readonly round: number}
  /** Answer with the signed proposal as an input from ourselves. */
  | {readonly type: 'signProposal'; readonly proposal: UnsignedProposal}
  | {readonly type: 'signVote'; readonly vote: UnsignedVote}
  | {
      readonly type: 'scheduleTimeout';
      readonly kind: TimeoutKind;
      readonly height: bigint;
      readonly round: number;
      readonly durationMs: number;
    }
  /** +2/3 voted for a block that is not here: get it from the peers. Or they decided one that was refused here: judge it again. */
  | {readonly type: 'fetchValue'; readonly round: number; readonly blockId: BlockID; readonly decided: boolean}
  /** A proof of lock was seen for a block that is here: tell the peers. */
  | {readonly type: 'validValue'; readonly round: number; readonly blockId: BlockID}
  | {readonly type: 'stepChanged'; readonly round: number; readonly step: Step}
  | {readonly type: 'equivocation'; readonly voteA: Vote; readonly voteB: Vote}
  | {readonly type: 'decide'; readonly round: number; readonly blockId: BlockID};

export type Outcome = 'accepted' | 'duplicate' | 'ignored';

export interface Transition {
  readonly state: RoundState;
  readonly effects: readonly Effect[];
  readonly outcome: Outcome;
}
