/** What peers may send, and what becomes of it: never an exception, never unbounded memory, and a report where no honest peer would do it. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {
  bitArrayFrom,
  encodeConsensusMessage,
  makePartSet,
  NIL_BLOCK_ID,
  RoundStep,
  sha256,
  utf8,
  VoteType,
  voteSignBytes,
  type ConsensusMessage,
  type Vote,
} from '#proto';
import {Channel, engineLimits, type PeerEvents} from '#consensus/engine';
import {Cluster, FAST_OPTIONS, honestNodes, type SimulatedNode} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';
import {Random} from '../../../simulation/support/scheduler.ts';

const OTHER = {hash: sha256(utf8('other')), partSetHeader: {total: 1, hash: sha256(utf8('parts'))}};

let cluster: Cluster;
let victim: SimulatedNode;
/** The victim's inbox, as from a stranger. */
let events: PeerEvents;
const sentToStranger: Uint8Array[] = [];

beforeEach(async () => {
  cluster = new Cluster({
    seed: 9,
    nodes: honestNodes(4),
    validators: 4,
    faults: NO_FAULTS,
    options: {...FAST_OPTIONS, emptyBlockIntervalMs: 60_000},
  });
  sentToStranger.length = 0;
  const subscribers: PeerEvents[] = [];
  events = {
    peerAdded: (peer) => subscribers.forEach((each) => each.peerAdded(peer)),
    peerRemoved: (peer) => subscribers.forEach((each) => each.peerRemoved(peer)),
    message: (peer, channel, bytes) => subscribers.forEach((each) => each.message(peer, channel, bytes)),
  };
  victim = cluster.nodes[0]!;
  const {connect} = cluster.network;
  cluster.network.connect = (node) => {
    const network = connect.call(cluster.network, node);
    if (node !== victim.plan.name) return network;
    return {
      ...network,
      subscribe: (subscriber) => {
        subscribers.push(subscriber);
        return network.subscribe(subscriber);
      },
      send: (peer, channel, bytes) => (peer === 'stranger' ? sentToStranger.push(bytes) > 0 : network.send(peer, channel, bytes)),
    };
  };
  await cluster.start();
  await cluster.reach(1n, 5000);
  await cluster.scheduler.run(cluster.scheduler.now + 200);
  events.peerAdded('stranger');
});

async function settle(): Promise<void> {
  await cluster.scheduler.run(cluster.scheduler.now + 1);
}

function give(channel: Channel, message: ConsensusMessage): void {
  events.message('stranger', channel, encodeConsensusMessage(message));
}

function reports(): string[] {
  return cluster.network.misbehaviour.filter(({peer}) => peer === 'stranger').map(({reason}) => reason);
}

/** The network goes on. */
async function goesOn(): Promise<void> {
  const target = cluster.highest + 2n;
  cluster.submit(utf8(`after ${cluster.scheduler.now}`));
  expect(await cluster.reach(target, cluster.scheduler.now + 10_000)).toBe(true);
  expect(cluster.violations).toEqual([]);
}

function votes(changes: Partial<Vote> = {}): Vote {
  const key = cluster.keys[1]!;
  const set = victim.engine!.chainState.validators;
  return {
    type: VoteType.Prevote,
    height: 2n,
    round: 0,
    blockId: NIL_BLOCK_ID,
    timestamp: {seconds: 1_700_000_000n, nanos: 0},
    validatorAddress: key.address,
    validatorIndex: set.validators.findIndex(({address}) => Buffer.compare(address, key.address) === 0),
    signature: new Uint8Array(64),
    ...changes,
  };
}

function step(height: bigint, round = 0): ConsensusMessage {
  return {type: 'newRoundStep', height, round, step: RoundStep.Propose, secondsSinceStartTime: 0n, lastCommitRound: -1};
}

describe('malformed', () => {
  it('random bytes on every channel are reported', async () => {
    const random = new Random(1);
    for (const channel of [Channel.State, Channel.Data, Channel.Vote, Channel.VoteSetBits]) {
      for (let i = 0; i < 200; i++) {
        events.message('stranger', channel, Uint8Array.from({length: random.below(120)}, () => random.below(256)));
      }
    }
    await settle();
    expect(reports().length).toBeGreaterThan(700);
    await goesOn();
  });

  it('truncated and extended messages do not throw', async () => {
    const bytes = encodeConsensusMessage({type: 'vote', vote: votes()});
    for (let length = 0; length < bytes.length; length++) events.message('stranger', Channel.Vote, bytes.subarray(0, length));
    events.message('stranger', Channel.Vote, Uint8Array.from([...bytes, 1, 2, 3]));
    await settle();
    await goesOn();
  });

  it('a message over its channel\'s limit is not decoded', () => {
    events.message('stranger', Channel.Vote, new Uint8Array(engineLimits.SMALL_MESSAGE_BYTES_MAX + 1));
    events.message('stranger', Channel.Data, new Uint8Array(engineLimits.DATA_MESSAGE_BYTES_MAX + 1));
    expect(reports()).toEqual([`a message of 8193 bytes on channel ${Channel.Vote}`, `a message of 69633 bytes on channel ${Channel.Data}`]);
  });

  it('a message on the wrong channel is reported', () => {
    give(Channel.State, {type: 'vote', vote: votes()});
    give(Channel.Vote, step(2n));
    expect(reports()).toEqual([`vote on channel ${Channel.State}`, `newRoundStep on channel ${Channel.Vote}`]);
  });

  it('channels of others and strangers that nobody announced are left alone', () => {
    events.message('stranger', Channel.Mempool, utf8('x'));
    events.message('nobody', Channel.Vote, utf8('x'));
    expect(cluster.network.misbehaviour).toEqual([]);
  });
});

