/**
 * The transaction pool. It owns which transactions wait, and in which order they are offered to the proposer. It does not
 * own validity in a block (execution decides that anew), nor the wire format of gossip.
 *
 * All of its methods run to their end without yielding: a batch of submissions is in the pool before the proposer looks.
 */
import type {ExecTxResult} from '#proto';
import type {TransactionSource} from '#consensus/engine';
import type {PoolBackend} from '#node/rpc/eth';
import {authoritiesOf, type Address, type Hash, type StateReader, type Transaction} from '#node/execution';
import {checkAgainstSender, checkAlone, checkAuthorities, type AdmissionRules} from './admission.ts';
import {Catalogue} from './catalogue.ts';
import {decodeFailure, PoolError, PROTOCOL_VIOLATIONS, refuse} from './errors.ts';
import {GossipOutbox} from './gossip.ts';
import {DEFAULT_MEMPOOL_LIMITS, type MempoolLimits} from './limits.ts';
import {PoolListeners} from './listeners.ts';
import {reap} from './reap.ts';
import {readmit, type ReloadReport} from './reload.ts';
import {Rebroadcast} from './rebroadcast.ts';
import {Room} from './room.ts';
import {costOf, NO_AUTHORITIES, type PooledTransaction, type SenderQueue} from './sender-queue.ts';
import {Senders} from './senders.ts';
import type {DropReason, GossipOutcome, MempoolModules, MempoolOptions, TransactionOrigin} from './types.ts';

export class Mempool implements TransactionSource, PoolBackend {
  private readonly options: MempoolOptions;
  private readonly modules: MempoolModules;
  private readonly limits: MempoolLimits;
  private readonly outbox: GossipOutbox;
  private readonly rebroadcast: Rebroadcast;

  private readonly catalogue = new Catalogue();
  private readonly senders = new Senders();
  private readonly room: Room;
  private sequence = 0;
  /** Counts calls of `update`; tells whether a sender's nonce and balance were read since the last block. */
  private blocksSeen = 0;
  private isAnnounced = false;
  private isClosed = false;
  private readonly listeners: PoolListeners;

  constructor(options: MempoolOptions, modules: MempoolModules) {
    this.options = options;
    this.modules = modules;
    this.limits = {...DEFAULT_MEMPOOL_LIMITS, ...options.limits};
    const {limits, catalogue, senders} = this;
    this.room = new Room({limits, catalogue, senders, baseFee: () => modules.baseFee()});
    this.outbox = new GossipOutbox(this.limits, modules);
    this.listeners = new PoolListeners(modules.logger);
    this.rebroadcast = new Rebroadcast({intervalMs: this.limits.rebroadcastIntervalMs, countMax: this.limits.rebroadcastCountMax});
  }

  // Submission

  /** Before many are submitted: what can be done for them beside this thread. Never rejects. */
  prepare(raws: readonly Uint8Array[]): Promise<void> {
    return this.modules.prepare?.(raws) ?? Promise.resolve();
  }

  async submit(raw: Uint8Array): Promise<Hash> {
    try {
      const {hash} = this.admit(raw, 'local');
      await this.store(raw);
      return hash;
    } catch (error) {
      if (error instanceof PoolError) this.modules.metrics?.refused('local', error.code);
      throw error;
    }
  }

  /**
   * A gossip message. `reject`: no honest node would have sent it. `accept`: something in it was new, so pass it on.
   * Never throws.
   */
  receive(batch: readonly Uint8Array[]): GossipOutcome {
    if (this.isClosed) return 'ignore';
    if (batch.length === 0 || batch.length > this.limits.gossipBatchCountMax) return 'reject';
    let outcome: GossipOutcome = 'ignore';
    for (const raw of batch) {
      try {
        this.admit(raw, 'gossip');
        outcome = 'accept';
      } catch (error) {
        if (!(error instanceof PoolError)) {
          this.modules.logger.error({err: error}, 'a transaction from the network could not be examined');
          continue;
        }
        this.modules.metrics?.refused('gossip', error.code);
        if (PROTOCOL_VIOLATIONS.has(error.code)) return 'reject';
      }
    }
    return outcome;
  }

