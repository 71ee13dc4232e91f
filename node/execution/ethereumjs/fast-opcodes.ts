import {EVMError} from '@ethereumjs/evm';
import type {EVM} from '@ethereumjs/evm';
import {bigIntToBytes, bytesToBigInt, EMPTY} from '../hex.ts';
import type {WarmJournal} from './journal.ts';
import {opcodesOf} from './opcodes.ts';
import type {GasHandler, OpcodeHandler, RunState} from './opcodes.ts';
import {addressOf} from './state-manager.ts';
import type {OverlayStateManager} from './state-manager.ts';
import {readWord, wordToHash, writeWord} from '../words.ts';

const KECCAK256 = 0x20;
const MLOAD = 0x51;
const MSTORE = 0x52;
const MSTORE8 = 0x53;
const SLOAD = 0x54;
const SSTORE = 0x55;
const LOG0 = 0xa0;
const LOG4 = 0xa4;

const WORD_BYTES = 32n;
const MEMORY_GAS = 3n;
const MEMORY_QUADRATIC_DIVISOR = 512n;

/** What these handlers touch of the interpreter's state, besides what every handler does. */
interface FastRunState extends RunState {
  readonly stack: RunState['stack'] & {pop(): bigint; peek(count?: number): bigint[]; popN(count: number): bigint[]};
  readonly memory: {_store: Uint8Array; extend(offset: number, size: number): void};
  readonly interpreter: Interpreter;
  memoryWordCount: bigint;
  highestMemCost: bigint;
  readonly gasLeft: bigint;
}

interface Interpreter {
  readonly _env: {readonly address: Parameters<typeof addressOf>[0]};
  isStatic(): boolean;
  refundGas(amount: bigint): void;
  subRefund(amount: bigint): void;
}

/**
 * Memory, storage and hashing without a promise, without arrays between stack and state, on tables in memory: the state is read
 * synchronously here, which @ethereumjs/evm cannot know. Gas and effects are those of its own handlers; rules that it prices
 * otherwise (before Berlin, or experimental) keep them.
 */
export function installFastOpcodes(evm: EVM, states: OverlayStateManager, journal: WarmJournal): void {
  const {common} = evm;
  const opcodes = opcodesOf(evm);
  const replace = (opcode: number, gasHandler: GasHandler | undefined, opHandler: OpcodeHandler | undefined): void => {
    const entry = opcodes[opcode]!;
    const opcodeInfo = opHandler === undefined ? entry.opcodeInfo : withSync(entry.opcodeInfo);
    opcodes[opcode] = {...entry, opcodeInfo, ...(gasHandler === undefined ? {} : {gasHandler}), ...(opHandler === undefined ? {} : {opHandler})};
  };
  const keccakWordGas = common.param('keccak256WordGas');
  const logTopicGas = common.param('logTopicGas');
  const logDataGas = common.param('logDataGas');

  replace(KECCAK256, fast((state, gas) => {
    const [offset, length] = state.stack.peek(2) as [bigint, bigint];
    return gas + memoryGas(state, offset, length) + keccakWordGas * words(length);
  }), undefined);
  replace(MLOAD, fast((state, gas) => gas + memoryGas(state, state.stack.peek(1)[0]!, WORD_BYTES)), fastOp((state) => {
    const at = Number(state.stack.pop());
    state.memory.extend(at, 32);
    state.stack.push(readWord(viewOf(state.memory._store), at));
  }));
  replace(MSTORE, fast((state, gas) => gas + memoryGas(state, state.stack.peek(1)[0]!, WORD_BYTES)), fastOp((state) => {
    const [offset, value] = state.stack.popN(2) as [bigint, bigint];
    const at = Number(offset);
    state.memory.extend(at, 32);
    writeWord(viewOf(state.memory._store), at, value);
  }));
  replace(MSTORE8, fast((state, gas) => gas + memoryGas(state, state.stack.peek(1)[0]!, 1n)), undefined);
  for (let opcode = LOG0; opcode <= LOG4; opcode++) {
    const topicsGas = logTopicGas * BigInt(opcode - LOG0);
    replace(opcode, fast((state, gas) => {
      if (state.interpreter.isStatic()) throw new EVMError(EVMError.errorMessages.STATIC_STATE_CHANGE);
      const [offset, length] = state.stack.peek(2) as [bigint, bigint];
      return gas + memoryGas(state, offset, length) + topicsGas + length * logDataGas;
    }), undefined);
  }
  if (!common.isActivatedEIP(2929) || [6800, 7864, 7928, 8037, 8038].some((eip) => common.isActivatedEIP(eip))) return;
  installStorage(evm, states, journal, replace);
}

