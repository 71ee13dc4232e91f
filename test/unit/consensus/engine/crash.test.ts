/** One validator among three for which the test speaks: what it holds after votes and proposals of its choice, and after a crash. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {
  blockToPartSet,
  decodeConsensusMessage,
  encodeConsensusMessage,
  equalBytes,
  NIL_BLOCK_ID,
  proposalSignBytes,
  RoundStep,
  sha256,
  utf8,
  VoteType,
  voteSignBytes,
  type BlockID,
  type ConsensusMessage,
  type PartSet,
} from '#proto';
import {blockKey, incrementProposerPriority, indexOfValidator} from '#consensus/core';
import {Channel, type PeerNetwork, type RoundStateSnapshot} from '#consensus/engine';
import {BlockExecutor, type BlockExecutorModules} from '../../../../consensus/engine/execution/blockExecutor.ts';
import {Cluster, FAST_OPTIONS, honestNodes, type ClusterPlan, type SimulatedNode} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

const HEIGHT = 2n;
const OTHER: BlockID = {hash: sha256(utf8('other')), partSetHeader: {total: 1, hash: sha256(utf8('parts'))}};

interface Proposed {
  readonly blockId: BlockID;
  readonly partSet: PartSet;
}

let onLog: NonNullable<ClusterPlan['onLog']> = () => undefined;
let cluster: Cluster;
let victim: SimulatedNode;
let peer: PeerNetwork;
/** Numbers of the keys that are not the victim's. */
let others: readonly number[];

beforeEach(async () => {
  onLog = () => undefined;
  cluster = new Cluster({seed: 12, onLog: (...event) => onLog(...event), nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, options: {...FAST_OPTIONS, emptyBlockIntervalMs: 60_000}});
  await cluster.start();
  await cluster.reach(1n, 5000);
  await cluster.scheduler.run(cluster.scheduler.now + 200);
  // Not the proposer of round 0: the test proposes there.
  const {address} = cluster.nodes[0]!.engine!.chainState.validators.proposer;
  victim = cluster.nodes.find((_, i) => !equalBytes(cluster.keys[i]!.address, address))!;
  others = [0, 1, 2, 3].filter((number) => number !== victim.plan.validator);
  for (const node of cluster.nodes) if (node !== victim) cluster.crash(node);
  peer = cluster.network.connect('peer');
});

async function tell(channel: Channel, message: ConsensusMessage): Promise<void> {
  peer.send(victim.plan.name, channel, encodeConsensusMessage(message));
  await pause(10);
}

async function pause(ms: number): Promise<void> {
  await cluster.scheduler.run(cluster.scheduler.now + ms);
}

function state(): RoundStateSnapshot {
  return victim.engine!.roundState;
}

async function restart(): Promise<void> {
  cluster.crash(victim);
  await pause(10);
  await cluster.startNode(victim);
  peer = cluster.network.connect('peer');
  await pause(10);
}

async function vote(type: VoteType, round: number, key: number, blockId: BlockID): Promise<void> {
  const {chainId, validators, lastBlockTime} = victim.engine!.chainState;
  const {address} = cluster.keys[key]!;
  const unsigned = {type, height: HEIGHT, round, blockId, timestamp: {...lastBlockTime, seconds: lastBlockTime.seconds + 1n}};
  const signature = cluster.keys[key]!.sign(voteSignBytes(chainId, unsigned));
  await tell(Channel.Vote, {type: 'vote', vote: {...unsigned, validatorAddress: address, validatorIndex: indexOfValidator(validators, address), signature}});
}

/** The key whose turn it is in a round. */
function turnOf(round: number): number {
  const {validators} = victim.engine!.chainState;
  const {proposer} = round === 0 ? validators : incrementProposerPriority(validators, round);
  return cluster.keys.findIndex(({address}) => equalBytes(address, proposer.address));
}

