/** The messages of state sync (tendermint/statesync/types.proto) as a discriminated union. Decoders throw DecodeError for malformed bytes. */
import {evidenceFromProto, evidenceToProto, lightBlockFromProto, lightBlockToProto} from './encoding.ts';
import * as pb from './gen/tendermint_statesync.ts';
import {SNAPSHOT_HASH_BYTES_MAX, STATESYNC_MESSAGE_BYTES_MAX} from './limits.ts';
import type {Evidence, LightBlock} from './types.ts';
import {DecodeError, decodeMessage, encodeMessage} from './wire.ts';

export type StateSyncMessage =
  | {readonly type: 'snapshotsRequest'}
  | {readonly type: 'snapshotsResponse'; readonly height: bigint; readonly format: number; readonly chunks: number; readonly hash: Uint8Array; readonly metadata: Uint8Array}
  | {readonly type: 'chunkRequest'; readonly height: bigint; readonly format: number; readonly index: number}
  | {readonly type: 'chunkResponse'; readonly height: bigint; readonly format: number; readonly index: number; readonly chunk: Uint8Array; readonly missing: boolean}
  | {readonly type: 'lightBlockRequest'; readonly height: bigint}
  /** Without a block: the peer does not have it. */
  | {readonly type: 'lightBlockResponse'; readonly height: bigint; readonly block: LightBlock | undefined; readonly evidence: readonly Evidence[]};

export function encodeStateSyncMessage(message: StateSyncMessage): Uint8Array {
  return encodeMessage(pb.Message, {sum: toProto(message)});
}

export function decodeStateSyncMessage(bytes: Uint8Array): StateSyncMessage {
  const {sum} = decodeMessage(pb.Message, bytes, STATESYNC_MESSAGE_BYTES_MAX);
  if (sum === undefined) throw new DecodeError('state-sync message of no known type');
  switch (sum.case) {
    case 'snapshotsRequest':
      return {type: 'snapshotsRequest'};
    case 'lightBlockRequest':
      return {type: 'lightBlockRequest', height: sum.value.height};
    case 'lightBlockResponse': {
      const {height, lightBlock, evidence} = sum.value;
      return {
        type: 'lightBlockResponse',
        height,
        block: lightBlock === undefined ? undefined : lightBlockFromProto(lightBlock),
        evidence: evidence?.evidence.map(evidenceFromProto) ?? [],
      };
    }
    default:
      return {type: sum.case, ...sum.value} as StateSyncMessage;
  }
}

/** What is wrong with a message that a peer sent, or undefined (CometBFT statesync/messages.go validateMsg). */
export function validateStateSyncMessageBasic(message: StateSyncMessage): string | undefined {
  switch (message.type) {
    case 'snapshotsRequest':
      return undefined;
    case 'snapshotsResponse':
      if (message.height === 0n) return 'a snapshot of height 0';
      if (message.hash.length === 0 || message.hash.length > SNAPSHOT_HASH_BYTES_MAX) return `a snapshot hash of ${message.hash.length} bytes`;
      return message.chunks === 0 ? 'a snapshot of no chunks' : undefined;
    case 'chunkRequest':
      return message.height === 0n ? 'a chunk of height 0' : undefined;
    case 'chunkResponse':
      if (message.height === 0n) return 'a chunk of height 0';
      return message.missing && message.chunk.length > 0 ? 'a chunk that is missing has no bytes' : undefined;
    case 'lightBlockRequest':
      return message.height === 0n ? 'a light block of height 0' : undefined;
    case 'lightBlockResponse':
      if (message.height === 0n) return 'a light block of height 0';
      return message.block === undefined || message.block.signedHeader.header.height === message.height ? undefined : 'a light block of another height';
  }
}

function toProto(message: StateSyncMessage): pb.Message['sum'] {
  switch (message.type) {
    case 'snapshotsRequest':
      return {case: 'snapshotsRequest', value: {}};
    case 'snapshotsResponse':
      return {case: 'snapshotsResponse', value: message};
    case 'chunkRequest':
      return {case: 'chunkRequest', value: message};
    case 'chunkResponse':
      return {case: 'chunkResponse', value: message};
    case 'lightBlockRequest':
      return {case: 'lightBlockRequest', value: {height: message.height}};
    case 'lightBlockResponse': {
      const {height, block, evidence} = message;
      return {
        case: 'lightBlockResponse',
        value: {
          height,
          lightBlock: block === undefined ? undefined : lightBlockToProto(block),
          evidence: evidence.length === 0 ? undefined : {evidence: evidence.map(evidenceToProto)},
        },
      };
    }
  }
}
