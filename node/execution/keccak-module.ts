/**
 * Keccak-f[1600] (FIPS 202, section 3) and its absorbing of blocks of 136 bytes as a WebAssembly module: the KECCAK256 of 32 bytes
 * costs 36 gas, for which the glue of a general library takes too long. The module is written here byte by byte, as loops over lanes.
 */

/** Bytes of a block of Keccak-256. */
export const RATE = 136;
/** Where the module's memory holds the 25 lanes, the round constants and the blocks to absorb. */
export const STATE_OFFSET = 0;
const CONSTANTS_OFFSET = 200;
export const BLOCKS_OFFSET = 512;
/** Blocks that fit behind it. */
export const BLOCKS_MAX = 448;

const LANES = 25;
const RATE_LANES = RATE / 8;
const ROUNDS = 24;
const VOID = 0x40;
const I32 = 0x7f;
const I64 = 0x7e;
const OP = {
  block: 0x02, loop: 0x03, end: 0x0b, brIf: 0x0d, localGet: 0x20, localSet: 0x21, localTee: 0x22, i64Load: 0x29, i64Store: 0x37, i32Const: 0x41,
  i64Const: 0x42, i32Eqz: 0x45, i32LtU: 0x49, i32Add: 0x6a, i32Sub: 0x6b, i64And: 0x83, i64Xor: 0x85, i64Rotl: 0x89,
} as const;
const ALIGN_8 = 3;
/** Locals: the parameters, where the next block stands, 8 times the round, then lanes. */
const BLOCKS = 0;
const GOES_ON = 1;
const AT = 2;
const ROUND = 3;
const A = 4;
const B = A + LANES;
const C = B + LANES;
const D = C + 5;

/** As far as it is used here; the compiler's library of it comes with the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {readonly exports: unknown};
};

export interface KeccakModule {
  readonly memory: {readonly buffer: ArrayBuffer};
  /** Absorbs so many blocks, at least one, into zero lanes, or into those in memory when `goesOn` is 1; leaves the lanes in memory. */
  absorb(blocks: number, goesOn: 0 | 1): void;
}

export function instantiateKeccak(): KeccakModule {
  const module = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(moduleBytes()))).exports as KeccakModule;
  const view = new DataView(module.memory.buffer);
  for (const [round, constant] of roundConstants().entries()) view.setBigUint64(CONSTANTS_OFFSET + 8 * round, constant, true);
  return module;
}

/** FIPS 202, algorithms 5 and 6: bits of a linear feedback shift register. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({length: ROUNDS}, () => {
    let constant = 0n;
    for (let j = 0; j <= 6; j++) {
      if ((register & 1) === 1) constant |= 1n << BigInt(2 ** j - 1);
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
    return constant;
  });
}

/** FIPS 202, algorithm 2: how far each lane is rotated, by x + 5y. */
function rotations(): number[] {
  const offsets = new Array<number>(LANES).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    offsets[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return offsets;
}

function moduleBytes(): number[] {
  const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('absorb'), 0, 0]),
    ...section(10, [1, ...sized(functionBody())]),
  ];
}

function functionBody(): number[] {
  const lanes = Array.from({length: LANES}, (_, index) => index);
  const get = (local: number): number[] => [OP.localGet, ...unsigned(local)];
  const set = (local: number): number[] => [OP.localSet, ...unsigned(local)];
  return [
    ...[2, 2, I32, 2 * LANES + 10, I64],
    ...[OP.block, VOID, ...get(GOES_ON), OP.i32Eqz, OP.brIf, 0],
    ...lanes.flatMap((lane) => [OP.i32Const, 0, ...load(STATE_OFFSET + 8 * lane), ...set(A + lane)]),
    ...[OP.end, OP.loop, VOID],
    ...lanes.slice(0, RATE_LANES).flatMap((lane) => [...get(A + lane), ...get(AT), ...load(BLOCKS_OFFSET + 8 * lane), OP.i64Xor, ...set(A + lane)]),
    ...[...get(AT), OP.i32Const, ...signed(RATE), OP.i32Add, ...set(AT)],
    ...[OP.i32Const, 0, ...set(ROUND)],
    ...[OP.loop, VOID, ...round(get, set)],
    ...[...get(ROUND), OP.i32Const, 8, OP.i32Add, OP.localTee, ROUND, OP.i32Const, ...signed(8 * ROUNDS), OP.i32LtU, OP.brIf, 0, OP.end],
    ...[...get(BLOCKS), OP.i32Const, 1, OP.i32Sub, OP.localTee, BLOCKS, OP.brIf, 0, OP.end],
    ...lanes.flatMap((lane) => [OP.i32Const, 0, ...get(A + lane), OP.i64Store, ALIGN_8, ...unsigned(STATE_OFFSET + 8 * lane)]),
    OP.end,
  ];
}

/** θ, ρ with π, χ and ι on the lanes in locals. */
function round(get: (local: number) => number[], set: (local: number) => number[]): number[] {
  const code: number[] = [];
  const offsets = rotations();
  for (let x = 0; x < 5; x++) code.push(...get(A + x), ...[1, 2, 3, 4].flatMap((y) => [...get(A + x + 5 * y), OP.i64Xor]), ...set(C + x));
  for (let x = 0; x < 5; x++) code.push(...get(C + ((x + 4) % 5)), ...get(C + ((x + 1) % 5)), OP.i64Const, 1, OP.i64Rotl, OP.i64Xor, ...set(D + x));
  for (let x = 0; x < 5; x++) {
    for (let y = 0; y < 5; y++) {
      code.push(...get(A + x + 5 * y), ...get(D + x), OP.i64Xor, OP.i64Const, ...signed(offsets[x + 5 * y]!), OP.i64Rotl, ...set(B + y + 5 * ((2 * x + 3 * y) % 5)));
    }
  }
  for (let y = 0; y < 25; y += 5) {
    for (let x = 0; x < 5; x++) {
      const not = [...get(B + y + ((x + 1) % 5)), OP.i64Const, ...signed(-1), OP.i64Xor];
      code.push(...get(B + y + x), ...not, ...get(B + y + ((x + 2) % 5)), OP.i64And, OP.i64Xor, ...set(A + y + x));
    }
  }
  code.push(...get(A), ...get(ROUND), ...load(CONSTANTS_OFFSET), OP.i64Xor, ...set(A));
  return code;
}

function load(offset: number): number[] {
  return [OP.i64Load, ALIGN_8, ...unsigned(offset)];
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

/** LEB128 of a small number that may be negative. */
function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
