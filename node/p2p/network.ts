import {randomBytes} from 'node:crypto';
import {setMaxListeners} from 'node:events';
import type {Channel, PeerEvents, PeerNetwork} from '#consensus/engine';
import type {Connection, Stream} from '@libp2p/interface';
import {multiaddr} from '@multiformats/multiaddr';
import type {Multiaddr} from '@multiformats/multiaddr';
import {groupByPeer, parsePeerAddress} from './addresses.ts';
import {channelProtocol, CHANNELS, HELLO_PROTOCOL, isChainId, mempoolTopic} from './channels.ts';
import type {StreamChannel} from './channels.ts';
import {PersistentDialer} from './dialer.ts';
import {helloFault, prefersNewConnection} from './handshake.ts';
import {createHost} from './host.ts';
import type {Host} from './host.ts';
import {
  BAN_POINTS,
  DEFAULT_TIMING,
  GENESIS_HASH_BYTES,
  GOSSIPLESS_HEARTBEATS_MAX,
  MONIKER_MAX_LENGTH,
  PROTOCOL_VERSION,
  SESSION_BYTES,
  STREAMS_PER_CHANNEL_MAX,
} from './limits.ts';
import {Link} from './link.ts';
import type {LinkEvents} from './link.ts';
import {MempoolGossip} from './mempoolGossip.ts';
import type {Hello} from './messages.ts';
import {PeerScores} from './peerScores.ts';
import type {P2pModules, P2pOptions, P2pTiming, PeerInfo, TransactionsHandler} from './types.ts';

interface AnnouncedPeer {
  readonly link: Link;
  readonly hello: Hello;
  readonly connectedAtMs: number;
}

/**
 * The peers of a node. A connection becomes a peer after the handshake, is one for as long as its link lives, and is announced to
 * the subscribers with `peerAdded` and `peerRemoved`. Addresses come from the configuration; an address book that exchanges them
 * among peers would call `dial`.
 */
export class P2pNetwork implements PeerNetwork {
  readonly #options: P2pOptions;
  readonly #modules: P2pModules;
  readonly #timing: P2pTiming;
  readonly #hello: Hello;
  readonly #scores: PeerScores;
  readonly #dialer: PersistentDialer;
  /** All open links by connection id, those still in handshake among them. */
  readonly #links = new Map<string, Link>();
  /** Links that gossipsub is being told of. */
  readonly #attaching = new Set<Link>();
  readonly #handshakeTimers = new Map<Link, () => void>();
  readonly #peers = new Map<string, AnnouncedPeer>();
  readonly #subscribers = new Set<PeerEvents>();
  readonly #writableListeners = new Set<(peer: string, channel: Channel) => void>();
  readonly #linkEvents: LinkEvents;
  #transactionsHandler: TransactionsHandler | undefined;
  #host: Host | undefined;
  #gossip: MempoolGossip | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';

