/** CREATE and CREATE2. */
import {generatedAddress} from '../created-address.ts';
import {bytesToHex, concatBytes, EMPTY, hexToBytes} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import {CODE_BYTES_MAX, INIT_CODE_BYTES_MAX} from '../limits.ts';
import {EMPTY_ACCOUNT, EMPTY_CODE_HASH, EMPTY_ROOT_HASH} from '../state/types.ts';
import type {Address} from '../types.ts';
import {wordToHash} from '../words.ts';
import {CALL_DEPTH_MAX, fail, open, succeed, transfer} from './calls.ts';
import {Code} from './code.ts';
import {OUT_OF_GAS, STACK_UNDERFLOW, WRITE_PROTECTION} from './failure.ts';
import type {Failure} from './failure.ts';
import type {CallFrame} from './frame.ts';
import {CODE_BYTE_GAS, CREATE_GAS, gasToPassOn, INIT_CODE_WORD_GAS, KECCAK_WORD_GAS, wordsOf} from './gas.ts';
import type {Machine} from './machine.ts';

const CREATE2 = 0xf5;
const UINT64_MAX = (1n << 64n) - 1n;
/** EIP-3541: kept free for other formats. Init code may begin with it: it then runs, and fails at its first instruction. */
const RESERVED_FIRST_BYTE = 0xef;
const CREATE2_PREFIX = Uint8Array.of(0xff);

export function create(machine: Machine, frame: CallFrame, opcode: number): Failure | undefined {
  const {stack, state, rules} = machine;
  const isCreate2 = opcode === CREATE2;
  const argumentCount = isCreate2 ? 4 : 3;
  let at = frame.sp;
  if (at < frame.base + argumentCount) return STACK_UNDERFLOW;
  const value = stack[--at]!;
  const offset = Number(stack[--at]!);
  const length = Number(stack[--at]!);
  const salt = isCreate2 ? stack[--at]! : 0n;
  if (frame.isStatic) return WRITE_PROTECTION;
  const words = wordsOf(length);
  let cost = CREATE_GAS + machine.memoryGas(frame, offset, length);
  if (rules.isShanghai) cost += INIT_CODE_WORD_GAS * words;
  if (isCreate2) cost += KECCAK_WORD_GAS * words;
  if (frame.gas < cost) return OUT_OF_GAS;
  if (rules.isShanghai && length > INIT_CODE_BYTES_MAX) return 'max initcode size exceeded';
  const gasLeft = frame.gas - cost;
  machine.gasToTurn -= frame.gasAtEntry - gasLeft;
  const gas = gasToPassOn(gasLeft);
  machine.grow(frame);
  frame.sp = at;
  frame.returnData = EMPTY;
  const own = state.account(frame.address) ?? EMPTY_ACCOUNT;
  if (frame.depth >= CALL_DEPTH_MAX || own.balance < value || own.nonce >= UINT64_MAX) {
    frame.gas = frame.gasAtEntry = gasLeft;
    stack[frame.sp++] = 0n;
    return undefined;
  }
  frame.gas = frame.gasAtEntry = gasLeft - gas;
  state.putAccount(frame.address, {...own, nonce: own.nonce + 1n});
  const initCode = machine.memoryView(frame, offset, length);
  const address = isCreate2 ? saltedAddress(frame.address, salt, initCode) : generatedAddress(frame.address, own.nonce);
  machine.accessed.warm(address);
  const creation = open(machine, frame);
  creation.gas = gas;
  creation.caller = frame.address;
  creation.callerWord = frame.addressWord;
  beginCreation(machine, creation, address, value, initCode);
  return undefined;
}

/** From an open frame with gas and caller; it may end at once. */
export function beginCreation(machine: Machine, frame: CallFrame, address: Address, value: bigint, initCode: Uint8Array): void {
  const {state} = machine;
  frame.isCreation = true;
  frame.isStatic = false;
  frame.code = new Code(initCode);
  frame.address = address;
  frame.addressWord = undefined;
  frame.value = value;
  frame.input = EMPTY;
  frame.gasAtEntry = frame.gas;
  machine.created.push(address);
  const before = state.account(address) ?? EMPTY_ACCOUNT;
  // EIP-684, EIP-7610.
  if (before.nonce > 0n || before.codeHash !== EMPTY_CODE_HASH || before.storageRoot !== EMPTY_ROOT_HASH) return fail(machine, frame, 'contract address collision');
  state.clearStorage(address);
  state.putAccount(address, {...before, nonce: 1n});
  if (!transfer(machine, frame.caller, address, value)) return giveBack(machine, frame);
  machine.frame = frame;
  if (initCode.length === 0) succeed(machine, frame, EMPTY);
}

/** The balance would outgrow its word: the creation fails before it costs anything. */
function giveBack(machine: Machine, frame: CallFrame): void {
  const {gas} = frame;
  fail(machine, frame, 'insufficient balance for transfer');
  if (frame.depth > 0) machine.frames[frame.depth - 1]!.gas += gas;
}

/** Takes the price of the code that init code has returned, and keeps it. */
export function depositCode(machine: Machine, frame: CallFrame, code: Uint8Array): Failure | undefined {
  if (code.length > CODE_BYTES_MAX) return 'max code size exceeded';
  const cost = CODE_BYTE_GAS * code.length;
  if (frame.gas < cost) return OUT_OF_GAS;
  if (machine.rules.isLondon && code[0] === RESERVED_FIRST_BYTE) return 'invalid code: must not begin with 0xef';
  frame.gas -= cost;
  if (code.length > 0) machine.state.putCode(frame.address, code);
  return undefined;
}

/** EIP-1014. */
function saltedAddress(creator: Address, salt: bigint, initCode: Uint8Array): Address {
  return bytesToHex(keccak256(concatBytes(CREATE2_PREFIX, hexToBytes(creator), hexToBytes(wordToHash(salt)), keccak256(initCode))).subarray(12));
}
