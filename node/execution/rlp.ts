/** Recursive Length Prefix (Ethereum Yellow Paper, appendix B): strict and bounded. */
import {RLP_DEPTH_MAX, RLP_ITEMS_MAX} from './limits.ts';

export type RlpItem = Uint8Array | readonly RlpItem[];

export class RlpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RlpError';
  }
}

/** Decodes exactly one item that fills `bytes`; every length must be in its shortest form. Strings are views into `bytes`. */
export function decodeRlp(bytes: Uint8Array, limits: {readonly itemsMax?: number} = {}): RlpItem {
  const reader = new Reader(bytes, limits.itemsMax ?? RLP_ITEMS_MAX);
  const item = reader.item(bytes.length, 0);
  if (reader.offset !== bytes.length) throw new RlpError('bytes after the item');
  return item;
}

/** The first item of a list as it stands in `list`, prefix and all. `list` was decoded before, so it is known to be one, and not empty. */
export function firstItemOf(list: Uint8Array): Uint8Array {
  const start = prefixLength(list, 0);
  return list.subarray(start, start + itemLength(list, start));
}

function prefixLength(bytes: Uint8Array, at: number): number {
  const prefix = bytes[at]!;
  if (prefix < 0x80) return 0;
  if (prefix < 0xc0) return prefix < 0xb8 ? 1 : 1 + prefix - 0xb7;
  return prefix < 0xf8 ? 1 : 1 + prefix - 0xf7;
}

/** With its prefix. */
function itemLength(bytes: Uint8Array, at: number): number {
  const prefix = bytes[at]!;
  const size = prefixLength(bytes, at);
  if (size === 0) return 1;
  if (size === 1) return 1 + prefix - (prefix < 0xc0 ? 0x80 : 0xc0);
  let length = 0;
  for (let i = 1; i < size; i++) length = length * 256 + bytes[at + i]!;
  return size + length;
}

class Reader {
  readonly #bytes: Uint8Array;
  #itemsLeft: number;
  offset = 0;

  constructor(bytes: Uint8Array, itemsMax: number) {
    this.#bytes = bytes;
    this.#itemsLeft = itemsMax;
  }

  item(end: number, depth: number): RlpItem {
    if (this.offset >= end) throw new RlpError('item expected');
    if (this.#itemsLeft-- === 0) throw new RlpError('too many items');
    const prefix = this.#bytes[this.offset++]!;
    if (prefix < 0x80) return this.#bytes.subarray(this.offset - 1, this.offset);
    if (prefix < 0xc0) {
      const length = prefix < 0xb8 ? prefix - 0x80 : this.#longLength(prefix - 0xb7, end);
      const start = this.offset;
      if (length > end - start) throw new RlpError('string is longer than its container');
      this.offset = start + length;
      if (length === 1 && this.#bytes[start]! < 0x80) throw new RlpError('single byte below 0x80 has a prefix');
      return this.#bytes.subarray(start, this.offset);
    }
    if (depth >= RLP_DEPTH_MAX) throw new RlpError('nested too deeply');
    const length = prefix < 0xf8 ? prefix - 0xc0 : this.#longLength(prefix - 0xf7, end);
    if (length > end - this.offset) throw new RlpError('list is longer than its container');
    const listEnd = this.offset + length;
    const items: RlpItem[] = [];
    while (this.offset < listEnd) items.push(this.item(listEnd, depth + 1));
    return items;
  }

  #longLength(size: number, end: number): number {
    if (size > end - this.offset) throw new RlpError('length is cut off');
    if (size > 6) throw new RlpError('length out of range');
    if (this.#bytes[this.offset] === 0) throw new RlpError('length has a leading zero');
    let length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + this.#bytes[this.offset++]!;
    if (length < 56) throw new RlpError('length is not in its shortest form');
    return length;
  }
}

export function encodeRlp(item: RlpItem): Uint8Array {
  const out = new Uint8Array(encodedLength(item));
  write(item, out, 0);
  return out;
}

/** Length of the encoding of a list or string whose payload has `payload` bytes (a string of one byte below 0x80 excepted). */
export function lengthWithPrefix(payload: number): number {
  return payload + (payload < 56 ? 1 : 1 + lengthOfLength(payload));
}

function encodedLength(item: RlpItem): number {
  if (item instanceof Uint8Array) return item.length === 1 && item[0]! < 0x80 ? 1 : lengthWithPrefix(item.length);
  return lengthWithPrefix(payloadLength(item));
}

function payloadLength(list: readonly RlpItem[]): number {
  let length = 0;
  for (const child of list) length += encodedLength(child);
  return length;
}

function lengthOfLength(length: number): number {
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

function write(item: RlpItem, out: Uint8Array, start: number): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0]! < 0x80) {
      out[start] = item[0]!;
      return start + 1;
    }
    const offset = writePrefix(0x80, item.length, out, start);
    out.set(item, offset);
    return offset + item.length;
  }
  let offset = writePrefix(0xc0, payloadLength(item), out, start);
  for (const child of item) offset = write(child, out, offset);
  return offset;
}

function writePrefix(base: number, length: number, out: Uint8Array, start: number): number {
  if (length < 56) {
    out[start] = base + length;
    return start + 1;
  }
  const size = lengthOfLength(length);
  out[start] = base + 55 + size;
  let rest = length;
  for (let i = size; i > 0; i--) {
    out[start + i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return start + 1 + size;
}
