/**
 * The instructions of the EVM since Berlin, without promises and without recursion: frames stand side by side, their stacks and memories
 * one behind the other, and the loop can stop between any two instructions. It is held to @ethereumjs/evm by differential tests and to
 * everybody by the state tests of ethereum/tests.
 */
import {generatedAddress} from '../created-address.ts';
import type {BlockEnvironment, Frame, FrameResult} from '../engine.ts';
import {EMPTY} from '../hex.ts';
import type {StateOverlay} from '../state/overlay.ts';
import type {Address} from '../types.ts';
import type {WorkMeter} from '../work.ts';
import {fail, prepare, revert, succeed, transfer, undo} from './calls.ts';
import type {CodeCache} from './code.ts';
import {beginCreation} from './creation.ts';
import type {CallFrame} from './frame.ts';
import {execute} from './loop.ts';
import {Machine} from './machine.ts';
import type {Precompiles} from './precompiles.ts';
import type {InterpreterRules} from './rules.ts';

/** Of one run: sums of gas stay exact in doubles, and no memory that it pays for outgrows its buffer. */
const GAS_MAX = 1n << 40n;

export interface InterpreterOptions {
  readonly rules: InterpreterRules;
  readonly chainId: bigint;
  readonly precompiles: Precompiles;
  /** May be shared: it holds nothing of a state. */
  readonly codes: CodeCache;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

/** Runs one transaction at a time. */
export class Interpreter {
  readonly #machine: Machine;
  readonly #yieldTurn: () => Promise<void>;

  constructor({rules, chainId, precompiles, codes, yieldTurn}: InterpreterOptions) {
    this.#machine = new Machine(rules, chainId, precompiles, codes);
    this.#yieldTurn = yieldTurn;
  }

  takes({gas}: Frame): boolean {
    return gas <= GAS_MAX;
  }

  /** @throws WorkExceededError half way: the state is then the caller's to set back. */
  async run(transaction: Frame, block: BlockEnvironment, state: StateOverlay, work: WorkMeter | undefined): Promise<FrameResult> {
    const machine = this.#machine;
    machine.begin(transaction, block, state, work);
    try {
      const created = this.#open(transaction);
      for (;;) {
        const waiting = execute(machine, this.#yieldTurn);
        if (waiting === undefined) break;
        await waiting;
      }
      return resultOf(machine, transaction, created);
    } finally {
      machine.end();
    }
  }

  /** @returns what is created, if something is. */
  #open({caller, to, value, data, gas}: Frame): Address | undefined {
    const machine = this.#machine;
    const {state, accessed, rules, frame} = machine;
    frame.gas = Number(gas);
    frame.base = frame.sp = 0;
    frame.memoryStart = 0;
    frame.isStatic = false;
    frame.caller = caller;
    frame.callerWord = undefined;
    if (to === undefined) {
      // The caller's nonce is raised already.
      const address = generatedAddress(caller, (state.account(caller)?.nonce ?? 1n) - 1n);
      accessed.warm(address);
      prepare(machine, frame);
      beginCreation(machine, frame, address, value, data);
      return address;
    }
    prepare(machine, frame);
    frame.address = to;
    frame.addressWord = undefined;
    frame.value = value;
    frame.input = data;
    if (!transfer(machine, caller, to, value)) {
      const gasLeft = frame.gas;
      undo(machine, frame);
      machine.outcome = {failure: 'insufficient balance for transfer', isReverted: false, output: EMPTY, gasLeft};
      return undefined;
    }
    if (machine.precompiles.addresses.has(to)) {
      this.#callPrecompile(frame);
      return undefined;
    }
    let code = machine.codeOf(state.account(to));
    if (rules.isPrague && code.delegate !== undefined) {
      accessed.pin(code.delegate);
      code = machine.codeOf(state.account(code.delegate));
    }
    frame.code = code;
    return undefined;
  }

  #callPrecompile(frame: CallFrame): void {
    const machine = this.#machine;
    const {address, caller, value, input, gas} = frame;
    const precompileCall = {address, caller, value, input, gas, isStatic: false, isDelegate: false};
    machine.work?.take(precompileCall);
    const result = machine.precompiles.run(precompileCall);
    machine.pending = Promise.resolve(result).then(({gasUsed, output, isReverted, failure}) => {
      if (failure !== undefined) return fail(machine, frame, failure);
      frame.gasAtEntry = frame.gas;
      frame.gas -= gasUsed;
      (isReverted ? revert : succeed)(machine, frame, output);
    });
  }
}

function resultOf({outcome, refund, logs, destroyed, created: createdInside, rules}: Machine, {gas}: Frame, created: Address | undefined): FrameResult {
  const {failure, isReverted, output, gasLeft} = outcome!;
  const isSuccess = failure === undefined && !isReverted;
  return {
    status: isSuccess ? 'success' : isReverted ? 'revert' : 'failure',
    error: failure,
    returnData: output,
    gasUsed: gas - BigInt(gasLeft),
    refund: isSuccess ? BigInt(refund) : 0n,
    logs: isSuccess ? [...logs] : [],
    createdAddress: created,
    destroyed: isSuccess ? destroyed.filter((address) => !rules.isCancun || createdInside.includes(address)) : [],
  };
}
