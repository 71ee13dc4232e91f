import type {
  Application,
  ApplySnapshotChunkRequest,
  ApplySnapshotChunkResponse,
  CommitResponse,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  LoadSnapshotChunkRequest,
  Logger,
  OfferSnapshotRequest,
  OfferSnapshotResult,
  PrepareProposalRequest,
  ProcessProposalRequest,
  QueryRequest,
  QueryResponse,
  Snapshot,
} from '#consensus/engine';
import {Admission} from './admission.ts';
import {blockEvents} from './block/events.ts';
import {executeBlock, ExecutionAborted} from './block-executor.ts';
import type {BlockExecutorModules, BlockRequest, ExecutedBlock} from './block-executor.ts';
import type {Chain} from './chain.ts';
import {DecodeError} from './errors.ts';
import {bytesEqual, bytesToHex, EMPTY} from './hex.ts';
import type {Snapshots} from './snapshot/snapshots.ts';
import type {BlockEvent, Transaction} from './types.ts';

export interface EvmApplicationModules {
  readonly chain: Chain;
  readonly logger: Logger;
  readonly snapshots?: Snapshots | undefined;
  readonly executor: BlockExecutorModules;
  /** Makes the EVM of the next block; needs a genesis. */
  warmUp(): Promise<void>;
  decode(raw: Uint8Array): Transaction;
}

interface Speculation {
  readonly request: BlockRequest;
  readonly signal: {aborted: boolean};
  readonly outcome: Promise<ExecutedBlock | undefined>;
}

/**
 * The EVM state machine behind the ABCI-shaped interface. A proposal that was accepted is executed at once, while validators vote;
 * the outcome is used when that very block is decided and dropped otherwise.
 */
export class EvmApplication implements Application {
  readonly #modules: EvmApplicationModules;
  readonly #listeners = new Set<(event: BlockEvent) => void>();
  #speculation: Speculation | undefined;
  #finalised: ExecutedBlock | undefined;

  constructor(modules: EvmApplicationModules) {
    this.#modules = modules;
  }