  // TransactionSource

  reap(maxBytes: bigint, maxGas: bigint): readonly Uint8Array[] {
    return reap({
      queues: this.senders.ready,
      baseFee: this.modules.baseFee(),
      maxBytes,
      maxGas,
      isFresh: (queue) => this.ensureFresh(queue),
    });
  }

  hasTransactions(): boolean {
    const baseFee = this.modules.baseFee();
    for (const queue of this.senders.ready) {
      if (queue.hasWork(baseFee)) return true;
    }
    return false;
  }

  onAvailable(fn: () => void): () => void {
    return this.listeners.onAvailable(fn);
  }

  async update(_height: bigint, txs: readonly Uint8Array[], _results: readonly ExecTxResult[]): Promise<void> {
    this.blocksSeen++;
    this.room.forgetOrder();
    const state = this.modules.state();
    for (const address of this.accountsNamedBy(txs)) {
      const queue = this.senders.get(address);
      if (queue !== undefined && queue.readAt !== this.blocksSeen) this.refresh(queue, state);
    }
    this.sweepOn(state);
    this.publishAgain();
    this.measure();
    this.isAnnounced = false;
    if (this.hasTransactions()) this.announce();
  }

  // PoolBackend

  /** The checks of `submit` without admission. Throws PoolError. */
  check(raw: Uint8Array): Transaction {
    return this.examine(raw).tx;
  }

  get(hash: Hash): Transaction | undefined {
    return this.catalogue.get(hash)?.tx;
  }

  pendingNonce(address: Address): bigint {
    const queue = this.senders.get(address);
    if (queue === undefined) return this.modules.state().nonce(address);
    this.ensureFresh(queue);
    return queue.nextNonce;
  }

  counts(): {readonly pending: number; readonly queued: number} {
    return {pending: this.senders.pendingCount, queued: this.catalogue.size - this.senders.pendingCount};
  }

  /** All that waits, and the bytes of their envelopes. */
  size(): {readonly count: number; readonly bytes: number} {
    return {count: this.catalogue.size, bytes: this.catalogue.bytes};
  }

  content(): {readonly pending: ReadonlyMap<Address, readonly Transaction[]>; readonly queued: ReadonlyMap<Address, readonly Transaction[]>} {
    const pending = new Map<Address, readonly Transaction[]>();
    const queued = new Map<Address, readonly Transaction[]>();
    for (const queue of this.senders.values()) {
      const {pending: executable, queued: waiting} = queue.split();
      if (executable.length > 0) pending.set(queue.address, executable);
      if (waiting.length > 0) queued.set(queue.address, waiting);
    }
    return {pending, queued};
  }

  contentFrom(address: Address): {readonly pending: readonly Transaction[]; readonly queued: readonly Transaction[]} {
    const queue = this.senders.get(address);
    return queue === undefined ? {pending: [], queued: []} : queue.split();
  }

  onPending(fn: (tx: Transaction) => void): () => void {
    return this.listeners.onPending(fn);
  }

  /** All that waits, in the order of arrival. */
  raws(): Uint8Array[] {
    return [...this.catalogue.items()].map(({tx}) => tx.raw);
  }

  /** Takes one transaction out; false when it is not here. */
  remove(hash: Hash): boolean {
    const item = this.catalogue.get(hash);
    const queue = item === undefined ? undefined : this.senders.get(item.tx.sender);
    if (item === undefined || queue === undefined) return false;
    this.senders.change(queue, () => queue.remove(item.tx.nonce));
    this.forget([item], 'removed');
    this.room.forgetOrder();
    this.modules.journal?.rewrite(this.localRaws());
    this.measure();
    return true;
  }

