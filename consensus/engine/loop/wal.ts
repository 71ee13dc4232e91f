/**
 * The log of everything that moves the round state, in the order in which it was handled. What this node signed is durable before it
 * is handled or sent; what peers sent becomes durable with it, so a replay takes the same decisions on the same grounds.
 */
import {decodeWalMessage, encodeWalMessage, RoundStep, type BlockID, type Part, type VoteType, type WalMessage} from '#proto';
import {assertNever, type LoggedInput, type TimeoutKind} from '#consensus/core';
import {EngineError} from '../errors.ts';
import {WAL_HEIGHT_SEGMENTS_MAX, WAL_SEGMENT_BYTES, WAL_SEGMENTS_KEPT} from '../limits.ts';
import type {Clock, Logger, LogStore} from '../ports.ts';

/** An input as the log gives it back. */
export type WalInput =
  | LoggedInput
  | {readonly type: 'part'; readonly peer: string; readonly height: bigint; readonly round: number; readonly part: Part}
  /** Without it a replay would not count the second vote of an equivocator, and could forget a lock that rests on it. */
  | {
      readonly type: 'majorityClaim';
      readonly peer: string;
      readonly height: bigint;
      readonly round: number;
      readonly voteType: VoteType;
      readonly blockId: BlockID;
    }
  | {readonly type: 'start'; readonly height: bigint};

export class Wal {
  private readonly log: LogStore;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private segmentBytes = 0;

  constructor(log: LogStore, modules: {readonly clock: Clock; readonly logger: Logger}) {
    this.log = log;
    this.clock = modules.clock;
    this.logger = modules.logger;
  }

  append(input: WalInput): void {
    this.write(toMessage(input));
  }

  sync(): void {
    this.log.sync();
  }

  /** The block of `height` is in the block store: nothing before this is needed any more. */
  endHeight(height: bigint): void {
    this.record({type: 'endHeight', height});
    if (this.segmentBytes < WAL_SEGMENT_BYTES) return;
    this.rotate(WAL_SEGMENTS_KEPT);
    // The next height needs nothing of the segments before.
    this.record({type: 'endHeight', height});
  }

  /**
   * What was logged for `height`, which is not decided as far as the stores know. All of it: nothing when its beginning is missing.
   * @throws EngineError WAL when an intact record cannot be read (the log is not ours, or was written by other software), or when
   * something is missing that may belong to `height`: a lock that is forgotten can break the agreement of the others.
   */
  replay(height: bigint): WalInput[] {
    const {records, tornBytes, damage = [], segmentBytes} = this.log.readAll();
    this.segmentBytes = segmentBytes;
    if (tornBytes > 0) this.logger.warn({tornBytes}, 'the end of the write-ahead log was torn by a crash and is cut off');
    let inputs: WalInput[] = [];
    let hasBeginning = false;
    /** Records up to here are of heights that are decided. */
    let decided = 0;
    for (const [index, record] of records.entries()) {
      const message = this.decode(record);
      if (message.type === 'endHeight' && message.height === height - 1n) {
        inputs = [];
        hasBeginning = true;
      }
      if (message.type === 'endHeight' && message.height < height) decided = index + 1;
      const input = fromMessage(message);
      if (input !== undefined && heightOf(input) === height) inputs.push(input);
    }
    for (const {afterRecord, place, bytes} of damage) {
      if (afterRecord >= decided) throw damaged(height, place, bytes);
      this.logger.warn({place, bytes}, 'the write-ahead log is damaged where it is not needed any more; have the disk checked');
    }
    if (hasBeginning) return inputs;
    if (inputs.length > 0) this.logger.warn({height}, 'the write-ahead log does not hold the beginning of this height and is not replayed');
    this.record({type: 'endHeight', height: height - 1n});
    return [];
  }

  private decode(record: Uint8Array): WalMessage {
    try {
      return decodeWalMessage(record).message;
    } catch (error) {
      throw new EngineError('WAL', 'the write-ahead log holds a record that cannot be read', {cause: error});
    }
  }

  private write(message: WalMessage): void {
    this.record(message);
    // A height that takes very many rounds must not fill the disk, nor the memory of the next start.
    if (this.segmentBytes >= WAL_SEGMENT_BYTES) this.rotate(WAL_HEIGHT_SEGMENTS_MAX);
  }

  private rotate(kept: number): void {
    this.log.rotate(kept);
    this.segmentBytes = 0;
  }

  private record(message: WalMessage): void {
    const record = encodeWalMessage({time: this.clock.now(), message});
    this.segmentBytes += record.length;
    this.log.append(record);
  }
}

function damaged(height: bigint, place: string, bytes: number): EngineError {
  return new EngineError(
    'WAL',
    `the write-ahead log is damaged (${place}, ${bytes} bytes) and goes on intact behind it: not what a crash leaves, but a bad disk or a changed file. ` +
      `What this node promised at height ${height} may stand there. Keep a copy of data/cs.wal, let the others decide height ${height}, ` +
      'then move data/cs.wal away and start again. See docs/runbooks/wal-corruption.md',
  );
}

const STEP_OF_TIMEOUT: Readonly<Record<TimeoutKind, RoundStep>> = {
  propose: RoundStep.Propose,
  prevote: RoundStep.PrevoteWait,
  precommit: RoundStep.PrecommitWait,
};

function toMessage(input: WalInput): WalMessage {
  switch (input.type) {
    case 'proposal':
      return {type: 'message', peer: input.peer, message: {type: 'proposal', proposal: input.proposal}};
    case 'vote':
      return {type: 'message', peer: input.peer, message: {type: 'vote', vote: input.vote}};
    case 'part': {
      const {peer, height, round, part} = input;
      return {type: 'message', peer, message: {type: 'blockPart', height, round, part}};
    }
    case 'majorityClaim': {
      const {peer, height, round, voteType, blockId} = input;
      return {type: 'message', peer, message: {type: 'voteSetMaj23', height, round, voteType, blockId}};
    }
    case 'timeout':
      return {type: 'timeout', durationNs: 0n, height: input.height, round: input.round, step: STEP_OF_TIMEOUT[input.kind]};
    case 'start':
      return {type: 'timeout', durationNs: 0n, height: input.height, round: 0, step: RoundStep.NewHeight};
    default:
      return assertNever(input);
  }
}

/** undefined for marks and for messages that move nothing. */
function fromMessage(message: WalMessage): WalInput | undefined {
  if (message.type === 'endHeight') return undefined;
  if (message.type === 'timeout') return fromTimeout(message);
  const {peer, message: inner} = message;
  switch (inner.type) {
    case 'proposal':
      return {type: 'proposal', proposal: inner.proposal, peer};
    case 'vote':
      return {type: 'vote', vote: inner.vote, peer};
    case 'blockPart':
      return {type: 'part', peer, height: inner.height, round: inner.round, part: inner.part};
    case 'voteSetMaj23':
      return {...inner, type: 'majorityClaim', peer};
    default:
      return undefined;
  }
}

function fromTimeout({height, round, step}: Extract<WalMessage, {type: 'timeout'}>): WalInput | undefined {
  if (step === RoundStep.NewHeight) return {type: 'start', height};
  for (const kind of ['propose', 'prevote', 'precommit'] as const) {
    if (STEP_OF_TIMEOUT[kind] === step) return {type: 'timeout', kind, height, round};
  }
  return undefined;
}

function heightOf(input: WalInput): bigint {
  if (input.type === 'proposal') return input.proposal.height;
  if (input.type === 'vote') return input.vote.height;
  return input.height;
}
