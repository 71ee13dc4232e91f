import {setMaxListeners} from 'node:events';
import type {Host} from './host.ts';
import {GOSSIPLESS_HEARTBEATS_MAX} from './limits.ts';
import type {Link} from './link.ts';
import {MempoolGossip} from './mempoolGossip.ts';
import type {P2pClock, P2pLogger} from './types.ts';

/** Keeps gossipsub attached to the announced peers: it is told of a peer after the handshake, and does not open a lost stream again. */
export class GossipAttachment {
  readonly #host: Host;
  readonly #gossip: MempoolGossip;
  readonly #logger: P2pLogger;
  readonly #timeoutMs: number;
  /** Links that gossipsub is being told of. */
  readonly #attaching = new Set<Link>();

  constructor(options: {timeoutMs: number}, modules: {host: Host; gossip: MempoolGossip; logger: P2pLogger}) {
    this.#timeoutMs = options.timeoutMs;
    this.#host = modules.host;
    this.#gossip = modules.gossip;
    this.#logger = modules.logger;
  }

  /** Whether transactions go both ways without another peer in between. */
  isAttached(link: Link): boolean {
    const {pubsub} = this.#host.services;
    const open = link.connection.streams.some(stream => stream.direction === 'outbound' && pubsub.protocols.includes(stream.protocol));
    return open && this.#gossip.isSubscribed(link.peer);
  }

  /** At every heartbeat. A stream shared with a connection that lost a simultaneous dial is lost, and must be opened again. */
  watch(link: Link): void {
    if (this.#attaching.has(link)) return;
    if (this.isAttached(link)) {
      link.gossiplessHeartbeats = 0;
      return;
    }
    link.gossiplessHeartbeats++;
    if (link.gossiplessHeartbeats >= GOSSIPLESS_HEARTBEATS_MAX) link.abort('no gossip stream');
    else void this.attach(link);
  }

  /** Identifying a peer tells gossipsub of it. Never rejects; the watchdog tries again. */
  async attach(link: Link): Promise<void> {
    this.#attaching.add(link);
    try {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      setMaxListeners(0, signal);
      await this.#host.services.identify.identify(link.connection, {signal});
    } catch (error) {
      if (!link.closed) this.#logger.debug({peer: link.peer, error: String(error)}, 'Peer could not be identified');
    } finally {
      this.#attaching.delete(link);
    }
  }
}

export interface GossipModules {
  readonly host: Host;
  readonly clock: P2pClock;
  readonly logger: P2pLogger;
  readonly isAnnounced: (peer: string) => boolean;
  readonly punish: (peer: string, points: number, reason: string) => void;
}

/** On a host that has started. */
export function startGossip(
  options: {topic: string; batchDelayMs: number; timeoutMs: number},
  {host, ...modules}: GossipModules,
): {mempool: MempoolGossip; attachment: GossipAttachment} {
  const {topic, batchDelayMs, timeoutMs} = options;
  const mempool = new MempoolGossip({topic, batchDelayMs}, {pubsub: host.services.pubsub, ...modules});
  mempool.start();
  return {mempool, attachment: new GossipAttachment({timeoutMs}, {host, gossip: mempool, logger: modules.logger})};
}
