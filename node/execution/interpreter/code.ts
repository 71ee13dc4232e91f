import {bytesToHex, EMPTY} from '../hex.ts';
import {INTERPRETER_CODE_BYTES_MAX} from '../limits.ts';
import {EMPTY_CODE_HASH} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';
import {delegationOf} from '../validity.ts';
import {readWord} from '../words.ts';

const JUMPDEST = 0x5b;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;
/** Zeros behind the code: a PUSH reads them, and they are the STOP that code ends in. */
const PADDING = 33;
/** Long constants kept of one code, by the low bits of where they stand. */
const CONSTANTS = 512;
const CONSTANTS_BYTES = CONSTANTS * 12;
/** Constants that were read anew because another had taken their place, until a code gets a place for each. */
const MISSES_MAX = 2_048;
/** Codes that have it, at eight bytes for each byte of code. */
const WHOLE_TABLES_MAX = 64;
const UINT32 = 4_294_967_296;
const OBJECT_BYTES = 256;

/** Code as the loop reads it. What costs time is made when first needed and kept. */
export class Code {
  readonly bytes: Uint8Array;
  readonly padded: Uint8Array;
  readonly view: DataView;
  readonly length: number;
  /** EIP-7702. */
  readonly delegate: Address | undefined;
  #jumps: Uint8Array | undefined;
  #constants: bigint[] | undefined;
  #places: Int32Array | undefined;
  #misses = 0;
  #whole: (bigint | undefined)[] | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.padded = new Uint8Array(bytes.length + PADDING);
    this.padded.set(bytes);
    this.view = new DataView(this.padded.buffer);
    const delegate = delegationOf(bytes);
    this.delegate = delegate === undefined ? undefined : bytesToHex(delegate);
  }

  /** At most, with all that is made later. */
  get memoryBytes(): number {
    return 2 * this.length + (this.length >> 3) + CONSTANTS_BYTES + OBJECT_BYTES;
  }

  /** One bit for each byte: whether a jump may land there. */
  get jumps(): Uint8Array {
    return (this.#jumps ??= jumpDestinations(this.padded, this.length));
  }

  /** Value of the PUSH of `size` bytes, 3 to 32, whose opcode stands at `pc`. */
  constant(pc: number, size: number): bigint {
    const {view} = this;
    if (size <= 4) return BigInt(view.getUint32(pc + 1) >>> (8 * (4 - size)));
    if (size <= 6) return BigInt((view.getUint32(pc + 1) >>> (8 * (8 - size))) * UINT32 + view.getUint32(pc + size - 3));
    if (this.#whole !== undefined) return (this.#whole[pc] ??= this.#read(pc, size));
    const constants = (this.#constants ??= new Array<bigint>(CONSTANTS).fill(0n));
    const places = (this.#places ??= new Int32Array(CONSTANTS).fill(-1));
    const place = pc & (CONSTANTS - 1);
    if (places[place] === pc) return constants[place]!;
    if (places[place] !== -1 && ++this.#misses > MISSES_MAX) this.#widen();
    places[place] = pc;
    return (constants[place] = this.#read(pc, size));
  }

  /** Right-aligned: what stands before the constant is shifted out. */
  #read(pc: number, size: number): bigint {
    const {view} = this;
    if (size <= 8) return view.getBigUint64(pc + 1) >> BigInt(8 * (8 - size));
    if (size <= 16) return ((view.getBigUint64(pc + 1) >> BigInt(8 * (16 - size))) << 64n) | view.getBigUint64(pc + size - 7);
    return readWord(view, pc + 1) >> BigInt(8 * (32 - size));
  }

  #widen(): void {
    this.#whole = new Array<bigint | undefined>(this.length);
    if (wholeTables.push(this) <= WHOLE_TABLES_MAX) return;
    const oldest = wholeTables.shift()!;
    oldest.#whole = undefined;
    oldest.#misses = 0;
  }
}

const wholeTables: Code[] = [];

export const EMPTY_CODE = new Code(EMPTY);

function jumpDestinations(padded: Uint8Array, length: number): Uint8Array {
  const jumps = new Uint8Array((length >> 3) + 1);
  for (let at = 0; at < length; at++) {
    const opcode = padded[at]!;
    if (opcode === JUMPDEST) jumps[at >> 3]! |= 1 << (at & 7);
    else if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return jumps;
}

/**
 * Codes by their hash. It holds more than one transaction can load at the price of a cold account, or a transaction that calls many
 * large contracts in turn would have each of them read and analysed anew for 100 gas.
 */
export class CodeCache {
  readonly #codes = new Map<Hash, Code>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax = INTERPRETER_CODE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  get(codeHash: Hash, load: (codeHash: Hash) => Uint8Array): Code {
    if (codeHash === EMPTY_CODE_HASH) return EMPTY_CODE;
    const known = this.#codes.get(codeHash);
    if (known !== undefined) return known;
    const code = new Code(load(codeHash));
    this.#codes.set(codeHash, code);
    this.#bytes += code.memoryBytes;
    for (const [hash, {memoryBytes}] of this.#codes) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#codes.delete(hash);
      this.#bytes -= memoryBytes;
    }
    return code;
  }
}