  /** After each block, in order, once it is durable. */
  onBlock(fn: (event: BlockEvent) => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  /** Tells the subscribers of a block that is durable. */
  announce(event: BlockEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A subscriber must not stop the chain.
        this.#modules.logger.error({err: error}, 'a block subscriber failed');
      }
    }
  }

  async info(): Promise<InfoResponse> {
    const {chain} = this.#modules;
    if (!chain.isInitialised) return {version: APP_VERSION, appVersion: APP_PROTOCOL, lastBlockHeight: 0n, lastBlockAppHash: EMPTY};
    const {block, appHash} = chain.head;
    return {version: APP_VERSION, appVersion: APP_PROTOCOL, lastBlockHeight: block.header.number, lastBlockAppHash: appHash};
  }

  async initChain(request: InitChainRequest): Promise<InitChainResponse> {
    if (request.initialHeight !== 1n) throw new Error(`initial height must be 1, not ${request.initialHeight}: Ethereum block N is height N`);
    const appHash = await this.#modules.chain.initialise(request.appState, request.time.seconds);
    await this.#modules.warmUp();
    return {validators: [], appHash};
  }

  async prepareProposal(request: PrepareProposalRequest): Promise<readonly Uint8Array[]> {
    const admission = this.#admission(request.time.seconds);
    const chosen: Uint8Array[] = [];
    let bytesLeft = request.maxTxBytes;
    for (const raw of request.txs) {
      const bytes = protobufSize(raw.length);
      if (bytes > bytesLeft) break;
      const tx = this.#tryDecode(raw);
      if (tx === undefined || admission.add(tx) !== undefined) continue;
      chosen.push(raw);
      bytesLeft -= bytes;
    }
    return chosen;
  }

  async processProposal(request: ProcessProposalRequest): Promise<boolean> {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      this.#modules.logger.warn({height: request.height, hash: bytesToHex(request.hash), reason: refusal}, 'proposal refused');
      return false;
    }
    await this.#speculate(request);
    return true;
  }

  async finalizeBlock(request: FinalizeBlockRequest): Promise<FinalizeBlockResponse> {
    const executed = (await this.#takeSpeculation(request)) ?? (await executeBlock(request, this.#modules.executor, {aborted: false}));
    this.#finalised = executed;
    return {txResults: executed.txResults, validatorUpdates: [], appHash: executed.appHash, events: blockEvents(executed.block.header)};
  }

  async commit(): Promise<CommitResponse> {
    const executed = this.#finalised;
    if (executed === undefined) throw new Error('commit without a finalised block');
    await this.#dropSpeculation();
    this.#finalised = undefined;
    await this.#modules.chain.commit(executed);
    this.#modules.snapshots?.afterCommit();
    const {block, receipts, cometHash, executionMs} = executed;
    this.announce({block, receipts, cometHash, executionMs});
    return {retainHeight: 0n};
  }

  async query(request: QueryRequest): Promise<QueryResponse> {
    const height = this.#modules.chain.isInitialised ? this.#modules.chain.head.block.header.number : 0n;
    return {code: 6, log: `unknown query path ${request.path.slice(0, 100)}`, key: EMPTY, value: EMPTY, height, codespace: 'sdk'};
  }

  async listSnapshots(): Promise<readonly Snapshot[]> {
    return this.#modules.snapshots?.list() ?? [];
  }

  async offerSnapshot(request: OfferSnapshotRequest): Promise<OfferSnapshotResult> {
    return (await this.#modules.snapshots?.offer(request)) ?? 'ABORT';
  }

  async loadSnapshotChunk(request: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined> {
    return this.#modules.snapshots?.loadChunk(request);
  }

  async applySnapshotChunk(request: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse> {
    return (await this.#modules.snapshots?.apply(request)) ?? {result: 'ABORT', refetchChunks: [], rejectSenders: []};
  }

  /** Waits for work in the background. */
  async close(): Promise<void> {
    await this.#modules.snapshots?.close();
    await this.#dropSpeculation();
    this.#listeners.clear();
  }

  #admission(time: bigint): Admission {
    const {chain} = this.#modules;
    return new Admission({
      state: chain.latest,
      baseFee: chain.nextBaseFee(),
      gasLimit: chain.nextGasLimit(),
      rules: chain.schedule.rulesAt(chain.head.block.header.number + 1n, time),
    });
  }

  #refusalOf(request: ProcessProposalRequest): string | undefined {
    const {header} = this.#modules.chain.head.block;
    if (request.height !== header.number + 1n) return `height ${request.height} does not follow ${header.number}`;
    if (request.time.seconds < header.timestamp) return 'time runs backwards';
    const admission = this.#admission(request.time.seconds);
    for (const [index, raw] of request.txs.entries()) {
      const tx = this.#tryDecode(raw);
      if (tx === undefined) return `transaction ${index} is malformed`;
      const error = admission.add(tx);
      if (error !== undefined) return `transaction ${index}: ${error.message}`;
    }
    return undefined;
  }

  #tryDecode(raw: Uint8Array): Transaction | undefined {
    try {
      return this.#modules.decode(raw);
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }

  async #speculate(request: ProcessProposalRequest): Promise<void> {
    if (this.#speculation !== undefined && isSameBlock(this.#speculation.request, request)) return;
    await this.#dropSpeculation();
    const {executor} = this.#modules;
    const signal = {aborted: false};
    const outcome = executor
      .yieldTurn()
      .then(() => executeBlock(request, executor, signal))
      .catch((error: unknown) => {
        // The same failure comes again, and is fatal, when this block is decided.
        if (!(error instanceof ExecutionAborted)) this.#modules.logger.error({err: error}, 'execution of a proposal failed');
        return undefined;
      });
    this.#speculation = {request, signal, outcome};
  }

  async #takeSpeculation(request: FinalizeBlockRequest): Promise<ExecutedBlock | undefined> {
    const speculation = this.#speculation;
    if (speculation === undefined || !isSameBlock(speculation.request, request)) {
      await this.#dropSpeculation();
      return undefined;
    }
    return speculation.outcome;
  }

  async #dropSpeculation(): Promise<void> {
    const speculation = this.#speculation;
    if (speculation === undefined) return;
    this.#speculation = undefined;
    speculation.signal.aborted = true;
    await speculation.outcome;
  }
}

const APP_VERSION = '0.1.0';
const APP_PROTOCOL = 1n;

/** The hash of a Comet header commits to height, time, proposer and (by its data hash) to the transactions. */
function isSameBlock(a: BlockRequest, b: BlockRequest): boolean {
  return a.height === b.height && bytesEqual(a.hash, b.hash);
}

/** Bytes of a transaction in CometBFT's Data message: tag, length, bytes. */
function protobufSize(length: number): bigint {
  let prefix = 2;
  for (let rest = length; rest >= 0x80; rest >>>= 7) prefix++;
  return BigInt(prefix + length);
}
