import type {Channel} from '#consensus/engine';
import {CHAIN_ID_MAX_LENGTH} from './limits.ts';
import type {RateLimit} from './rateLimit.ts';

/** A channel that has a stream of its own to every peer; transactions go by gossip instead. */
export type StreamChannel = Exclude<Channel, 0x30> | typeof PEX_CHANNEL;

/** Addresses of peers; CometBFT's PexChannel. It ends in this folder, so the engine's `Channel` does not have it. */
export const PEX_CHANNEL = 0x00;

export interface ChannelSpec {
  readonly id: StreamChannel;
  /** Segment of the protocol id. */
  readonly name: string;
  /** Payload of one frame. */
  readonly messageMaxBytes: number;
  /** What may wait for one peer before `send` refuses. */
  readonly queueMaxMessages: number;
  readonly queueMaxBytes: number;
  /** What a peer may send; beyond it its stream is read no faster. */
  readonly receive: RateLimit;
  /** Whether to be throttled for long is a fault. Not where an honest peer sends as fast as it can, because we asked. */
  readonly scored: boolean;
}

const KIB = 1024;

/**
 * In order of priority: what comes first is written first. Round steps before votes, as they tell peers which votes we lack;
 * block parts after both; evidence, and what others need to catch up, when nothing else waits.
 */
export const CHANNELS: readonly ChannelSpec[] = [
  {id: 0x20, name: 'state', messageMaxBytes: 16 * KIB, queueMaxMessages: 4_096, queueMaxBytes: 512 * KIB, receive: {messagesPerSecond: 8_000, bytesPerSecond: 1024 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x22, name: 'vote', messageMaxBytes: 16 * KIB, queueMaxMessages: 4_096, queueMaxBytes: 1024 * KIB, receive: {messagesPerSecond: 8_000, bytesPerSecond: 4096 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x23, name: 'vote-set-bits', messageMaxBytes: 16 * KIB, queueMaxMessages: 1_024, queueMaxBytes: 256 * KIB, receive: {messagesPerSecond: 1_000, bytesPerSecond: 1024 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x21, name: 'data', messageMaxBytes: 128 * KIB, queueMaxMessages: 256, queueMaxBytes: 2048 * KIB, receive: {messagesPerSecond: 2_000, bytesPerSecond: 32_768 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x38, name: 'evidence', messageMaxBytes: 1024 * KIB, queueMaxMessages: 64, queueMaxBytes: 2048 * KIB, receive: {messagesPerSecond: 100, bytesPerSecond: 1024 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x40, name: 'block-sync', messageMaxBytes: 128 * KIB, queueMaxMessages: 1_024, queueMaxBytes: 4096 * KIB, receive: {messagesPerSecond: 4_000, bytesPerSecond: 65_536 * KIB, burstSeconds: 2}, scored: false},
  {id: 0x60, name: 'snapshot', messageMaxBytes: 64 * KIB, queueMaxMessages: 64, queueMaxBytes: 512 * KIB, receive: {messagesPerSecond: 50, bytesPerSecond: 1024 * KIB, burstSeconds: 4}, scored: true},
  {id: 0x61, name: 'snapshot-chunk', messageMaxBytes: 1088 * KIB, queueMaxMessages: 16, queueMaxBytes: 4352 * KIB, receive: {messagesPerSecond: 1_000, bytesPerSecond: 65_536 * KIB, burstSeconds: 2}, scored: false},
  {id: 0x62, name: 'light-block', messageMaxBytes: 4096 * KIB, queueMaxMessages: 256, queueMaxBytes: 8192 * KIB, receive: {messagesPerSecond: 4_000, bytesPerSecond: 65_536 * KIB, burstSeconds: 2}, scored: false},
  {id: PEX_CHANNEL, name: 'pex', messageMaxBytes: 64 * KIB, queueMaxMessages: 8, queueMaxBytes: 128 * KIB, receive: {messagesPerSecond: 1, bytesPerSecond: 64 * KIB, burstSeconds: 8}, scored: true},
];

/** One handshake protocol for all chains: so nodes of different chains can tell each other why they part. */
export const HELLO_PROTOCOL = '/qanat/hello/1';

export function channelProtocol(chainId: string, channel: ChannelSpec): string {
  return `/qanat/${chainId}/${channel.name}/1`;
}

export function mempoolTopic(chainId: string): string {
  return `/qanat/${chainId}/mempool/1`;
}

const CHAIN_ID = new RegExp(`^[A-Za-z0-9._-]{1,${CHAIN_ID_MAX_LENGTH}}$`);

/** Chain ids stand in protocol ids, so they hold no slash and nothing that is not printable. */
export function isChainId(text: string): boolean {
  return CHAIN_ID.test(text);
}
