import type {Channel, PeerEvents, PeerNetwork} from '#consensus/engine';
import type {Connection, Stream} from '@libp2p/interface';
import {multiaddr} from '@multiformats/multiaddr';
import type {Multiaddr} from '@multiformats/multiaddr';
import {Admission} from './admission.ts';
import {groupByPeer, parsePeerAddress, peerIds} from './addresses.ts';
import {channelProtocol, CHANNELS, HELLO_PROTOCOL, mempoolTopic, PEX_CHANNEL} from './channels.ts';
import type {StreamChannel} from './channels.ts';
import {PersistentDialer} from './dialer.ts';
import {startGossip} from './gossipAttachment.ts';
import type {GossipAttachment} from './gossipAttachment.ts';
import {helloFault, ownHello, prefersNewConnection} from './handshake.ts';
import {createHost, stopHost} from './host.ts';
import type {Host} from './host.ts';
import {
  BAN_POINTS,
  CUT_PEERS_MAX,
  DEFAULT_TIMING,
  FLOOD_POINTS,
  STREAMS_PER_CHANNEL_MAX,
} from './limits.ts';
import {Link} from './link.ts';
import type {LinkEvents} from './link.ts';
import type {MempoolGossip} from './mempoolGossip.ts';
import type {Hello} from './messages.ts';
import {checkedExternalAddress, listenAddressOf} from './listenAddress.ts';
import {peerInfo, reportBook, reportPeers} from './peerInfo.ts';
import type {AnnouncedPeer} from './peerInfo.ts';
import {PeerScores} from './peerScores.ts';
import {PeerStore} from './peerStore.ts';
import {PeerExchange} from './pex.ts';
import {Subscribers} from './subscribers.ts';
import type {P2pModules, P2pOptions, P2pTiming, PeerInfo, TransactionsHandler} from './types.ts';

/**
 * The peers of a node. A connection becomes a peer after the handshake, is one for as long as its link lives, and is announced to
 * the subscribers with `peerAdded` and `peerRemoved`. The persistent peers are dialled by `PersistentDialer`, all others by
 * `PeerExchange`; `Admission` says who may be one.
 */
export class P2pNetwork implements PeerNetwork {
  readonly #options: P2pOptions;
  readonly #modules: P2pModules;
  readonly #timing: P2pTiming;
  #hello: Hello;
  readonly #scores: PeerScores;
  readonly #dialer: PersistentDialer;
  readonly #admission: Admission;
  readonly #store: PeerStore;
  readonly #pex: PeerExchange | undefined;
  readonly #subscribers: Subscribers;
  /** All open links by connection id, those still in handshake among them. */
  readonly #links = new Map<string, Link>();
  readonly #handshakeTimers = new Map<Link, () => void>();
  readonly #peers = new Map<string, AnnouncedPeer>();
  readonly #linkEvents: LinkEvents;
  #transactionsHandler: TransactionsHandler | undefined;
  #host: Host | undefined;
  #gossip: MempoolGossip | undefined;
  #attachment: GossipAttachment | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';

