/** Instructions that hash, copy or log stretches of memory. */
import {keccak256Word} from '../keccak.ts';
import {wordToHash} from '../words.ts';
import {OUT_OF_GAS, STACK_UNDERFLOW, WRITE_PROTECTION} from './failure.ts';
import type {Failure} from './failure.ts';
import type {CallFrame} from './frame.ts';
import {COLD_ACCOUNT_GAS, COPY_WORD_GAS, KECCAK_GAS, KECCAK_WORD_GAS, LOG_BYTE_GAS, LOG_GAS, LOG_TOPIC_GAS, WARM_ACCESS_GAS, wordsOf} from './gas.ts';
import type {Machine} from './machine.ts';

const COPY_GAS = 3;
const LOG0 = 0xa0;

export function keccak(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack} = machine;
  const {sp} = frame;
  if (sp < frame.base + 2) return STACK_UNDERFLOW;
  const offset = Number(stack[sp - 1]!);
  const length = Number(stack[sp - 2]!);
  const failure = machine.pay(frame, KECCAK_GAS + KECCAK_WORD_GAS * wordsOf(length) + machine.memoryGas(frame, offset, length));
  if (failure !== undefined) return failure;
  frame.sp = sp - 1;
  stack[sp - 2] = keccak256Word(machine.memoryView(frame, offset, length));
  return undefined;
}

/** CALLDATACOPY, CODECOPY. */
export function copy(machine: Machine, frame: CallFrame, source: Uint8Array): Failure | undefined {
  const {stack} = machine;
  const {sp} = frame;
  if (sp < frame.base + 3) return STACK_UNDERFLOW;
  const offset = Number(stack[sp - 1]!);
  const from = Number(stack[sp - 2]!);
  const length = Number(stack[sp - 3]!);
  const failure = machine.pay(frame, COPY_GAS + COPY_WORD_GAS * wordsOf(length) + machine.memoryGas(frame, offset, length));
  if (failure !== undefined) return failure;
  frame.sp = sp - 3;
  if (length > 0) machine.copyIn(frame, offset, source, from, length);
  return undefined;
}

export function returnDataCopy(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack} = machine;
  const {sp, returnData} = frame;
  if (sp < frame.base + 3) return STACK_UNDERFLOW;
  // EIP-211: beyond the end is no zero but a failure.
  if (Number(stack[sp - 2]!) + Number(stack[sp - 3]!) > returnData.length) return OUT_OF_GAS;
  return copy(machine, frame, returnData);
}

export function externalCodeCopy(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack, accessed} = machine;
  const {sp} = frame;
  if (sp < frame.base + 4) return STACK_UNDERFLOW;
  const address = machine.addressOf(stack[sp - 1]!);
  const offset = Number(stack[sp - 2]!);
  const from = Number(stack[sp - 3]!);
  const length = Number(stack[sp - 4]!);
  const memoryGas = machine.memoryGas(frame, offset, length);
  const access = accessed.warm(address) ? COLD_ACCOUNT_GAS : WARM_ACCESS_GAS;
  const failure = machine.pay(frame, access + COPY_WORD_GAS * wordsOf(length) + memoryGas);
  if (failure !== undefined) return failure;
  frame.sp = sp - 4;
  if (length > 0) machine.copyIn(frame, offset, machine.codeOf(machine.state.account(address)).bytes, from, length);
  return undefined;
}

export function memoryCopy(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack} = machine;
  const {sp} = frame;
  if (sp < frame.base + 3) return STACK_UNDERFLOW;
  const to = Number(stack[sp - 1]!);
  const from = Number(stack[sp - 2]!);
  const length = Number(stack[sp - 3]!);
  const memoryGas = machine.memoryGas(frame, from, length) + machine.memoryGas(frame, to, length);
  const failure = machine.pay(frame, COPY_GAS + COPY_WORD_GAS * wordsOf(length) + memoryGas);
  if (failure !== undefined) return failure;
  frame.sp = sp - 3;
  const start = frame.memoryStart;
  if (length > 0) machine.memory.copyWithin(start + to, start + from, start + from + length);
  return undefined;
}

export function log(machine: Machine, frame: CallFrame, opcode: number): Failure | undefined {
  if (frame.isStatic) return WRITE_PROTECTION;
  const {stack} = machine;
  const count = opcode - LOG0;
  const {sp} = frame;
  if (sp < frame.base + 2) return STACK_UNDERFLOW;
  const offset = Number(stack[sp - 1]!);
  const length = Number(stack[sp - 2]!);
  const failure = machine.pay(frame, LOG_GAS + LOG_TOPIC_GAS * count + LOG_BYTE_GAS * length + machine.memoryGas(frame, offset, length));
  if (failure !== undefined) return failure;
  if (sp < frame.base + 2 + count) return STACK_UNDERFLOW;
  frame.sp = sp - 2 - count;
  const topics = Array.from({length: count}, (_, i) => wordToHash(stack[sp - 3 - i]!));
  machine.logs.push({address: frame.address, topics, data: machine.memoryCopy(frame, offset, length)});
  return undefined;
}
