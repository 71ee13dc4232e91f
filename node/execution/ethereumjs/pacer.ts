import type {EVM} from '@ethereumjs/evm';
import {JUMPS_PER_CALL, JUMPS_PER_TURN} from '../limits.ts';
import {JUMPDEST, opcodesOf, replaceHandler} from './opcodes.ts';

/** CREATE, CALL, CALLCODE, DELEGATECALL, CREATE2, STATICCALL. */
const CALLS = [0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa];

/**
 * Lets the rest of the process have a turn during long executions: the interpreter awaits microtasks only, so 16 M gas of a loop
 * would hold up consensus messages for seconds. It counts over all frames of an EVM. Execution itself is not changed by it.
 */
export class Pacer {
  readonly #yieldTurn: () => Promise<void>;
  #jumps = 0;
  /** Since the last turn. A plain field: the interpreter's loop raises it at every instruction, and takes a turn at INSTRUCTIONS_PER_TURN. */
  instructions = 0;

  constructor(yieldTurn: () => Promise<void>) {
    this.#yieldTurn = yieldTurn;
  }

  /** @returns what to wait for, when it is time for a turn. */
  jumped(count: number): Promise<void> | undefined {
    this.#jumps += count;
    return this.#jumps < JUMPS_PER_TURN ? undefined : this.turn();
  }

  turn(): Promise<void> {
    this.#jumps = 0;
    this.instructions = 0;
    return this.#yieldTurn();
  }
}

/**
 * Every loop passes a JUMPDEST, every recursion a call, whose cost stands for that of so many jumps. This is all the pace there is where
 * the interpreter keeps its own loop, and a finer one than that of instructions where it does not.
 */
export function installPacer(evm: EVM, pacer: Pacer): void {
  const opcodes = opcodesOf(evm);
  replaceHandler(opcodes, JUMPDEST, () => pacer.jumped(1), true);
  for (const call of CALLS) {
    const original = opcodes[call]!.opHandler;
    replaceHandler(opcodes, call, (runState, common) => {
      const turn = pacer.jumped(JUMPS_PER_CALL);
      return turn === undefined ? original(runState, common) : turn.then(() => original(runState, common));
    });
  }
}
