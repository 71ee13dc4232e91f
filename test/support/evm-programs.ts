/** EVM programs from a seed: balanced snippets over nested calls, creations, reverts and precompiles. The same seed gives the same programs. */

export type Draw = (below: number) => number;

/** mulberry32. */
export function drawFrom(seed: number): Draw {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Where init codes and other data begin in a program. */
const DATA_AT = 0x0c00;
const BINARY = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d];
const UNARY = [0x15, 0x19, 0x1e, 0x35, 0x40, 0x49];
const ENVIRONMENT = [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, 0x5a, 0x5f];

const byte = (value: number): number[] => [0x60, value];
const half = (value: number): number[] => [0x61, value >> 8, value & 255];
const address = (hex: string): number[] => [0x73, ...Buffer.from(hex.slice(2), 'hex')];

export interface ProgramOptions {
  /** Accounts that calls and looks go to, besides precompiles. */
  readonly addresses: readonly string[];
  readonly snippets: number;
  /** How deep init codes may hold init codes. */
  readonly nesting: number;
  /** Since Shanghai. */
  readonly hasPush0: boolean;
}

export function randomProgram(draw: Draw, options: ProgramOptions): Uint8Array {
  const data: number[] = [];
  const code: number[] = [];
  const {addresses, nesting, hasPush0} = options;
  const zero = hasPush0 ? [0x5f] : byte(0);
  const pick = <T>(items: readonly T[]): T => items[draw(items.length)]!;
  const word = (): number[] => {
    switch (draw(6)) {
      case 0:
        return byte(draw(256));
      case 1:
        return [0x7f, ...Array.from({length: 32}, () => draw(256))];
      case 2:
        return [0x7f, ...Array.from({length: 32}, () => 255)];
      case 3:
        return [0x68, ...Array.from({length: 9}, () => draw(256))];
      case 4:
        return byte(draw(4));
      default:
        return zero;
    }
  };
  const offset = (): number[] => (draw(30) === 0 ? word() : draw(8) === 0 ? half(draw(0x2000)) : byte(draw(200)));
  const length = (): number[] => (draw(40) === 0 ? word() : draw(10) === 0 ? half(draw(0x1000)) : byte(draw(100)));
  const target = (): number[] => (draw(5) === 0 ? byte(1 + draw(18)) : draw(20) === 0 ? half(0x100) : draw(30) === 0 ? word() : address(pick(addresses)));
  const gas = (): number[] => (draw(4) === 0 ? half(draw(0x4000)) : draw(12) === 0 ? word() : [0x5a]);
  const value = (): number[] => (draw(4) === 0 ? byte(draw(20)) : zero);
  const call = (): number[] => {
    const area = [...length(), ...offset(), ...length(), ...offset()];
    switch (draw(4)) {
      case 0:
        return [...area, ...value(), ...target(), ...gas(), 0xf1, 0x50];
      case 1:
        return [...area, ...value(), ...target(), ...gas(), 0xf2, 0x50];
      case 2:
        return [...area, ...target(), ...gas(), 0xf4, 0x50];
      default:
        return [...area, ...target(), ...gas(), 0xfa, 0x50];
    }
  };
  const creation = (): number[] => {
    const init = nesting === 0 ? randomInitCode(draw, zero) : randomProgram(draw, {addresses, snippets: 4, nesting: nesting - 1, hasPush0});
    const from = DATA_AT + data.length;
    data.push(...init);
    const load = [...half(init.length), ...half(from), ...zero, 0x39];
    const size = draw(12) === 0 ? length() : half(init.length);
    const end = draw(3) === 0 ? [0x50] : [...callCreated(), 0x50];
    return draw(2) === 0 ? [...load, ...size, ...zero, ...value(), 0xf0, ...end] : [...load, ...byte(draw(3)), ...size, ...zero, ...value(), 0xf5, ...end];
  };
  /** Its address stays on the stack. */
  const callCreated = (): number[] => [...zero, ...zero, ...zero, ...zero, ...value(), 0x85, 0x5a, 0xf1, 0x50];
  const snippets: (() => number[])[] = [
    () => [...word(), ...word(), pick(BINARY), ...offset(), 0x52],
    () => [...word(), ...word(), ...word(), 0x08 + draw(2), ...offset(), 0x52],
    () => [...word(), pick(UNARY), ...offset(), 0x52],
    () => [pick(ENVIRONMENT), ...offset(), 0x52],
    () => [...word(), ...offset(), 0x53],
    () => [...offset(), 0x51, ...byte(draw(4)), 0x55],
    () => [...length(), ...offset(), 0x20, ...offset(), 0x52],
    () => [...byte(draw(4)), 0x54, ...offset(), 0x52],
    () => [...word(), ...byte(draw(4)), 0x55],
    () => [...zero, ...byte(draw(4)), 0x55],
    () => [...word(), ...byte(draw(3)), 0x5d],
    () => [...byte(draw(3)), 0x5c, ...offset(), 0x52],
    () => [...length(), ...offset(), ...offset(), pick([0x37, 0x39, 0x5e])],
    () => [...byte(draw(40)), ...byte(draw(20)), ...offset(), 0x3e],
    () => [...length(), ...offset(), ...offset(), ...target(), 0x3c],
    () => [...target(), pick([0x31, 0x3b, 0x3f]), ...offset(), 0x52],
    () => {
      const topics = draw(5);
      return [...Array.from({length: topics}, word).flat(), ...length(), ...offset(), 0xa0 + topics];
    },
    // A jump over INVALID.
    () => [...byte(4), 0x58, 0x01, 0x56, 0xfe, 0x5b],
    // A short loop that stores its counter.
    () => {
      const at = code.length + 2;
      return [...byte(1 + draw(4)), 0x5b, 0x80, ...byte(draw(64)), 0x52, ...byte(1), 0x90, 0x03, 0x80, ...half(at), 0x57, 0x50];
    },
    () => [...word(), ...word(), ...word(), 0x80 + draw(3), 0x90 + draw(3), 0x50, 0x50, 0x50, 0x50],
    call,
    call,
    call,
    call,
    creation,
    () => Array.from({length: 1 + draw(3)}, () => (draw(10) === 0 ? draw(256) : 0x5b)),
  ];
  for (let i = 0; i < options.snippets && code.length < DATA_AT - 200; i++) code.push(...pick(snippets)());
  code.push(...ending(draw, addresses, zero));
  while (code.length < DATA_AT) code.push(0);
  return Uint8Array.from(data.length === 0 ? trimmed(code) : [...code, ...data]);
}

