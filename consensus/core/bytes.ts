import type {BlockID} from '#proto';

/** Order of bytes.Compare in Go. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** A map key: one character per byte. Cheaper than hex and never shown to anyone. */
export function bytesKey(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export const NIL_BLOCK_ID: BlockID = {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}};

export function isNil(blockId: BlockID): boolean {
  return blockId.hash.length === 0;
}

/** Nil is the empty string. */
export function blockKey(blockId: BlockID): string {
  if (isNil(blockId)) return '';
  return `${bytesKey(blockId.hash)}:${blockId.partSetHeader.total}:${bytesKey(blockId.partSetHeader.hash)}`;
}

export function equalBlockIds(a: BlockID, b: BlockID): boolean {
  return (
    a.partSetHeader.total === b.partSetHeader.total &&
    equalBytes(a.hash, b.hash) &&
    equalBytes(a.partSetHeader.hash, b.partSetHeader.hash)
  );
}
