import {bigIntToFixed} from '../hex.ts';
import type {ExecutionObserver, ObservedExit, ObservedFrame} from '../observer.ts';
import type {Address, Hash, Log} from '../types.ts';

/** ERC-7528: the address that stands for ether. */
const ETHER_ADDRESS: Address = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
/** keccak256 of `Transfer(address,address,uint256)`. */
const TRANSFER_TOPIC: Hash = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A log, and its place among all that the calls of the block wrote: those of frames that failed are not shown, but counted. */
export interface CallLog {
  readonly log: Log;
  readonly index: number;
}

/** The logs of the calls of a block, one call after the other; if wanted with the transfers of ether among them, as if ether were an ERC-20 token. */
export class CallLogs implements ExecutionObserver {
  readonly #withTransfers: boolean;
  readonly turn: () => void;
  /** By open frame; the last is the innermost. */
  readonly #frames: CallLog[][] = [];
  #last: readonly CallLog[] = [];
  #count = 0;

  /** `turn`: of the observer. */
  constructor(withTransfers: boolean, turn: () => void) {
    this.#withTransfers = withTransfers;
    this.turn = turn;
  }

  /** The logs of the call that ended since the last time. */
  take(): readonly CallLog[] {
    const logs = this.#last;
    this.#last = [];
    return logs;
  }

  enter({kind, from, to, value}: ObservedFrame): void {
    this.#frames.push([]);
    // These two show a value that does not move.
    if (!this.#withTransfers || kind === 'DELEGATECALL' || kind === 'CALLCODE' || value === undefined || value === 0n) return;
    this.log({address: ETHER_ADDRESS, topics: [TRANSFER_TOPIC, topicOf(from), topicOf(to)], data: bigIntToFixed(value, 32)});
  }

  exit({error}: ObservedExit): void {
    const logs = this.#frames.pop() ?? [];
    if (error !== undefined) return;
    const outer = this.#frames.at(-1);
    if (outer === undefined) this.#last = logs;
    else for (const log of logs) outer.push(log);
  }

  log(log: Log): void {
    this.#frames.at(-1)?.push({log, index: this.#count++});
  }
}

function topicOf(address: Address): Hash {
  return `0x${'00'.repeat(12)}${address.slice(2)}`;
}
