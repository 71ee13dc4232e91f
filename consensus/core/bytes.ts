import {isNilBlockId, type BlockID} from '#proto';

/** A map key: one character per byte. Cheaper than hex and never shown to anyone. */
export function bytesKey(bytes: Uint8Array): string {
  // apply: a spread would copy the bytes into an array first.
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
}

/** A map key for votes and values; nil is the empty string. */
export function blockKey(blockId: BlockID): string {
  if (isNilBlockId(blockId)) return '';
  return `${bytesKey(blockId.hash)}:${blockId.partSetHeader.total}:${bytesKey(blockId.partSetHeader.hash)}`;
}
