import type {EVM} from '@ethereumjs/evm';
import {generateAddress2} from '@ethereumjs/util';
import type {Address as EvmAddress} from '@ethereumjs/util';
import {generatedAddress} from '../created-address.ts';
import type {Frame, FrameResult} from '../engine.ts';
import {bytesToHex, EMPTY} from '../hex.ts';
import {OBSERVED_STEPS_PER_TURN} from '../limits.ts';
import {opcodeName} from '../opcode-names.ts';
import type {ExecutionObserver, FrameKind, ObservedExit} from '../observer.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {gethError} from './errors.ts';
import {InterpreterStep} from './observed-step.ts';
import type {StepRunState} from './observed-step.ts';
import {opcodesOf} from './opcodes.ts';
import {addressOf} from './state-manager.ts';

/** The interpreter of @ethereumjs/evm, which it does not export, as far as this file watches it. */
interface Interpreter {
  readonly _evm: EVM;
  readonly _env: {
    readonly address: EvmAddress;
    readonly depth: number;
    readonly contract: {readonly nonce: bigint; readonly balance: bigint};
  };
  readonly _runState: StepRunState & {opCode: number; readonly gasLeft: bigint; readonly memoryWordCount: bigint};
  run(code: Uint8Array, opts: unknown): Promise<RunResult>;
  runStep(entry: unknown): Promise<void>;
  _runStepHook(cost: bigint, gasLeft: bigint, memoryWords: bigint): Promise<void>;
  _baseCall(message: Message): Promise<bigint>;
  create(gasLimit: bigint, value: bigint, code: Uint8Array, salt?: Uint8Array, callData?: Uint8Array): Promise<bigint>;
  _selfDestruct(to: EvmAddress): Promise<void>;
  log(data: Uint8Array, count: number, topics: Uint8Array[]): void;
}

interface RunResult {
  readonly exceptionError?: unknown;
}

interface Message {
  readonly to: EvmAddress;
  readonly codeAddress: EvmAddress;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
}

interface MessageResult {
  readonly execResult: {readonly executionGasUsed: bigint; readonly returnValue: Uint8Array; readonly exceptionError?: {readonly error: string}};
}

interface Events {
  on(event: string, listener: (data: never) => void): void;
  off(event: string, listener: (data: never) => void): void;
}

const CALL_KINDS: Readonly<Record<number, FrameKind>> = {0xf1: 'CALL', 0xf2: 'CALLCODE', 0xf4: 'DELEGATECALL', 0xfa: 'STATICCALL'};
const CALL_DEPTH_MAX = 1024;
const STOP_OPCODE = 0x00;
/** STOP, RETURN, REVERT, SELFDESTRUCT. */
const HALTING: ReadonlySet<number> = new Set([STOP_OPCODE, 0xf3, 0xfd, 0xff]);
const STOP = 'stop';
const REVERT = 'revert';
const INVALID_OPCODE = 'invalid opcode';
const OUT_OF_GAS = 'out of gas';
const STACK_FAILURES: ReadonlySet<string> = new Set(['stack underflow', 'stack overflow']);
/** Of the largest memory that geth computes a price for: beyond, an instruction shows its constant gas only. */
const MEMORY_GAS_MAX = 36_028_809_887_088_637n;

/** Observations by their EVM, while they run. */
const running = new WeakMap<EVM, Observation>();
/** Interpreter prototypes whose `run` looks here. */
const watched = new WeakSet<object>();

/**
 * Shows the runs of one EVM to an observer. Interpreters of an observed run get a prototype of their own, another one when instructions
 * are watched and not only frames; all others only pay for one look-up per frame.
 */
export class Observation {
  readonly #evm: EVM;
  readonly #yieldTurn: () => Promise<void>;
  readonly #onStep = (): void => {};
  readonly #onMessageEnd = (result: MessageResult): void => void (this.lastResult = result);
  #observer: ExecutionObserver | undefined;
  #steps = 0;
  /** Entered and not left. */
  openFrames = 0;
  /** Of the message that ended last: undefined when a call did not even begin. */
  lastResult: MessageResult | undefined;
  invalidOpcode = 0xfe;

  constructor(evm: EVM, prototype: object, yieldTurn: () => Promise<void>) {
    this.#evm = evm;
    this.#yieldTurn = yieldTurn;
    watch(prototype as Interpreter);
  }

