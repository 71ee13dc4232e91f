import {EMPTY} from '../hex.ts';
import {GAS_PER_TURN} from '../limits.ts';
import {readWord, writeWord} from '../words.ts';
import {byteLength, power} from './arithmetic.ts';
import {call, fail, revert, succeed} from './calls.ts';
import {create} from './creation.ts';
import {inputWord} from './environment-opcodes.ts';
import {OUT_OF_GAS, STACK_OVERFLOW, STACK_UNDERFLOW, WRITE_PROTECTION} from './failure.ts';
import type {Failure} from './failure.ts';
import type {CallFrame} from './frame.ts';
import {EXP_BYTE_GAS, EXP_GAS} from './gas.ts';
import type {Machine} from './machine.ts';
import {binary, other} from './opcodes.ts';
import {selfDestruct} from './state-opcodes.ts';

const STACK_ITEMS_MAX = 1024;
const MEMORY_ACCESS_GAS = 3;
const ALL_ONES = (1n << 256n) - 1n;
/** Words of one byte: a PUSH1 makes no new one. */
const SMALL = Array.from({length: 256}, (_, i) => BigInt(i));

/**
 * Carries out instructions until the outermost frame has ended. Gives a promise when it has to wait, for a precompile or for other work
 * of the process (`turn`), and goes on where it was when it is called again.
 */
export function execute(machine: Machine, turn: () => Promise<void>): Promise<void> | undefined {
  while (machine.outcome === undefined) {
    if (machine.pending !== undefined) {
      const {pending} = machine;
      machine.pending = undefined;
      return pending;
    }
    if (runFrame(machine, machine.frame)) {
      machine.gasToTurn = GAS_PER_TURN;
      return turn();
    }
  }
  return undefined;
}

/**
 * Until another frame is the current one, or something changed what this loop keeps in variables. Gas is looked at where it is taken;
 * `floor` makes the one comparison serve for running out of it and for giving other work a turn.
 * @returns whether it is time for a turn.
 */
