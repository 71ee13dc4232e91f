/** Messages between nodes with chosen delay, loss, duplication, reordering and partitions. */
import {Channel, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import type {Scheduler} from './scheduler.ts';

export interface Faults {
  readonly delayMs: readonly [low: number, high: number];
  /** Probabilities. */
  readonly loss: number;
  readonly duplication: number;
  /** false: what is not lost keeps its order per pair and channel. So does block sync always: a peer is judged by the order of its answers. */
  readonly reorder: boolean;
}

export const NO_FAULTS: Faults = {delayMs: [1, 5], loss: 0, duplication: 0, reorder: false};

export type Tap = (from: string, to: string, channel: Channel, bytes: Uint8Array) => void;

export class SimulatedNetwork {
  faults: Faults;
  private readonly scheduler: Scheduler;
  private readonly online = new Map<string, Set<PeerEvents>>();
  private groups: readonly (readonly string[])[] | undefined;
  private readonly lastArrival = new Map<string, number>();
  private readonly taps: Tap[] = [];
  readonly misbehaviour: {readonly by: string; readonly peer: string; readonly reason: string}[] = [];
  delivered = 0;

  constructor(scheduler: Scheduler, faults: Faults) {
    this.scheduler = scheduler;
    this.faults = faults;
  }

  /** Sees everything that is sent, lost or not. */
  tap(fn: Tap): void {
    this.taps.push(fn);
  }

  /** Nodes of different groups do not hear each other; those in no group hear nobody. */
  partition(groups: readonly (readonly string[])[]): void {
    this.groups = groups;
  }

  heal(): void {
    this.groups = undefined;
  }

  connect(node: string): PeerNetwork {
    const subscribers = new Set<PeerEvents>();
    this.online.set(node, subscribers);
    for (const [other, events] of this.online) {
      if (other !== node) for (const event of events) event.peerAdded(node);
    }
    return {
      subscribe: (events) => {
        subscribers.add(events);
        return () => subscribers.delete(events);
      },
      peers: () => [...this.online.keys()].filter((other) => other !== node),
      send: (peer, channel, bytes) => this.send(node, peer, channel, bytes),
      onWritable: () => () => undefined,
      reportMisbehaviour: (peer, reason) => this.misbehaviour.push({by: node, peer, reason}),
    };
  }

  disconnect(node: string): void {
    this.online.delete(node);
    for (const events of this.online.values()) for (const event of events) event.peerRemoved(node);
  }

  private send(from: string, to: string, channel: Channel, bytes: Uint8Array): boolean {
    const target = this.online.get(to);
    if (target === undefined || !this.online.has(from)) return false;
    for (const tap of this.taps) tap(from, to, channel, bytes);
    const {random} = this.scheduler;
    const isAnswering = channel === Channel.BlockSync;
    const copies = random.chance(this.faults.duplication) && !isAnswering ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (random.chance(this.faults.loss)) continue;
      this.scheduler.after(this.delay(`${from}>${to}/${channel}`, isAnswering || !this.faults.reorder), () => {
        // Only to the process that was there when it was sent: a restart opens new connections.
        if (this.online.get(to) !== target || !this.online.has(from) || !this.canTalk(from, to)) return;
        this.delivered += 1;
        for (const event of target) event.message(from, channel, bytes);
      });
    }
    return true;
  }

  private delay(stream: string, isOrdered: boolean): number {
    const {random, now} = this.scheduler;
    const [low, high] = this.faults.delayMs;
    const delay = random.between(low, high);
    if (!isOrdered) return delay;
    const arrival = Math.max(now + delay, this.lastArrival.get(stream) ?? 0);
    this.lastArrival.set(stream, arrival);
    return arrival - now;
  }

  private canTalk(a: string, b: string): boolean {
    return this.groups === undefined || this.groups.some((group) => group.includes(a) && group.includes(b));
  }
}