  /** Throws when an option is malformed (RangeError, PeerAddressError). */
  constructor(options: P2pOptions, modules: P2pModules) {
    this.#options = options;
    this.#modules = modules;
    this.#timing = {...DEFAULT_TIMING, ...options.timing};
    this.#hello = ownHello(options);
    const unconditional = peerIds(options.unconditionalPeerIds, 'unconditional');
    const privatePeerIds = peerIds(options.privatePeerIds, 'private');
    for (const seed of options.seeds ?? []) parsePeerAddress(seed);
    checkedExternalAddress(options.externalAddress, this.peerId);
    this.#subscribers = new Subscribers(modules.logger);
    this.#scores = new PeerScores(modules.clock, this.#timing);
    const {maxInbound, maxOutbound, files} = options;
    this.#admission = new Admission(
      {maxInbound, maxOutbound, unconditional},
      {scores: this.#scores, isPersistent: peer => this.#dialer.isPersistent(peer), links: () => this.#links.values()},
    );
    const {clock, logger, random} = modules;
    this.#store = new PeerStore(
      {ownPeerId: this.peerId, privatePeerIds, strict: options.addressBookStrict ?? true},
      files,
      {scores: this.#scores, nowMs: () => clock.nowMs(), random, clock, logger},
    );
    this.#linkEvents = {
      hello: (link, hello) => this.#onHello(link, hello),
      message: (link, channel, bytes) => this.#onMessage(link, channel, bytes),
      writable: (link, channel) => {
        if (channel !== PEX_CHANNEL) this.#subscribers.tellWritable(link.peer, channel);
      },
      flood: (link, channel) => this.#punish(link.peer, FLOOD_POINTS, `floods the ${channel} channel`),
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
        isCut: peer => this.#admission.isCut(peer),
      },
    );
    this.#pex = options.pex === false ? undefined : this.#createPex();
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
    const maxPeers = maxInbound + maxOutbound + persistentPeers.length + (this.#options.unconditionalPeerIds?.length ?? 0);
    await this.#store.open();
    const {upgradeTimeoutMs} = this.#timing;
    const hostOptions = {listen, version, maxPeers, inboundConnectionsPerSecond, upgradeTimeoutMs, mempoolTopic: topic};
    const host = await createHost(hostOptions, this.#modules.identity, {
      denyDialPeer: peer => this.#admission.isRefused(peer.toString()),
      denyInboundEncryptedConnection: peer => this.#stopped || !this.#admission.admitsInbound(peer.toString()),
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
    this.#hello = {...this.#hello, listenAddress: listenAddressOf(this.#options, host.getMultiaddrs().map(String), this.peerId)};
    const {clock, logger} = this.#modules;
    const gossip = startGossip(
      {topic, batchDelayMs: this.#timing.mempoolBatchDelayMs, timeoutMs: this.#timing.handshakeTimeoutMs},
      {host, clock, logger, isAnnounced: peer => this.#peers.has(peer), punish: (peer, points, reason) => this.#punish(peer, points, reason)},
    );
    this.#gossip = gossip.mempool;
    this.#attachment = gossip.attachment;
    this.#gossip.onTransactions((peer, transactions) => this.#transactionsHandler?.(peer, transactions) ?? 'ignore');
    this.#armHeartbeat();
    this.#dialer.start();
    this.#pex?.start();
    this.#modules.logger.info({addresses: this.addresses()}, 'Listening for peers');
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#dialer.stop();
    this.#pex?.stop();
    this.#cancelHeartbeat?.();
    this.#gossip?.stop();
    await Promise.all([...this.#links.values()].map(link => link.close('this node stops')));
    if (this.#host !== undefined) await stopHost(this.#host);
    await this.#store.close();
  }

  subscribe(events: PeerEvents): () => void {
    return this.#subscribers.add(events);
  }

  peers(): readonly string[] {
    return [...this.#peers.keys()];
  }

  peerInfos(): PeerInfo[] {
    const now = this.#modules.clock.nowMs();
    return [...this.#peers.values()].map(peer => peerInfo(peer, this.#dialer.isPersistent(peer.link.peer), now));
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
    return this.#subscribers.addWritable(fn);
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
    return announced !== undefined && this.#attachment?.isAttached(announced.link) === true;
  }

  /**
   * Dials a peer that is not persistent. false when it is known already, banned, or there is no room; rejects when it cannot be
   * reached. The peer is announced after its handshake, or not at all.
   */
  async dial(address: string): Promise<boolean> {
    const {peerId, address: parsed} = parsePeerAddress(address);
    if (peerId === this.peerId || this.#isConnected(peerId) || this.#admission.isRefused(peerId)) return false;
    if (!this.#admission.isTrusted(peerId) && this.#admission.outboundRoom() === 0) return false;
    await this.#dial([parsed]);
    return true;
  }

  /**
   * Cuts this node off from these peers, or from all: their connections are dropped, and neither dialled nor let in until the next call
   * replaces the cut; `[]` heals. For tests of whole processes only (node/app's test-only server).
   */
  setCut(peers: readonly string[] | 'all'): void {
    this.#admission.setCut(peers === 'all' ? 'all' : peerIds(peers, 'cut', CUT_PEERS_MAX));
    for (const link of [...this.#links.values()]) if (this.#admission.isCut(link.peer)) link.abort('cut by a test');
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

  #onConnection(connection: Connection): void {
    if (connection.status !== 'open' || this.#links.has(connection.id)) return;
    const link = new Link(connection, {chainId: this.#options.chainId, channels: CHANNELS, clock: this.#modules.clock}, this.#linkEvents, this.#modules.metrics);
    if (this.#stopped || this.#admission.isRefused(link.peer) || (!link.outbound && !this.#admission.admitsInbound(link.peer))) {
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
    reportPeers(this.#modules.metrics, this.#peers.values());
    this.#dialer.connected(link.peer);
    this.#modules.logger.info({peer: link.peer, moniker: hello.moniker, outbound: link.outbound}, 'Peer connected');
    link.start();
    void this.#attachment?.attach(link);
    this.#pex?.peerAdded({id: link.peer, outbound: link.outbound, remoteIp: link.connection.remoteAddr.getComponents()[0]?.value ?? '', listenAddress: hello.listenAddress});
    this.#subscribers.tell(events => events.peerAdded(link.peer));
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
    reportPeers(this.#modules.metrics, this.#peers.values());
    this.#modules.logger.info({peer: link.peer, reason}, 'Peer disconnected');
    this.#dialer.disconnected(link.peer, this.#modules.clock.nowMs() - announced.connectedAtMs);
    this.#pex?.peerRemoved(link.peer);
    this.#subscribers.tell(events => events.peerRemoved(link.peer));
  }

  #clearHandshakeTimer(link: Link): void {
    this.#handshakeTimers.get(link)?.();
    this.#handshakeTimers.delete(link);
  }

  #onMessage(link: Link, channel: StreamChannel, bytes: Uint8Array): void {
    if (channel === PEX_CHANNEL) this.#pex?.receive(link.peer, bytes);
    else this.#subscribers.tell(events => events.message(link.peer, channel, bytes));
  }

  #punish(peer: string, points: number, reason: string): void {
    const bannedUntilMs = this.#scores.addPoints(peer, points, this.#admission.isTrusted(peer));
    if (bannedUntilMs === undefined) {
      this.#modules.logger.debug({peer, reason, points}, 'Peer scored');
      return;
    }
    this.#modules.metrics.p2pBansTotal?.inc();
    if (!this.#admission.isTrusted(peer)) this.#store.book.remove(peer);
    this.#modules.logger.warn({peer, reason, until: new Date(bannedUntilMs).toISOString()}, 'Peer banned');
    for (const link of [...this.#links.values()]) if (link.peer === peer) link.abort(`banned: ${reason}`);
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat = this.#modules.clock.setTimer(this.#timing.heartbeatIntervalMs, () => {
      for (const {link} of [...this.#peers.values()]) {
        link.heartbeat();
        if (!link.closed) this.#attachment?.watch(link);
      }
      reportBook(this.#modules.metrics, this.#store.book);
      if (!this.#stopped) this.#armHeartbeat();
    });
  }

  #createPex(): PeerExchange {
    const {clock, logger, random} = this.#modules;
    return new PeerExchange(
      {seeds: this.#options.seeds ?? [], seedMode: this.#options.seedMode ?? false, ensurePeersIntervalMs: this.#timing.ensurePeersIntervalMs},
      {
        book: () => this.#store.book,
        clock,
        logger,
        random,
        outboundRoom: () => this.#admission.outboundRoom(),
        isConnected: peer => this.#isConnected(peer),
        isRefused: peer => this.#admission.isRefused(peer),
        isTrusted: peer => this.#admission.isTrusted(peer),
        dial: address => this.dial(address),
        send: (peer, bytes) => this.#peers.get(peer)?.link.send(PEX_CHANNEL, bytes) ?? false,
        disconnect: (peer, reason) => void this.#peers.get(peer)?.link.close(reason),
        punish: (peer, points, reason) => this.#punish(peer, points, reason),
      },
    );
  }
}
