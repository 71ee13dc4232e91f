import type {EVM} from '@ethereumjs/evm';
import {JUMP_ANALYSIS_CODE_BYTES_MAX} from '../limits.ts';
import {JUMPDEST, opcodesOf, PUSH1, PUSH32, replaceHandler} from './opcodes.ts';
import type {OpcodeEntry} from './opcodes.ts';

interface Analysis {
  /** 1 where a jump may land. */
  readonly jumps: Uint8Array;
  /** Values of PUSH by where their bytes begin; filled as they are executed. */
  readonly pushes: Record<number, bigint>;
  readonly opcodesCached: OpcodeEntry[];
}

/** The interpreter of @ethereumjs/evm, which it does not export, as far as this file replaces it. */
interface Interpreter {
  readonly _evm: EVM;
  readonly _env: {readonly isCreate: boolean};
  _getValidJumpDestinations(code: Uint8Array): Analysis;
}

/**
 * @ethereumjs/evm looks through the whole code of a contract at the first jump of every single frame, for about a millisecond per
 * 24 kB, and a frame costs its caller 100 gas: one transaction could hold a validator up for minutes. Here the outcome is kept by
 * code, and PUSH values are read when they are executed. What is executed, and its gas, stay the same.
 */
export function installJumpAnalysis(evm: EVM, prototype: object): void {
  const opcodes = opcodesOf(evm);
  for (let opcode = PUSH1; opcode <= PUSH32; opcode++) {
    const original = opcodes[opcode]!.opHandler;
    replaceHandler(opcodes, opcode, (runState, common) => {
      if (runState.shouldDoJumpAnalysis) return original(runState, common);
      const at = runState.programCounter;
      const size = opcode - PUSH1 + 1;
      const {cachedPushes} = runState;
      runState.stack.push((cachedPushes[at] ??= pushedValue(runState.code, at, size)));
      runState.programCounter = at + size;
      return undefined;
    });
  }
  caches.set(evm, new AnalysisCache(opcodes));
  replaceAnalysis(prototype as Interpreter);
}

const caches = new WeakMap<EVM, AnalysisCache>();
const replaced = new WeakSet<object>();

function replaceAnalysis(prototype: Interpreter): void {
  if (replaced.has(prototype)) return;
  replaced.add(prototype);
  const original = prototype._getValidJumpDestinations;
  prototype._getValidJumpDestinations = function (this: Interpreter, code: Uint8Array): Analysis {
    const cache = caches.get(this._evm);
    if (cache === undefined) return original.call(this, code);
    // Init code is new every time; keeping it would only push contracts out.
    return this._env.isCreate ? cache.analyse(code) : cache.of(code);
  };
}

/** By identity: the state hands out the same array for a contract's code as long as it keeps that in memory. */
export class AnalysisCache {
  readonly #opcodes: OpcodeEntry[];
  readonly #known = new Map<Uint8Array, Analysis>();
  #bytes = 0;

  constructor(opcodes: OpcodeEntry[]) {
    this.#opcodes = opcodes;
  }

  of(code: Uint8Array): Analysis {
    const known = this.#known.get(code);
    if (known !== undefined) {
      this.#known.delete(code);
      this.#known.set(code, known);
      return known;
    }
    const analysis = this.analyse(code);
    this.#known.set(code, analysis);
    this.#bytes += code.length;
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= JUMP_ANALYSIS_CODE_BYTES_MAX) break;
      this.#known.delete(oldest);
      this.#bytes -= oldest.length;
    }
    return analysis;
  }

  analyse(code: Uint8Array): Analysis {
    const opcodes = this.#opcodes;
    const jumps = new Uint8Array(code.length);
    const opcodesCached = new Array<OpcodeEntry>(code.length);
    for (let at = 0; at < code.length; at++) {
      const opcode = code[at]!;
      opcodesCached[at] = opcodes[opcode]!;
      if (opcode === JUMPDEST) jumps[at] = 1;
      else if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
    }
    return {jumps, pushes: {}, opcodesCached};
  }
}

/** Bytes beyond the end of the code count as zero. */
function pushedValue(code: Uint8Array, at: number, size: number): bigint {
  const hex = Buffer.from(code.buffer, code.byteOffset, code.length).toString('hex', at, at + size);
  return BigInt(`0x${hex.padEnd(size * 2, '0')}`);
}