function runFrame(machine: Machine, frame: CallFrame): boolean {
  const {stack, rules} = machine;
  const {constantGas, opcodes} = rules;
  const {code, base, memoryStart} = frame;
  const {padded} = code;
  const limit = base + STACK_ITEMS_MAX;
  let {pc, sp, gas} = frame;
  frame.gasAtEntry = gas;
  const floor = Math.max(0, gas - machine.gasToTurn);
  let failure: Failure | undefined;

  for (;;) {
    const opcode = padded[pc]!;
    const cost = constantGas[opcode]!;
    gas -= cost;
    if (gas < floor) {
      if (gas < 0) {
        failure = OUT_OF_GAS;
        break;
      }
      frame.pc = pc;
      frame.sp = sp;
      frame.gas = gas + cost;
      return true;
    }
    switch (opcode) {
      case 0x00:
        frame.gas = gas;
        succeed(machine, frame, EMPTY);
        return false;
      case 0x01:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = BigInt.asUintN(256, stack[sp]! + stack[sp - 1]!);
        pc++;
        continue;
      case 0x02:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = BigInt.asUintN(256, stack[sp]! * stack[sp - 1]!);
        pc++;
        continue;
      case 0x03:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = BigInt.asUintN(256, stack[sp]! - stack[sp - 1]!);
        pc++;
        continue;
      case 0x04:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp - 1] === 0n ? 0n : stack[sp]! / stack[sp - 1]!;
        pc++;
        continue;
      case 0x06:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp - 1] === 0n ? 0n : stack[sp]! % stack[sp - 1]!;
        pc++;
        continue;
      case 0x08:
      case 0x09: {
        if (sp < base + 3) { failure = STACK_UNDERFLOW; break; }
        sp -= 2;
        const modulus = stack[sp - 1]!;
        stack[sp - 1] = modulus === 0n ? 0n : (opcode === 0x08 ? stack[sp + 1]! + stack[sp]! : stack[sp + 1]! * stack[sp]!) % modulus;
        pc++;
        continue;
      }
      case 0x0a: {
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        gas -= EXP_GAS + EXP_BYTE_GAS * byteLength(stack[sp - 2]!);
        if (gas < 0) { failure = OUT_OF_GAS; break; }
        sp--;
        stack[sp - 1] = power(stack[sp]!, stack[sp - 1]!);
        pc++;
        continue;
      }
      case 0x05:
      case 0x07:
      case 0x0b:
      case 0x1a:
      case 0x1b:
      case 0x1c:
      case 0x1d:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = binary(opcode, stack[sp]!, stack[sp - 1]!);
        pc++;
        continue;
      case 0x10:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp]! < stack[sp - 1]! ? 1n : 0n;
        pc++;
        continue;
      case 0x11:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp]! > stack[sp - 1]! ? 1n : 0n;
        pc++;
        continue;
      case 0x12:
      case 0x13: {
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        const a = BigInt.asIntN(256, stack[sp]!);
        const b = BigInt.asIntN(256, stack[sp - 1]!);
        stack[sp - 1] = (opcode === 0x12 ? a < b : a > b) ? 1n : 0n;
        pc++;
        continue;
      }
      case 0x14:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp] === stack[sp - 1] ? 1n : 0n;
        pc++;
        continue;
      case 0x15:
        if (sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        stack[sp - 1] = stack[sp - 1] === 0n ? 1n : 0n;
        pc++;
        continue;
      case 0x16:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp]! & stack[sp - 1]!;
        pc++;
        continue;
      case 0x17:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp]! | stack[sp - 1]!;
        pc++;
        continue;
      case 0x18:
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp--;
        stack[sp - 1] = stack[sp]! ^ stack[sp - 1]!;
        pc++;
        continue;
      case 0x19:
        if (sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        stack[sp - 1] = ALL_ONES ^ stack[sp - 1]!;
        pc++;
        continue;
      case 0x35:
        if (sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        stack[sp - 1] = inputWord(frame, stack[sp - 1]!);
        pc++;
        continue;
      case 0x50:
        if (sp <= base) { failure = STACK_UNDERFLOW; break; }
        sp--;
        pc++;
        continue;
      case 0x51: {
        if (sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        const offset = Number(stack[sp - 1]!);
        gas -= MEMORY_ACCESS_GAS;
        if (offset + 32 > frame.memoryReady) {
          gas -= machine.memoryGas(frame, offset, 32);
          if (gas < 0) { failure = OUT_OF_GAS; break; }
          machine.grow(frame);
        } else if (gas < 0) { failure = OUT_OF_GAS; break; }
        stack[sp - 1] = readWord(machine.view, memoryStart + offset);
        pc++;
        continue;
      }
      case 0x52: {
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        const offset = Number(stack[sp - 1]!);
        gas -= MEMORY_ACCESS_GAS;
        if (offset + 32 > frame.memoryReady) {
          gas -= machine.memoryGas(frame, offset, 32);
          if (gas < 0) { failure = OUT_OF_GAS; break; }
          machine.grow(frame);
        } else if (gas < 0) { failure = OUT_OF_GAS; break; }
        sp -= 2;
        writeWord(machine.view, memoryStart + offset, stack[sp]!);
        pc++;
        continue;
      }
      case 0x53: {
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        const offset = Number(stack[sp - 1]!);
        gas -= MEMORY_ACCESS_GAS + machine.memoryGas(frame, offset, 1);
        if (gas < 0) { failure = OUT_OF_GAS; break; }
        machine.grow(frame);
        sp -= 2;
        machine.memory[memoryStart + offset] = Number(BigInt.asUintN(8, stack[sp]!));
        pc++;
        continue;
      }
      case 0x56:
      case 0x57: {
        const isTaken = opcode === 0x56 ? sp >= base + 1 : sp >= base + 2 && stack[sp - 2] !== 0n;
        if (opcode === 0x57 ? sp < base + 2 : sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        const target = Number(stack[sp - 1]!);
        sp -= opcode === 0x57 ? 2 : 1;
        if (!isTaken) {
          pc++;
          continue;
        }
        if (target >= code.length || ((code.jumps[target >> 3]! >> (target & 7)) & 1) === 0) { failure = 'invalid jump destination'; break; }
        pc = target;
        continue;
      }
      case 0x58:
      case 0x59:
      case 0x5a:
        if (sp >= limit) { failure = STACK_OVERFLOW; break; }
        stack[sp++] = BigInt(opcode === 0x58 ? pc : opcode === 0x59 ? frame.memorySize : gas);
        pc++;
        continue;
      case 0x5b:
        pc++;
        continue;
      case 0x5c:
        if (opcodes[0x5c] === 0) { failure = 'invalid opcode'; break; }
        if (sp < base + 1) { failure = STACK_UNDERFLOW; break; }
        stack[sp - 1] = machine.transient.load(frame.address, stack[sp - 1]!);
        pc++;
        continue;
      case 0x5d:
        if (opcodes[0x5d] === 0) { failure = 'invalid opcode'; break; }
        if (frame.isStatic) { failure = WRITE_PROTECTION; break; }
        if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
        sp -= 2;
        machine.transient.store(frame.address, stack[sp + 1]!, stack[sp]!);
        pc++;
        continue;
      case 0x60:
        if (sp >= limit) { failure = STACK_OVERFLOW; break; }
        stack[sp++] = SMALL[padded[pc + 1]!]!;
        pc += 2;
        continue;
      case 0x61:
        if (sp >= limit) { failure = STACK_OVERFLOW; break; }
        stack[sp++] = BigInt((padded[pc + 1]! << 8) | padded[pc + 2]!);
        pc += 3;
        continue;
      default:
        if (opcode >= 0x62 && opcode <= 0x9f) {
          if (opcode <= 0x7f) {
            if (sp >= limit) { failure = STACK_OVERFLOW; break; }
            stack[sp++] = code.constant(pc, opcode - 0x5f);
            pc += opcode - 0x5e;
            continue;
          }
          if (opcode <= 0x8f) {
            const from = sp - (opcode - 0x7f);
            if (from < base) { failure = STACK_UNDERFLOW; break; }
            if (sp >= limit) { failure = STACK_OVERFLOW; break; }
            stack[sp++] = stack[from]!;
            pc++;
            continue;
          }
          const below = sp - 1 - (opcode - 0x8f);
          if (below < base) { failure = STACK_UNDERFLOW; break; }
          const top = stack[sp - 1]!;
          stack[sp - 1] = stack[below]!;
          stack[below] = top;
          pc++;
          continue;
        }
        if (opcodes[opcode] === 0) { failure = 'invalid opcode'; break; }
        frame.gas = gas;
        frame.sp = sp;
        frame.pc = pc + 1;
        switch (opcode) {
          case 0xf0:
          case 0xf5:
            failure = create(machine, frame, opcode);
            if (failure !== undefined) break;
            return false;
          case 0xf1:
          case 0xf2:
          case 0xf4:
          case 0xfa:
            failure = call(machine, frame, opcode);
            if (failure !== undefined) break;
            return false;
          case 0xf3:
          case 0xfd: {
            if (sp < base + 2) { failure = STACK_UNDERFLOW; break; }
            const offset = Number(stack[sp - 1]!);
            const length = Number(stack[sp - 2]!);
            failure = machine.pay(frame, machine.memoryGas(frame, offset, length));
            if (failure !== undefined) break;
            (opcode === 0xf3 ? succeed : revert)(machine, frame, machine.memoryCopy(frame, offset, length));
            return false;
          }
          case 0xff:
            failure = selfDestruct(machine, frame);
            if (failure !== undefined) break;
            succeed(machine, frame, EMPTY);
            return false;
          default:
            failure = other(machine, frame, opcode, limit);
            if (failure !== undefined) break;
            gas = frame.gas;
            sp = frame.sp;
            pc++;
            continue;
        }
    }
    // Every case that has not failed went on with the loop or left it.
    break;
  }
  fail(machine, frame, failure!);
  return false;
}