  /** Takes what a node that ended had in its journal, as if it were submitted anew, but in parts: it may be much. */
  async reload(yieldTurn: () => Promise<void>): Promise<ReloadReport> {
    const {journal} = this.modules;
    if (journal === undefined) return {admitted: 0, refused: {}};
    const report = await readmit(journal.load(), (raw) => this.admit(raw, 'local'), yieldTurn);
    journal.loaded(this.localRaws());
    return report;
  }

  /** The state has changed without a block: all senders are looked at anew. */
  recheck(): void {
    this.blocksSeen++;
    this.room.forgetOrder();
    const state = this.modules.state();
    for (const queue of [...this.senders.values()]) this.refresh(queue, state);
    this.measure();
  }

  /** The chain went back: the pool becomes `raws`, as far as they can still stand in a block. */
  restore(raws: readonly Uint8Array[]): void {
    this.forget([...this.catalogue.items()], 'removed');
    this.senders.clear();
    this.room.forgetOrder();
    this.isAnnounced = false;
    for (const raw of raws) {
      try {
        this.admit(raw, 'local');
      } catch (error) {
        if (!(error instanceof PoolError)) throw error;
      }
    }
    this.modules.journal?.rewrite(this.localRaws());
    this.measure();
  }

  /** Sends what waits to be published, and takes no more. */
  close(): void {
    this.outbox.flush();
    this.outbox.close();
    this.isClosed = true;
    this.listeners.clear();
    this.modules.journal?.close();
  }

  // Inside

  private examine(raw: Uint8Array): {readonly tx: Transaction; readonly queue: SenderQueue; readonly authorities: ReadonlySet<Address>} {
    if (this.isClosed) throw refuse.stopped();
    if (raw.length > this.limits.transactionBytesMax) throw refuse.oversized(raw.length, this.limits.transactionBytesMax);
    const tx = this.decode(raw);
    if (this.catalogue.has(tx.hash)) throw refuse.alreadyKnown();
    checkAlone(tx, this.rules());

    const state = this.modules.state();
    const queue = this.senders.queueOf(tx.sender);
    if (queue.readAt !== this.blocksSeen) this.refresh(queue, state);
    checkAgainstSender(tx, queue, this.catalogue.isAuthority(tx.sender), state, this.limits);
    // Last, because it costs the most.
    const authorities = tx.type === 4 ? authoritiesOf(tx.authorizationList, this.options.chainId) : NO_AUTHORITIES;
    checkAuthorities(authorities, (address) => this.senders.get(address)?.items.length ?? 0);
    return {tx, queue, authorities};
  }

  private admit(raw: Uint8Array, origin: TransactionOrigin): Transaction {
    const {tx, queue, authorities} = this.examine(raw);
    const item: PooledTransaction = {tx, sequence: this.sequence++, cost: costOf(tx), isLocal: origin === 'local', authorities};
    const evicted = this.room.make(item, queue);
    if (evicted > 0) this.modules.metrics?.dropped('evicted', evicted);
    this.place(item, queue);
    this.modules.metrics?.admitted(origin);
    if (origin === 'local') {
      this.outbox.add(tx.raw);
      this.rebroadcast.remember(tx.hash, this.modules.clock.nowMs());
    }
    this.measure();
    // Only this sender can have gained work; looking at all of them for every submission would be quadratic.
    if (!this.isAnnounced && queue.hasWork(this.modules.baseFee())) this.announce();
    return tx;
  }

  /** Here, and not with blocks, the journal is kept small: while no block comes, replacements do. */
  private async store(raw: Uint8Array): Promise<void> {
    const {journal} = this.modules;
    if (journal === undefined) return;
    const written = journal.append(raw);
    if (journal.isFull) journal.rewrite(this.localRaws());
    await written;
  }

  private *localRaws(): IterableIterator<Uint8Array> {
    for (const {tx, isLocal} of this.catalogue.items()) if (isLocal) yield tx.raw;
  }

