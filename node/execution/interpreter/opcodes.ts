import {bitLength, byteAt, shiftLeft, shiftRight, shiftRightSigned, signedDivide, signedModulo, signExtend} from './arithmetic.ts';
import {environmentWord} from './environment-opcodes.ts';
import {STACK_OVERFLOW, STACK_UNDERFLOW} from './failure.ts';
import type {Failure} from './failure.ts';
import type {CallFrame} from './frame.ts';
import type {Machine} from './machine.ts';
import {copy, externalCodeCopy, keccak, log, memoryCopy, returnDataCopy} from './memory-opcodes.ts';
import {blockHash, loadSlot, lookAtAccount, storeSlot} from './state-opcodes.ts';

/** Of two words that are seldom met. `a` was on top. */
export function binary(opcode: number, a: bigint, b: bigint): bigint {
  switch (opcode) {
    case 0x05:
      return signedDivide(a, b);
    case 0x07:
      return signedModulo(a, b);
    case 0x0b:
      return signExtend(a, b);
    case 0x1a:
      return byteAt(a, b);
    case 0x1b:
      return shiftLeft(a, b);
    case 0x1c:
      return shiftRight(a, b);
    default:
      return shiftRightSigned(a, b);
  }
}

/** What is dear enough not to be in the loop. The frame holds what the loop has in variables. */
export function other(machine: Machine, frame: CallFrame, opcode: number, limit: number): Failure | undefined {
  switch (opcode) {
    case 0x20:
      return keccak(machine, frame);
    case 0x31:
    case 0x3b:
    case 0x3f:
      return lookAtAccount(machine, frame, opcode);
    case 0x37:
      return copy(machine, frame, frame.input);
    case 0x39:
      return copy(machine, frame, frame.code.bytes);
    case 0x3c:
      return externalCodeCopy(machine, frame);
    case 0x3e:
      return returnDataCopy(machine, frame);
    case 0x40:
      return blockHash(machine, frame);
    case 0x54:
      return loadSlot(machine, frame);
    case 0x55:
      return storeSlot(machine, frame);
    case 0x5e:
      return memoryCopy(machine, frame);
    case 0xa0:
    case 0xa1:
    case 0xa2:
    case 0xa3:
    case 0xa4:
      return log(machine, frame, opcode);
    case 0x1e:
    case 0x49: {
      const {stack} = machine;
      const {sp} = frame;
      if (sp < frame.base + 1) return STACK_UNDERFLOW;
      const word = stack[sp - 1]!;
      const hashes = machine.transaction.blobVersionedHashes;
      if (opcode === 0x1e) stack[sp - 1] = BigInt(256 - bitLength(word));
      else stack[sp - 1] = word < BigInt(hashes.length) ? BigInt(hashes[Number(word)]!) : 0n;
      return undefined;
    }
    default:
      if (frame.sp >= limit) return STACK_OVERFLOW;
      machine.stack[frame.sp++] = environmentWord(machine, frame, opcode);
      return undefined;
  }
}
