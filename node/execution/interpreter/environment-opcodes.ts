/** Instructions that put a word about the frame, the transaction or the block onto the stack. */
import {readWord} from '../words.ts';
import type {CallFrame} from './frame.ts';
import type {Machine} from './machine.ts';

const scratch = new Uint8Array(32);
const scratchView = new DataView(scratch.buffer);

export function environmentWord(machine: Machine, frame: CallFrame, opcode: number): bigint {
  const {transaction, block} = machine;
  switch (opcode) {
    case 0x30:
      return (frame.addressWord ??= BigInt(frame.address));
    case 0x32:
      return machine.wordOf(transaction.caller);
    case 0x33:
      return (frame.callerWord ??= BigInt(frame.caller));
    case 0x34:
      return frame.value;
    case 0x36:
      return BigInt(frame.input.length);
    case 0x38:
      return BigInt(frame.code.length);
    case 0x3a:
      return transaction.gasPrice;
    case 0x3d:
      return BigInt(frame.returnData.length);
    case 0x41:
      return machine.wordOf(block.miner);
    case 0x42:
      return block.timestamp;
    case 0x43:
      return block.number;
    case 0x44:
      return machine.rules.isMerge ? machine.wordOf(block.prevRandao) : block.difficulty;
    case 0x45:
      return block.gasLimit;
    case 0x46:
      return machine.chainId;
    case 0x47:
      return machine.state.account(frame.address)?.balance ?? 0n;
    case 0x48:
      return block.baseFeePerGas;
    case 0x4a:
      return block.blobBaseFee;
    case 0x5f:
      return 0n;
    default:
      throw new Error(`opcode ${opcode} has a price but no meaning`);
  }
}

/** CALLDATALOAD: bytes beyond the end are zero. */
export function inputWord(frame: CallFrame, at: bigint): bigint {
  const {input} = frame;
  const offset = Number(at);
  const available = input.length - offset;
  if (available <= 0) return 0n;
  if (available >= 32) return readWord((frame.inputView ??= new DataView(input.buffer, input.byteOffset, input.length)), offset);
  scratch.fill(0, available);
  for (let i = 0; i < available; i++) scratch[i] = input[offset + i]!;
  return readWord(scratchView, 0);
}
