import type {EVM} from '@ethereumjs/evm';
import {JUMPS_PER_CALL, JUMPS_PER_TURN} from '../limits.ts';
import {JUMPDEST, opcodesOf, replaceHandler} from './opcodes.ts';

/** CREATE, CALL, CALLCODE, DELEGATECALL, CREATE2, STATICCALL. */
const CALLS = [0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa];

/**
 * Lets the rest of the process have a turn during long executions: the interpreter awaits microtasks only, so 16 M gas of a loop
 * would hold up consensus messages for seconds. Every loop passes a JUMPDEST, every recursion a call, whose cost stands for that of
 * so many jumps; each `JUMPS_PER_TURN` of them yields. Execution itself is not changed by it.
 */
export function installPacer(evm: EVM, yieldTurn: () => Promise<void>): void {
  const opcodes = opcodesOf(evm);
  let jumps = 0;
  const pace = (count: number): Promise<void> | undefined => {
    jumps += count;
    if (jumps < JUMPS_PER_TURN) return undefined;
    jumps = 0;
    return yieldTurn();
  };
  replaceHandler(opcodes, JUMPDEST, () => pace(1), true);
  for (const call of CALLS) {
    const original = opcodes[call]!.opHandler;
    replaceHandler(opcodes, call, (runState, common) => {
      const turn = pace(JUMPS_PER_CALL);
      return turn === undefined ? original(runState, common) : turn.then(() => original(runState, common));
    });
  }
}
