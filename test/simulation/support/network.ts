/**
 * Connections between nodes with chosen delay, cuts, partitions, one-way silence and full queues. By itself a connection is what the
 * port promises: ordered per channel and without gaps while it lasts; what is under way when it is cut is lost. `loss`, `duplication`
 * and `reorder` break that promise within a connection: harsher than any transport, and something that gossip has to survive anyhow.
 */
import {Channel, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import type {Scheduler} from './scheduler.ts';

export interface Faults {
  readonly delayMs: readonly [low: number, high: number];
  /** Probabilities, per message. */
  readonly loss: number;
  readonly duplication: number;
  /** That the sender's queue is full at a message: it is refused, and for a while so are those after it. */
  readonly congestion?: number;
  /** false: what is not lost keeps its order per pair and channel. So does block sync always: a peer is judged by the order of its answers. */
  readonly reorder: boolean;
}

export const NO_FAULTS: Faults = {delayMs: [1, 5], loss: 0, duplication: 0, reorder: false};

export type Tap = (from: string, to: string, channel: Channel, bytes: Uint8Array) => void;

export interface Misbehaviour {
  readonly by: string;
  readonly peer: string;
  readonly reason: string;
}

interface Endpoint {
  readonly name: string;
  readonly subscribers: Set<PeerEvents>;
  readonly writable: Set<(peer: string, channel: Channel) => void>;
}

/** For how long a full queue stays full. */
const CONGESTION_MS = [5, 120] as const;

export class SimulatedNetwork {
  faults: Faults;
  /** A peer that is reported is cut off for so long by who reported it; 0: it is only noted. */
  banMs = 0;
  private readonly scheduler: Scheduler;
  private readonly online = new Map<string, Endpoint>();
  private groups: readonly (readonly string[])[] | undefined;
  /** Reasons why a pair has no connection. */
  private readonly cuts = new Map<string, number>();
  /** Which connection of a pair it is: what an earlier one carried is gone with it. */
  private readonly connections = new Map<string, number>();
  private readonly deaf = new Set<string>();
  private readonly congested = new Set<string>();
  private readonly lastArrival = new Map<string, number>();
  private readonly taps: Tap[] = [];
  readonly misbehaviour: Misbehaviour[] = [];
  onMisbehaviour: (report: Misbehaviour) => void = () => undefined;
  onDelivery: (from: string, to: string, channel: Channel, bytes: Uint8Array) => void = () => undefined;
  delivered = 0;

  constructor(scheduler: Scheduler, faults: Faults) {
    this.scheduler = scheduler;
    this.faults = faults;
  }

  /** Sees everything that is sent, lost or not. */
  tap(fn: Tap): void {
    this.taps.push(fn);
  }

  /** Nodes of different groups do not hear each other; those in no group hear nobody. Connections stay: nobody is told. */
  partition(groups: readonly (readonly string[])[]): void {
    this.groups = groups;
  }

  /** `from` is not heard by `to` any more; the other way is open. */
  silence(from: string, to: string): void {
    this.deaf.add(`${from}>${to}`);
  }

  /** Ends partitions and silence; cuts end by themselves. */
  heal(): void {
    this.groups = undefined;
    this.deaf.clear();
  }

  /** Ends the connection of two nodes; both are told. Another one opens after `durationMs`. */
  cut(a: string, b: string, durationMs: number): void {
    const link = linkOf(a, b);
    const reasons = this.cuts.get(link) ?? 0;
    if (reasons === 0 && this.online.has(a) && this.online.has(b)) this.announce(a, b, false);
    this.cuts.set(link, reasons + 1);
    this.scheduler.after(durationMs, () => {
      const left = (this.cuts.get(link) ?? 1) - 1;
      this.cuts.set(link, left);
      if (left === 0 && this.online.has(a) && this.online.has(b)) this.announce(a, b, true);
    });
  }

  connect(node: string): PeerNetwork {
    const endpoint: Endpoint = {name: node, subscribers: new Set(), writable: new Set()};
    this.online.set(node, endpoint);
    for (const other of this.online.keys()) if (other !== node && this.isConnected(node, other)) this.announce(node, other, true);
    return {
      subscribe: (events) => {
        endpoint.subscribers.add(events);
        return () => endpoint.subscribers.delete(events);
      },
      peers: () => [...this.online.keys()].filter((other) => other !== node && this.isConnected(node, other)),
      send: (peer, channel, bytes) => this.send(endpoint, peer, channel, bytes),
      onWritable: (fn) => {
        endpoint.writable.add(fn);
        return () => endpoint.writable.delete(fn);
      },
      reportMisbehaviour: (peer, reason) => this.report({by: node, peer, reason}),
    };
  }

  disconnect(node: string): void {
    this.online.delete(node);
    for (const other of this.online.keys()) if (!this.isCut(node, other)) this.announce(node, other, false);
  }

  /** What one asks of the other, by whatever way, gets no answer now. */
  isApart(a: string, b: string): boolean {
    return !this.isConnected(a, b) || !this.canHear(a, b) || !this.canHear(b, a);
  }

  private report(report: Misbehaviour): void {
    this.misbehaviour.push(report);
    this.onMisbehaviour(report);
    if (this.banMs > 0) this.scheduler.after(0, () => this.cut(report.by, report.peer, this.banMs));
  }

  private isCut(a: string, b: string): boolean {
    return (this.cuts.get(linkOf(a, b)) ?? 0) > 0;
  }

  private isConnected(a: string, b: string): boolean {
    return this.online.has(a) && this.online.has(b) && !this.isCut(a, b);
  }

  private announce(a: string, b: string, connected: boolean): void {
    const link = linkOf(a, b);
    this.connections.set(link, (this.connections.get(link) ?? 0) + 1);
    for (const [node, peer] of [[a, b], [b, a]] as const) {
      for (const events of this.online.get(node)?.subscribers ?? []) {
        if (connected) events.peerAdded(peer);
        else events.peerRemoved(peer);
      }
    }
  }

  private send(sender: Endpoint, to: string, channel: Channel, bytes: Uint8Array): boolean {
    const from = sender.name;
    const target = this.online.get(to);
    if (target === undefined || this.online.get(from) !== sender || !this.isConnected(from, to)) return false;
    const stream = `${from}>${to}/${channel}`;
    if (this.isCongested(sender, to, channel, stream)) return false;
    for (const tap of this.taps) tap(from, to, channel, bytes);
    const {random} = this.scheduler;
    const connection = this.connections.get(linkOf(from, to));
    const isAnswering = channel === Channel.BlockSync;
    const copies = random.chance(this.faults.duplication) && !isAnswering ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (random.chance(this.faults.loss)) continue;
      this.scheduler.after(this.delay(stream, isAnswering || !this.faults.reorder), () => {
        if (this.connections.get(linkOf(from, to)) !== connection || !this.canHear(from, to)) return;
        this.delivered += 1;
        this.onDelivery(from, to, channel, bytes);
        for (const events of target.subscribers) events.message(from, channel, bytes);
      });
    }
    return true;
  }

  private isCongested(sender: Endpoint, to: string, channel: Channel, stream: string): boolean {
    if (this.congested.has(stream)) return true;
    const {random} = this.scheduler;
    const {congestion = 0} = this.faults;
    if (congestion === 0 || !random.chance(congestion)) return false;
    this.congested.add(stream);
    this.scheduler.after(random.between(...CONGESTION_MS), () => {
      this.congested.delete(stream);
      for (const fn of sender.writable) fn(to, channel);
    });
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

  private canHear(from: string, to: string): boolean {
    if (this.deaf.has(`${from}>${to}`)) return false;
    return this.groups === undefined || this.groups.some((group) => group.includes(from) && group.includes(to));
  }
}

function linkOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
