/**
 * The rounds of BLAKE2b (RFC 7693, section 3.1 and 3.2) as a WebAssembly module: JavaScript has no 64-bit integers but bigint, and
 * EIP-152 sells a round for one gas. The module is written here byte by byte, since a loop tells ten rounds of eight mixings more
 * briefly than a text.
 */

const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** Columns, then diagonals. */
const MIXINGS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];

/** Where the module's memory holds the working vector and the message: 16 little-endian words of 64 bits each. */
export const VECTOR_OFFSET = 0;
export const MESSAGE_OFFSET = 128;
/** After so many rounds the permutations begin again. */
export const ROUNDS_PER_CYCLE = SIGMA.length;

const VOID = 0x40;
const I32 = 0x7f;
const I64 = 0x7e;
const OP = {
  block: 0x02, loop: 0x03, end: 0x0b, br: 0x0c, brIf: 0x0d, localGet: 0x20, localSet: 0x21, i64Load: 0x29, i64Store: 0x37,
  i32Const: 0x41, i64Const: 0x42, i32Eqz: 0x45, i32Sub: 0x6b, i64Add: 0x7c, i64Xor: 0x85, i64Rotr: 0x8a,
} as const;
const ALIGN_8 = 3;

/** As far as it is used here; the compiler's library of it comes with the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {readonly exports: unknown};
};

export interface Blake2bModule {
  readonly memory: {readonly buffer: ArrayBuffer};
  /** Mixes the vector in memory; begins with the first permutation. */
  mix(rounds: number): void;
}

export function instantiateBlake2b(): Blake2bModule {
  return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(moduleBytes()))).exports as Blake2bModule;
}

function moduleBytes(): number[] {
  const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('mix'), 0, 0]),
    ...section(10, [1, ...sized(functionBody())]),
  ];
}

/** Local 0 counts the rounds down, 1 to 16 are the vector. */
function functionBody(): number[] {
  const words = Array.from({length: 16}, (_, index) => index);
  return [
    ...[1, 16, I64],
    ...words.flatMap((word) => [OP.i32Const, 0, OP.i64Load, ALIGN_8, ...unsigned(VECTOR_OFFSET + 8 * word), OP.localSet, word + 1]),
    ...[OP.block, VOID, OP.loop, VOID],
    ...SIGMA.flatMap((sigma) => [
      ...[OP.localGet, 0, OP.i32Eqz, OP.brIf, 1],
      ...[OP.localGet, 0, OP.i32Const, 1, OP.i32Sub, OP.localSet, 0],
      ...MIXINGS.flatMap(([a, b, c, d], index) => mixing(a + 1, b + 1, c + 1, d + 1, sigma[2 * index]!, sigma[2 * index + 1]!)),
    ]),
    ...[OP.br, 0, OP.end, OP.end],
    ...words.flatMap((word) => [OP.i32Const, 0, OP.localGet, word + 1, OP.i64Store, ALIGN_8, ...unsigned(VECTOR_OFFSET + 8 * word)]),
    OP.end,
  ];
}

/** The function G of RFC 7693 on locals a to d with words x and y of the message. */
function mixing(a: number, b: number, c: number, d: number, x: number, y: number): number[] {
  const addMessage = (word: number): number[] => [
    ...[OP.localGet, a, OP.localGet, b, OP.i64Add],
    ...[OP.i32Const, 0, OP.i64Load, ALIGN_8, ...unsigned(MESSAGE_OFFSET + 8 * word), OP.i64Add, OP.localSet, a],
  ];
  const xorRotate = (target: number, other: number, bits: number): number[] => [
    OP.localGet, target, OP.localGet, other, OP.i64Xor, OP.i64Const, bits, OP.i64Rotr, OP.localSet, target,
  ];
  const add = (target: number, other: number): number[] => [OP.localGet, target, OP.localGet, other, OP.i64Add, OP.localSet, target];
  return [
    ...addMessage(x), ...xorRotate(d, a, 32), ...add(c, d), ...xorRotate(b, c, 24),
    ...addMessage(y), ...xorRotate(d, a, 16), ...add(c, d), ...xorRotate(b, c, 63),
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
