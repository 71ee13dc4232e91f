/**
 * WebAssembly modules written from TypeScript: unrolled field arithmetic is told more briefly by a loop than by a text.
 * Code is a list of bytes; the helpers below append the instructions that are needed here (WebAssembly core
 * specification 2.0, chapter 5).
 */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
const VOID = 0x40;
const ALIGN_4 = 2;

export type Code = readonly number[];

export interface FunctionSpec {
  readonly params: number;
  /** Whether it answers an i32. */
  readonly hasResult?: boolean;
  readonly i32s?: number;
  readonly i64s?: number;
  readonly body: Code;
}

/** All parameters are i32. Locals: parameters, then the i32s, then the i64s. */
export class ModuleBuilder {
  readonly #names: string[] = [];
  readonly #specs: (FunctionSpec | undefined)[] = [];
  readonly #pages: number;

  constructor(pages: number) {
    this.#pages = pages;
  }

  /** The index of a function, which may be defined later. */
  indexOf(name: string): number {
    const index = this.#names.indexOf(name);
    if (index >= 0) return index;
    this.#specs.push(undefined);
    return this.#names.push(name) - 1;
  }

  define(name: string, spec: FunctionSpec): void {
    this.#specs[this.indexOf(name)] = spec;
  }

  call(name: string, ...args: readonly Code[]): Code {
    return [...args.flat(), 0x10, ...unsigned(this.indexOf(name))];
  }

  /** Every function is exported by its name, the memory as `memory`. */
  build(): Uint8Array {
    const specs = this.#specs.map((spec, i) => {
      if (spec === undefined) throw new Error(`${this.#names[i]} is called and not defined`);
      return spec;
    });
    const types = specs.map(({params, hasResult}) => [0x60, params, ...Array<number>(params).fill(I32), ...(hasResult === true ? [1, I32] : [0])]);
    const exports = this.#names.map((name, i) => [...text(name), 0, ...unsigned(i)]);
    const bodies = specs.map(({i32s = 0, i64s = 0, body}) => {
      const groups = [[i32s, I32], [i64s, I64]].filter(([count]) => count! > 0) as [number, number][];
      return sized([groups.length, ...groups.flatMap(([count, type]) => [...unsigned(count), type]), ...body, 0x0b]);
    });
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [...unsigned(types.length), ...types.flat()]),
      ...section(3, [...unsigned(specs.length), ...specs.flatMap((_, i) => unsigned(i))]),
      ...section(5, [1, 0, ...unsigned(this.#pages)]),
      ...section(7, [...unsigned(exports.length + 1), ...text('memory'), 2, 0, ...exports.flat()]),
      ...section(10, [...unsigned(bodies.length), ...bodies.flat()]),
    ]);
  }
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code = []): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (value: bigint): Code => [0x42, ...signed(value)];

export const load32 = (address: Code, offset = 0): Code => [...address, 0x28, ALIGN_4, ...unsigned(offset)];
export const store32 = (address: Code, offset: number, value: Code): Code => [...address, ...value, 0x36, ALIGN_4, ...unsigned(offset)];
/** i64.load32_s. */
export const load32As64 = (address: Code, offset = 0): Code => [...address, 0x34, ALIGN_4, ...unsigned(offset)];
/** i64.store32. */
export const store64As32 = (address: Code, offset: number, value: Code): Code => [...address, ...value, 0x3e, ALIGN_4, ...unsigned(offset)];
export const load64 = (address: Code, offset = 0): Code => [...address, 0x29, ALIGN_4, ...unsigned(offset)];
/** i64.load16_s. */
export const load16As64 = (address: Code, offset = 0): Code => [...address, 0x32, 1, ...unsigned(offset)];

const binary = (op: number) => (a: Code, b: Code): Code => [...a, ...b, op];
export const add32 = binary(0x6a);
export const sub32 = binary(0x6b);
export const mul32 = binary(0x6c);
export const and32 = binary(0x71);
export const or32 = binary(0x72);
/** Arithmetic shift. */
export const shr32 = binary(0x75);
export const shl32 = binary(0x74);
export const equal32 = binary(0x46);
export const notEqual32 = binary(0x47);
export const lessUnsigned32 = binary(0x49);
export const add64 = binary(0x7c);
export const sub64 = binary(0x7d);
export const mul64 = binary(0x7e);
export const and64 = binary(0x83);
/** Arithmetic shift. */
export const shr64 = binary(0x87);
export const isZero32 = (a: Code): Code => [...a, 0x45];
export const isZero64 = (a: Code): Code => [...a, 0x50];
export const extend = (a: Code): Code => [...a, 0xac];
/** The integer nearest to a / divisor. */
export const nearestQuotient = (a: Code, divisor: number): Code => [...a, 0xb7, 0x44, ...float64(divisor), 0xa3, 0x9e, 0xaa];

export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  ...condition, 0x04, VOID, ...then, ...(otherwise.length > 0 ? [0x05, ...otherwise] : []), 0x0b,
];
export const leave: Code = [0x0f];

/** Runs `body` while the condition holds, which is looked at first. */
export const loopWhile = (condition: Code, body: Code): Code => [
  0x02, VOID, 0x03, VOID, ...isZero32(condition), 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b,
];

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

function text(name: string): Code {
  return [name.length, ...new TextEncoder().encode(name)];
}

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  bytes.push(value);
  return bytes;
}

/** Signed LEB128. */
function signed(value: bigint): Code {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    const isDone = (value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0);
    bytes.push(isDone ? low : low | 0x80);
    if (isDone) return bytes;
  }
}

function float64(value: number): Code {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [...bytes];
}
