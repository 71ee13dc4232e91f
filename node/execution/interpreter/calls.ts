/** Frames begin and end here: CALL, CALLCODE, DELEGATECALL, STATICCALL, and what follows from RETURN, REVERT and failures. */
import {EMPTY} from '../hex.ts';
import {EMPTY_ACCOUNT} from '../state/types.ts';
import type {Account} from '../state/types.ts';
import type {Address} from '../types.ts';
import {depositCode} from './creation.ts';
import {OUT_OF_GAS, STACK_UNDERFLOW, WRITE_PROTECTION} from './failure.ts';
import type {Failure} from './failure.ts';
import {CallFrame} from './frame.ts';
import {CALL_STIPEND, CALL_VALUE_GAS, COLD_ACCOUNT_GAS, gasToPassOn, NEW_ACCOUNT_GAS, WARM_ACCESS_GAS} from './gas.ts';
import type {Machine} from './machine.ts';
import type {PrecompileResult} from './precompiles.ts';

const CALL = 0xf1;
const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const STATICCALL = 0xfa;
export const CALL_DEPTH_MAX = 1024;
const UINT256_MAX = (1n << 256n) - 1n;
/** Output that is copied byte by byte. */
const SHORT_BYTES = 32;

/** The caller's frame is as it will be when the callee has ended, but for the gas that comes back, the answer on the stack and the output. */
export function call(machine: Machine, frame: CallFrame, opcode: number): Failure | undefined {
  const {stack, accessed, state, rules, precompiles} = machine;
  const takesValue = opcode === CALL || opcode === CALLCODE;
  const argumentCount = takesValue ? 7 : 6;
  let at = frame.sp;
  if (at < frame.base + argumentCount) return STACK_UNDERFLOW;
  const wantedGas = Number(stack[--at]!);
  const calledWord = stack[--at]!;
  const value = takesValue ? stack[--at]! : 0n;
  const inOffset = Number(stack[--at]!);
  const inLength = Number(stack[--at]!);
  const outOffset = Number(stack[--at]!);
  const outLength = Number(stack[--at]!);
  if (opcode === CALL && frame.isStatic && value !== 0n) return WRITE_PROTECTION;

  const called = machine.addressOf(calledWord);
  let cost = machine.memoryGas(frame, inOffset, inLength) + machine.memoryGas(frame, outOffset, outLength);
  cost += accessed.warm(called) ? COLD_ACCOUNT_GAS : WARM_ACCESS_GAS;
  const account = state.account(called);
  if (value !== 0n) {
    cost += CALL_VALUE_GAS;
    if (opcode === CALL && machine.isDead(account)) cost += NEW_ACCOUNT_GAS;
  }
  let code = machine.codeOf(account);
  if (rules.isPrague && code.delegate !== undefined) {
    cost += accessed.warm(code.delegate) ? COLD_ACCOUNT_GAS : WARM_ACCESS_GAS;
    code = machine.codeOf(state.account(code.delegate));
  }
  if (frame.gas < cost) return OUT_OF_GAS;
  const gasLeft = frame.gas - cost;
  machine.gasToTurn -= frame.gasAtEntry - gasLeft;
  const allowed = gasToPassOn(gasLeft);
  const passedOn = wantedGas > allowed ? allowed : wantedGas;
  const gas = value === 0n ? passedOn : passedOn + CALL_STIPEND;
  machine.grow(frame);
  frame.sp = at;
  frame.returnData = EMPTY;
  frame.gas = frame.gasAtEntry = gasLeft - passedOn;

  if (frame.depth >= CALL_DEPTH_MAX || (value !== 0n && (state.account(frame.address)?.balance ?? 0n) < value)) return answer(machine, frame, gas, false);
  const isDelegate = opcode === DELEGATECALL || opcode === CALLCODE;
  const isPrecompile = precompiles.addresses.has(called);
  if (!isPrecompile && code.length === 0 && (value === 0n || isDelegate)) {
    // Nothing runs and nothing moves; CALLCODE sends value to itself.
    if (!isDelegate) machine.touch(called, account);
    return answer(machine, frame, gas, true);
  }
  const callee = open(machine, frame);
  callee.gas = gas;
  callee.outOffset = outOffset;
  callee.outLength = outLength;
  if (opcode !== DELEGATECALL && !transfer(machine, frame.address, isDelegate ? frame.address : called, value)) {
    undo(machine, callee);
    return answer(machine, frame, gas, false);
  }
  callee.isStatic = frame.isStatic || opcode === STATICCALL;
  const input = machine.memoryView(frame, inOffset, inLength);
  if (isPrecompile) {
    const precompileCall = {
      address: called,
      input,
      gas,
      caller: opcode === DELEGATECALL ? frame.caller : frame.address,
      value: opcode === DELEGATECALL ? 0n : value,
      isStatic: callee.isStatic,
      isDelegate,
    };
    machine.work?.take(precompileCall);
    const result = precompiles.run(precompileCall);
    if (result instanceof Promise) machine.pending = result.then((settled) => endPrecompile(machine, callee, settled));
    else endPrecompile(machine, callee, result);
    return undefined;
  }
  callee.code = code;
  callee.address = isDelegate ? frame.address : called;
  callee.addressWord = isDelegate ? frame.addressWord : undefined;
  callee.caller = opcode === DELEGATECALL ? frame.caller : frame.address;
  callee.callerWord = opcode === DELEGATECALL ? frame.callerWord : frame.addressWord;
  callee.value = opcode === DELEGATECALL ? frame.value : value;
  callee.input = input;
  machine.frame = callee;
  return undefined;
}

