/**
 * Evidence from discovery to its block: kept on disk, proposed, and never committed twice. Source: CometBFT `evidence/pool.go`.
 * The loop calls it between blocks, peers and RPC at any moment; memory is changed at once, writes follow in the same order.
 */
import {decodeEvidence, equalBytes, evidenceHash, evidenceId, framedBytes, toHex, type Evidence, type Vote} from '#proto';
import {evidenceHeight, isEvidenceExpired} from '#consensus/core';
import type {ConsensusState, EvidenceChain, EvidencePool, EvidenceRefusal, KeyValueOp, KeyValueStore, Logger} from '#consensus/engine';
import {createDuplicateVoteEvidence} from './duplicateVote.ts';
import {committedKey, EvidenceKey, heightBytes, heightFromBytes, HEIGHT_KEY, pendingKey, rangeOf} from './keys.ts';
import {PendingList, pendingOf, type PendingEvidence} from './pending.ts';
import {Reports, type Report} from './reports.ts';
import {evidenceRefusal} from './verify.ts';

export interface StoredEvidencePoolModules {
  readonly db: KeyValueStore;
  readonly logger: Logger;
}

interface Position {
  readonly chain: EvidenceChain;
  readonly state: ConsensusState;
}

const NO_EVIDENCE_HASH = evidenceHash([]);

export class StoredEvidencePool implements EvidencePool {
  private readonly modules: StoredEvidencePoolModules;
  private position: Position | undefined;
  private readonly waiting = new PendingList();
  private readonly reports = new Reports();
  /** Committed, but not on disk yet. */
  private readonly committing = new Set<string>();
  /** The last write that was begun. When one fails, so do all after it, and the loop hears of it at the next block. */
  private written: Promise<void> = Promise.resolve();
  private readonly listeners = new Set<(entry: PendingEvidence) => void>();

  constructor(modules: StoredEvidencePoolModules) {
    this.modules = modules;
  }

  async start(chain: EvidenceChain, state: ConsensusState): Promise<void> {
    const {db} = this.modules;
    this.position = {chain, state};
    for await (const [, bytes] of db.range(...rangeOf(EvidenceKey.Pending))) {
      const evidence = decodeEvidence(bytes);
      this.waiting.add(pendingOf(evidence, evidenceId(evidence)));
    }
    for await (const [key, bytes] of db.range(...rangeOf(EvidenceKey.Report))) this.reports.restore(key, bytes);
    await this.writeCommitted([...this.missedBlocks(), ...this.refused(), ...this.afterBlock()], true);
  }

  /** The new evidence, for gossip. Returns an unsubscribe function. */
  onPending(fn: (entry: PendingEvidence) => void): () => void {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  }

  get maxAgeBlocks(): bigint {
    return this.requirePosition().state.consensusParams.evidence.maxAgeNumBlocks;
  }

  /** Everything that waits, oldest first. */
  list(): readonly PendingEvidence[] {
    return this.waiting.list();
  }

  pending(maxBytes: bigint): readonly Evidence[] {
    const chosen: Evidence[] = [];
    let left = maxBytes;
    for (const {evidence, bytes} of this.waiting.list()) {
      const size = BigInt(framedBytes(bytes.length));
      if (size > left) continue;
      left -= size;
      chosen.push(evidence);
    }
    return chosen;
  }

