/** The messages of the block-sync channel (qanat/blocksync/types.proto) as a discriminated union. Decoders throw DecodeError for malformed bytes. */
import * as pb from './gen/qanat_blocksync.ts';
import {BLOCKSYNC_MESSAGE_BYTES_MAX, HASH_BYTES} from './limits.ts';
import type {PartSetHeader} from './types.ts';
import {DecodeError, decodeMessage, encodeMessage} from './wire.ts';

export type BlockSyncMessage =
  | {readonly type: 'statusRequest'}
  /** Both 0: the peer has no blocks. */
  | {readonly type: 'statusResponse'; readonly height: bigint; readonly base: bigint}
  | {readonly type: 'blockRequest'; readonly height: bigint}
  | {readonly type: 'noBlockResponse'; readonly height: bigint}
  /** `part` is an encoded Part, as block stores hold it. */
  | {readonly type: 'blockResponse'; readonly height: bigint; readonly partSetHeader: PartSetHeader; readonly part: Uint8Array};

export function encodeBlockSyncMessage(message: BlockSyncMessage): Uint8Array {
  return encodeMessage(pb.Message, {sum: toProto(message)});
}

export function decodeBlockSyncMessage(bytes: Uint8Array): BlockSyncMessage {
  const {sum} = decodeMessage(pb.Message, bytes, BLOCKSYNC_MESSAGE_BYTES_MAX);
  if (sum === undefined) throw new DecodeError('block-sync message of no known type');
  switch (sum.case) {
    case 'statusRequest':
      return {type: 'statusRequest'};
    default:
      return {type: sum.case, ...sum.value} as BlockSyncMessage;
  }
}

/** What is wrong with a message that a peer sent, or undefined (CometBFT blocksync/msgs.go ValidateMsg). */
export function validateBlockSyncMessageBasic(message: BlockSyncMessage): string | undefined {
  switch (message.type) {
    case 'statusRequest':
      return undefined;
    case 'statusResponse': {
      const {height, base} = message;
      if (height < 0n || base < 0n) return 'negative height';
      if (base > height) return `base ${base} above height ${height}`;
      return base === 0n && height > 0n ? `height ${height} without a base` : undefined;
    }
    case 'blockRequest':
    case 'noBlockResponse':
      return message.height <= 0n ? `height ${message.height}` : undefined;
    case 'blockResponse': {
      const {total, hash} = message.partSetHeader;
      if (message.height <= 0n) return `height ${message.height}`;
      if (total === 0) return 'a block of no parts';
      return hash.length === HASH_BYTES ? undefined : `part set hash of ${hash.length} bytes`;
    }
  }
}

function toProto(message: BlockSyncMessage): pb.Message['sum'] {
  switch (message.type) {
    case 'statusRequest':
      return {case: 'statusRequest', value: {}};
    case 'statusResponse':
      return {case: 'statusResponse', value: message};
    case 'blockRequest':
      return {case: 'blockRequest', value: message};
    case 'noBlockResponse':
      return {case: 'noBlockResponse', value: message};
    case 'blockResponse':
      return {case: 'blockResponse', value: message};
  }
}
