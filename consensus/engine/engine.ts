/** The consensus engine as a node sees it: built once, started, stopped, and read by RPC and telemetry. */
import {makeCommit, type VoteSet} from '#consensus/core';
import {evidenceId, type Commit, type ConsensusParams, type Evidence, type ValidatorSet} from '#proto';
import type {BlockResults, ConsensusDump, EngineModules, EngineOptions, EvidenceSubmission, RoundStateSnapshot} from './api.ts';
import {EngineError} from './errors.ts';
import {HeaderBackfill, storedLightBlock, type StoredLightBlock} from './execution/backfill.ts';
import {BlockExecutor} from './execution/blockExecutor.ts';
import {checkDoubleSigningRisk} from './execution/doubleSignCheck.ts';
import {handshake} from './execution/handshake.ts';
import {guardObserver} from './loop/observer.ts';
import {Phases} from './phases.ts';
import {BlockStore} from './store/blockStore.ts';
import type {ConsensusState} from './store/state.ts';
import {StateStore} from './store/stateStore.ts';

export class ConsensusEngine {
  /** Decided blocks; readable before `start`. */
  readonly blockStore: BlockStore;
  private readonly options: EngineOptions;
  private readonly modules: EngineModules;
  private readonly stateStore: StateStore;
  private phases: Phases | undefined;

  constructor(options: EngineOptions, modules: EngineModules) {
    this.options = options;
    this.modules = modules;
    this.blockStore = new BlockStore(modules.blockDb);
    this.stateStore = new StateStore(modules.stateDb ?? modules.blockDb);
  }

  /** Is there a state to go on from? Without one, a chain may begin from a snapshot. */
  get hasState(): boolean {
    return this.blockStore.height > 0n || this.stateStore.load() !== undefined;
  }

  /**
   * Before `start`, with empty stores: the chain begins after a block that a light client verified, whose state the application has
   * restored. Its commit first: without it, the handshake refuses a state that has no block.
   */
  async bootstrap(state: ConsensusState, commit: Commit): Promise<void> {
    if (this.phases !== undefined || this.hasState) {
      throw new EngineError('INVARIANT', 'a chain that has begun cannot begin from a snapshot');
    }
    await this.blockStore.beginAfter(state.lastBlockHeight, state.lastBlockId, commit);
    await this.stateStore.bootstrap(state);
  }

  /**
   * Brings the application up to the stored blocks, replays the log of the height that was under way, then takes part in consensus.
   * @throws EngineError HANDSHAKE, WAL or DOUBLE_SIGN_RISK; nothing is running then.
   */
  async start(): Promise<void> {
    if (this.phases !== undefined) throw new EngineError('STOPPED', 'an engine starts once');
    const {app, txs, logger, evidence, genesis} = this.modules;
    checkDoubleSigningRisk(this.blockStore, this.modules.signer, this.options.doubleSignCheckHeight ?? 0n);
    const observer = guardObserver(this.modules.observer, logger);
    const {blockStore, stateStore} = this;
    const chain = await handshake({app, blockStore, stateStore, genesis, logger});
    await evidence?.start(
      {
        loadBlockMeta: (height) => blockStore.loadBlockMeta(height),
        loadEvidence: (height) => blockStore.loadEvidence(height),
        loadCommit: (height) => blockStore.loadCommit(height),
        loadValidators: (height) => stateStore.loadValidatorPowers(height),
      },
      chain,
    );
    const executor = new BlockExecutor({app, txs, stateStore, blockStore, evidence, logger});
    const phases = new Phases(this.options, {...this.modules, observer, executor, blockStore}, chain);
    this.phases = phases;
    await phases.start();
  }

  /** Resolves when nothing of consensus runs any more. The log and the databases stay open: they belong to the caller. */
  async stop(): Promise<void> {
    await this.phases?.stop();
  }

  /** Height of the last decided block; 0 before the first. */
  get height(): bigint {
    return this.phases?.chain.lastBlockHeight ?? this.blockStore.height;
  }

  /** State after the last decided block. @throws EngineError before `start`. */
  get chainState(): ConsensusState {
    return this.running().chain;
  }

  get isRunning(): boolean {
    return this.phases?.isRunning ?? false;
  }

  /** true while blocks that others decided are fetched, and consensus rests (CometBFT catching_up). What peers claim does not count. */
  get isCatchingUp(): boolean {
    return this.phases?.phase === 'blockSync';
  }

  /** How far the chain is, as far as peers can be believed: less than a third of them cannot raise it. For displays. */
  get highestPeerHeight(): bigint {
    const claimed = this.phases?.highestPeerHeight ?? 0n;
    return claimed > this.height ? claimed : this.height;
  }

  /** The validators that decide `height`; known up to two heights ahead of the last block. */
  validatorsAt(height: bigint): ValidatorSet | undefined {
    return this.stateStore.loadValidators(height);
  }

  /** The parameters by which `height` is decided; known one height ahead of the last block. */
  consensusParamsAt(height: bigint): ConsensusParams | undefined {
    if (height === this.chainState.lastBlockHeight + 1n) return this.chainState.consensusParams;
    return this.stateStore.loadConsensusParams(height);
  }

  blockResults(height: bigint): BlockResults | undefined {
    return this.stateStore.loadBlockResults(height);
  }

  /** Height that a connected peer says it works on; 0 when it has not said so or is gone. */
  peerHeight(peer: string): bigint {
    return this.phases?.reactor.peerHeight(peer) ?? 0n;
  }

  /** The headers before a snapshot, while some are to be fetched. Call after `start`. */
  get backfill(): HeaderBackfill {
    const {blockStore, stateStore} = this;
    return new HeaderBackfill({blockStore, stateStore, evidence: this.modules.evidence, chain: () => this.chainState});
  }

  /** For peers that fetch headers: undefined when any part of it, its canonical commit too, is not here. */
  lightBlock(height: bigint): StoredLightBlock | undefined {
    return storedLightBlock(this.blockStore, this.stateStore, height);
  }

  /** Evidence from outside (RPC broadcast_evidence). It is gossiped and proposed once it is accepted. */
  async submitEvidence(evidence: Evidence): Promise<EvidenceSubmission> {
    const pool = this.modules.evidence;
    if (pool === undefined || !this.isRunning) return {refusal: {kind: 'unknown', problem: 'this node takes no evidence at the moment'}};
    const refusal = await pool.add(evidence);
    return refusal === undefined ? {hash: evidenceId(evidence)} : {refusal};
  }

  get roundState(): RoundStateSnapshot {
    const {round} = this.running().loop.view;
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
    const {round, info, chain} = this.running().loop.view;
    const {validators, lastValidators, lastBlockTime} = chain;
    const peers = this.phases?.reactor.peerRoundStates ?? [];
    return {round, validators, proposer: info.proposer(round.round), lastValidators, lastBlockTime, peers};
  }

  private running(): Phases {
    if (this.phases === undefined) throw new EngineError('STOPPED', 'the engine has not been started');
    return this.phases;
  }
}

function commitOf(precommits: VoteSet | undefined): Commit | undefined {
  return precommits === undefined ? undefined : makeCommit(precommits);
}
