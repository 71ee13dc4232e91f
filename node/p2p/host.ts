import {gossipsub} from '@libp2p/gossipsub';
import type {GossipSub} from '@libp2p/gossipsub';
import {identify} from '@libp2p/identify';
import type {Identify} from '@libp2p/identify';
import type {ConnectionGater, Libp2p, Logger as Libp2pLogger} from '@libp2p/interface';
import {noise} from '@libp2p/noise';
import {tcp} from '@libp2p/tcp';
import {createLibp2p} from 'libp2p';
import {
  GOSSIP_RPC_MAX_BYTES,
  GOSSIP_SEEN_TTL_MS,
  GOSSIP_SEND_BUFFER_MAX_BYTES,
  INBOUND_CONNECTIONS_PER_SECOND,
  PENDING_INBOUND_MAX,
  SPARE_CONNECTIONS,
} from './limits.ts';
import {gossipMessageId} from './mempoolGossip.ts';
import {createMuxerFactory} from './muxer.ts';
import type {NodeIdentity} from './identity.ts';

export interface HostOptions {
  readonly listen: readonly string[];
  readonly version: string;
  /** Most peers, inbound, outbound and persistent together. */
  readonly maxPeers: number;
  readonly inboundConnectionsPerSecond: number | undefined;
  readonly upgradeTimeoutMs: number;
  readonly mempoolTopic: string;
}

// A type, not an interface: libp2p asks for an index signature.
export type HostServices = {identify: Identify; pubsub: GossipSub};
export type Host = Libp2p<HostServices>;

/** The libp2p node, not started. Which peers it keeps is decided above it: it neither dials nor drops any by itself. */
export async function createHost(options: HostOptions, identity: NodeIdentity, gater: ConnectionGater): Promise<Host> {
  const maxConnections = options.maxPeers + SPARE_CONNECTIONS;
  return createLibp2p<HostServices>({
    start: false,
    privateKey: identity.privateKey,
    nodeInfo: {name: 'qanat', version: options.version, userAgent: `qanat/${options.version}`},
    addresses: {listen: [...options.listen]},
    transports: [tcp({maxConnections: maxConnections + PENDING_INBOUND_MAX, dialOpts: {noDelay: true}, listenOpts: {noDelay: true}})],
    connectionEncrypters: [noise()],
    streamMuxers: [createMuxerFactory()],
    connectionGater: gater,
    connectionManager: {
      maxConnections,
      maxIncomingPendingConnections: PENDING_INBOUND_MAX,
      inboundConnectionThreshold: options.inboundConnectionsPerSecond ?? INBOUND_CONNECTIONS_PER_SECOND,
      inboundUpgradeTimeout: options.upgradeTimeoutMs,
      reconnectRetries: 0,
    },
    // Our heartbeats do its work, and know more: they see a single stalled stream.
    connectionMonitor: {enabled: false},
    logger: {forComponent: () => quiet},
    services: {
      // Gossipsub attaches to a peer when it is identified: so we identify by ourselves, after the handshake.
      identify: identify({runOnConnectionOpen: false, maxInboundStreams: 4, maxOutboundStreams: 4}),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictNoSign',
        msgIdFn: gossipMessageId,
        allowedTopics: [options.mempoolTopic],
        emitSelf: false,
        doPX: false,
        fallbackToFloodsub: false,
        floodPublish: false,
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true,
        seenTTL: GOSSIP_SEEN_TTL_MS,
        maxInboundDataLength: GOSSIP_RPC_MAX_BYTES,
        maxOutboundBufferSize: GOSSIP_SEND_BUFFER_MAX_BYTES,
        // Nodes of one machine or one data centre share an address.
        scoreParams: {IPColocationFactorWeight: 0},
      }),
    },
  });
}

/** Where libp2p keeps timers that outlive its stop; not part of the interfaces that it declares. */
interface Lingering {
  readonly components?: {readonly addressManager?: {readonly _updatePeerStoreAddresses?: {stop?(): void}}};
  readonly services: {readonly pubsub?: {readonly status?: {readonly heartbeatTimeout?: NodeJS.Timeout}}};
}

/**
 * Stops the host, and the timers of its address manager and of gossipsub's heartbeat, which would keep the process alive up to a second
 * longer. Should a new version of libp2p keep them elsewhere, that second is back and nothing else.
 */
export async function stopHost(host: Libp2p): Promise<void> {
  const {components, services} = host as unknown as Lingering;
  const gossip = services.pubsub?.status;
  await host.stop();
  components?.addressManager?._updatePeerStoreAddresses?.stop?.();
  clearTimeout(gossip?.heartbeatTimeout);
}

// libp2p logs every frame; formatting that for nobody costs as much as sending it. Its errors reach us as events.
const quiet: Libp2pLogger = Object.assign(() => undefined, {
  error: () => undefined,
  trace: () => undefined,
  enabled: false,
  newScope: (): Libp2pLogger => quiet,
});
