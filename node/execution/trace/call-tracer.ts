import {revertReason} from '../../rpc/eth/revert.ts';
import {bytesToHex} from '../hex.ts';
import type {ObservedExit, ObservedFrame} from '../observer.ts';
import type {Log} from '../types.ts';
import type {TraceBudget} from './budget.ts';
import type {Json, TraceEnd, Tracer, TraceStart} from './types.ts';

/** Of a frame's JSON without data. */
const FRAME_BYTES = 250;

interface Call {
  readonly frame: ObservedFrame;
  exit: ObservedExit | undefined;
  readonly calls: Call[];
  logs: {readonly log: Log; readonly index: number; readonly position: number}[];
}

/** The tree of calls of a transaction (go-ethereum, eth/tracers/native/call.go). */
export class CallTracer implements Tracer {
  readonly #options: {readonly onlyTopCall: boolean; readonly withLog: boolean};
  readonly #start: TraceStart;
  readonly #budget: TraceBudget;
  /** Frames that are open; the first is the transaction. */
  readonly #open: Call[] = [];
  #top: Call | undefined;
  #depth = 0;
  #logs: number;

  constructor(options: {readonly onlyTopCall: boolean; readonly withLog: boolean}, start: TraceStart, budget: TraceBudget) {
    this.#options = options;
    this.#start = start;
    this.#budget = budget;
    this.#logs = start.firstLogIndex;
  }

  turn(): void {
    this.#budget.check();
  }

  enter(frame: ObservedFrame): void {
    this.#budget.tick();
    this.#depth = frame.depth;
    if (this.#options.onlyTopCall && frame.depth > 0) return;
    this.#budget.spend(FRAME_BYTES + frame.input.length * 2);
    const call: Call = {frame, exit: undefined, calls: [], logs: []};
    if (this.#top === undefined) this.#top = call;
    else this.#open.at(-1)!.calls.push(call);
    this.#open.push(call);
  }

  exit(exit: ObservedExit): void {
    const depth = this.#depth--;
    if (this.#options.onlyTopCall && depth > 0) return;
    this.#budget.spend(exit.output.length * 2);
    this.#open.pop()!.exit = exit;
  }

  log(log: Log): void {
    const index = this.#logs++;
    if (!this.#options.withLog || (this.#options.onlyTopCall && this.#depth > 0)) return;
    this.#budget.spend(FRAME_BYTES + log.data.length * 2);
    const call = this.#open.at(-1)!;
    call.logs.push({log, index, position: call.calls.length});
  }

  result({gasUsed}: TraceEnd): Json {
    const top = this.#top;
    if (top === undefined) return {};
    if (this.#options.withLog) dropRevertedLogs(top, false);
    return callJson(top, {gas: this.#start.gasLimit, gasUsed});
  }
}

/** A log that was taken back is none. */
function dropRevertedLogs(call: Call, isReverted: boolean): void {
  const failed = isReverted || call.exit?.error !== undefined;
  if (failed) call.logs = [];
  for (const child of call.calls) dropRevertedLogs(child, failed);
}

/** `total`: of the whole transaction, which stands in its outermost frame. */
function callJson({frame, exit, calls, logs}: Call, total?: {readonly gas: bigint; readonly gasUsed: bigint}): Json {
  const {kind, from, to, value, gas, input} = frame;
  const {output, gasUsed, error, isReverted} = exit!;
  const failedCreation = error !== undefined && (kind === 'CREATE' || kind === 'CREATE2');
  const reason = isReverted ? revertReason(output) : undefined;
  return {
    from,
    gas: hex(total?.gas ?? gas),
    gasUsed: hex(total?.gasUsed ?? gasUsed),
    ...(failedCreation ? {} : {to}),
    input: bytesToHex(input),
    ...(output.length === 0 ? {} : {output: bytesToHex(output)}),
    ...(error === undefined ? {} : {error}),
    ...(reason === undefined ? {} : {revertReason: reason}),
    ...(calls.length === 0 ? {} : {calls: calls.map((call) => callJson(call))}),
    ...(logs.length === 0 ? {} : {logs: logs.map(({log, index, position}) => logJson(log, index, position))}),
    ...(value === undefined ? {} : {value: hex(value)}),
    type: kind,
  };
}

function logJson({address, topics, data}: Log, index: number, position: number): Json {
  return {address, topics, data: bytesToHex(data), index: hex(index), position: hex(position)};
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
