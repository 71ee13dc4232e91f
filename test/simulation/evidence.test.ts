/** Evidence from the crime to the application, over the production engine, pool and gossip. */
import {describe, expect, it} from '@jest/globals';
import {encodeEvidenceList, evidenceId, sha256, toHex, utf8, type DuplicateVoteEvidence, type Evidence} from '#proto';
import {Channel} from '#consensus/engine';
import {Cluster, honestNodes, type NodePlan, type SimulatedNode} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

const TWINS: readonly NodePlan[] = [
  {name: 'n0', validator: 0},
  {name: 'n1', validator: 1},
  {name: 'n2', validator: 2},
  {name: 'twin-a', validator: 3},
  {name: 'twin-b', validator: 3},
];

/** Every piece of evidence in the blocks of a node, with the height of its block. */
function committedEvidence(node: SimulatedNode): {readonly id: string; readonly evidence: Evidence; readonly at: bigint}[] {
  return [...node.committed.values()].flatMap(({block}) =>
    block.evidence.map((evidence) => ({id: toHex(evidenceId(evidence)), evidence, at: block.header.height})),
  );
}

/** Runs until evidence is in a block of every node, then a few blocks more. */
async function runUntilPunished(cluster: Cluster, untilMs: number): Promise<boolean> {
  const honest = cluster.nodes.slice(0, 3);
  const found = await cluster.scheduler.run(untilMs, () => honest.every((node) => node.isUp && committedEvidence(node).length > 0));
  const height = cluster.highest + 5n;
  return found && cluster.scheduler.run(cluster.scheduler.now + 20_000, () => honest.every((node) => node.height >= height));
}

function stirTwins(cluster: Cluster, untilMs: number): void {
  for (let at = 0; at < untilMs; at += 150) {
    cluster.scheduler.after(at, () => cluster.node(at % 300 === 0 ? 'twin-a' : 'twin-b').mempool.add(utf8(`only one twin knows of ${at}`)));
  }
}

describe('two nodes that share a key', () => {
  it.each([1, 2, 3])('are found out, once for each crime, on every node, seed %i', async (seed) => {
    const cluster = new Cluster({seed, nodes: TWINS, validators: 4, faults: {...NO_FAULTS, delayMs: [1, 20], reorder: true}});
    await cluster.start();
    stirTwins(cluster, 3000);
    expect(await runUntilPunished(cluster, 60_000)).toBe(true);
    expect(cluster.violations).toEqual([]);

    const guilty = toHex(cluster.keys[3]!.address);
    const [first] = cluster.nodes;
    const evidence = committedEvidence(first!);
    expect(new Set(evidence.map(({id}) => id)).size).toBe(evidence.length);
    for (const {evidence: piece} of evidence) {
      expect(piece.type).toBe('duplicateVote');
      expect(toHex((piece as DuplicateVoteEvidence).voteA.validatorAddress)).toBe(guilty);
    }
    for (const node of cluster.nodes.slice(0, 3)) {
      const {misbehavior, height} = node.appDisk;
      const expected = committedEvidence(node).filter(({at}) => at <= height);
      expect(misbehavior.map(({committedAt}) => committedAt)).toEqual(expected.map(({at}) => at));
      for (const each of misbehavior) {
        expect(each).toMatchObject({type: 'duplicateVote', validatorPower: 10n, totalVotingPower: 40n});
        expect(toHex(each.validatorAddress)).toBe(guilty);
      }
    }
  });

  it.each([11, 12, 13, 14])('are found out though the honest crash, and no evidence is committed twice, seed %i', async (seed) => {
    const cluster = new Cluster({seed, nodes: TWINS, validators: 4, faults: {...NO_FAULTS, delayMs: [1, 20], reorder: true, loss: 0.02}});
    const {scheduler} = cluster;
    await cluster.start();
    stirTwins(cluster, 4000);
    for (let at = 300; at < 4000; at += 300) {
      scheduler.after(at, () => {
        const victim = cluster.nodes[scheduler.random.below(3)]!;
        if (!victim.isUp || cluster.nodes.some(({isUp}) => !isUp)) return;
        if (scheduler.random.chance(0.5)) cluster.crashDuring(victim, scheduler.random.below(12));
        else cluster.crash(victim);
      });
    }
    for (let at = 400; at < 4600; at += 100) {
      scheduler.after(at, () => {
        for (const node of cluster.nodes) if (!node.isUp) void cluster.startNode(node);
      });
    }
    await scheduler.run(4700);
    // A power cut that was planned and has not come must not come when nobody restarts the node any more.
    for (const node of cluster.nodes) node.power.restore();
    expect(await runUntilPunished(cluster, 60_000)).toBe(true);
    expect(cluster.violations).toEqual([]);
    for (const node of cluster.nodes.slice(0, 3)) {
      const ids = committedEvidence(node).map(({id}) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('a peer that forges evidence', () => {
  it('is banned by all, and nobody is punished', async () => {
    const cluster = new Cluster({seed: 21, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(3n, 20_000);
    const {block} = cluster.nodes[0]!.committed.get(2n)!;
    const {lastCommit} = cluster.nodes[0]!.committed.get(3n)!.block;
    const [signature] = lastCommit.signatures;
    const vote = {
      type: 2 as const,
      height: 2n,
      round: lastCommit.round,
      timestamp: signature!.timestamp,
      validatorAddress: signature!.validatorAddress,
      validatorIndex: 0,
      signature: signature!.signature,
    };
    const other = {hash: sha256(utf8('another block')), partSetHeader: {total: 1, hash: sha256(utf8('its parts'))}};
    const votes = [{...vote, blockId: lastCommit.blockId}, {...vote, blockId: other}] as const;
    const [voteA, voteB] = Buffer.compare(lastCommit.blockId.hash, other.hash) < 0 ? votes : [votes[1], votes[0]];
    const forged: Evidence = {type: 'duplicateVote', voteA, voteB, totalVotingPower: 40n, validatorPower: 10n, timestamp: block.header.time};

    const liar = cluster.network.connect('liar');
    for (const node of cluster.nodes) liar.send(node.plan.name, Channel.Evidence, encodeEvidenceList([forged]));
    await cluster.reach(cluster.highest + 4n, 40_000);
    expect(cluster.violations).toEqual([]);
    const reports = cluster.network.misbehaviour.filter(({peer}) => peer === 'liar');
    expect(reports.map(({by}) => by).sort()).toEqual(['n0', 'n1', 'n2', 'n3']);
    for (const {reason} of reports) expect(reason).toMatch(/^false evidence: vote [AB] has a wrong signature/);
    for (const node of cluster.nodes) {
      expect(committedEvidence(node)).toEqual([]);
      expect(node.appDisk.misbehavior).toEqual([]);
      expect(node.evidence!.list()).toEqual([]);
    }
  });
});
