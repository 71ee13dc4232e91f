/**
 * Runs the witness program that circom compiled (WebAssembly) and writes the .wtns file that snarkjs reads.
 * Interface of such programs: circom 2, code_producers/src/wasm_elements; signal names are hashed with FNV-1a, 64 bits.
 */
import {SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {fromLittleEndian, littleEndian, modulo} from './field.ts';

/** Values by the name of the input signal; arrays of any depth, row by row. Negative numbers are taken modulo r. */
export type CircuitInput = Readonly<Record<string, Nested>>;
type Nested = bigint | readonly Nested[];

export class WitnessError extends Error {
  override readonly name = 'WitnessError';
}

/** The compiler's library for Node does not declare it; this is what is used here. */
declare const WebAssembly: {
  instantiate(
    program: Uint8Array, imports: Record<string, Record<string, (code: number) => void>>,
  ): Promise<{instance: {exports: unknown}}>;
};

type WitnessExports = {
  init(sanityCheck: number): void;
  getFieldNumLen32(): number;
  getRawPrime(): void;
  getWitnessSize(): number;
  getWitness(index: number): void;
  getInputSize(): number;
  getInputSignalSize(high: number, low: number): number;
  setInputSignal(high: number, low: number, position: number): void;
  readSharedRWMemory(index: number): number;
  writeSharedRWMemory(index: number, value: number): void;
  getMessageChar(): number;
};

/** What the runtime's numbered exceptions mean (1 … 7). */
const EXCEPTIONS = [
  'signal not found', 'too many signals set', 'signal set twice', 'an assertion of the circuit failed',
  'not enough memory', 'input array too long', 'array index out of bounds',
];
const WORDS = 8;

export class WitnessCalculator {
  private readonly exports: WitnessExports;

  private constructor(exports: WitnessExports) {
    this.exports = exports;
  }

  /** @throws {WitnessError} if the program is not for BN254. */
  static async load(program: Uint8Array): Promise<WitnessCalculator> {
    let detail = '';
    // The program's imports read its messages by its exports, which exist only after it is instantiated.
    const loaded: {exports?: WitnessExports} = {};
    const readMessage = (): string => {
      let text = '';
      for (let code = loaded.exports?.getMessageChar() ?? 0; code !== 0; code = loaded.exports?.getMessageChar() ?? 0) text += String.fromCharCode(code);
      return text;
    };
    const {instance} = await WebAssembly.instantiate(program, {
      runtime: {
        exceptionHandler: (code: number): never => {
          const text = detail.trim();
          detail = '';
          throw new WitnessError([EXCEPTIONS[code - 1] ?? `exception ${code}`, text].filter(Boolean).join(': '));
        },
        printErrorMessage: (): void => {
          detail += `${readMessage()} `;
        },
        writeBufferMessage: (): void => {
          readMessage();
        },
        showSharedRWMemory: (): void => {},
      },
    });
    const exports = instance.exports as WitnessExports;
    loaded.exports = exports;
    const calculator = new WitnessCalculator(exports);
    exports.getRawPrime();
    if (exports.getFieldNumLen32() !== WORDS || fromLittleEndian(calculator.readShared()) !== SCALAR_FIELD_MODULUS) {
      throw new WitnessError('the witness program is not over BN254');
    }
    return calculator;
  }

  /**
   * All wires' values, the constant 1 first, then the public signals.
   * @throws {WitnessError} if an input is missing, has the wrong size, or no witness exists for it.
   */
  calculate(input: CircuitInput): bigint[] {
    const {exports} = this;
    exports.init(1);
    let set = 0;
    for (const [name, value] of Object.entries(input)) {
      const hash = fnv1a(name);
      const high = Number(hash >> 32n);
      const low = Number(hash & 0xffffffffn);
      const values = flatten(value);
      const size = exports.getInputSignalSize(high, low);
      if (size !== values.length) {
        throw new WitnessError(size < 0 ? `the circuit has no input ${name}` : `input ${name} takes ${size} values, not ${values.length}`);
      }
      for (const [position, element] of values.entries()) {
        const words = new DataView(littleEndian(modulo(element), WORDS * 4).buffer);
        for (let word = 0; word < WORDS; word++) exports.writeSharedRWMemory(word, words.getUint32(word * 4, true));
        exports.setInputSignal(high, low, position);
        set++;
      }
    }
    if (set !== exports.getInputSize()) throw new WitnessError(`the circuit takes ${exports.getInputSize()} input values, not ${set}`);
    return Array.from({length: exports.getWitnessSize()}, (_, index) => {
      exports.getWitness(index);
      return fromLittleEndian(this.readShared());
    });
  }

  private readShared(): Uint8Array {
    const words = new DataView(new ArrayBuffer(WORDS * 4));
    for (let word = 0; word < WORDS; word++) words.setUint32(word * 4, this.exports.readSharedRWMemory(word) >>> 0, true);
    return new Uint8Array(words.buffer);
  }
}

function flatten(value: Nested): bigint[] {
  return typeof value === 'bigint' ? [value] : value.flatMap(flatten);
}

function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text, 'latin1')) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

/** A .wtns file, version 2: header section (field, count), then the values, 32 bytes little-endian each. */
export function encodeWitness(witness: readonly bigint[]): Uint8Array {
  const headerLength = 4 + 32 + 4;
  const bytes = new Uint8Array(12 + 12 + headerLength + 12 + witness.length * 32);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('wtns', 'latin1'), 0);
  view.setUint32(4, 2, true);
  view.setUint32(8, 2, true);
  view.setUint32(12, 1, true);
  view.setBigUint64(16, BigInt(headerLength), true);
  view.setUint32(24, 32, true);
  bytes.set(littleEndian(SCALAR_FIELD_MODULUS, 32), 28);
  view.setUint32(60, witness.length, true);
  view.setUint32(64, 2, true);
  view.setBigUint64(68, BigInt(witness.length * 32), true);
  for (const [index, value] of witness.entries()) bytes.set(littleEndian(value, 32), 76 + index * 32);
  return bytes;
}