/** A valid block, told apart by its transaction. */
async function propose(round: number): Promise<Proposed> {
  const {engine} = victim;
  const key = cluster.keys[turnOf(round)]!;
  const tx = utf8(`of round ${round}`);
  // Somebody's, so that the checkers know it; in no pool.
  cluster.submit(tx, []);
  const app = {prepareProposal: async () => [tx]};
  const executor = new BlockExecutor({app, txs: {reap: () => []}} as unknown as BlockExecutorModules);
  const {block} = await executor.createProposal(engine!.chainState, engine!.blockStore.loadSeenCommit(1n), key.address);
  const {blockId, partSet} = blockToPartSet(block);
  const unsigned = {height: HEIGHT, round, polRound: -1, blockId, timestamp: block.header.time};
  const signature = key.sign(proposalSignBytes(engine!.chainState.chainId, unsigned));
  await tell(Channel.Data, {type: 'proposal', proposal: {...unsigned, signature}});
  await give({blockId, partSet});
  return {blockId, partSet};
}

async function give({partSet}: Proposed): Promise<void> {
  for (const part of partSet.parts()) await tell(Channel.Data, {type: 'blockPart', height: HEIGHT, round: state().round, part});
}

describe('a crash', () => {
  it('does not make a validator forget a lock that rests on the second vote of an equivocator', async () => {
    const {blockId} = await propose(0);
    await vote(VoteType.Prevote, 0, others[0]!, OTHER);
    await tell(Channel.State, {type: 'voteSetMaj23', height: HEIGHT, round: 0, voteType: VoteType.Prevote, blockId});
    await vote(VoteType.Prevote, 0, others[0]!, blockId);
    await vote(VoteType.Prevote, 0, others[1]!, blockId);
    expect(state()).toMatchObject({step: 'precommit', lockedRound: 0, lockedBlockId: blockId});
    await restart();
    expect(state()).toMatchObject({step: 'precommit', lockedRound: 0, lockedBlockId: blockId, validRound: 0});
  });

  it.each([0, 1, 2, 3])('between signing a vote and logging it does not silence the validator, %i writes on', async (writes) => {
    const {crash} = victim.log;
    const {random} = cluster.scheduler;
    victim.log.crash = () => crash.call(victim.log, Object.assign(Object.create(random) as typeof random, {below: () => 0}));
    const voted: string[] = [];
    cluster.network.tap((from, _to, _channel, bytes) => {
      const message = decodeConsensusMessage(bytes);
      if (from === victim.plan.name && message.type === 'vote' && message.vote.height === HEIGHT) voted.push(blockKey(message.vote.blockId));
    });
    cluster.crashDuring(victim, writes);
    await propose(0).catch(() => undefined);
    await restart();
    await tell(Channel.State, {type: 'newRoundStep', height: HEIGHT, round: 0, step: RoundStep.Propose, secondsSinceStartTime: 0n, lastCommitRound: 0});
    cluster.submit(utf8('work'));
    await pause(1000);
    expect(new Set(voted).size).toBe(1);
  });

  it('does not let a validator leave its step or round without the votes that the rules ask for', async () => {
    await propose(0);
    await vote(VoteType.Prevote, 0, others[0]!, NIL_BLOCK_ID);
    expect(state()).toMatchObject({round: 0, step: 'prevote'});
    await restart();
    await pause(5000);
    expect(state()).toMatchObject({round: 0, step: 'prevote'});
    // The votes of peers were not durable. With them, and with those that make +2/3, it goes on.
    for (const key of others.slice(0, 2)) await vote(VoteType.Precommit, 0, key, OTHER);
    for (const key of others.slice(0, 2)) await vote(VoteType.Prevote, 0, key, key === others[0] ? NIL_BLOCK_ID : OTHER);
    await cluster.scheduler.run(cluster.scheduler.now + 1000, () => state().step === 'precommit');
    expect(state()).toMatchObject({round: 0, step: 'precommit'});
    // Our precommit made all before it durable: the timeout that ran, runs again.
    await restart();
    expect(state()).toMatchObject({round: 0, step: 'precommit'});
    await pause(1000);
    expect(state()).toMatchObject({round: 1});
  });
});

