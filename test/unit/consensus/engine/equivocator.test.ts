/** One validator's contradictions can be repeated by anybody, as fast as the network lets him: they must cost nothing once they are known. */
import {expect, it} from '@jest/globals';
import {encodeConsensusMessage, sha256, utf8, VoteType, voteSignBytes, type BlockID, type Vote} from '#proto';
import {Channel} from '#consensus/engine';
import {Cluster, FAST_OPTIONS, honestNodes} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

function blockIdOf(name: string): BlockID {
  return {hash: sha256(utf8(name)), partSetHeader: {total: 1, hash: sha256(utf8(`parts of ${name}`))}};
}

it('a second contradiction of a validator is not looked at, until a peer claims +2/3 for its block', async () => {
  const cluster = new Cluster({seed: 5, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, options: {...FAST_OPTIONS, emptyBlockIntervalMs: 600_000}});
  await cluster.start();
  await cluster.reach(1n, 5000);
  await cluster.scheduler.run(cluster.scheduler.now + 300);
  const [node] = cluster.nodes;
  const key = cluster.keys[3]!;
  cluster.crash(cluster.nodes[3]!);
  const validatorIndex = node!.engine!.chainState.validators.validators.findIndex(({address}) => Buffer.compare(address, key.address) === 0);
  const stranger = cluster.network.connect('stranger');
  const precommit = (name: string, signer = key): void => {
    const blockId = blockIdOf(name);
    const unsigned = {type: VoteType.Precommit, height: 2n, round: 0, blockId, timestamp: {seconds: 1_800_000_000n, nanos: 0}};
    const vote: Vote = {...unsigned, validatorAddress: key.address, validatorIndex, signature: signer.sign(voteSignBytes('simulation', unsigned))};
    stranger.send('n0', Channel.Vote, encodeConsensusMessage({type: 'vote', vote}));
  };
  const settle = (): Promise<unknown> => cluster.scheduler.run(cluster.scheduler.now + 20);

  precommit('A');
  precommit('B');
  await settle();
  precommit('C', cluster.keys[0]);
  await settle();
  // Its signature is wrong, but nobody looked.
  expect(cluster.network.misbehaviour).toEqual([]);

  const claim = {type: 'voteSetMaj23', height: 2n, round: 0, voteType: VoteType.Precommit, blockId: blockIdOf('C')} as const;
  stranger.send('n0', Channel.State, encodeConsensusMessage(claim));
  await settle();
  precommit('C', cluster.keys[0]);
  await settle();
  expect(cluster.network.misbehaviour).toMatchObject([{by: 'n0', peer: 'stranger', reason: 'a vote with a wrong signature'}]);
});
