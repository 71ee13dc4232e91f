import type {EVM} from '@ethereumjs/evm';
import {hexToBytes} from '../hex.ts';
import {INIT_CODE_BYTES_MAX} from '../limits.ts';
import {isEmptyAccount} from '../state/types.ts';
import {wordToHash} from '../words.ts';
import {opcodesOf, replaceHandler} from './opcodes.ts';
import type {OpcodeHandler, RunState} from './opcodes.ts';
import type {OverlayStateManager} from './state-manager.ts';

const EXTCODESIZE = 0x3b;
const EXTCODECOPY = 0x3c;
const EXTCODEHASH = 0x3f;
const CREATE = 0xf0;
const CREATE2 = 0xf5;
const ADDRESS_DIGITS = 40;
/** Longer init code is refused (EIP-3860) by the handler of the package. */
const INIT_CODE_MAX = BigInt(INIT_CODE_BYTES_MAX);

/** What these handlers touch of the interpreter's state. */
interface CreationRunState extends RunState {
  readonly stack: RunState['stack'] & {pop(): bigint; peek(count?: number): bigint[]; popN(count: number): bigint[]};
  readonly memory: {read(offset: number, size: number, avoidCopy?: boolean): Uint8Array; write(offset: number, size: number, value: Uint8Array): void};
  readonly interpreter: {create(gasLimit: bigint, value: bigint, code: Uint8Array, salt?: Uint8Array): Promise<bigint>};
  messageGasLimit: bigint | undefined;
}

/**
 * @ethereumjs/evm treats code that begins with 0xEF00 as of the EVM Object Format, which no fork has taken: CREATE pushes zero without
 * a frame for such init code, and EXTCODE* show two bytes in place of such code. Under the rules that there are, init code runs
 * whatever it begins with (EIP-3541 refuses what it deploys only), and code is what it is.
 */
export function installLegacyCode(evm: EVM, states: OverlayStateManager): void {
  const opcodes = opcodesOf(evm);
  for (const opcode of [CREATE, CREATE2]) {
    const original = opcodes[opcode]!.opHandler;
    replaceHandler(opcodes, opcode, (runState, common) => {
      const state = runState as CreationRunState;
      const [, offset, length] = state.stack.peek(3) as [bigint, bigint, bigint];
      if (length < 2n || length > INIT_CODE_MAX || !beginsLikeEof(state.memory.read(Number(offset), 2, true))) return original(runState, common);
      return createFrom(state, opcode === CREATE2);
    });
  }
  const codeOf = (word: bigint): Uint8Array => states.current.code(addressOf(word));
  const look = (opcode: number, read: (word: bigint) => bigint): void =>
    replaceHandler(opcodes, opcode, plain(({stack}) => stack.push(read(stack.pop()))));
  look(EXTCODESIZE, (word) => BigInt(codeOf(word).length));
  look(EXTCODEHASH, (word) => {
    const account = states.current.account(addressOf(word));
    return account === undefined || isEmptyAccount(account) ? 0n : BigInt(account.codeHash);
  });
  replaceHandler(opcodes, EXTCODECOPY, plain(({stack, memory}) => {
    const [word, offset, from, length] = stack.popN(4) as [bigint, bigint, bigint, bigint];
    if (length === 0n) return;
    const code = codeOf(word);
    const copied = new Uint8Array(Number(length));
    if (from < BigInt(code.length)) copied.set(code.subarray(Number(from), Number(from) + copied.length));
    memory.write(Number(offset), copied.length, copied);
  }));
}

async function createFrom(state: CreationRunState, isCreate2: boolean): Promise<void> {
  const [value, offset, length] = state.stack.popN(3) as [bigint, bigint, bigint];
  const salt = isCreate2 ? hexToBytes(wordToHash(state.stack.pop())) : undefined;
  const gasLimit = state.messageGasLimit!;
  state.messageGasLimit = undefined;
  state.stack.push(await state.interpreter.create(gasLimit, value, state.memory.read(Number(offset), Number(length), true), salt));
}

function beginsLikeEof(code: Uint8Array): boolean {
  return code[0] === 0xef && code[1] === 0x00;
}

function addressOf(word: bigint) {
  return `0x${BigInt.asUintN(160, word).toString(16).padStart(ADDRESS_DIGITS, '0')}` as const;
}

function plain(handler: (state: CreationRunState) => void): OpcodeHandler {
  return handler as unknown as OpcodeHandler;
}
