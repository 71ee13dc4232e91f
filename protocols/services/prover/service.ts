/**
 * The prover service: watches the oracle's requests, runs and proves those of its models, and answers.
 *
 * It holds no state that matters: what is open is what the chain says is open. A file only tells from which block to
 * look on after a restart. A node that goes away is waited for.
 */
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {BaseError, formatEther} from 'viem';
import type {Hex} from 'viem';
import {ContractRefusedError, TransactionRevertedError} from '#protocols/client';
import type {InferenceRequested} from '#protocols/client';
import {
  ANSWER_GAS_ESTIMATE, LISTING_CACHE_SIZE_MAX, LOG_RANGE_BLOCKS_MAX, POLL_INTERVAL_MS, RECONNECT_DELAY_MAX_MS,
} from '../limits.ts';
import type {Logger} from '../logger.ts';
import {ModelRangeError} from '../model/inference.ts';
import {connectOracle} from './chain.ts';
import type {Listing, OracleChain} from './chain.ts';
import {Cursor} from './cursor.ts';
import {Inbox} from './inbox.ts';
import type {QueuedRequest} from './inbox.ts';
import {ModelLibrary} from './library.ts';
import {runAndProve} from './run-and-prove.ts';
import {WitnessError} from './witness.ts';

export type ProverOptions = {
  /** http(s) address of a node. */
  readonly rpcUrl: string;
  /** Of the account that answers, pays gas and earns the prover's fees. */
  readonly privateKey: Hex;
  /** Folder of model packages; new ones are picked up as they appear. */
  readonly modelsDir: string;
  readonly cacheDir?: string | undefined;
  /** Default: prover-state.json, hidden, in the models folder. */
  readonly stateFile?: string | undefined;
  /** Answer even when gas is expected to cost more than the fee. */
  readonly acceptLoss?: boolean | undefined;
};

export type ProverModules = {readonly logger: Logger; /** Default: by JSON-RPC. */ readonly chain?: OracleChain | undefined};

export type RunningProver = {
  /** Stops looking and proving; resolves when nothing runs any more. */
  stop(): Promise<void>;
};

export function startProver(options: ProverOptions, modules: ProverModules): RunningProver {
  const prover = new Prover(options, modules);
  return {stop: () => prover.stop()};
}

/** Refusals after which an answer will never be taken. */
const FINAL_REFUSALS = new Set(['AlreadyAnswered', 'AlreadyRefunded', 'Expired', 'UnknownRequest']);

class Prover {
  private readonly options: ProverOptions;
  private readonly logger: Logger;
  private readonly chain: OracleChain;
  private readonly library: ModelLibrary;
  private readonly cursor: Cursor;
  private readonly inbox = new Inbox();
  private readonly listings = new Map<bigint, Listing>();
  private readonly abort = new AbortController();
  private readonly loops: Promise<unknown>;
  private identity: {readonly chainId: bigint; readonly genesisHash: Hex} | undefined;
  /** Whether the node was asked who it is since it was last away: it may come back as another chain. */
  private isMet = false;
  private isForgetful = false;
  private nextBlock = 0n;
  private baseFee = 0n;
  /** Of the latest block, in seconds. */
  private now = 0n;
  /** Blocks of one log scan. Halved when the node refuses one: it may hold more logs than a node gives at a time. */
  private scanLength = LOG_RANGE_BLOCKS_MAX;

  constructor(options: ProverOptions, {logger, chain}: ProverModules) {
    this.options = options;
    this.logger = logger;
    this.chain = chain ?? connectOracle(options.rpcUrl, options.privateKey);
    this.library = new ModelLibrary(options.modelsDir, {cacheDir: options.cacheDir, logger});
    this.cursor = new Cursor(options.stateFile ?? join(options.modelsDir, '.prover-state.json'));
    this.loops = Promise.all([this.watch(), this.work()]);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.loops;
    if (this.identity) await this.remember();
  }

