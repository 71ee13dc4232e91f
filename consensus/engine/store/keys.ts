/** Keys of the two stores. The first byte keeps them apart, so that both may live in one database. */

export const BlockKey = {Descriptor: 0x10, Meta: 0x11, Part: 0x12, Commit: 0x13, SeenCommit: 0x14, HeightByHash: 0x15, Evidence: 0x16, Earlier: 0x17} as const;
export const StateKey = {State: 0x20, Validators: 0x21, Results: 0x22, Params: 0x23, ResultsInfo: 0x24} as const;

export function key(prefix: number, ...rest: readonly Uint8Array[]): Uint8Array {
  const length = rest.reduce((sum, bytes) => sum + bytes.length, 1);
  const out = new Uint8Array(length);
  out[0] = prefix;
  let offset = 1;
  for (const bytes of rest) {
    out.set(bytes, offset);
    offset += bytes.length;
  }
  return out;
}

/** Big-endian, so that keys sort by height. */
export function heightBytes(height: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, height);
  return out;
}

export function heightFromBytes(bytes: Uint8Array, offset = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(offset);
}

export function indexBytes(index: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, index);
  return out;
}

export function heightKey(prefix: number, height: bigint): Uint8Array {
  return key(prefix, heightBytes(height));
}