type Replace = (opcode: number, gasHandler: GasHandler | undefined, opHandler: OpcodeHandler | undefined) => void;

/** EIP-2200 with 2929 and 3529. */
function installStorage({common}: EVM, states: OverlayStateManager, journal: WarmJournal, replace: Replace): void {
  const coldGas = common.param('coldsloadGas');
  const warmGas = common.param('warmstoragereadGas');
  const sentryGas = common.param('sstoreSentryEIP2200Gas');
  const createGas = common.param('sstoreInitEIP2200Gas');
  const resetGas = common.param('sstoreCleanEIP2200Gas');
  const clearRefund = common.param('sstoreClearRefundEIP2200Gas');

  replace(SLOAD, fast((state, gas) => {
    const slot = wordToHash(state.stack.peek(1)[0]!);
    return gas + (journal.warmSlot(addressOf(state.interpreter._env.address), slot) ? coldGas : warmGas);
  }), fastOp((state) => {
    const slot = wordToHash(state.stack.pop());
    state.stack.push(bytesToBigInt(states.current.slot(addressOf(state.interpreter._env.address), slot)));
  }));

  replace(SSTORE, fast((state, gas) => {
    const {interpreter} = state;
    if (interpreter.isStatic()) throw new EVMError(EVMError.errorMessages.STATIC_STATE_CHANGE);
    const [key, value] = state.stack.peek(2) as [bigint, bigint];
    if (state.gasLeft <= sentryGas) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS);
    const address = addressOf(interpreter._env.address);
    const slot = wordToHash(key);
    const current = bytesToBigInt(states.current.slot(address, slot));
    const original = bytesToBigInt(states.current.originalSlot(address, slot));
    const access = gas + (journal.warmSlot(address, slot) ? coldGas : 0n);
    if (current === value) return access + warmGas;
    if (original === current) {
      if (original === 0n) return access + createGas;
      if (value === 0n) interpreter.refundGas(clearRefund);
      return access + resetGas;
    }
    if (original !== 0n) {
      if (current === 0n) interpreter.subRefund(clearRefund);
      else if (value === 0n) interpreter.refundGas(clearRefund);
    }
    if (original === value) interpreter.refundGas((original === 0n ? createGas : resetGas) - warmGas);
    return access + warmGas;
  }), fastOp((state) => {
    const [key, value] = state.stack.popN(2) as [bigint, bigint];
    states.current.putSlot(addressOf(state.interpreter._env.address), wordToHash(key), value === 0n ? EMPTY : bigIntToBytes(value));
  }));
}

/** The table's handlers are typed by what all of them use. */
function fast(handler: (state: FastRunState, gas: bigint) => bigint): GasHandler {
  return handler as unknown as GasHandler;
}

function fastOp(handler: (state: FastRunState) => void): OpcodeHandler {
  return handler as unknown as OpcodeHandler;
}

function withSync<T extends object>(info: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(info) as object) as T, info, {isAsync: false});
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function words(length: bigint): bigint {
  return (length + WORD_BYTES - 1n) / WORD_BYTES;
}

/** Yellow Paper, C_mem: what the memory costs that this access adds. Its size is raised even when the gas will not do. */
function memoryGas(state: FastRunState, offset: bigint, length: bigint): bigint {
  if (length === 0n) return 0n;
  const count = words(offset + length);
  if (count <= state.memoryWordCount) return 0n;
  const before = state.highestMemCost;
  const cost = count * MEMORY_GAS + (count * count) / MEMORY_QUADRATIC_DIVISOR;
  state.memoryWordCount = count;
  state.highestMemCost = cost;
  return cost - before;
}
