/** Four validators of equal power, and votes and proposals by them. Signatures are not looked at by the core. */
import {ED25519_KEY_TYPE, EMPTY_BYTES, NIL_BLOCK_ID, VoteType, ZERO_TIME, type BlockID, type Proposal, type ValidatorSet, type Vote} from '#proto';
import {
  apply,
  createRoundInfo,
  createRoundState,
  newValidatorSet,
  type Effect,
  type Outcome,
  type RoundInfo,
  type RoundInput,
  type RoundState,
  type TimeoutOptions,
} from '#consensus/core';

export const TIMEOUTS: TimeoutOptions = {
  proposeMs: 100,
  proposeDeltaMs: 10,
  prevoteMs: 50,
  prevoteDeltaMs: 5,
  precommitMs: 30,
  precommitDeltaMs: 3,
};

export function address(index: number): Uint8Array {
  return Uint8Array.from({length: 20}, (_, i) => (i === 19 ? index : 0));
}

export function validatorSet(powers: readonly number[] = [10, 10, 10, 10]): ValidatorSet {
  return newValidatorSet(
    powers.map((power, i) => ({
      address: address(i),
      publicKey: {type: ED25519_KEY_TYPE, bytes: Uint8Array.from({length: 32}, () => i)},
      power: BigInt(power),
    })),
  );
}

export function blockId(name: string): BlockID {
  const hash = Uint8Array.from({length: 32}, (_, i) => name.charCodeAt(i % name.length));
  return {hash, partSetHeader: {total: 1, hash}};
}

export const A = blockId('A');
export const B = blockId('B');
export const NIL = NIL_BLOCK_ID;
export const HEIGHT = 5n;

export function vote(type: VoteType, round: number, index: number, id: BlockID, height = HEIGHT): Vote {
  return {
    type,
    height,
    round,
    blockId: id,
    timestamp: ZERO_TIME,
    validatorAddress: address(index),
    validatorIndex: index,
    signature: EMPTY_BYTES,
  };
}

export function proposal(round: number, id: BlockID, polRound = -1, height = HEIGHT): Proposal {
  return {height, round, polRound, blockId: id, timestamp: ZERO_TIME, signature: EMPTY_BYTES};
}

/** Drives the core as validator `own` and shows effects in short form. */
export class Driver {
  readonly info: RoundInfo;
  state: RoundState;
  effects: readonly Effect[] = [];
  outcome: Outcome = 'ignored';

  constructor(own: number, validators = validatorSet()) {
    this.info = createRoundInfo(HEIGHT, validators, own < 0 ? undefined : address(own), TIMEOUTS);
    this.state = createRoundState(HEIGHT, validators, undefined);
  }

  give(input: RoundInput): string[] {
    const {state, effects, outcome} = apply(this.state, this.info, input);
    this.state = state;
    this.effects = effects;
    this.outcome = outcome;
    return effects.map(show);
  }

  start(round = 0): string[] {
    return this.give({type: 'startRound', round});
  }

  proposal(round: number, id: BlockID, polRound = -1, peer = 'peer'): string[] {
    return this.give({type: 'proposal', proposal: proposal(round, id, polRound), peer});
  }

  value(id: BlockID, valid = true): string[] {
    return this.give({type: 'value', blockId: id, valid, isDecided: false});
  }

  /** Judged by the rules for what +2/3 precommitted. */
  decided(id: BlockID, valid = true): string[] {
    return this.give({type: 'value', blockId: id, valid, isDecided: true});
  }

  prevote(round: number, index: number, id: BlockID, peer = 'peer'): string[] {
    return this.give({type: 'vote', vote: vote(VoteType.Prevote, round, index, id), peer});
  }

  precommit(round: number, index: number, id: BlockID, peer = 'peer'): string[] {
    return this.give({type: 'vote', vote: vote(VoteType.Precommit, round, index, id), peer});
  }

  timeout(kind: 'propose' | 'prevote' | 'precommit', round: number): string[] {
    return this.give({type: 'timeout', kind, height: HEIGHT, round});
  }
}

export function name(id: BlockID): string {
  return id.hash.length === 0 ? 'nil' : String.fromCharCode(id.hash[0]!);
}

function show(effect: Effect): string {
  switch (effect.type) {
    case 'walAppend':
      return `log ${effect.input.type}${effect.sync ? ' durably' : ''}`;
    case 'publishProposal':
      return `publish proposal ${name(effect.proposal.blockId)}`;
    case 'publishVote':
      return `publish ${effect.vote.type === VoteType.Prevote ? 'prevote' : 'precommit'} ${name(effect.vote.blockId)}`;
    case 'getValue':
      return 'getValue';
    case 'signProposal':
      return `sign proposal ${name(effect.proposal.blockId)} pol ${effect.proposal.polRound}`;
    case 'signVote':
      return `sign ${effect.vote.type === VoteType.Prevote ? 'prevote' : 'precommit'} ${name(effect.vote.blockId)}`;
    case 'scheduleTimeout':
      return `timeout ${effect.kind} ${effect.round} ${effect.durationMs}ms`;
    case 'fetchValue':
      return `fetch ${name(effect.blockId)}${effect.decided ? ' decided' : ''}`;
    case 'validValue':
      return `valid ${name(effect.blockId)}`;
    case 'stepChanged':
      return `step ${effect.round} ${effect.step}`;
    case 'equivocation':
      return `equivocation of ${effect.voteA.validatorIndex}`;
    case 'decide':
      return `decide ${name(effect.blockId)} in ${effect.round}`;
  }
}
