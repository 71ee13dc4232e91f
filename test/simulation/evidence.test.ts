/** Evidence from the crime to the application, over the production engine, pool and gossip. */
import {describe, expect, it} from '@jest/globals';
import {
  BlockIDFlag,
  encodeEvidenceList,
  evidenceId,
  headerHash,
  sha256,
  toHex,
  utf8,
  VoteType,
  voteSignBytes,
  type DuplicateVoteEvidence,
  type Evidence,
  type Header,
  type LightClientAttackEvidence,
} from '#proto';
import {byzantineValidators} from '#consensus/core';
import {Channel} from '#consensus/engine';
import {BlockKey, heightKey} from '../../consensus/engine/store/keys.ts';
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
    cluster.scheduler.after(at, () => cluster.submit(utf8(`only one twin knows of ${at}`), [cluster.node(at % 300 === 0 ? 'twin-a' : 'twin-b')]));
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

  it.each([11, 12, 13, 15])('are found out though the honest crash, and no evidence is committed twice, seed %i', async (seed) => {
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

describe('a light client that was shown a fork', () => {
  /** A block of this height by all validators, beside the chain, as the first of them could make it with stolen keys. */
  function attack(cluster: Cluster, height: bigint, commonHeight: bigint, changes: Partial<Header>, round: number): LightClientAttackEvidence {
    const engine = cluster.nodes[0]!.engine!;
    const trusted = engine.blockStore.loadBlockMeta(height)!.header;
    const canonical = engine.blockStore.loadCommit(height)!;
    const common = engine.validatorsAt(commonHeight)!;
    const validatorSet = engine.validatorsAt(height)!;
    const header: Header = {...trusted, ...changes};
    const hash = headerHash(header);
    const blockId = {hash, partSetHeader: {total: 1, hash: sha256(hash)}};
    const signatures = validatorSet.validators.map(({address}) => {
      const key = cluster.keys.find((each) => Buffer.compare(each.address, address) === 0)!;
      const vote = {type: VoteType.Precommit, height, round, blockId, timestamp: header.time};
      return {
        blockIdFlag: BlockIDFlag.Commit,
        validatorAddress: address,
        timestamp: header.time,
        signature: key.sign(voteSignBytes(header.chainId, vote)),
      };
    });
    const conflictingBlock = {validatorSet, signedHeader: {header, commit: {height, round, blockId, signatures}}};
    return {
      type: 'lightClientAttack',
      conflictingBlock,
      commonHeight,
      byzantineValidators: byzantineValidators(conflictingBlock, common, {header: trusted, commit: canonical}),
      totalVotingPower: common.totalVotingPower,
      timestamp: engine.blockStore.loadBlockMeta(commonHeight)!.header.time,
    };
  }

  it.each([
    ['lunatic', 2n, {appHash: sha256(utf8('a state that never was'))}, 0, 4],
    ['equivocation', 4n, {dataHash: sha256(utf8('other transactions'))}, 0, 4],
    ['amnesia', 4n, {dataHash: sha256(utf8('other transactions'))}, 9, 0],
  ] as const)('%s: handed to one node, it is gossiped, committed once by all, and punishes whom it names', async (_, common, changes, round, guilty) => {
    const cluster = new Cluster({seed: 7, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(6n, 20_000);
    const evidence = attack(cluster, 4n, common, changes, round);
    expect(evidence.byzantineValidators.length).toBe(guilty);
    const [first] = cluster.nodes;
    expect(await first!.engine!.submitEvidence(evidence)).toEqual({hash: evidenceId(evidence)});
    const committed = () => cluster.nodes.every((node) => committedEvidence(node).length > 0);
    expect(await cluster.scheduler.run(cluster.scheduler.now + 20_000, committed)).toBe(true);
    // Handed in again, now that it stands in a block: nothing new.
    expect(await first!.engine!.submitEvidence(evidence)).toEqual({hash: evidenceId(evidence)});
    await cluster.reach(cluster.highest + 5n, cluster.scheduler.now + 20_000);
    expect(cluster.violations).toEqual([]);
    expect(cluster.network.misbehaviour).toEqual([]);
    for (const node of cluster.nodes) {
      expect(committedEvidence(node).map(({id}) => id)).toEqual([toHex(evidenceId(evidence))]);
      expect(node.appDisk.misbehavior.map(({type, height}) => `${type} ${height}`)).toEqual(Array(guilty).fill(`lightClientAttack ${common}`));
      expect(node.evidence!.list()).toEqual([]);
    }
  });

  it('goes on where a node that began later cannot judge the evidence: it votes against the block, and takes it once the others have decided', async () => {
    const cluster = new Cluster({seed: 9, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(6n, 20_000);
    const evidence = attack(cluster, 4n, 4n, {dataHash: sha256(utf8('other transactions'))}, 0);
    const [first, , , late] = cluster.nodes;
    // As after a state sync: of the heights before it nothing is here.
    await late!.store.write([1n, 2n, 3n, 4n].map((height) => ({type: 'del', key: heightKey(BlockKey.Meta, height)})), {sync: true});
    expect(await late!.evidence!.add(evidence)).toMatchObject({kind: 'unknown'});
    expect(await first!.engine!.submitEvidence(evidence)).toEqual({hash: evidenceId(evidence)});
    const committed = () => cluster.nodes.every((node) => committedEvidence(node).length > 0);
    expect(await cluster.scheduler.run(cluster.scheduler.now + 20_000, committed)).toBe(true);
    expect(await cluster.reach(cluster.highest + 5n, cluster.scheduler.now + 20_000)).toBe(true);
    expect(cluster.violations).toEqual([]);
    expect(late!.appDisk.misbehavior).toEqual(first!.appDisk.misbehavior);
  });

  it('is told why evidence is refused', async () => {
    const cluster = new Cluster({seed: 8, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(6n, 20_000);
    const evidence = {...attack(cluster, 4n, 2n, {appHash: sha256(utf8('false'))}, 0), totalVotingPower: 41n};
    const {engine} = cluster.nodes[0]!;
    expect(await engine!.submitEvidence(evidence)).toEqual({refusal: {kind: 'invalid', problem: 'total voting power 41, not 40'}});
    await engine!.stop();
    expect(await engine!.submitEvidence(evidence)).toMatchObject({refusal: {kind: 'unknown'}});
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