  /** Looks at the chain again and again; the only writer of the cursor. */
  private async watch(): Promise<void> {
    const {signal} = this.abort;
    let delayMs = POLL_INTERVAL_MS;
    let isAway = false;
    while (!signal.aborted) {
      try {
        await this.look();
        if (isAway) this.logger.info('the node answers again');
        isAway = false;
        delayMs = POLL_INTERVAL_MS;
      } catch (error) {
        if (signal.aborted) break;
        if (!isAway) this.logger.warn(`the node at ${this.options.rpcUrl} does not answer; waiting for it: ${shortMessage(error)}`);
        isAway = true;
        this.isMet = false;
        delayMs = Math.min(delayMs * 2, RECONNECT_DELAY_MAX_MS);
      }
      await sleep(delayMs, undefined, {signal}).catch(() => {});
    }
  }

  private async look(): Promise<void> {
    if (!this.isMet) await this.meetChain();
    const head = await this.chain.head();
    this.baseFee = head.baseFee;
    this.now = head.timestamp;
    if (head.number + 1n < this.nextBlock) {
      this.logger.warn(`the chain is shorter than before (block ${head.number}); looking at it anew`);
      this.identity = undefined;
      await this.meetChain();
      this.nextBlock = 0n;
    }
    const added = await this.library.refresh();
    const waiting = this.inbox.unclaimedAt(head.timestamp);
    if (added > 0) for (const {request, foundFrom} of waiting) await this.sort(request, foundFrom);
    while (this.nextBlock <= head.number && !this.inbox.isFull && !this.abort.signal.aborted) {
      const last = this.nextBlock + this.scanLength - 1n;
      const toBlock = last < head.number ? last : head.number;
      const found = await this.scan(this.nextBlock, toBlock);
      if (!found) continue;
      for (const request of found) {
        if (this.inbox.isFull) return;
        if (request.deadline >= head.timestamp) await this.sort(request, this.nextBlock);
      }
      this.nextBlock = toBlock + 1n;
    }
    await this.remember();
  }

  /** undefined: the node did not give so many blocks; the next scan asks for half of them. */
  private async scan(fromBlock: bigint, toBlock: bigint): Promise<readonly InferenceRequested[] | undefined> {
    const length = toBlock - fromBlock + 1n;
    try {
      const found = await this.chain.requests(fromBlock, toBlock);
      this.scanLength = this.scanLength * 2n < LOG_RANGE_BLOCKS_MAX ? this.scanLength * 2n : LOG_RANGE_BLOCKS_MAX;
      return found;
    } catch (error) {
      if (length === 1n) throw error;
      this.scanLength = length / 2n;
      return undefined;
    }
  }

  /** Without the file a restart only looks further back than it need. */
  private async remember(): Promise<void> {
    try {
      await this.cursor.save(this.inbox.resumeBlock(this.nextBlock));
    } catch (error) {
      if (!this.isForgetful) this.logger.warn(`the last block cannot be remembered: ${shortMessage(error)}`);
      this.isForgetful = true;
    }
  }

  private async meetChain(): Promise<void> {
    const {chainId, genesisHash} = await this.chain.identity();
    const key = {chainId, genesisHash, oracle: this.chain.oracle};
    const resumed = await this.cursor.load(key);
    if (this.identity?.chainId !== chainId || this.identity.genesisHash !== genesisHash) {
      this.inbox.clear();
      this.listings.clear();
      this.nextBlock = resumed;
      this.logger.info(`watching chain ${chainId} from block ${resumed} as prover ${this.chain.prover}`);
    }
    this.identity = {chainId, genesisHash};
    this.isMet = true;
  }

  /** Queues a request if one of our models is what it asks for. */
  private async sort(request: InferenceRequested, foundFrom: bigint): Promise<void> {
    if (!this.inbox.isNew(request.requestId)) return;
    const listing = await this.listingOf(request.assetId);
    const model = listing && this.library.find(listing.keyHash, listing.commitment);
    if (!model) this.inbox.leave({request, foundFrom});
    else if (!(await this.chain.isPending(request.requestId))) this.inbox.finish(request.requestId);
    else this.inbox.enqueue({request, foundFrom}, model);
  }

  private async listingOf(assetId: bigint): Promise<Listing | undefined> {
    const known = this.listings.get(assetId);
    if (known) return known;
    const listing = await this.chain.listing(assetId);
    if (listing) {
      // Listings are frozen, so what is remembered stays true.
      if (this.listings.size >= LISTING_CACHE_SIZE_MAX) this.listings.delete(this.listings.keys().next().value as bigint);
      this.listings.set(assetId, listing);
    }
    return listing;
  }

