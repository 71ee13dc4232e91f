import {EVMError} from '@ethereumjs/evm';
import type {EVM} from '@ethereumjs/evm';
import {GAS_PER_INSTRUCTION, INSTRUCTIONS_PER_TURN} from '../limits.ts';
import {opcodesOf} from './opcodes.ts';
import type {OpcodeEntry, RunState} from './opcodes.ts';
import type {Pacer} from './pacer.ts';

const JUMP = 0x56;
const JUMPI = 0x57;

/** Rules under which a step does more than this loop: EOF, stateless clients, access lists and state gas of later forks. */
const RULES_NOT_HERE = [3540, 6800, 7864, 7928, 8037, 8038];

interface LoopRunState extends Omit<RunState, 'opCode' | 'code' | 'shouldDoJumpAnalysis' | 'cachedPushes'> {
  opCode: number;
  code: Uint8Array;
  shouldDoJumpAnalysis: boolean;
  cachedPushes: Record<number, bigint>;
  validJumps: Uint8Array;
  gasLeft: bigint;
}

interface Interpreter {
  readonly _evm: EVM;
  readonly _runState: LoopRunState;
  run(code: Uint8Array, opts?: {readonly pc?: number}): Promise<Outcome>;
  runStep(entry?: OpcodeEntry): Promise<void>;
  _getValidJumpDestinations(code: Uint8Array): {jumps: Uint8Array; pushes: Record<number, bigint>; opcodesCached: OpcodeEntry[]};
}

interface Outcome {
  readonly runState: LoopRunState;
  readonly exceptionError: EVMError | undefined;
}

/** Below this gas an instruction counts as one only. */
const WEIGHED_GAS = BigInt(GAS_PER_INSTRUCTION);

interface Plain {
  readonly opcodes: OpcodeEntry[];
  readonly pacer: Pacer;
}

const plain = new WeakMap<EVM, Plain>();
const replaced = new WeakSet<object>();

/**
 * @ethereumjs/evm awaits two promises for every single opcode, whether it has anything to wait for or not. This loop waits only for
 * handlers that do and, every so many instructions, for the pacer, and is otherwise the same. An interpreter whose steps are watched,
 * or that runs under other rules, keeps its own.
 */
export function installInterpreterLoop(evm: EVM, prototype: object, pacer: Pacer): void {
  if (!RULES_NOT_HERE.some((eip) => evm.common.isActivatedEIP(eip))) plain.set(evm, {opcodes: opcodesOf(evm), pacer});
  if (replaced.has(prototype)) return;
  replaced.add(prototype);
  const interpreter = prototype as Interpreter;
  const {run, runStep} = interpreter;
  interpreter.run = function (this: Interpreter, code, opts) {
    const own = plain.get(this._evm);
    const isWatched = this.runStep !== runStep || (this._evm.events?.listenerCount('step') ?? 0) > 0 || this._evm.DEBUG;
    if (own === undefined || isWatched || opts?.pc !== undefined) return run.call(this, code, opts);
    return runPlain(this, code, own);
  };
}

async function runPlain(interpreter: Interpreter, code: Uint8Array, {opcodes, pacer}: Plain): Promise<Outcome> {
  const state = interpreter._runState;
  const {common} = interpreter._evm;
  state.code = code;
  let analysed: OpcodeEntry[] | undefined;
  try {
    while (state.programCounter < code.length) {
      const at = state.programCounter;
      const opcode = code[at]!;
      if (analysed === undefined && (opcode === JUMP || opcode === JUMPI)) {
        const {jumps, pushes, opcodesCached} = interpreter._getValidJumpDestinations(code);
        state.validJumps = jumps;
        state.cachedPushes = pushes;
        state.shouldDoJumpAnalysis = false;
        analysed = opcodesCached;
      }
      const entry = opcodes[opcode]!;
      const info = entry.opcodeInfo;
      state.opCode = opcode;
      let gas = info.feeBigInt;
      if (info.dynamicGas) {
        const priced = entry.gasHandler!(state as RunState, gas, common);
        gas = typeof priced === 'bigint' ? priced : await priced;
        if (gas > WEIGHED_GAS) pacer.instructions += Math.min(Math.ceil(Number(gas) / GAS_PER_INSTRUCTION), INSTRUCTIONS_PER_TURN);
      }
      if (info.isInvalid) throw new EVMError(EVMError.errorMessages.INVALID_OPCODE);
      if (state.gasLeft < gas) {
        state.gasLeft = 0n;
        throw new EVMError(EVMError.errorMessages.OUT_OF_GAS);
      }
      state.gasLeft -= gas;
      state.programCounter = at + 1;
      if (++pacer.instructions >= INSTRUCTIONS_PER_TURN) await pacer.turn();
      const pending = entry.opHandler(state as RunState, common);
      if (info.isAsync && pending !== undefined) await pending;
    }
  } catch (error) {
    if (!isEvmError(error)) throw error;
    return {runState: state, exceptionError: error.error === EVMError.errorMessages.STOP ? undefined : error};
  }
  return {runState: state, exceptionError: undefined};
}

function isEvmError(error: unknown): error is EVMError {
  return typeof error === 'object' && error !== null && 'errorType' in error && error.errorType === 'EVMError';
}
