/** The consensus engine as a node sees it: built once, started, stopped, and read by RPC and telemetry. */
import {voteSetFromCommit, makeCommit, type VoteSet} from '#consensus/core';
import {evidenceId, type Commit, type Evidence, type ValidatorSet} from '#proto';
import type {BlockResults, ConsensusDump, EngineModules, EngineOptions, EvidenceSubmission, RoundStateSnapshot} from './api.ts';
import {EngineError} from './errors.ts';
import {BlockExecutor} from './execution/blockExecutor.ts';
import {handshake} from './execution/handshake.ts';
import {ConsensusReactor} from './gossip/reactor.ts';
import {ConsensusLoop} from './loop/loop.ts';
import {guardObserver} from './loop/observer.ts';
import {Wal} from './loop/wal.ts';
import {BlockStore} from './store/blockStore.ts';
import type {ConsensusState} from './store/state.ts';
import {StateStore} from './store/stateStore.ts';

export class ConsensusEngine {
  /** Decided blocks; readable before `start`. */
  readonly blockStore: BlockStore;
  private readonly options: EngineOptions;
  private readonly modules: EngineModules;
  private readonly stateStore: StateStore;
  private loop: ConsensusLoop | undefined;
  private reactor: ConsensusReactor | undefined;
  private unsubscribeTxs: (() => void) | undefined;

  constructor(options: EngineOptions, modules: EngineModules) {
    this.options = options;
    this.modules = modules;
    this.blockStore = new BlockStore(modules.blockDb);
    this.stateStore = new StateStore(modules.stateDb ?? modules.blockDb);
  }

  /**
   * Brings the application up to the stored blocks, replays the log of the height that was under way, then takes part in consensus.
   * @throws EngineError HANDSHAKE or WAL; nothing is running then.
   */
  async start(): Promise<void> {
    if (this.loop !== undefined) throw new EngineError('STOPPED', 'an engine starts once');
    const {app, txs, logger, clock, network, signer, evidence, genesis} = this.modules;
    const observer = guardObserver(this.modules.observer, logger);
    const {blockStore, stateStore} = this;
    const chain = await handshake({app, blockStore, stateStore, genesis, logger});
    await evidence?.start(
      {
        loadBlockMeta: (height) => blockStore.loadBlockMeta(height),
        loadBlock: (height) => blockStore.loadBlock(height),
        loadCommit: (height) => blockStore.loadCommit(height),
        loadValidators: (height) => stateStore.loadValidators(height),
      },
      chain,
    );
    const executor = new BlockExecutor({app, txs, stateStore, blockStore, evidence, logger});
    const wal = new Wal(this.modules.wal, {clock, logger});
    const loop = new ConsensusLoop(
      this.options,
      {logger, clock, signer, wal, executor, blockStore, txs, evidence, observer},
      {
        chain,
        lastPrecommits: this.lastPrecommits(chain),
        lastBlockHadTransactions: (blockStore.loadBlockMeta(chain.lastBlockHeight)?.numTxs ?? 0n) > 0n,
      },
    );
    const reactor = new ConsensusReactor(this.options.gossip, {
      logger,
      clock,
      network,
      blockStore,
      view: () => loop.view,
      enqueue: (input) => loop.enqueue(input),
    });
    this.loop = loop;
    this.reactor = reactor;
    await loop.start(reactor);
    this.unsubscribeTxs = txs.onAvailable(() => loop.enqueue({type: 'work'}));
    reactor.start();
  }

  /** Resolves when nothing of consensus runs any more. The log and the databases stay open: they belong to the caller. */
  async stop(): Promise<void> {
    this.unsubscribeTxs?.();
    this.reactor?.stop();
    await this.loop?.stop();
  }

  /** Height of the last decided block; 0 before the first. */
  get height(): bigint {
    return this.loop?.view.chain.lastBlockHeight ?? this.blockStore.height;
  }

  /** State after the last decided block. @throws EngineError before `start`. */
  get chainState(): ConsensusState {
    return this.running().view.chain;
  }

  get isRunning(): boolean {
    return this.loop?.isRunning ?? false;
  }

  /** true while a connected peer works on a height more than one ahead of ours (CometBFT catching_up). */
  get isCatchingUp(): boolean {
    return (this.reactor?.highestPeerHeight ?? 0n) > this.height + 2n;
  }

  /** Highest height that a connected peer claims to have decided. */
  get highestPeerHeight(): bigint {
    return this.reactor?.highestPeerHeight ?? 0n;
  }

  /** The validators that decide `height`; known up to two heights ahead of the last block. */
  validatorsAt(height: bigint): ValidatorSet | undefined {
    return this.stateStore.loadValidators(height);
  }

  blockResults(height: bigint): BlockResults | undefined {
    return this.stateStore.loadBlockResults(height);
  }

  /** Height that a connected peer says it works on; 0 when it has not said so or is gone. */
  peerHeight(peer: string): bigint {
    return this.reactor?.peerHeight(peer) ?? 0n;
  }

  /** Evidence from outside (RPC broadcast_evidence). It is gossiped and proposed once it is accepted. */
  async submitEvidence(evidence: Evidence): Promise<EvidenceSubmission> {
    const pool = this.modules.evidence;
    if (pool === undefined || !this.isRunning) return {refusal: {kind: 'unknown', problem: 'this node takes no evidence at the moment'}};
    const refusal = await pool.add(evidence);
    return refusal === undefined ? {hash: evidenceId(evidence)} : {refusal};
  }

  get roundState(): RoundStateSnapshot {
    const {round} = this.running().view;
    return {
      height: round.height,
      round: round.round,
      step: round.step,
      proposal: round.proposals.get(round.round),
      lockedRound: round.lockedRound,
      lockedBlockId: round.lockedValue,
      validRound: round.validRound,
      validBlockId: round.validValue,
      lastCommit: commitOf(round.lastPrecommits),
    };
  }

  /** @throws EngineError before `start`. */
  get consensusDump(): ConsensusDump {
    const {round, chain} = this.running().view;
    const {validators, lastValidators, lastBlockTime} = chain;
    return {round, validators, lastValidators, lastBlockTime, peers: this.reactor?.peerRoundStates ?? []};
  }

  private running(): ConsensusLoop {
    if (this.loop === undefined) throw new EngineError('STOPPED', 'the engine has not been started');
    return this.loop;
  }

  private lastPrecommits(chain: ConsensusState): VoteSet | undefined {
    if (chain.lastBlockHeight === 0n || chain.lastValidators === undefined) return undefined;
    const commit = this.blockStore.loadSeenCommit(chain.lastBlockHeight);
    if (commit === undefined) throw new EngineError('INVARIANT', `the commit of block ${chain.lastBlockHeight} is missing`);
    return voteSetFromCommit(commit, chain.lastValidators);
  }
}

function commitOf(precommits: VoteSet | undefined): Commit | undefined {
  return precommits === undefined ? undefined : makeCommit(precommits);
}
