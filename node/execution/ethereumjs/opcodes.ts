/** The table of opcodes of an EVM of @ethereumjs/evm, which it keeps private, and how a handler in it is replaced. */
import type {EVM} from '@ethereumjs/evm';

export const JUMPDEST = 0x5b;
export const PUSH1 = 0x60;
export const PUSH32 = 0x7f;

export interface RunState {
  readonly opCode: number;
  readonly code: Uint8Array;
  readonly shouldDoJumpAnalysis: boolean;
  readonly cachedPushes: Record<number, bigint>;
  readonly stack: {push(value: bigint): void};
  readonly interpreter: object;
  programCounter: number;
}

export type OpcodeHandler = (runState: RunState, common: unknown) => Promise<void> | undefined | void;

/** What an opcode costs besides `gas`, its base fee; the answer holds both. */
export type GasHandler = (runState: RunState, gas: bigint, common: unknown) => Promise<bigint> | bigint;

export interface OpcodeEntry {
  readonly opcodeInfo: {readonly isAsync: boolean; readonly dynamicGas: boolean; readonly isInvalid: boolean; readonly feeBigInt: bigint};
  readonly opHandler: OpcodeHandler;
  /** Where `dynamicGas` says so. */
  readonly gasHandler?: GasHandler;
}

export function opcodesOf(evm: EVM): OpcodeEntry[] {
  return (evm as unknown as {_opcodeMap: OpcodeEntry[]})._opcodeMap;
}

/** `isAsync`: whether the interpreter awaits the handler. */
export function replaceHandler(opcodes: OpcodeEntry[], opcode: number, opHandler: OpcodeHandler, isAsync?: boolean): void {
  const entry = opcodes[opcode]!;
  const {opcodeInfo} = entry;
  const info = isAsync === undefined ? opcodeInfo : Object.assign(Object.create(Object.getPrototypeOf(opcodeInfo) as object) as object, opcodeInfo, {isAsync});
  opcodes[opcode] = {...entry, opcodeInfo: info, opHandler};
}
