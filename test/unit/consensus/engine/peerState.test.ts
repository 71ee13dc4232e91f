import {describe, expect, it} from '@jest/globals';
import {bitArrayFrom, RoundStep, VoteType, type NewRoundStepMessage} from '#proto';
import {Knowledge, PeerState} from '../../../../consensus/engine/gossip/peerState.ts';
import {A, B} from '../support.ts';

function step(height: bigint, round: number, number: RoundStep): NewRoundStepMessage {
  return {type: 'newRoundStep', height, round, step: number, secondsSinceStartTime: 0n, lastCommitRound: -1};
}

function only(...indexes: readonly number[]) {
  return bitArrayFrom(4, (index) => indexes.includes(index));
}

function has(knowledge: Knowledge): boolean[] {
  return [0, 1, 2, 3].map((index) => knowledge.has(index));
}

describe('what a peer has', () => {
  it('what was sent may be sent again, what the peer told stays', () => {
    const knowledge = new Knowledge(4);
    knowledge.sent(0);
    knowledge.known(1);
    knowledge.known(99);
    expect(has(knowledge)).toEqual([true, true, false, false]);
    knowledge.forgetSent();
    expect(has(knowledge)).toEqual([false, true, false, false]);
  });
  it('a request corrects what an equivocating proposer made us believe, not what is on its way', () => {
    const knowledge = new Knowledge(4);
    knowledge.known(0);
    knowledge.sent(1);
    knowledge.correct(only(2));
    expect(has(knowledge)).toEqual([false, true, true, false]);
  });
  it('bits for a block say nothing about votes that we do not have for it', () => {
    const knowledge = new Knowledge(4);
    for (const index of [0, 1]) knowledge.known(index);
    knowledge.setExactly(only(3), (index) => index !== 1);
    expect(has(knowledge)).toEqual([false, true, false, true]);
  });
});

describe('where a peer is', () => {
  it('goes forward only', () => {
    const peer = new PeerState('p');
    expect(peer.moveTo(step(5n, 1, RoundStep.Prevote))).toBe(true);
    for (const earlier of [step(4n, 9, RoundStep.Commit), step(5n, 0, RoundStep.Commit), step(5n, 1, RoundStep.Propose), step(5n, 1, RoundStep.Prevote)]) {
      expect(peer.moveTo(earlier)).toBe(false);
    }
    expect([peer.height, peer.round, peer.step]).toEqual([5n, 1, RoundStep.Prevote]);
  });
  it('a new round forgets what was sent, a new height everything', () => {
    const peer = new PeerState('p');
    peer.moveTo(step(5n, 0, RoundStep.Propose));
    peer.votesOf(0, VoteType.Prevote, 4).sent(0);
    peer.votesOf(0, VoteType.Prevote, 4).known(1);
    peer.moveTo(step(5n, 1, RoundStep.Propose));
    expect(has(peer.votesOf(0, VoteType.Prevote, 4))).toEqual([false, true, false, false]);
    peer.moveTo(step(6n, 0, RoundStep.Propose));
    expect(has(peer.votesOf(0, VoteType.Prevote, 4))).toEqual([false, false, false, false]);
  });
  it('a request outlives our guess, not another request', () => {
    const peer = new PeerState('p');
    peer.partsOf(A.partSetHeader, true).parts.known(0);
    expect(peer.partsOf(B.partSetHeader, false).header).toEqual(A.partSetHeader);
    expect(peer.partsOf(B.partSetHeader, true).header).toEqual(B.partSetHeader);
    expect(peer.wanted?.parts.has(0)).toBe(false);
  });
  it('a request of an earlier round does not keep the parts of the next proposal from the peer', () => {
    const peer = new PeerState('p');
    peer.moveTo(step(5n, 0, RoundStep.Prevote));
    peer.partsOf(A.partSetHeader, true).parts.known(0);
    peer.moveTo(step(5n, 1, RoundStep.Propose));
    expect(peer.partsOf(B.partSetHeader, false).header).toEqual(B.partSetHeader);
  });
  it('remembers a bounded number of rounds', () => {
    const peer = new PeerState('p');
    for (let round = 0; round < 10_000; round++) peer.votesOf(round, VoteType.Prevote, 4);
    expect((peer as unknown as {votes: Map<string, Knowledge>}).votes.size).toBeLessThanOrEqual(16);
  });
});