  private publishAgain(): void {
    for (const hash of this.rebroadcast.take(this.modules.clock.nowMs(), (known) => this.catalogue.has(known))) {
      const item = this.catalogue.get(hash);
      if (item !== undefined) this.outbox.add(item.tx.raw);
    }
  }

  private decode(raw: Uint8Array): Transaction {
    try {
      return this.modules.decode(raw);
    } catch (error) {
      throw decodeFailure(error);
    }
  }

  private decodeOrNothing(raw: Uint8Array): Transaction | undefined {
    try {
      return this.modules.decode(raw);
    } catch {
      return undefined;
    }
  }

  private rules(): AdmissionRules {
    const {chainId, feeCapMin = 0n, tipMin = 0n, allowUnprotected = false} = this.options;
    return {chainId, feeCapMin, tipMin, allowUnprotected, blockGasLimit: this.modules.blockGasLimit(), intrinsicGas: this.modules.intrinsicGas};
  }

  private place(item: PooledTransaction, queue: SenderQueue): void {
    const {displaced, promoted} = this.senders.change(queue, () => ({displaced: queue.insert(item), promoted: queue.promote()}));
    this.catalogue.add(item);
    queue.lastActiveMs = this.modules.clock.nowMs();
    if (displaced !== undefined) this.forget([displaced], 'replaced');
    // In the place of one that was executable already.
    if (displaced !== undefined && !promoted.includes(item) && item.tx.nonce < queue.nextNonce) promoted.push(item);
    this.room.inserted(queue, item);
    this.listeners.tellPending(promoted);
  }

  /** Brings a sender's queue up to the state after the last block. Returns whether anything in it moved. */
  private ensureFresh(queue: SenderQueue): boolean {
    if (queue.readAt === this.blocksSeen) return true;
    const firstBefore = queue.items[0];
    const pendingBefore = queue.pendingCount;
    this.refresh(queue, this.modules.state());
    return queue.items[0] === firstBefore && queue.pendingCount === pendingBefore;
  }

  private refresh(queue: SenderQueue, state: StateReader): void {
    const {dropped, promoted} = this.senders.change(queue, () => queue.refresh(state, this.blocksSeen));
    this.forget(dropped, 'included');
    this.listeners.tellPending(promoted);
  }

  private forget(items: readonly PooledTransaction[], reason: DropReason): void {
    if (items.length === 0) return;
    for (const item of items) this.catalogue.remove(item);
    this.modules.metrics?.dropped(reason, items.length);
  }

  /** Senders and recipients: whose nonce or balance a block has surely changed. */
  private accountsNamedBy(txs: readonly Uint8Array[]): Set<Address> {
    const addresses = new Set<Address>();
    for (const raw of txs) {
      const tx = this.catalogue.find(raw)?.tx ?? this.decodeOrNothing(raw);
      if (tx === undefined) continue; // Not an Ethereum transaction: the sweep finds what it changed.
      addresses.add(tx.sender);
      if (tx.to !== undefined) addresses.add(tx.to);
    }
    return addresses;
  }

  /**
   * Internal calls and delegations can change any account, and nothing names them. A bounded number of the others is looked
   * at after every block, in turn; a proposer looks again at those that it takes from.
   */
  private sweepOn(state: StateReader): void {
    const expiredBefore = this.modules.clock.nowMs() - this.limits.queuedLifetimeMs;
    for (const queue of this.senders.inTurn(this.limits.sweepSendersMax)) {
      if (queue.readAt !== this.blocksSeen) this.refresh(queue, state);
      if (queue.queuedCount > 0 && queue.lastActiveMs < expiredBefore) this.forget(this.senders.change(queue, () => queue.clearQueued()), 'expired');
    }
  }

  /** Once per block at most. */
  private announce(): void {
    this.isAnnounced = true;
    this.listeners.tellAvailable();
  }

  private measure(): void {
    const {pendingCount} = this.senders;
    this.modules.metrics?.size(pendingCount, this.catalogue.size - pendingCount, this.catalogue.bytes);
  }
}
