import type {
  ApplySnapshotChunkRequest,
  ApplySnapshotChunkResponse,
  ApplySnapshotChunkResult,
  KeyValueStore,
  LoadSnapshotChunkRequest,
  Logger,
  OfferSnapshotRequest,
  OfferSnapshotResult,
  Snapshot,
} from '#consensus/engine';
import type {Chain} from '../chain.ts';
import {parseGenesisState} from '../genesis.ts';
import {bytesEqual, bytesToHex} from '../hex.ts';
import {decodeTransaction} from '../transaction.ts';
import {chunkHash, sha256, SNAPSHOT_FORMAT, SnapshotError, snapshotProblem} from './format.ts';
import {Restorer} from './restore.ts';
import type {SnapshotStore} from './store.ts';
import {chunksOf, snapshotRecords} from './writer.ts';

export interface SnapshotOptions {
  /** Blocks between two snapshots; 0: none are made. */
  readonly interval: bigint;
  readonly keepRecent: number;
  /** What the chain's parameters are taken from after a restore: a snapshot cannot prove them. Without it nothing is restored. */
  readonly genesis: {readonly appState: unknown; readonly timeSeconds: bigint} | undefined;
}

export interface SnapshotModules {
  readonly chain: Chain;
  readonly db: KeyValueStore;
  readonly store: SnapshotStore;
  readonly logger: Logger;
  yieldTurn(): Promise<void>;
  /** The restored chain is the chain now. */
  restored(): Promise<void>;
}

interface Restore {
  readonly request: OfferSnapshotRequest;
  restorer: Restorer;
  next: number;
}

/** Snapshots of the EVM application: makes them while blocks go on, serves them, and restores an empty database from one. */
export class Snapshots {
  readonly #options: SnapshotOptions;
  readonly #modules: SnapshotModules;
  readonly #signal = {aborted: false};
  #making: Promise<void> | undefined;
  #restore: Restore | undefined;

  constructor(options: SnapshotOptions, modules: SnapshotModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Right after a block is durable, before the next is: what is read from here on is the state of this block. */
  afterCommit(): void {
    const {interval} = this.#options;
    const {number} = this.#modules.chain.head.block.header;
    if (interval === 0n || number % interval !== 0n || this.#signal.aborted) return;
    if (this.#making !== undefined) {
      this.#modules.logger.warn({height: number}, 'no snapshot of this height: the one before is not done yet');
      return;
    }
    this.#making = this.#make().finally(() => (this.#making = undefined));
  }

  list(): readonly Snapshot[] {
    return this.#modules.store.list();
  }

  loadChunk({height, format, chunk}: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined> {
    return this.#modules.store.loadChunk(height, format, chunk);
  }

  async offer(request: OfferSnapshotRequest): Promise<OfferSnapshotResult> {
    const {chain, logger} = this.#modules;
    if (this.#options.genesis === undefined || (chain.isInitialised && !chain.isRestored)) return 'ABORT';
    if (request.snapshot.format !== SNAPSHOT_FORMAT) return 'REJECT_FORMAT';
    const problem = snapshotProblem(request.snapshot);
    if (problem !== undefined) {
      logger.warn({height: request.snapshot.height, problem}, 'an offered snapshot is refused');
      // Whoever offers what cannot be a snapshot does so again.
      return 'REJECT_SENDER';
    }
    await this.#begin(request);
    return 'ACCEPT';
  }

  async apply({index, chunk, sender}: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse> {
    const restore = this.#restore;
    if (restore === undefined) return answer('ABORT');
    const {snapshot} = restore.request;
    if (index !== restore.next || index >= snapshot.chunks) {
      await this.#begin(restore.request);
      return answer('RETRY_SNAPSHOT');
    }
    if (!bytesEqual(sha256(chunk), chunkHash(snapshot, index))) {
      this.#modules.logger.warn({index, sender}, 'a chunk has another hash than its snapshot says: it is asked of others');
      return {result: 'RETRY', refetchChunks: [index], rejectSenders: sender === '' ? [] : [sender]};
    }
    try {
      await restore.restorer.apply(chunk);
      restore.next++;
      if (restore.next === snapshot.chunks) await this.#finish(restore);
      return answer('ACCEPT');
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      this.#modules.logger.warn({height: snapshot.height, problem: error.message}, 'a snapshot is not of the trusted chain: it is discarded');
      this.#restore = undefined;
      await this.#modules.chain.wipe();
      return answer('REJECT_SNAPSHOT');
    }
  }

  /** Waits for a snapshot that is being made to be given up. */
  async close(): Promise<void> {
    this.#signal.aborted = true;
    await this.#making;
  }

  async #make(): Promise<void> {
    const {chain, db, store, logger} = this.#modules;
    const {block} = chain.head;
    const height = block.header.number;
    const chunks = chunksOf(snapshotRecords(db, chain.blocks, block));
    try {
      const snapshot = await store.write(height, chunks, this.#signal);
      await store.prune(this.#options.keepRecent);
      logger.info({height, chunks: snapshot.chunks, hash: bytesToHex(snapshot.hash)}, 'snapshot made');
    } catch (error) {
      if (this.#signal.aborted) return;
      // The chain needs none; the operator may want to know.
      logger.error({err: error, height}, 'a snapshot failed');
    }
  }

  async #begin(request: OfferSnapshotRequest): Promise<void> {
    const {chain, db, yieldTurn} = this.#modules;
    const {chainId} = parseGenesisState(this.#options.genesis?.appState);
    const decode = (raw: Uint8Array): ReturnType<typeof decodeTransaction> => decodeTransaction(raw, {chainId});
    await chain.beginRestore();
    this.#restore = {request, next: 0, restorer: new Restorer({db, ...request, decode, yieldTurn})};
  }

  async #finish({restorer}: Restore): Promise<void> {
    const restored = await restorer.finish();
    this.#restore = undefined;
    await this.#modules.chain.endRestore(this.#options.genesis!, restored);
    await this.#modules.restored();
  }
}

function answer(result: ApplySnapshotChunkResult): ApplySnapshotChunkResponse {
  return {result, refetchChunks: [], rejectSenders: []};
}