  /** Throws when an option is malformed (RangeError, PeerAddressError). */
  constructor(options: P2pOptions, modules: P2pModules) {
    if (!isChainId(options.chainId)) throw new RangeError(`chain id ${JSON.stringify(options.chainId)} cannot stand in a protocol id`);
    if (options.genesisHash.byteLength !== GENESIS_HASH_BYTES) throw new RangeError('the genesis hash must have 32 bytes');
    if (options.moniker.length > MONIKER_MAX_LENGTH) throw new RangeError(`the moniker must have at most ${MONIKER_MAX_LENGTH} characters`);
    this.#options = options;
    this.#modules = modules;
    this.#timing = {...DEFAULT_TIMING, ...options.timing};
    const {chainId, genesisHash, version, moniker} = options;
    this.#hello = {protocolVersion: PROTOCOL_VERSION, chainId, genesisHash, version, moniker, session: randomBytes(SESSION_BYTES)};
    this.#scores = new PeerScores(modules.clock, this.#timing);
    this.#linkEvents = {
      hello: (link, hello) => this.#onHello(link, hello),
      message: (link, channel, bytes) => this.#onMessage(link, channel, bytes),
      writable: (link, channel) => this.#onWritable(link, channel),
      violation: (link, reason) => this.#punish(link.peer, BAN_POINTS, reason),
      closed: (link, reason) => this.#onClosed(link, reason),
    };
    this.#dialer = new PersistentDialer(
      {ownPeerId: this.peerId, peers: groupByPeer(options.persistentPeers, this.peerId), timing: this.#timing},
      {
        clock: modules.clock,
        logger: modules.logger,
        random: modules.random,
        dial: addresses => this.#dial(addresses),
        isConnected: peer => this.#isConnected(peer),
        banRemainingMs: peer => this.#scores.banRemainingMs(peer),
      },
    );
  }

  get peerId(): string {
    return this.#modules.identity.peerId;
  }

  /** Where peers reach this node, each ending in `/p2p/<our id>`; empty before `start`. */
  addresses(): string[] {
    return this.#host?.getMultiaddrs().map(String) ?? [];
  }

  /** Listens and dials the persistent peers. Rejects when an address cannot be listened on. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Error('a P2pNetwork starts once');
    this.#state = 'running';
    const {chainId, listen, version, maxInbound, maxOutbound, persistentPeers, inboundConnectionsPerSecond} = this.#options;
    const topic = mempoolTopic(chainId);
    const maxPeers = maxInbound + maxOutbound + persistentPeers.length;
    const {upgradeTimeoutMs} = this.#timing;
    const hostOptions = {listen, version, maxPeers, inboundConnectionsPerSecond, upgradeTimeoutMs, mempoolTopic: topic};
    const host = await createHost(hostOptions, this.#modules.identity, {
      denyDialPeer: peer => this.#scores.isBanned(peer.toString()),
      denyInboundEncryptedConnection: peer => !this.#admits(peer.toString()),
    });
    this.#host = host;
    const streams = {maxInboundStreams: STREAMS_PER_CHANNEL_MAX, maxOutboundStreams: STREAMS_PER_CHANNEL_MAX};
    await host.handle(HELLO_PROTOCOL, (stream, connection) => this.#linkOf(connection, stream)?.acceptControl(stream), streams);
    for (const spec of CHANNELS) {
      await host.handle(channelProtocol(chainId, spec), (stream, connection) => this.#linkOf(connection, stream)?.acceptChannel(spec, stream), streams);
    }
    host.addEventListener('connection:open', event => this.#onConnection(event.detail));
    await host.start();
    if (this.#stopped) return;
    this.#gossip = new MempoolGossip(
      {topic, batchDelayMs: this.#timing.mempoolBatchDelayMs},
      {
        pubsub: host.services.pubsub,
        clock: this.#modules.clock,
        logger: this.#modules.logger,
        isAnnounced: peer => this.#peers.has(peer),
        punish: (peer, points, reason) => this.#punish(peer, points, reason),
      },
    );
    this.#gossip.onTransactions((peer, transactions) => this.#transactionsHandler?.(peer, transactions) ?? 'ignore');
    this.#gossip.start();
    this.#armHeartbeat();
    this.#dialer.start();
    this.#modules.logger.info({addresses: this.addresses()}, 'Listening for peers');
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#dialer.stop();
    this.#cancelHeartbeat?.();
    this.#gossip?.stop();
    await Promise.all([...this.#links.values()].map(link => link.close('this node stops')));
    await this.#host?.stop();
  }

  subscribe(events: PeerEvents): () => void {
    this.#subscribers.add(events);
    return () => this.#subscribers.delete(events);
  }

  peers(): readonly string[] {
    return [...this.#peers.keys()];
  }

  peerInfos(): PeerInfo[] {
    return [...this.#peers].map(([id, {link, hello, connectedAtMs}]) => ({
      id,
      moniker: hello.moniker,
      version: hello.version,
      direction: link.outbound ? 'outbound' : 'inbound',
      remoteAddress: link.connection.remoteAddr.toString(),
      connectedAtMs,
      persistent: this.#dialer.isPersistent(id),
    }));
  }

  /** What is open at this moment; for telemetry, and for tests that look for leaks. */
  openResources(): {connections: number; streams: number; links: number} {
    const connections = this.#host?.getConnections() ?? [];
    return {connections: connections.length, streams: connections.reduce((sum, {streams}) => sum + streams.length, 0), links: this.#links.size};
  }

  send(peer: string, channel: Channel, bytes: Uint8Array): boolean {
    const spec = CHANNELS.find(candidate => candidate.id === channel);
    if (spec === undefined || bytes.byteLength === 0 || bytes.byteLength > spec.messageMaxBytes) {
      // The peer would ban us for it. Not thrown: the caller may be passing on what others made.
      this.#modules.logger.error({channel, bytes: bytes.byteLength}, 'Message that no peer would accept was not sent');
      return false;
    }
    return this.#peers.get(peer)?.link.send(spec.id, bytes) ?? false;
  }

  onWritable(fn: (peer: string, channel: Channel) => void): () => void {
    this.#writableListeners.add(fn);
    return () => this.#writableListeners.delete(fn);
  }

  reportMisbehaviour(peer: string, reason: string): void {
    this.#punish(peer, BAN_POINTS, reason);
  }

  /** Returns how many were taken to be gossiped; the rest found the queue full. */
  publishTransactions(transactions: readonly Uint8Array[]): number {
    return this.#gossip?.publish(transactions) ?? 0;
  }

  /** One handler; may be set before `start`. Returns an unsubscribe function. */
  onTransactions(handler: TransactionsHandler): () => void {
    if (this.#transactionsHandler !== undefined) throw new Error('transactions have a handler already');
    this.#transactionsHandler = handler;
    return () => {
      if (this.#transactionsHandler === handler) this.#transactionsHandler = undefined;
    };
  }

  /** Whether our transactions reach this peer and its reach us without another in between. */
  gossipsWith(peer: string): boolean {
    const announced = this.#peers.get(peer);
    return announced !== undefined && this.#gossips(announced.link);
  }

  /**
   * Dials a peer that is not persistent. false when it is known already, banned, or there is no room; rejects when it cannot be
   * reached. The peer is announced after its handshake, or not at all.
   */
  async dial(address: string): Promise<boolean> {
    const {peerId, address: parsed} = parsePeerAddress(address);
    if (peerId === this.peerId || this.#isConnected(peerId) || this.#scores.isBanned(peerId)) return false;
    if (this.#count('outbound') >= this.#options.maxOutbound) return false;
    await this.#dial([parsed]);
    return true;
  }

  get #stopped(): boolean {
    return this.#state === 'stopped';
  }

  async #dial(addresses: readonly Multiaddr[]): Promise<void> {
    if (this.#host === undefined || this.#stopped) return;
    await this.#host.dial(addresses.map(address => multiaddr(address)), {signal: AbortSignal.timeout(this.#timing.dialTimeoutMs)});
  }

  #isConnected(peer: string): boolean {
    if (this.#peers.has(peer)) return true;
    for (const link of this.#links.values()) if (link.peer === peer) return true;
    return false;
  }

  #count(direction: 'inbound' | 'outbound'): number {
    let count = 0;
    for (const link of this.#links.values()) {
      if (link.outbound === (direction === 'outbound') && !this.#dialer.isPersistent(link.peer)) count++;
    }
    return count;
  }

  /** Whether an inbound connection of this peer is welcome. */
  #admits(peer: string): boolean {
    if (this.#stopped || this.#scores.isBanned(peer)) return false;
    return this.#dialer.isPersistent(peer) || this.#count('inbound') < this.#options.maxInbound;
  }

  #onConnection(connection: Connection): void {
    if (connection.status !== 'open' || this.#links.has(connection.id)) return;
    const link = new Link(connection, {chainId: this.#options.chainId, channels: CHANNELS}, this.#linkEvents, this.#modules.metrics);
    if (this.#stopped || this.#scores.isBanned(link.peer) || (!link.outbound && !this.#admits(link.peer))) {
      connection.abort(new Error('not admitted'));
      return;
    }
    this.#links.set(connection.id, link);
    this.#handshakeTimers.set(
      link,
      this.#modules.clock.setTimer(this.#timing.handshakeTimeoutMs, () => link.abort('no hello in time')),
    );
    if (link.outbound) void link.openControl(this.#hello, AbortSignal.timeout(this.#timing.handshakeTimeoutMs));
  }

  /** A stream may be handled before its connection was announced to us. */
  #linkOf(connection: Connection, stream: Stream): Link | undefined {
    this.#onConnection(connection);
    const link = this.#links.get(connection.id);
    if (link === undefined) stream.abort(new Error('connection not admitted'));
    return link;
  }

  #onHello(link: Link, hello: Hello): void {
    // The dialling side sent its hello already. Ours goes out even to a peer we refuse, so that its log tells the reason as well.
    if (!link.outbound) link.sendHello(this.#hello);
    if (link.closed) return;
    const fault = helloFault(this.#hello, hello);
    if (fault?.kind === 'malformed') {
      this.#punish(link.peer, BAN_POINTS, `hello with a malformed ${fault.field}`);
      return;
    }
    if (fault !== undefined) {
      this.#modules.logger.warn(
        {peer: link.peer, address: link.connection.remoteAddr.toString(), ours: fault.ours, theirs: fault.theirs},
        `Peer refused: its ${fault.field} is not ours`,
      );
      void link.close(`${fault.field} mismatch`);
      return;
    }
    const old = this.#peers.get(link.peer);
    if (old !== undefined) {
      const fresh = {peer: link.peer, outbound: link.outbound, hello};
      if (!prefersNewConnection(this.peerId, {outbound: old.link.outbound, hello: old.hello}, fresh)) {
        void link.close('second connection to the same peer');
        return;
      }
      old.link.abort('replaced by a newer connection');
    }
    this.#announce(link, hello);
  }

  #announce(link: Link, hello: Hello): void {
    this.#clearHandshakeTimer(link);
    this.#peers.set(link.peer, {link, hello, connectedAtMs: this.#modules.clock.nowMs()});
    this.#modules.metrics.peers.set(this.#peers.size);
    this.#dialer.connected(link.peer);
    this.#modules.logger.info({peer: link.peer, moniker: hello.moniker, outbound: link.outbound}, 'Peer connected');
    link.start();
    void this.#attachGossip(link);
    this.#tell(events => events.peerAdded(link.peer));
  }

  #onClosed(link: Link, reason: string): void {
    this.#clearHandshakeTimer(link);
    if (!this.#links.delete(link.connection.id)) return;
    this.#modules.metrics.p2pDisconnectsTotal?.inc();
    const announced = this.#peers.get(link.peer);
    if (announced?.link !== link) {
      this.#modules.logger.debug({peer: link.peer, reason}, 'Connection closed before it became a peer');
      this.#dialer.disconnected(link.peer, 0);
      return;
    }
    this.#peers.delete(link.peer);
    this.#modules.metrics.peers.set(this.#peers.size);
    this.#modules.logger.info({peer: link.peer, reason}, 'Peer disconnected');
    this.#dialer.disconnected(link.peer, this.#modules.clock.nowMs() - announced.connectedAtMs);
    this.#tell(events => events.peerRemoved(link.peer));
  }

  #clearHandshakeTimer(link: Link): void {
    this.#handshakeTimers.get(link)?.();
    this.#handshakeTimers.delete(link);
  }

  #onMessage(link: Link, channel: StreamChannel, bytes: Uint8Array): void {
    this.#tell(events => events.message(link.peer, channel, bytes));
  }

  #onWritable(link: Link, channel: StreamChannel): void {
    for (const listener of this.#writableListeners) this.#guard(() => listener(link.peer, channel));
  }

  #punish(peer: string, points: number, reason: string): void {
    const bannedUntilMs = this.#scores.addPoints(peer, points);
    if (bannedUntilMs === undefined) {
      this.#modules.logger.debug({peer, reason, points}, 'Peer scored');
      return;
    }
    this.#modules.metrics.p2pBansTotal?.inc();
    this.#modules.logger.warn({peer, reason, until: new Date(bannedUntilMs).toISOString()}, 'Peer banned');
    for (const link of [...this.#links.values()]) if (link.peer === peer) link.abort(`banned: ${reason}`);
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat = this.#modules.clock.setTimer(this.#timing.heartbeatIntervalMs, () => {
      for (const {link} of [...this.#peers.values()]) {
        link.heartbeat();
        if (!link.closed) this.#watchGossip(link);
      }
      if (!this.#stopped) this.#armHeartbeat();
    });
  }

  #gossips(link: Link): boolean {
    const {pubsub} = (this.#host as Host).services;
    const open = link.connection.streams.some(stream => stream.direction === 'outbound' && pubsub.protocols.includes(stream.protocol));
    return open && this.#gossip?.isSubscribed(link.peer) === true;
  }

  /** Gossipsub does not open a lost stream again; a stream it shared with a connection that lost a simultaneous dial is lost. */
  #watchGossip(link: Link): void {
    if (this.#attaching.has(link)) return;
    if (this.#gossips(link)) {
      link.gossiplessHeartbeats = 0;
      return;
    }
    link.gossiplessHeartbeats++;
    if (link.gossiplessHeartbeats >= GOSSIPLESS_HEARTBEATS_MAX) link.abort('no gossip stream');
    else void this.#attachGossip(link);
  }

  /** Identifying a peer tells gossipsub of it. Never rejects; the watchdog tries again. */
  async #attachGossip(link: Link): Promise<void> {
    this.#attaching.add(link);
    try {
      const signal = AbortSignal.timeout(this.#timing.handshakeTimeoutMs);
      setMaxListeners(0, signal);
      await (this.#host as Host).services.identify.identify(link.connection, {signal});
    } catch (error) {
      if (!link.closed) this.#modules.logger.debug({peer: link.peer, error: String(error)}, 'Peer could not be identified');
    } finally {
      this.#attaching.delete(link);
    }
  }

  #tell(event: (events: PeerEvents) => void): void {
    for (const subscriber of [...this.#subscribers]) this.#guard(() => event(subscriber));
  }

  /** What a peer caused must not be able to throw into the connection's event loop. */
  #guard(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#modules.logger.error({error}, 'A subscriber of the network failed');
    }
  }
}