describe('false', () => {
  it.each([
    ['a wrong signature', {}, 'a vote with a wrong signature'],
    ['an index out of the set', {validatorIndex: 9}, 'a vote of no validator'],
    ['another validator\'s index', {validatorIndex: -1}, undefined],
  ] as const)('a vote with %s is reported', async (_, changes, reason) => {
    const wrongIndex = (votes().validatorIndex + 1) % 4;
    give(Channel.Vote, {type: 'vote', vote: votes(reason === undefined ? {validatorIndex: wrongIndex} : changes)});
    await settle();
    expect(reports()).toEqual([reason ?? 'a vote of no validator']);
    await goesOn();
  });

  it('a vote of a round too far ahead is not worth a verification', async () => {
    const {height} = victim.engine!.roundState;
    const author = cluster.keys[1]!;
    const validatorIndex = victim.engine!.validatorsAt(height)!.validators.findIndex(({address}) => Buffer.compare(address, author.address) === 0);
    const farVote = (round: number, signer = author): Vote => {
      const unsigned = {type: VoteType.Prevote, height, round, blockId: OTHER, timestamp: {seconds: 1n, nanos: 0}, validatorAddress: author.address, validatorIndex};
      return {...unsigned, signature: signer.sign(voteSignBytes('simulation', unsigned))};
    };
    for (const round of [10, 11]) give(Channel.Vote, {type: 'vote', vote: farVote(round)});
    await settle();
    // Its author has used up his future rounds: what follows is not looked at, so a wrong signature is not even noticed.
    give(Channel.Vote, {type: 'vote', vote: farVote(12, cluster.keys[2])});
    await settle();
    expect(reports()).toEqual([]);
    give(Channel.Vote, {type: 'vote', vote: {...farVote(11, cluster.keys[2]), blockId: NIL_BLOCK_ID}});
    await settle();
    expect(reports()).toEqual(['a vote with a wrong signature']);
  });

  it('votes of other heights are ignored', async () => {
    for (const height of [1n, 3n, 1_000_000n]) give(Channel.Vote, {type: 'vote', vote: votes({height})});
    await settle();
    expect(reports()).toEqual([]);
  });

  it('a proposal that its proposer did not sign is reported', async () => {
    const proposal = {height: 2n, round: 0, polRound: -1, blockId: OTHER, timestamp: votes().timestamp, signature: new Uint8Array(64)};
    give(Channel.Data, {type: 'proposal', proposal});
    give(Channel.Data, {type: 'proposal', proposal: {...proposal, round: 2_000_000_000}});
    give(Channel.Data, {type: 'proposal', proposal: {...proposal, blockId: {...OTHER, partSetHeader: {total: 4_000_000, hash: OTHER.hash}}}});
    await settle();
    expect(reports()).toEqual(['a proposal that its proposer did not sign']);
    await goesOn();
  });

  it('parts of no block are kept in bounds and forgotten', async () => {
    const {parts} = {parts: makePartSet(new Uint8Array(200_000)).parts()};
    for (let i = 0; i < 500; i++) give(Channel.Data, {type: 'blockPart', height: 2n, round: 0, part: parts[i % parts.length]!});
    await settle();
    expect(reports()).toEqual([]);
    await goesOn();
  });

  it('far heights and rounds, majorities and bits of anything change nothing', async () => {
    give(Channel.State, step(1_000_000_000n, 2_000_000_000));
    give(Channel.State, step(2n));
    for (let round = 0; round < 3000; round += 7) {
      give(Channel.State, {type: 'hasVote', height: 2n, round, voteType: VoteType.Precommit, index: round});
      give(Channel.State, {type: 'voteSetMaj23', height: 2n, round, voteType: VoteType.Prevote, blockId: OTHER});
      give(Channel.VoteSetBits, {type: 'voteSetBits', height: 2n, round, voteType: VoteType.Prevote, blockId: OTHER, votes: bitArrayFrom(round + 1, () => true)});
      give(Channel.Data, {type: 'proposalPol', height: 2n, proposalPolRound: round, proposalPol: bitArrayFrom(100, () => true)});
      give(Channel.State, {
        type: 'newValidBlock',
        height: 2n,
        round,
        blockPartSetHeader: {total: 50, hash: OTHER.hash},
        blockParts: bitArrayFrom(50, () => false),
        isCommit: true,
      });
    }
    await settle();
    expect(reports()).toEqual([]);
    expect(victim.engine!.roundState.round).toBe(0);
    await goesOn();
  });
});

it('a flood of valid-looking messages is dropped beyond the queue\'s limit', () => {
  for (let i = 0; i < engineLimits.PEER_QUEUE_MESSAGES_MAX * 3; i++) give(Channel.Vote, {type: 'vote', vote: votes({round: i})});
  const {phases} = victim.engine as unknown as {phases: {loop: {queue: {length: number}}}};
  // The first one is being handled; its turn comes when this test lets go.
  expect(phases.loop.queue.length).toBeLessThanOrEqual(engineLimits.PEER_QUEUE_MESSAGES_MAX);
});

it('a newcomer is told where we are, and gets the stored block when it asks for it', async () => {
  give(Channel.State, step(1n));
  await cluster.scheduler.run(cluster.scheduler.now + 500);
  const meta = victim.engine!.blockStore.loadBlockMeta(1n)!;
  const before = sentToStranger.length;
  expect(before).toBeGreaterThanOrEqual(4);
  const {partSetHeader} = meta.blockId;
  give(Channel.State, {
    type: 'newValidBlock',
    height: 1n,
    round: 0,
    blockPartSetHeader: partSetHeader,
    blockParts: bitArrayFrom(partSetHeader.total, () => false),
    isCommit: true,
  });
  expect(sentToStranger.length).toBe(before + partSetHeader.total);
});
