/** A random schedule of faults, drawn from the cluster's seed. */
import {utf8} from '#proto';
import type {Cluster, SimulatedNode} from './cluster.ts';
import {NO_FAULTS} from './network.ts';

export interface ScheduleOptions {
  readonly durationMs: number;
  /** How many may be down at once. */
  readonly downMax: number;
}

/** Plants crashes, restarts, partitions and transactions; at the end everything is up, connected and quiet. */
export function plantFaults(cluster: Cluster, {durationMs, downMax}: ScheduleOptions): void {
  const {scheduler, network, nodes} = cluster;
  const {random} = scheduler;

  const crashSomeone = (): void => {
    if (nodes.filter((node) => !node.isUp).length >= downMax) return;
    const up = nodes.filter((node) => node.isUp);
    const victim = up[random.below(up.length)];
    if (victim === undefined) return;
    if (random.chance(0.5)) cluster.crash(victim);
    else cluster.crashDuring(victim, random.below(20));
    scheduler.after(random.between(50, 1500), () => void restart(cluster, victim));
  };
  const splitSomehow = (): void => {
    const shuffled = [...nodes].sort(() => random.unit() - 0.5).map(({plan}) => plan.name);
    const cut = 1 + random.below(shuffled.length - 1);
    network.partition([shuffled.slice(0, cut), shuffled.slice(cut)]);
    scheduler.after(random.between(100, 1500), () => network.heal());
  };

  for (let at = random.between(100, 500); at < durationMs; at += random.between(200, 1200)) {
    scheduler.after(at, random.chance(0.6) ? crashSomeone : splitSomehow);
  }
  for (let i = 0, at = 0; at < durationMs; i++, at += random.between(20, 400)) {
    scheduler.after(at, () => cluster.submit(utf8(`transaction ${i}`)));
  }
  scheduler.after(durationMs, () => {
    network.heal();
    network.faults = {...NO_FAULTS, reorder: network.faults.reorder};
    for (const node of nodes) void restart(cluster, node);
  });
}

async function restart(cluster: Cluster, node: SimulatedNode): Promise<void> {
  node.power.restore();
  if (!node.isUp) await cluster.startNode(node);
}