  check(list: readonly Evidence[]): EvidenceRefusal | undefined {
    const {chain, state} = this.requirePosition();
    const seen = new Set<string>();
    for (const evidence of list) {
      const id = evidenceId(evidence);
      const key = toHex(id);
      if (seen.has(key)) return {kind: 'committed', problem: 'the same evidence stands in the block twice'};
      seen.add(key);
      if (this.isCommitted(id)) return {kind: 'committed', problem: 'the evidence stands in an earlier block'};
      // The id of duplicate votes covers every byte, so what waits was verified. That of an attack leaves room for other signatures.
      if (evidence.type === 'duplicateVote' && this.waiting.has(id)) continue;
      const refusal = evidenceRefusal(evidence, chain, state);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  reportConflictingVotes(voteA: Vote, voteB: Vote): void {
    const op = this.reports.add(voteA, voteB);
    if (op === undefined) return;
    const {validatorIndex, height, round, type} = voteA;
    this.modules.logger.warn({validator: validatorIndex, height, round, type}, 'a validator voted twice');
    // A failure shows at the next block.
    void this.write([op], true).catch(() => undefined);
  }

  async update(state: ConsensusState, committed: readonly Evidence[]): Promise<void> {
    const {chain} = this.requirePosition();
    this.position = {chain, state};
    const ops = [...this.markCommitted(state.lastBlockHeight, committed), ...this.afterBlock()];
    // The height alone may lag behind: the start looks at the blocks in between.
    await this.writeCommitted(ops, ops.length > 1);
  }

  async committedEarlier(height: bigint, committed: readonly Evidence[]): Promise<void> {
    if (committed.length > 0) await this.write(this.markCommitted(height, committed), true);
  }

  async add(evidence: Evidence): Promise<EvidenceRefusal | undefined> {
    let entry: PendingEvidence;
    try {
      entry = pendingOf(evidence, evidenceId(evidence));
    } catch (error) {
      return {kind: 'invalid', problem: `it cannot be encoded: ${(error as Error).message}`};
    }
    if (this.waiting.has(entry.id) || this.isCommitted(entry.id)) return undefined;
    const refusal = this.roomRefusal(entry) ?? this.verify(evidence);
    if (refusal !== undefined) return refusal;
    await this.write([this.insert(entry)], true);
    return undefined;
  }

  private verify(evidence: Evidence): EvidenceRefusal | undefined {
    const {chain, state} = this.requirePosition();
    return evidenceRefusal(evidence, chain, state);
  }

  private roomRefusal({evidence, bytes}: PendingEvidence): EvidenceRefusal | undefined {
    const {maxBytes} = this.requirePosition().state.consensusParams.evidence;
    const size = BigInt(framedBytes(bytes.length));
    const problem = size > maxBytes ? `${size} bytes, a block takes ${maxBytes}` : this.waiting.roomProblem(evidence, bytes.length);
    return problem === undefined ? undefined : {kind: 'full', problem};
  }

  private insert(entry: PendingEvidence): KeyValueOp {
    this.waiting.add(entry);
    this.modules.logger.info({type: entry.evidence.type, height: evidenceHeight(entry.evidence)}, 'new evidence of misbehaviour');
    for (const listener of this.listeners) listener(entry);
    return {type: 'put', key: pendingKey(entry.evidence, entry.id), value: entry.bytes};
  }

  private remove(entry: PendingEvidence): KeyValueOp {
    this.waiting.delete(entry.id);
    return {type: 'del', key: pendingKey(entry.evidence, entry.id)};
  }

  /** A block of a height above the state's was taken back (rollback): what it committed is not. */
  private isCommitted(id: Uint8Array): boolean {
    if (this.committing.has(toHex(id))) return true;
    const height = this.modules.db.get(committedKey(id));
    return height !== undefined && heightFromBytes(height) <= this.requirePosition().state.lastBlockHeight;
  }

  private markCommitted(height: bigint, committed: readonly Evidence[]): KeyValueOp[] {
    return committed.flatMap((evidence): KeyValueOp[] => {
      const id = evidenceId(evidence);
      const entry = this.waiting.get(id);
      this.committing.add(toHex(id));
      return [{type: 'put', key: committedKey(id), value: heightBytes(height)}, ...(entry === undefined ? [] : [this.remove(entry)])];
    });
  }

  /** From the newest block down to what the pool knows, is too old to matter, or is not here. */
  private missedBlocks(): KeyValueOp[] {
    const {chain, state} = this.requirePosition();
    const stored = this.modules.db.get(HEIGHT_KEY);
    const known = stored === undefined ? 0n : heightFromBytes(stored);
    const ops: KeyValueOp[] = [];
    for (let height = state.lastBlockHeight; height > known; height--) {
      const header = chain.loadBlockMeta(height)?.header;
      if (header === undefined || isExpired(state, height, header.time)) break;
      if (equalBytes(header.evidenceHash, NO_EVIDENCE_HASH)) continue;
      ops.push(...this.markCommitted(height, chain.loadEvidence(height) ?? []));
    }
    return ops;
  }

  /** What a new height changes: reports ripen, evidence expires, and attacks on heights to come meet the real ones. The height comes last. */
  private afterBlock(): KeyValueOp[] {
    const {state} = this.requirePosition();
    const ops: KeyValueOp[] = [];
    for (const entry of this.waiting.list()) if (this.isStale(entry)) ops.push(this.remove(entry));
    for (const report of this.reports.take(state.lastBlockHeight)) {
      const entry = this.entryOf(report);
      if (entry !== undefined) ops.push(this.insert(entry));
      ops.push({type: 'del', key: report.key});
    }
    ops.push({type: 'put', key: HEIGHT_KEY, value: heightBytes(state.lastBlockHeight)});
    return ops;
  }

  private isStale({evidence}: PendingEvidence): boolean {
    const {state} = this.requirePosition();
    if (isExpired(state, evidenceHeight(evidence), evidence.timestamp)) return true;
    if (evidence.type === 'duplicateVote') return false;
    // Seen from a later height, another block and commit are what it conflicts with; two heights on, nothing changes any more.
    const {height} = evidence.conflictingBlock.signedHeader.header;
    return height >= state.lastBlockHeight - 1n && this.verify(evidence) !== undefined;
  }

  private entryOf({voteA, voteB}: Report): PendingEvidence | undefined {
    const {chain, state} = this.requirePosition();
    const {height} = voteA;
    const header = chain.loadBlockMeta(height)?.header;
    const validators = chain.loadValidators(height);
    const evidence =
      header === undefined || validators === undefined ? undefined : createDuplicateVoteEvidence(voteA, voteB, header.time, validators);
    if (evidence === undefined) return undefined;
    const entry = pendingOf(evidence, evidenceId(evidence));
    if (this.waiting.has(entry.id) || this.isCommitted(entry.id)) return undefined;
    const refusal = this.roomRefusal(entry) ?? evidenceRefusal(evidence, chain, state);
    if (refusal === undefined) return entry;
    this.modules.logger.warn({height, problem: refusal.problem}, 'two votes of one validator make no evidence');
    return undefined;
  }

  /** What an earlier life of this node kept, but the chain as it is now does not bear out: it expired, or a rollback changed it. */
  private refused(): KeyValueOp[] {
    return this.waiting
      .list()
      .filter(({evidence}) => this.verify(evidence) !== undefined)
      .map((entry) => this.remove(entry));
  }

  private async writeCommitted(ops: readonly KeyValueOp[], sync: boolean): Promise<void> {
    // What is marked while this is written is the business of a later write.
    const marked = [...this.committing];
    await this.write(ops, sync);
    for (const id of marked) this.committing.delete(id);
  }

  private write(ops: readonly KeyValueOp[], sync: boolean): Promise<void> {
    const written = this.written.then(() => this.modules.db.write(ops, {sync}));
    this.written = written;
    written.catch(() => undefined);
    return written;
  }

  private requirePosition(): Position {
    if (this.position === undefined) throw new Error('the evidence pool has not been started');
    return this.position;
  }
}

function isExpired({consensusParams, lastBlockHeight, lastBlockTime}: ConsensusState, height: bigint, time: ConsensusState['lastBlockTime']): boolean {
  return isEvidenceExpired(consensusParams, {height: lastBlockHeight, time: lastBlockTime}, {height, time});
}
