import type {MclModule} from './module.ts';

/** Linear memory as bytes. Taken anew at each use: a growing memory detaches older views. */
export function heapOf(module: MclModule): Uint8Array {
  const {buffer, byteOffset, byteLength} = module.HEAP8;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Memory that is kept for the life of the instance. */
export function allocate(module: MclModule, size: number): number {
  const pointer = module._malloc(size);
  if (pointer === 0) throw new Error(`mcl has no ${size} bytes left`);
  return pointer;
}

/** Memory that is given back when `use` returns or throws. */
export function withMemory<T>(module: MclModule, size: number, use: (pointer: number) => T): T {
  const pointer = allocate(module, size);
  try {
    return use(pointer);
  } finally {
    module._free(pointer);
  }
}

/** Copies `size` bytes out of linear memory. */
export function save(module: MclModule, pointer: number, size: number): Uint8Array {
  return heapOf(module).slice(pointer, pointer + size);
}

/** Copies bytes into linear memory. */
export function restore(module: MclModule, pointer: number, bytes: Uint8Array): void {
  heapOf(module).set(bytes, pointer);
}

/** Whether the big-endian integer at `offset` is below `limit`, which is as long as the integer. */
export function isBelow(bytes: Uint8Array, offset: number, limit: Uint8Array): boolean {
  for (let i = 0; i < limit.length; i++) {
    const difference = bytes[offset + i]! - limit[i]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

export function isZeroRange(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Writes `size` big-endian bytes from `bytes[offset..]` in reverse at `pointer`. */
export function writeReversed(module: MclModule, pointer: number, bytes: Uint8Array, offset: number, size: number): void {
  const heap = heapOf(module);
  for (let i = 0; i < size; i++) heap[pointer + i] = bytes[offset + size - 1 - i]!;
}

/** The integer below `bound` as `size` big-endian bytes. */
export function bigEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  return bytes;
}