/** Of few instructions: returns code, reverts, destroys itself or fails. */
function randomInitCode(draw: Draw, zero: number[]): Uint8Array {
  const first = [0xef, 0x5b, 0x60, 0x00, 0x33, draw(256)][draw(6)]!;
  // MSTORE8(0, first); RETURN or REVERT of a length.
  const store = [...byte(first), ...zero, 0x53];
  const forms = [
    [...store, ...byte(draw(64)), ...zero, 0xf3],
    [...store, ...half(0x5f00 + draw(0x200)), ...zero, 0xf3],
    [...store, ...byte(draw(64)), ...zero, 0xfd],
    [...byte(draw(9)), ...zero, 0x55, 0x33, 0xff],
    [0xef, 0x00, ...store],
    [],
    [0xfe],
    // Runtime code that destroys itself: CALLER SELFDESTRUCT.
    [0x61, 0x33, 0xff, ...zero, 0x52, ...byte(2), ...byte(30), 0xf3],
  ];
  return Uint8Array.from(forms[draw(forms.length)]!);
}

function ending(draw: Draw, addresses: readonly string[], zero: number[]): number[] {
  const endings = [[], [0x00], [...byte(64), ...zero, 0xf3], [...byte(64), ...zero, 0xfd], [0xfe], [0x50], [0x01], [0x56], [...byte(90), ...byte(20), 0xf3], [...byte(draw(60)), ...zero, 0xf3]];
  if (draw(8) === 0) return [...(draw(2) === 0 ? [0x30] : address(addresses[draw(addresses.length)]!)), 0xff];
  return endings[draw(endings.length)]!;
}

function trimmed(code: number[]): number[] {
  let end = code.length;
  while (end > 0 && code[end - 1] === 0) end--;
  return code.slice(0, end);
}