/** The frame below `caller`, ready but for who runs what, with a checkpoint to go back to. */
export function open(machine: Machine, caller: CallFrame): CallFrame {
  const depth = caller.depth + 1;
  const frame = (machine.frames[depth] ??= new CallFrame(depth));
  frame.base = frame.sp = caller.sp;
  frame.memoryStart = caller.memoryStart + caller.memoryReady;
  prepare(machine, frame);
  return frame;
}

/** A frame before its first instruction. */
export function prepare(machine: Machine, frame: CallFrame): void {
  frame.isCreation = false;
  frame.inputView = undefined;
  frame.pc = 0;
  frame.memorySize = frame.memoryReady = frame.memoryGas = 0;
  frame.returnData = EMPTY;
  frame.outLength = 0;
  frame.addressMark = machine.accessed.addressMark;
  frame.slotMark = machine.accessed.slotMark;
  frame.transientMark = machine.transient.mark;
  frame.logMark = machine.logs.length;
  frame.refundMark = machine.refund;
  frame.destroyedMark = machine.destroyed.length;
  frame.createdMark = machine.created.length;
  machine.state.checkpoint();
}

/** Back to where `frame` began. */
export function undo(machine: Machine, frame: CallFrame): void {
  machine.state.revert();
  machine.accessed.revert(frame.addressMark, frame.slotMark);
  machine.transient.revert(frame.transientMark);
  machine.logs.length = frame.logMark;
  machine.refund = frame.refundMark;
  machine.destroyed.length = frame.destroyedMark;
  machine.created.length = frame.createdMark;
}

/** @returns false where the balance would outgrow its word; the sender's is known to do. */
export function transfer(machine: Machine, from: Address, to: Address, value: bigint): boolean {
  const {state} = machine;
  const recipient = state.account(to);
  if (from === to) return true;
  if (value === 0n) {
    machine.touch(to, recipient);
    return true;
  }
  if ((recipient?.balance ?? 0n) + value > UINT256_MAX) return false;
  const sender: Account = state.account(from) ?? EMPTY_ACCOUNT;
  state.putAccount(from, {...sender, balance: sender.balance - value});
  state.putAccount(to, {...(recipient ?? EMPTY_ACCOUNT), balance: (recipient?.balance ?? 0n) + value});
  return true;
}

/** RETURN, STOP, SELFDESTRUCT. */
export function succeed(machine: Machine, frame: CallFrame, output: Uint8Array): void {
  machine.gasToTurn -= frame.gasAtEntry - frame.gas;
  if (!frame.isCreation) return end(machine, frame, output, undefined, false);
  const failure = depositCode(machine, frame, output);
  if (failure !== undefined) return fail(machine, frame, failure);
  end(machine, frame, output, undefined, false);
}

export function revert(machine: Machine, frame: CallFrame, output: Uint8Array): void {
  machine.gasToTurn -= frame.gasAtEntry - frame.gas;
  end(machine, frame, output, undefined, true);
}

export function fail(machine: Machine, frame: CallFrame, failure: string): void {
  // All that it had: what a failure burns has taken its time too.
  machine.gasToTurn -= frame.gasAtEntry;
  frame.gas = 0;
  end(machine, frame, EMPTY, failure, false);
}

function endPrecompile(machine: Machine, callee: CallFrame, {gasUsed, output, isReverted, failure}: PrecompileResult): void {
  machine.gasToTurn -= gasUsed;
  callee.gas -= gasUsed;
  end(machine, callee, failure === undefined ? output : EMPTY, failure, isReverted);
}

function end(machine: Machine, frame: CallFrame, output: Uint8Array, failure: string | undefined, isReverted: boolean): void {
  const isSuccess = failure === undefined && !isReverted;
  if (isSuccess) machine.state.commit();
  else undo(machine, frame);
  if (frame.depth === 0) {
    machine.outcome = {failure, isReverted, output, gasLeft: frame.gas};
    return;
  }
  const caller = machine.frames[frame.depth - 1]!;
  machine.frame = caller;
  if (frame.isCreation) {
    // Only what went wrong is return data of a creation.
    caller.returnData = isReverted ? output : EMPTY;
    machine.stack[caller.sp++] = isSuccess ? frame.addressWord ?? BigInt(frame.address) : 0n;
    caller.gas += frame.gas;
    return;
  }
  caller.returnData = output;
  const length = output.length < frame.outLength ? output.length : frame.outLength;
  if (length > 0) {
    const start = caller.memoryStart + frame.outOffset;
    if (length <= SHORT_BYTES) for (let i = 0; i < length; i++) machine.memory[start + i] = output[i]!;
    else machine.memory.set(length === output.length ? output : output.subarray(0, length), start);
  }
  answer(machine, caller, frame.gas, isSuccess);
}

/** What a call leaves with its caller. */
function answer(machine: Machine, caller: CallFrame, gasBack: number, isSuccess: boolean): undefined {
  caller.gas += gasBack;
  machine.stack[caller.sp++] = isSuccess ? 1n : 0n;
  return undefined;
}
