/** A validator that proposes what no honest one would: the others must stay well, and on one another's good side. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {blockToPartSet, encodeConsensusMessage, proposalSignBytes, utf8, type Block, type ConsensusMessage, type Timestamp} from '#proto';
import {Channel, type PeerNetwork} from '#consensus/engine';
import {Cluster, FAST_OPTIONS, honestNodes, type SimulatedNode} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

let cluster: Cluster;
/** The proposer of height 2, which is down: these tests speak for it. */
let proposer: number;
let stranger: PeerNetwork;
let others: readonly SimulatedNode[];

beforeEach(async () => {
  cluster = new Cluster({seed: 11, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, options: {...FAST_OPTIONS, emptyBlockIntervalMs: 60_000}});
  await cluster.start();
  await cluster.reach(1n, 5000);
  await cluster.scheduler.run(cluster.scheduler.now + 200);
  const {address} = cluster.nodes[0]!.engine!.chainState.validators.proposer;
  proposer = cluster.keys.findIndex((key) => Buffer.compare(key.address, address) === 0);
  cluster.crash(cluster.nodes[proposer]!);
  others = cluster.nodes.filter(({isUp}) => isUp);
  stranger = cluster.network.connect('stranger');
});

function tell(channel: Channel, message: ConsensusMessage): void {
  for (const {plan} of others) stranger.send(plan.name, channel, encodeConsensusMessage(message));
}

function propose(changes: {readonly time?: Timestamp; readonly txs?: readonly Uint8Array[]}): void {
  const {block: first} = others[0]!.committed.get(1n)!;
  const {time, txs} = changes;
  const block: Block = {
    ...first,
    ...(txs === undefined ? {} : {txs}),
    header: {...first.header, height: 2n, proposerAddress: cluster.keys[proposer]!.address, ...(time === undefined ? {} : {time})},
  };
  const {blockId, partSet} = blockToPartSet(block);
  const unsigned = {height: 2n, round: 0, polRound: -1, blockId, timestamp: first.header.time};
  const signature = cluster.keys[proposer]!.sign(proposalSignBytes('simulation', unsigned));
  tell(Channel.Data, {type: 'proposal', proposal: {...unsigned, signature}});
  for (const part of partSet.parts()) tell(Channel.Data, {type: 'blockPart', height: 2n, round: 0, part});
}

describe('a block time at the end of the calendar', () => {
  const LAST = {seconds: 253_402_300_799n, nanos: 999_999_999};

  it('does not get into the votes against it', async () => {
    propose({time: LAST});
    cluster.submit(utf8('work'));
    expect(await cluster.reach(3n, cluster.scheduler.now + 10_000)).toBe(true);
    expect(cluster.network.misbehaviour).toEqual([]);
    expect(cluster.violations).toEqual([]);
  });

  it('does not keep a node from starting again', async () => {
    propose({time: LAST});
    await cluster.scheduler.run(cluster.scheduler.now + 20);
    const node = others[0]!;
    expect(node.engine!.roundState.step).not.toBe('newHeight');
    cluster.crash(node);
    await cluster.startNode(node);
    cluster.submit(utf8('work'));
    expect(await cluster.reach(3n, cluster.scheduler.now + 10_000)).toBe(true);
    expect(cluster.violations).toEqual([]);
  });
});