  /** Only then do instructions pay for being observed. */
  get watchesSteps(): boolean {
    return this.observer.step !== undefined || this.observer.fault !== undefined;
  }

  get observer(): ExecutionObserver {
    if (this.#observer === undefined) throw new Error('the EVM is not observed');
    return this.#observer;
  }

  begin(observer: ExecutionObserver, frame: Frame, state: StateOverlay): void {
    this.#observer = observer;
    running.set(this.#evm, this);
    const events = this.#evm.events as unknown as Events;
    events.on('afterMessage', this.#onMessageEnd);
    // The interpreter calls its hook only while somebody listens.
    if (observer.step !== undefined) events.on('step', this.#onStep);
    this.openFrames = 1;
    observer.enter?.({
      kind: frame.to === undefined ? 'CREATE' : 'CALL',
      depth: 0,
      from: frame.caller,
      // The caller's nonce is raised already.
      to: frame.to ?? generatedAddress(frame.caller, (state.account(frame.caller)?.nonce ?? 1n) - 1n),
      value: frame.value,
      gas: frame.gas,
      input: frame.data,
    });
  }

  end({status, error, returnData, gasUsed}: FrameResult): void {
    const isReverted = status === 'revert';
    this.observer.exit?.({
      output: status === 'failure' ? EMPTY : returnData,
      gasUsed,
      error: isReverted ? 'execution reverted' : error === undefined ? undefined : this.errorOf(error),
      isReverted,
    });
  }

  /** The run was broken off: all frames that are open end at once. */
  breakOff(error: string): void {
    for (; this.openFrames > 0; this.openFrames--) this.observer.exit?.({output: EMPTY, gasUsed: 0n, error, isReverted: false});
  }

  /** geth names the opcode; the frame that met it ends right afterwards. */
  errorOf(failure: string): string {
    return failure === INVALID_OPCODE ? `invalid opcode: ${opcodeName(this.invalidOpcode)}` : gethError(failure);
  }

  stop(): void {
    const events = this.#evm.events as unknown as Events;
    events.off('afterMessage', this.#onMessageEnd);
    events.off('step', this.#onStep);
    running.delete(this.#evm);
    this.#observer = undefined;
    this.lastResult = undefined;
  }

  /** Other work has its turn, and the observer, if there is one, hears of it. */
  async yieldTurn(): Promise<void> {
    await this.#yieldTurn();
    this.#observer?.turn?.();
  }

  /** Observed instructions take many times longer than others, so they count for themselves. */
  turn(): Promise<void> | undefined {
    if (++this.#steps < OBSERVED_STEPS_PER_TURN) return undefined;
    this.#steps = 0;
    return this.yieldTurn();
  }
}

function watch(prototype: Interpreter): void {
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const frames = Object.assign(Object.create(prototype) as object, frameMethods(prototype));
  const steps = Object.assign(Object.create(frames) as object, stepMethods(prototype));
  const {run} = prototype;
  prototype.run = function (this: Interpreter, code: Uint8Array, opts: unknown): Promise<RunResult> {
    const observation = running.get(this._evm);
    if (observation === undefined) return run.call(this, code, opts);
    Object.setPrototypeOf(this, observation.watchesSteps ? steps : frames);
    return run.call(this, code, opts).then((result) => {
      if (result.exceptionError === undefined) showImplicitStop(this._runState, code, observation.observer);
      else if (evmFailure(result.exceptionError) === INVALID_OPCODE) observation.invalidOpcode = this._runState.opCode;
      return result;
    });
  };
}

/** Code that ends without a halting instruction stops there: geth shows a STOP, @ethereumjs/evm just leaves its loop. */
function showImplicitStop(runState: Interpreter['_runState'], code: Uint8Array, observer: ExecutionObserver): void {
  if (observer.step === undefined || runState.programCounter < code.length || HALTING.has(runState.opCode)) return;
  runState.opCode = STOP_OPCODE;
  observer.step(new InterpreterStep(runState, 0n, runState.gasLeft, runState.memoryWordCount));
}

function observationOf(interpreter: Interpreter): Observation {
  return running.get(interpreter._evm)!;
}

type Methods = Partial<Interpreter> & ThisType<Interpreter>;

function stepMethods(prototype: Interpreter): Methods {
  return {
    async runStep(entry) {
      const {programCounter} = this._runState;
      try {
        await prototype.runStep.call(this, entry);
      } catch (error) {
        const failure = evmFailure(error);
        if (failure !== undefined && failure !== STOP && failure !== REVERT) {
          const observation = observationOf(this);
          if (failure === INVALID_OPCODE) observation.invalidOpcode = this._runState.opCode;
          // The interpreter moves on as soon as an instruction is paid for; it looks at the stack later than geth.
          const isUnpaid = STACK_FAILURES.has(failure) || (failure === OUT_OF_GAS && this._runState.programCounter === programCounter);
          observation.observer.fault?.({error: observation.errorOf(failure), isUnpaid});
        }
        throw error;
      }
    },

    async _runStepHook(cost, gasLeft, memoryWords) {
      const observation = observationOf(this);
      const turn = observation.turn();
      if (turn !== undefined) await turn;
      observation.observer.step?.(new InterpreterStep(this._runState, cost > MEMORY_GAS_MAX ? constantGas(this) : cost, gasLeft, memoryWords));
    },
  };
}

function frameMethods(prototype: Interpreter): Methods {
  return {
    async _baseCall(message) {
      const observation = observationOf(this);
      const {observer} = observation;
      const kind = CALL_KINDS[this._runState.opCode]!;
      const {_env: env} = this;
      observer.enter?.({
        kind,
        depth: env.depth + 1,
        from: addressOf(env.address),
        to: addressOf(message.codeAddress),
        value: kind === 'STATICCALL' ? undefined : message.value,
        gas: message.gasLimit,
        input: message.data.slice(),
      });
      observation.lastResult = undefined;
      observation.openFrames++;
      const pushed = await prototype._baseCall.call(this, message);
      observation.openFrames--;
      observer.exit?.(exitOf(observation, env.depth));
      return pushed;
    },

    async create(gasLimit, value, code, salt, callData) {
      const observation = observationOf(this);
      const {observer} = observation;
      const {address, depth, contract} = this._env;
      observer.enter?.({
        kind: salt === undefined ? 'CREATE' : 'CREATE2',
        depth: depth + 1,
        from: addressOf(address),
        to: salt === undefined ? generatedAddress(addressOf(address), contract.nonce) : bytesToHex(generateAddress2(address.bytes, salt, code)),
        value,
        gas: gasLimit,
        input: code.slice(),
      });
      observation.lastResult = undefined;
      observation.openFrames++;
      const pushed = await prototype.create.call(this, gasLimit, value, code, salt, callData);
      observation.openFrames--;
      observer.exit?.(exitOf(observation, depth));
      return pushed;
    },

    _selfDestruct(to) {
      const {observer} = observationOf(this);
      const {address, depth, contract} = this._env;
      observer.enter?.({kind: 'SELFDESTRUCT', depth: depth + 1, from: addressOf(address), to: addressOf(to), value: contract.balance, gas: 0n, input: EMPTY});
      observer.exit?.({output: EMPTY, gasUsed: 0n, error: undefined, isReverted: false});
      return prototype._selfDestruct.call(this, to);
    },

    log(data, count, topics) {
      observationOf(this).observer.log?.({address: addressOf(this._env.address), topics: topics.map(bytesToHex), data: data.slice()});
      prototype.log.call(this, data, count, topics);
    },
  };
}

function constantGas({_evm, _runState}: Interpreter): bigint {
  return opcodesOf(_evm)[_runState.opCode]!.opcodeInfo.feeBigInt;
}

/** @param depth of the caller. */
function exitOf(observation: Observation, depth: number): ObservedExit {
  const result = observation.lastResult;
  if (result === undefined) {
    const error = depth >= CALL_DEPTH_MAX ? 'max call depth exceeded' : 'insufficient balance for transfer';
    return {output: EMPTY, gasUsed: 0n, error, isReverted: false};
  }
  const {executionGasUsed, returnValue, exceptionError} = result.execResult;
  const failure = exceptionError?.error;
  const isReverted = failure === REVERT;
  return {
    output: failure === undefined || isReverted ? returnValue : EMPTY,
    gasUsed: executionGasUsed,
    error: failure === undefined ? undefined : isReverted ? 'execution reverted' : observation.errorOf(failure),
    isReverted,
  };
}

function evmFailure(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('errorType' in error) || !('error' in error)) return undefined;
  return String(error.error);
}
