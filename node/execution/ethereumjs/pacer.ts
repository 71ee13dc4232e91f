import type {EVM} from '@ethereumjs/evm';
import {JUMPS_PER_TURN} from '../limits.ts';

const JUMPDEST = 0x5b;

interface OpcodeEntry {
  readonly opcodeInfo: object;
  readonly opHandler: unknown;
}

/**
 * Lets the rest of the process have a turn during long executions: the interpreter awaits microtasks only, so 16 M gas of a loop
 * would hold up consensus messages for seconds. Every loop and every call into compiled code passes a JUMPDEST; each
 * `JUMPS_PER_TURN` of them yields. Execution itself is not changed by it.
 */
export function installPacer(evm: EVM, yieldTurn: () => Promise<void>): void {
  const opcodes = (evm as unknown as {_opcodeMap: OpcodeEntry[]})._opcodeMap;
  const entry = opcodes[JUMPDEST]!;
  let jumps = 0;
  const opHandler = (): Promise<void> | undefined => {
    if (++jumps < JUMPS_PER_TURN) return undefined;
    jumps = 0;
    return yieldTurn();
  };
  opcodes[JUMPDEST] = {...entry, opcodeInfo: Object.assign(Object.create(Object.getPrototypeOf(entry.opcodeInfo) as object) as object, entry.opcodeInfo, {isAsync: true}), opHandler};
}