  /** Answers queued requests one after the other: a proof uses all cores. */
  private async work(): Promise<void> {
    const {signal} = this.abort;
    for (let queued = await this.inbox.next(signal); queued; queued = await this.inbox.next(signal)) {
      try {
        await this.handle(queued);
      } catch (error) {
        if (signal.aborted) return;
        await this.fail(queued, error);
      }
    }
  }

  private async handle(queued: QueuedRequest): Promise<void> {
    const {request, model} = queued;
    const {requestId} = request;
    const {name} = model.package.manifest;
    if (!(await this.chain.isPending(requestId))) {
      this.logger.info(`request ${requestId} is no longer open`, {requestId: String(requestId)});
      this.inbox.finish(requestId);
      return;
    }
    if (request.deadline < this.now) {
      this.logger.warn(`request ${requestId} for ${name} expired while it waited, and is left to its refund`);
      this.inbox.finish(requestId);
      return;
    }
    const expectedCost = this.baseFee * (ANSWER_GAS_ESTIMATE + BigInt(request.callbackGas));
    if (expectedCost > request.proverFee && !this.options.acceptLoss) {
      this.logger.warn(`request ${requestId} for ${name} is declined: its fee of ${formatEther(request.proverFee)} does not cover gas of about ${formatEther(expectedCost)}`);
      this.inbox.finish(requestId);
      return;
    }
    if (!queued.proven) {
      this.logger.info(`request ${requestId} for ${name}: input ${request.input.join(', ')}`, {requestId: String(requestId)});
      const started = performance.now();
      const {chainId} = await this.chain.identity();
      const statement = {chainId, oracle: this.chain.oracle, requestId, prover: this.chain.prover, input: request.input};
      queued.proven = await runAndProve(model, statement, this.abort.signal);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.logger.info(`request ${requestId}: output ${queued.proven.output.join(', ')}, proven in ${seconds} s`);
    }
    const {output, proof} = queued.proven;
    const answer = await this.chain.answer(requestId, request.input, output, `0x${Buffer.from(proof.bytes).toString('hex')}`);
    this.inbox.finish(requestId);
    const callback = answer.callbackDelivered === undefined ? '' : answer.callbackDelivered ? ', callback delivered' : ', callback failed';
    this.logger.info(
      `request ${requestId}: answered in block ${answer.blockNumber}${callback}; fee ${formatEther(request.proverFee)} earned, ` +
      `gas ${formatEther(answer.gasCost)} paid`, {transactionHash: answer.transactionHash},
    );
  }

  private async fail(queued: QueuedRequest, error: unknown): Promise<void> {
    const {requestId} = queued.request;
    if (error instanceof ModelRangeError || error instanceof WitnessError) {
      this.logger.warn(`request ${requestId} cannot be proven and is left to its refund: ${error.message}`);
      this.inbox.finish(requestId);
      return;
    }
    if (error instanceof ContractRefusedError && FINAL_REFUSALS.has(error.errorName)) {
      this.logger.info(`request ${requestId}: ${error.shortMessage}`);
      this.inbox.finish(requestId);
      return;
    }
    // Any other error of the client is a node that is away, which is no fault of the request. Whatever else goes wrong is
    // counted: a request that always fails must not be proven for ever.
    const isNodeAway = error instanceof BaseError && !(error instanceof ContractRefusedError || error instanceof TransactionRevertedError);
    if (!isNodeAway) queued.attempts++;
    if (this.inbox.postpone(queued)) this.logger.warn(`request ${requestId} will be tried again: ${shortMessage(error)}`);
    else this.logger.error(`request ${requestId} is given up after ${queued.attempts} attempts: ${shortMessage(error)}`);
    await sleep(isNodeAway ? RECONNECT_DELAY_MAX_MS / 4 : POLL_INTERVAL_MS, undefined, {signal: this.abort.signal}).catch(() => {});
  }
}

/** viem's errors carry a first line beside a page of details. */
function shortMessage(error: unknown): string {
  const {shortMessage: short, message} = error as {shortMessage?: string; message?: string};
  return short ?? message ?? String(error);
}
