/** Crashes, restarts, partitions, cuts, transactions and changes of validators at times drawn from the seed; at the end all is well. */
import {toHex, utf8} from '#proto';
import {limitTransaction, powerTransaction} from './application.ts';
import type {Cluster, SimulatedNode} from './cluster.ts';
import {NO_FAULTS} from './network.ts';
import type {Scenario, Trouble} from './scenario.ts';

const MIB = 1_048_576n;

export function plantTroubles(cluster: Cluster, scenario: Scenario): void {
  const {scheduler} = cluster;
  const {random} = scheduler;
  const {durationMs, troubles, lateJoiners} = scenario;

  for (const node of cluster.nodes) {
    const startAt = lateJoiners.includes(node.name) ? random.between(0.2, 0.9) * durationMs : random.between(0, 30);
    scheduler.after(startAt, () => start(cluster, node));
  }
  if (troubles.length > 0) {
    for (let at = random.between(50, 500); at < durationMs; at += random.between(100, 900)) {
      scheduler.after(at, () => strike(cluster, scenario, random.pick(troubles)));
    }
  }
  plantAmnesia(cluster, durationMs);
  plantTransactions(cluster, scenario);
  plantChurn(cluster, scenario);
  scheduler.after(durationMs, () => heal(cluster));
}

function start(cluster: Cluster, node: SimulatedNode): void {
  if (!node.isUp) void cluster.startNode(node);
}

/** A cut that was planned and has not come is called off. */
function restart(cluster: Cluster, node: SimulatedNode): void {
  node.power.restore();
  start(cluster, node);
}

function heal(cluster: Cluster): void {
  cluster.note('all is well again');
  cluster.network.heal();
  cluster.network.faults = NO_FAULTS;
  for (const node of cluster.nodes) restart(cluster, node);
  cluster.evidence.isQuiet = true;
}

function strike(cluster: Cluster, scenario: Scenario, trouble: Trouble): void {
  const {scheduler, network, nodes} = cluster;
  const {random} = scheduler;
  const healsMs = random.between(100, 1500);
  const names = random.shuffle(nodes.map(({name}) => name));
  switch (trouble) {
    case 'crash':
      return crashSomeone(cluster, scenario);
    case 'half': {
      const cut = 1 + random.below(Math.max(1, names.length - 1));
      network.partition([names.slice(0, cut), names.slice(cut)]);
      break;
    }
    case 'twins': {
      const single = nodes.filter((node) => !node.name.startsWith('twin')).map(({name}) => name);
      const left = single.filter((_, i) => i % 2 === 0).concat(nodes.map(({name}) => name).filter((name) => /^twin.*a$/.test(name)));
      network.partition([left, names.filter((name) => !left.includes(name))]);
      break;
    }
    case 'ring':
      network.partition(names.map((name, i) => [name, names[(i + 1) % names.length]!]));
      break;
    case 'single':
      network.partition([names.slice(1)]);
      break;
    case 'oneWay':
      for (const from of names) for (const to of names) if (from !== to && random.chance(0.2)) network.silence(from, to);
      break;
    case 'cut':
      for (const [i, a] of names.entries()) for (const b of names.slice(i + 1)) if (random.chance(0.3)) network.cut(a, b, healsMs);
      cluster.note('connections break');
      return;
  }
  cluster.note(`${trouble}: ${names.join(' ')}`);
  scheduler.after(healsMs, () => network.heal());
}

function crashSomeone(cluster: Cluster, {downMax}: Scenario): void {
  const {scheduler, nodes} = cluster;
  const {random} = scheduler;
  if (nodes.filter((node) => node.life > 0 && !node.isUp).length >= downMax) return;
  const up = nodes.filter((node) => node.isUp);
  if (up.length === 0) return;
  const victim = random.pick(up);
  if (random.chance(0.4)) cluster.crash(victim);
  else cluster.crashDuring(victim, random.below(25));
  scheduler.after(random.between(20, 1500), () => restart(cluster, victim));
}

/** Who forgets at a restart has to restart. */
function plantAmnesia(cluster: Cluster, durationMs: number): void {
  const {scheduler, nodes} = cluster;
  for (const node of nodes.filter(({plan}) => plan.byzantine?.includes('amnesiac'))) {
    for (let at = 100; at < durationMs; at += scheduler.random.between(100, 600)) {
      scheduler.after(at, () => {
        cluster.crash(node);
        scheduler.after(5, () => restart(cluster, node));
      });
    }
  }
}

function plantTransactions(cluster: Cluster, {durationMs, txBytesMax, changesParams}: Scenario): void {
  const {scheduler, nodes} = cluster;
  const {random} = scheduler;
  for (let i = 0, at = 0; at < durationMs; i++, at += random.between(20, 500)) {
    const isLarge = txBytesMax > 1000 && random.chance(0.15);
    const padding = isLarge ? random.below(txBytesMax) : random.below(50);
    scheduler.after(at, () => {
      const to = random.chance(0.7) ? nodes : nodes.filter(() => random.chance(0.5));
      if (changesParams && random.chance(0.1)) cluster.submit(limitTransaction(MIB * BigInt(1 + random.below(8)), `${i}`), to);
      else cluster.submit(utf8(`transaction ${i} ${'.'.repeat(padding)}`), to);
    });
  }
}

function plantChurn(cluster: Cluster, {durationMs, churn}: Scenario): void {
  const {scheduler} = cluster;
  const {random} = scheduler;
  if (churn.length === 0) return;
  for (let i = 0, at = random.between(100, 600); at < durationMs; i++, at += random.between(200, 900)) {
    scheduler.after(at, () => {
      const {validator, powers} = random.pick(churn);
      cluster.submit(powerTransaction(toHex(cluster.keys[validator]!.publicKey), random.pick(powers), `${i}`));
    });
  }
}
