/**
 * Who advances the chain: consensus, or block sync when this node is far behind. It begins with consensus at once, so nobody waits for
 * peers that are not ahead, and leaves it on proof only: a block from far ahead whose LastCommit more than a third of the validators
 * signed, one of them honest. A claim alone moves nothing. Back to consensus once no peer can give more.
 */
import {verifyCommitLightTrusting, voteSetFromCommit, type VoteSet} from '#consensus/core';
import type {EngineModules, EngineOptions} from './api.ts';
import {BEHIND_MIN, PROBE_TICKS} from './blocksync/limits.ts';
import type {ReceivedBlock} from './blocksync/pool.ts';
import {BlockProcessor} from './blocksync/processor.ts';
import {BlockSyncReactor} from './blocksync/reactor.ts';
import {EngineError} from './errors.ts';
import {checkDoubleSigningRisk} from './execution/doubleSignCheck.ts';
import {nextHeight, type BlockExecutor} from './execution/blockExecutor.ts';
import {ConsensusReactor} from './gossip/reactor.ts';
import {BLOCK_BYTES_MAX} from './limits.ts';
import {ConsensusLoop} from './loop/loop.ts';
import {Wal} from './loop/wal.ts';
import type {EnginePhase} from './ports.ts';
import type {BlockStore} from './store/blockStore.ts';
import type {ConsensusState} from './store/state.ts';

export interface PhaseModules extends EngineModules {
  readonly executor: BlockExecutor;
  readonly blockStore: BlockStore;
}

interface Consensus {
  readonly loop: ConsensusLoop;
  readonly reactor: ConsensusReactor;
  readonly unsubscribeTxs: () => void;
}

const ONE_THIRD = {numerator: 1n, denominator: 3n};

export class Phases {
  private readonly options: EngineOptions;
  private readonly modules: PhaseModules;
  private readonly sync: BlockSyncReactor;
  /** The latest; stopped during block sync. */
  private consensus: Consensus;
  private processor: BlockProcessor | undefined;
  private transition: Promise<void> | undefined;
  private status: 'new' | 'running' | 'stopped' | 'halted' = 'new';
  private ticksToProbe = 0;

  constructor(options: EngineOptions, modules: PhaseModules, chain: ConsensusState) {
    this.options = options;
    this.modules = modules;
    this.consensus = this.createConsensus(chain);
    this.sync = new BlockSyncReactor({
      ...modules,
      blockBytesMax: () => blockBytesMax(this.chain),
      probed: (received) => this.probed(received),
      changed: (cause) => this.changed(cause),
    });
  }

  /** @throws what halts the first consensus. */
  async start(): Promise<void> {
    await this.startConsensus();
    this.status = 'running';
    this.sync.start();
  }

  async stop(): Promise<void> {
    if (this.status !== 'halted') this.status = 'stopped';
    this.sync.stop();
    this.processor?.end();
    await this.transition;
    await this.stopConsensus();
  }

  get phase(): EnginePhase {
    return this.processor === undefined ? 'consensus' : 'blockSync';
  }

  get isRunning(): boolean {
    return this.status === 'running' && (this.processor !== undefined || this.consensus.loop.isRunning);
  }

  get loop(): ConsensusLoop {
    return this.consensus.loop;
  }

  /** Hears nothing during block sync. */
  get reactor(): ConsensusReactor {
    return this.consensus.reactor;
  }

  /** After the last block. */
  get chain(): ConsensusState {
    return this.processor?.chain ?? this.consensus.loop.view.chain;
  }

  /** What a third of the peers would have to lie about; a hint for displays. */
  get highestPeerHeight(): bigint {
    return this.sync.plausibleHeight;
  }

  // ---- consensus

  private createConsensus(chain: ConsensusState): Consensus {
    const {modules, options} = this;
    const {blockStore, txs} = modules;
    const loop = new ConsensusLoop(
      options,
      {...modules, signer: modules.signer, evidence: modules.evidence, wal: new Wal(modules.wal, modules)},
      {
        chain,
        lastPrecommits: lastPrecommits(blockStore, chain),
        lastBlockHadTransactions: (blockStore.loadBlockMeta(chain.lastBlockHeight)?.numTxs ?? 0n) > 0n,
      },
    );
    const reactor = new ConsensusReactor(options.gossip, {...modules, view: () => loop.view, enqueue: (input) => loop.enqueue(input)});
    return {loop, reactor, unsubscribeTxs: txs.onAvailable(() => loop.enqueue({type: 'work'}))};
  }

