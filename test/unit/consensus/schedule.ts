/** Pure cores that talk over a virtual clock: a test decides when, and whether, each message of each validator reaches each other. */
import {VoteType, type BlockID} from '#proto';
import {blockId, Driver, proposal, vote, validatorSet} from './support.ts';
import type {Effect, RoundInput} from '#consensus/core';

export interface Message {
  readonly from: number;
  readonly to: number;
  readonly kind: 'proposal' | 'prevote' | 'precommit';
  readonly round: number;
}

/** Milliseconds that a message takes; undefined: it is lost. */
export type Delay = (message: Message) => number | undefined;

interface Event {
  readonly at: number;
  readonly to: number;
  readonly inputs: readonly RoundInput[];
}

/** What a proposer without a valid value takes in a round: A, B, C and so on. */
export function fresh(round: number): BlockID {
  return blockId(String.fromCharCode('A'.charCodeAt(0) + round));
}

export class Schedule {
  readonly nodes = new Map<number, Driver>();
  /** Votes of which two kinds were seen, by the validator who sent them. */
  readonly equivocators = new Set<number>();
  private readonly delay: Delay;
  private events: Event[] = [];
  private now = 0;

  /** @param honest of four validators of equal power; the others do only what the test sends for them. */
  constructor(honest: readonly number[], delay: Delay) {
    this.delay = delay;
    for (const index of honest) this.nodes.set(index, new Driver(index, validatorSet()));
  }

  start(): this {
    this.startRound(0);
    return this;
  }

  /** As if timeoutPrecommit had run out everywhere. */
  startRound(round: number): void {
    for (const index of this.nodes.keys()) this.give(index, [{type: 'startRound', round}]);
  }

  node(index: number): Driver {
    return this.nodes.get(index)!;
  }

  decisions(): readonly (BlockID | undefined)[] {
    return [...this.nodes.values()].map(({state}) => state.decision?.blockId);
  }

  get highestRound(): number {
    return Math.max(...[...this.nodes.values()].map(({state}) => state.round));
  }

  /** Of a liar, to some; at once. */
  lie(from: number, to: readonly number[], type: VoteType, round: number, id: BlockID): void {
    for (const index of to) this.give(index, [{type: 'vote', vote: vote(type, round, from, id), peer: `${from}`}]);
  }

  propose(from: number, to: readonly number[], round: number, id: BlockID, polRound = -1): void {
    for (const index of to) this.give(index, proposalInputs(from, round, id, polRound));
  }

  /** What CometBFT's VoteSetMaj23 does: `from` says that it saw +2/3 prevotes for a block, and passes on the votes that make it so. */
  showPolka(from: number, to: readonly number[], round: number, id: BlockID): void {
    const known = this.node(from).state.votes.rounds.get(round)!.prevotes;
    for (const index of to) {
      this.give(index, [{type: 'majorityClaim', peer: `${from}`, round, voteType: VoteType.Prevote, blockId: id}]);
      for (const each of known.votes) {
        if (each !== undefined && each.validatorIndex !== index) this.give(index, [{type: 'vote', vote: each, peer: `${from}`}]);
      }
    }
  }

  /** In the order of time until `done`. @throws Error when nothing is left to happen, or far too much did. */
  run(done: () => boolean): void {
    for (let steps = 0; !done(); steps++) {
      const next = this.events.reduce<Event | undefined>((first, event) => (first === undefined || event.at < first.at ? event : first), undefined);
      if (next === undefined || steps > 20_000) throw new Error(`nothing decides: ${steps} events, round ${this.highestRound}`);
      this.events = this.events.filter((event) => event !== next);
      this.now = next.at;
      this.give(next.to, next.inputs);
    }
  }

  decided(): boolean {
    return this.decisions().every((decision) => decision !== undefined);
  }

  private give(index: number, inputs: readonly RoundInput[]): void {
    for (const input of inputs) {
      const node = this.node(index);
      node.give(input);
      for (const effect of node.effects) this.carryOut(index, effect);
    }
  }

  private carryOut(index: number, effect: Effect): void {
    switch (effect.type) {
      case 'getValue':
        return this.give(index, [{type: 'proposeValue', round: effect.round, blockId: fresh(effect.round)}]);
      case 'signProposal': {
        const {round, polRound, blockId: id} = effect.proposal;
        this.send(index, 'proposal', round, proposalInputs(index, round, id, polRound));
        return this.give(index, [{type: 'proposal', proposal: proposal(round, id, polRound), peer: ''}, {type: 'value', blockId: id, valid: true, isDecided: false}]);
      }
      case 'signVote': {
        const {type, round, blockId: id} = effect.vote;
        const signed = vote(type, round, index, id);
        this.send(index, type === VoteType.Prevote ? 'prevote' : 'precommit', round, [{type: 'vote', vote: signed, peer: `${index}`}]);
        return this.give(index, [{type: 'vote', vote: signed, peer: ''}]);
      }
      case 'scheduleTimeout': {
        const {kind, height, round, durationMs} = effect;
        this.events.push({at: this.now + durationMs, to: index, inputs: [{type: 'timeout', kind, height, round}]});
        return;
      }
      case 'equivocation':
        this.equivocators.add(effect.voteA.validatorIndex);
        return;
      default:
        return;
    }
  }

  private send(from: number, kind: Message['kind'], round: number, inputs: readonly RoundInput[]): void {
    for (const to of this.nodes.keys()) {
      const delay = to === from ? undefined : this.delay({from, to, kind, round});
      if (delay !== undefined) this.events.push({at: this.now + delay, to, inputs});
    }
  }
}

function proposalInputs(from: number, round: number, id: BlockID, polRound: number): RoundInput[] {
  return [{type: 'proposal', proposal: proposal(round, id, polRound), peer: `${from}`}, {type: 'value', blockId: id, valid: true, isDecided: false}];
}