describe('a decision of a round long gone', () => {
  it('is committed though its block had to make room', async () => {
    const first = await propose(0);
    for (let round = 1; round <= 7; round++) {
      for (const key of others.slice(0, 2)) await vote(VoteType.Prevote, round, key, NIL_BLOCK_ID);
      expect(state().round).toBe(round);
      if (turnOf(round) !== victim.plan.validator) await propose(round);
    }
    for (const key of others) await vote(VoteType.Precommit, 0, key, first.blockId);
    expect(victim.halted).toBeUndefined();
    // Its parts come again, as from a peer that was asked for them.
    await give(first);
    expect(victim.height).toBe(HEIGHT);
    expect(cluster.violations).toEqual([]);
  });
});

describe('a validator that lost what it had synced', () => {
  const errors: string[] = [];

  beforeEach(() => {
    errors.length = 0;
    onLog = (node, level, fields, message) => {
      if (node === victim.plan.name && level === 'error') errors.push(`${message} (${(fields as {missing?: string}).missing ?? ''})`);
    };
  });

  /** Locked on a block in round 0, the lock and all before it durable. */
  async function lock(): Promise<Proposed> {
    const first = await propose(0);
    for (const key of others.slice(0, 2)) await vote(VoteType.Prevote, 0, key, first.blockId);
    expect(state()).toMatchObject({step: 'precommit', lockedRound: 0, lockedBlockId: first.blockId});
    return first;
  }

  /** The others go to a round of another block, and decide that of round 0. */
  async function goOn(first: Proposed): Promise<void> {
    const before = victim.signerState.read();
    for (const round of [1, 2]) {
      for (const key of others.slice(0, 2)) await vote(VoteType.Prevote, round, key, OTHER);
      if (turnOf(round) !== victim.plan.validator) await propose(round);
      await pause(2000);
    }
    expect(state().round).toBeGreaterThanOrEqual(2);
    expect(victim.signerState.read()).toEqual(before);
    for (const key of others) await vote(VoteType.Precommit, 0, key, first.blockId);
    await give(first);
    expect(victim.height).toBe(HEIGHT);
    cluster.submit(utf8('work'));
    await pause(3000);
    expect(JSON.parse(Buffer.from(victim.signerState.read()!).toString())).toMatchObject({height: `${HEIGHT + 1n}`});
    expect(cluster.violations).toEqual([]);
  }

  it.each([
    ['the log', () => victim.log.wipe(), 'which the write-ahead log does not lead to'],
    ['the end of the log, with the polka', () => chunks(victim.log).splice(-3), 'which the write-ahead log does not lead to'],
    ['the last-sign file', () => forget(victim.signerState), 'it was lost or restored from a backup'],
  ])('%s signs nothing before the next height', async (_, lose, says) => {
    const first = await lock();
    cluster.crash(victim);
    lose();
    await cluster.startNode(victim);
    peer = cluster.network.connect('peer');
    await pause(10);
    expect(errors).toEqual([expect.stringContaining(says)]);
    await goOn(first);
  });

  it('nothing but its own last vote: it signs the same again', async () => {
    await lock();
    const before = victim.signerState.read();
    cluster.crash(victim);
    const last = chunks(victim.log).findLast((record) => record.length > 0)!;
    last[last.length - 1]! ^= 1;
    await cluster.startNode(victim);
    expect(state()).toMatchObject({step: 'precommit', lockedRound: 0});
    expect(victim.signerState.read()).toEqual(before);
    expect(errors).toEqual([]);
  });
});

/** Its records. */
function chunks(log: SimulatedNode['log']): Uint8Array[] {
  return (log as unknown as {segments: Uint8Array[][]}).segments.at(-1)!;
}

function forget(file: SimulatedNode['signerState']): void {
  (file as unknown as {content: undefined}).content = undefined;
}
