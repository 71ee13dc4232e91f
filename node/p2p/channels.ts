import type {Channel} from '#consensus/engine';
import {CHAIN_ID_MAX_LENGTH} from './limits.ts';

/** A channel that has a stream of its own to every peer; transactions go by gossip instead. */
export type StreamChannel = Exclude<Channel, 0x30>;

export interface ChannelSpec {
  readonly id: StreamChannel;
  /** Segment of the protocol id. */
  readonly name: string;
  /** Payload of one frame. */
  readonly messageMaxBytes: number;
  /** What may wait for one peer before `send` refuses. */
  readonly queueMaxMessages: number;
  readonly queueMaxBytes: number;
}

const KIB = 1024;

/**
 * In order of priority: what comes first is written first. Round steps before votes, as they tell peers which votes we lack;
 * block parts after both; evidence, and what others need to catch up, when nothing else waits.
 */
export const CHANNELS: readonly ChannelSpec[] = [
  {id: 0x20, name: 'state', messageMaxBytes: 16 * KIB, queueMaxMessages: 4_096, queueMaxBytes: 512 * KIB},
  {id: 0x22, name: 'vote', messageMaxBytes: 16 * KIB, queueMaxMessages: 4_096, queueMaxBytes: 1024 * KIB},
  {id: 0x23, name: 'vote-set-bits', messageMaxBytes: 16 * KIB, queueMaxMessages: 1_024, queueMaxBytes: 256 * KIB},
  {id: 0x21, name: 'data', messageMaxBytes: 128 * KIB, queueMaxMessages: 256, queueMaxBytes: 2048 * KIB},
  {id: 0x38, name: 'evidence', messageMaxBytes: 1024 * KIB, queueMaxMessages: 64, queueMaxBytes: 2048 * KIB},
  {id: 0x40, name: 'block-sync', messageMaxBytes: 128 * KIB, queueMaxMessages: 1_024, queueMaxBytes: 4096 * KIB},
  {id: 0x60, name: 'snapshot', messageMaxBytes: 64 * KIB, queueMaxMessages: 64, queueMaxBytes: 512 * KIB},
  {id: 0x61, name: 'snapshot-chunk', messageMaxBytes: 1088 * KIB, queueMaxMessages: 16, queueMaxBytes: 4352 * KIB},
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
