/** Validators that lost their logs together, and one whose key was used elsewhere. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import type {EngineOptions, SignedPosition, Signer} from '#consensus/engine';
import {checkDoubleSigningRisk} from '../../../../consensus/engine/execution/doubleSignCheck.ts';
import {Cluster, FAST_OPTIONS, honestNodes, type SimulatedNode} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

let cluster: Cluster;
let logged: string[];

const signed = (node: SimulatedNode): SignedPosition => {
  const {height, round, step} = JSON.parse(Buffer.from(node.signerState.read()!).toString()) as {height: string; round: number; step: number};
  return {height: BigInt(height), round, step};
};

function withOptions(options: Partial<EngineOptions>): void {
  (cluster as unknown as {plan: {options: EngineOptions}}).plan.options = {...FAST_OPTIONS, ...options};
}

beforeEach(async () => {
  logged = [];
  cluster = new Cluster({
    seed: 11,
    nodes: honestNodes(4),
    validators: 4,
    faults: NO_FAULTS,
    options: FAST_OPTIONS,
    onLog: (node, level, _fields, message) => {
      if (level === 'error' || level === 'warn') logged.push(`${node}: ${message}`);
    },
  });
  await cluster.start();
  expect(await cluster.reach(3n, 60_000)).toBe(true);
});

const now = (): number => cluster.scheduler.now;

describe('validators that lost their logs together', () => {
  let height: bigint;

  /** All have signed at the height after the newest block, none has decided it, and no log tells what. */
  async function loseAll(): Promise<void> {
    height = cluster.nodes.map((node) => node.height).reduce((a, b) => (a > b ? a : b)) + 1n;
    expect(await cluster.reach(height - 1n, now() + 10_000)).toBe(true);
    cluster.network.partition(cluster.nodes.map(({name}) => [name]));
    expect(await cluster.scheduler.run(now() + 60_000, () => cluster.nodes.every((node) => signed(node).height === height && signed(node).step === 2))).toBe(true);
    for (const node of cluster.nodes) {
      cluster.crash(node);
      node.log.wipe();
    }
    cluster.network.heal();
  }

  beforeEach(async () => {
    await loseAll();
    for (const node of cluster.nodes) await cluster.startNode(node);
    expect(await cluster.reach(height, now() + 60_000)).toBe(false);
    expect(logged.filter((line) => line.includes('signs nothing before the next height'))).toHaveLength(4);
    for (const node of cluster.nodes) cluster.crash(node);
  });

  it('stay silent, whatever else they hear: no two of them can know that nothing was decided', async () => {
    for (const node of cluster.nodes) await cluster.startNode(node);
    expect(await cluster.reach(height, now() + 60_000)).toBe(false);
    expect(cluster.violations).toEqual([]);
  });
});

describe('consensus.double_sign_check_height', () => {
  it('refuses to start with a key that signed one of the newest blocks', async () => {
    const [node] = cluster.nodes;
    cluster.crash(node!);
    withOptions({doubleSignCheckHeight: 5n});
    await cluster.startNode(node!);
    expect(node!.halted).toMatchObject({code: 'DOUBLE_SIGN_RISK', message: expect.stringContaining('another node may be signing with it')});
    withOptions({doubleSignCheckHeight: 0n});
    cluster.crash(node!);
    await cluster.startNode(node!);
    expect(node!.halted).toBeUndefined();
  });

  it('looks no deeper than it says, and after a block sync at what this node did not sign itself', async () => {
    const [absent, other] = cluster.nodes;
    const last = signed(absent!);
    cluster.crash(absent!);
    expect(await cluster.reach(last.height + 8n, now() + 60_000)).toBe(true);
    const {blockStore} = other!.engine!;
    const signer = {address: cluster.keys[absent!.plan.validator!]!.address} as Signer;
    expect(() => checkDoubleSigningRisk(blockStore, signer, 5n)).not.toThrow();
    expect(() => checkDoubleSigningRisk(blockStore, undefined, 100n)).not.toThrow();
    expect(() => checkDoubleSigningRisk(blockStore, signer, 100n)).toThrow('one of the 100 newest');
    expect(() => checkDoubleSigningRisk(blockStore, signer, 100n, last)).not.toThrow();
    expect(() => checkDoubleSigningRisk(blockStore, signer, 100n, {height: 1n, round: 0, step: 3})).toThrow('above height 1, the last that this node signed');
  });
});