  private async startConsensus(): Promise<void> {
    const {loop, reactor} = this.consensus;
    await loop.start(reactor);
    reactor.start();
  }

  private async stopConsensus(): Promise<void> {
    const {loop, reactor, unsubscribeTxs} = this.consensus;
    unsubscribeTxs();
    reactor.stop();
    await loop.stop();
  }

  // ---- block sync

  private changed(cause: 'pair' | 'status' | 'tick'): void {
    if (cause === 'tick' && this.ticksToProbe > 0) this.ticksToProbe -= 1;
    if (this.processor !== undefined) return this.processor.changed(cause);
    if (cause === 'pair' || this.ticksToProbe > 0 || !this.isRunning) return;
    const next = nextHeight(this.chain);
    if (this.sync.pool.probe(next, next + BEHIND_MIN)) this.ticksToProbe = PROBE_TICKS;
  }

  /** Is it true that the chain is so far ahead? */
  private probed({height, peer, block}: ReceivedBlock): void {
    if (this.processor !== undefined || !this.isRunning) return;
    const {chain} = this;
    const {lastCommit} = block;
    if (lastCommit.height !== height - 1n) return this.sync.pool.fault(peer, `gave a block ${height} with the commit of ${lastCommit.height}`);
    const refusal = verifyCommitLightTrusting(chain.chainId, chain.validators, lastCommit, ONE_THIRD);
    // Not enough of our validators: they may have changed in between. Gossip goes on in small steps.
    if (refusal?.kind === 'invalid') this.sync.pool.fault(peer, `gave a block ${height} with a false commit: ${refusal.problem}`);
    if (refusal !== undefined || height <= nextHeight(chain)) return;
    this.transition = this.syncBlocks(height);
  }

  private async syncBlocks(provenHeight: bigint): Promise<void> {
    const {logger, observer, stateDb} = this.modules;
    const {loop} = this.consensus;
    let processor: BlockProcessor;
    try {
      await this.stopConsensus();
      if (loop.isHalted || this.status !== 'running') return;
      const from = loop.view.chain;
      processor = new BlockProcessor({...this.modules, pool: this.sync.pool, isOneDatabase: stateDb === undefined}, from);
      this.processor = processor;
      logger.info({height: from.lastBlockHeight, provenHeight}, 'far behind: syncing blocks');
      observer.phase?.({phase: 'blockSync', height: from.lastBlockHeight});
      this.sync.pool.fetch(nextHeight(from));
      await processor.run();
      this.sync.pool.pause();
    } catch (error) {
      return this.halt(error);
    }
    if (this.status !== 'running') return;
    await this.resumeConsensus(processor.chain);
  }

  /** The log holds nothing of the heights that were synced, and what it holds of the height before them is passed over by height. */
  private async resumeConsensus(chain: ConsensusState): Promise<void> {
    const {logger, observer} = this.modules;
    logger.info({height: chain.lastBlockHeight}, 'blocks are synced: consensus goes on');
    try {
      const {signer, blockStore} = this.modules;
      checkDoubleSigningRisk(blockStore, signer, this.options.doubleSignCheckHeight ?? 0n, signer?.lastSigned);
      this.consensus = this.createConsensus(chain);
    } catch (error) {
      return this.halt(error);
    }
    this.processor = undefined;
    observer.phase?.({phase: 'consensus', height: chain.lastBlockHeight});
    // Whatever stops it is told by the loop itself.
    await this.startConsensus().catch(() => undefined);
  }

  private halt(cause: unknown): void {
    const error = cause instanceof Error ? cause : new EngineError('INVARIANT', String(cause));
    this.status = 'halted';
    this.sync.stop();
    this.modules.logger.error({err: error, height: this.chain.lastBlockHeight}, 'block sync halted');
    this.modules.observer.halted(error);
  }
}

function blockBytesMax({consensusParams}: ConsensusState): number {
  const {maxBytes} = consensusParams.block;
  return maxBytes === -1n ? BLOCK_BYTES_MAX : Number(maxBytes);
}

function lastPrecommits(blockStore: BlockStore, chain: ConsensusState): VoteSet | undefined {
  if (chain.lastBlockHeight === 0n || chain.lastValidators === undefined) return undefined;
  const commit = blockStore.loadSeenCommit(chain.lastBlockHeight);
  if (commit === undefined) throw new EngineError('INVARIANT', `the commit of block ${chain.lastBlockHeight} is missing`);
  return voteSetFromCommit(commit, chain.lastValidators);
}
