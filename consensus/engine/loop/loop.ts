/**
 * The one writer of round state. Inputs are handled strictly one after the other; the pure core says what to do, this carries it out
 * in order. Any error of the application, the stores or an invariant halts it for good: a halted engine signs nothing any more.
 */
import {compareTimestamps, equalBytes, proposalSignBytes, verifySignature, VoteType, type BlockID, type Part, type Proposal, type Timestamp, type Vote} from '#proto';
import {
  addMilliseconds,
  apply,
  assertNever,
  blockKey,
  createRoundInfo,
  createRoundState,
  findVote,
  makeCommit,
  voteSetOf,
  type Effect,
  type Outcome,
  type RoundInfo,
  type RoundInput,
  type RoundState,
  type TimeoutKind,
  type VoteSet,
} from '#consensus/core';
import type {EngineOptions} from '../api.ts';
import {EngineError} from '../errors.ts';
import {nextHeight, type BlockExecutor} from '../execution/blockExecutor.ts';
import {verifyVoteSignature} from '../execution/validation.ts';
import {EQUIVOCATIONS_MAX} from '../limits.ts';
import type {Clock, EngineObserver, Logger, Signer, TransactionSource} from '../ports.ts';
import {SignerError} from '../signer/errors.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {ConsensusState} from '../store/state.ts';
import {BlockAssembly, type AssembledBlock} from './assembly.ts';
import {StartTimer} from './start.ts';
import type {LoopEvents, LoopInput, LoopView} from './types.ts';
import type {Wal, WalInput} from './wal.ts';

export interface LoopModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signer: Signer | undefined;
  readonly wal: Wal;
  readonly executor: BlockExecutor;
  readonly blockStore: BlockStore;
  readonly txs: TransactionSource;
  readonly observer: EngineObserver;
}

/** Where the loop takes up: after the handshake. */
export interface LoopStart {
  readonly chain: ConsensusState;
  readonly lastPrecommits: VoteSet | undefined;
  readonly lastBlockHadTransactions: boolean;
}

/** Inputs that the loop gives to itself, before it looks at the next one from outside. */
type InternalInput = RoundInput | {readonly type: 'checkValue'; readonly block: AssembledBlock};

type SigningEffect = Extract<Effect, {type: 'signVote' | 'signProposal' | 'getValue'}>;

export interface Equivocation {
  readonly voteA: Vote;
  readonly voteB: Vote;
}

export class ConsensusLoop {
  private readonly options: EngineOptions;
  private readonly modules: LoopModules;
  private events: LoopEvents | undefined;

  private chain: ConsensusState;
  private info: RoundInfo;
  private round: RoundState;
  private assembly: BlockAssembly;
  private lastBlockHadTransactions: boolean;

  private queue: LoopInput[] = [];
  private internal: InternalInput[] = [];
  private draining: Promise<void> | undefined;
  private status: 'idle' | 'replaying' | 'running' | 'stopped' | 'halted' = 'idle';
  private replayed: SigningEffect[] = [];
  private readonly startTimer: StartTimer;
  private readonly timers = new Map<TimeoutKind, () => void>();
  private equivocationLog: Equivocation[] = [];

  constructor(options: EngineOptions, modules: LoopModules, start: LoopStart) {
    this.options = options;
    this.modules = modules;
    this.chain = start.chain;
    this.lastBlockHadTransactions = start.lastBlockHadTransactions;
    this.startTimer = new StartTimer(modules.clock, () => this.enqueue({type: 'start', height: this.round.height}));
    const {info, round, assembly} = this.heightOf(start.lastPrecommits);
    this.info = info;
    this.round = round;
    this.assembly = assembly;
  }

  get view(): LoopView {
    return {chain: this.chain, info: this.info, round: this.round, assembly: this.assembly};
  }

  get equivocations(): readonly Equivocation[] {
    return this.equivocationLog;
  }

  get isRunning(): boolean {
    return this.status === 'running';
  }

  /** Replays the log of the current height, then begins to take inputs. */
  async start(events: LoopEvents): Promise<void> {
    this.events = events;
    this.status = 'replaying';
    const {height} = this.round;
    for (const input of this.modules.wal.replay(height)) {
      if (this.round.height !== height) break;
      await this.replay(input);
    }
    this.status = 'running';
    await this.resumeSigning();
    for (const kind of ['propose', 'prevote', 'precommit'] as const) this.rearm(kind);
    this.armStart();
    this.events.heightChanged();
    this.drain();
  }

  /** Resolves when the input that is being handled, if any, is done with. */
  async stop(): Promise<void> {
    if (this.status !== 'halted') this.status = 'stopped';
    this.cancelTimers();
    await this.draining;
    this.modules.wal.sync();
  }

  enqueue(input: LoopInput): void {
    if (this.status === 'stopped' || this.status === 'halted') return;
    this.queue.push(input);
    if (this.status === 'running') this.drain();
  }

  private drain(): void {
    if (this.draining !== undefined || this.queue.length === 0) return;
    this.draining = this.handleQueue().finally(() => {
      this.draining = undefined;
    });
  }

  private async handleQueue(): Promise<void> {
    try {
      while (this.queue.length > 0) {
        const batch = this.queue;
        this.queue = [];
        for (const input of batch) {
          if (this.status !== 'running') return;
          await this.handle(input);
          if ('peer' in input) this.events?.handled(input.peer);
        }
      }
    } catch (error) {
      this.halt(error instanceof Error ? error : new EngineError('INVARIANT', String(error)));
    }
  }

  private halt(error: Error): void {
    this.status = 'halted';
    this.queue = [];
    this.internal = [];
    this.cancelTimers();
    this.modules.logger.error({err: error, height: this.round.height}, 'consensus halted');
    this.modules.observer.halted(error);
  }

  private cancelTimers(): void {
    this.startTimer.stop();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  private async handle(input: LoopInput): Promise<void> {
    switch (input.type) {
      case 'vote':
        return this.handleVote(input.peer, input.vote);
      case 'proposal':
        return this.handleProposal(input.peer, input.proposal);
      case 'part':
        if (input.height === this.round.height) await this.handlePart(input.peer, input.round, input.part);
        return;
      case 'majorityClaim':
        if (input.height === this.round.height) await this.dispatch(input);
        return;
      case 'timeout':
        await this.dispatch(input);
        return;
      case 'start':
        if (input.height === this.round.height) await this.startHeight();
        return;
      case 'work':
        if (this.round.step === 'newHeight') this.armStart();
        return;
      default:
        assertNever(input);
    }
  }

  private async replay(input: WalInput): Promise<void> {
    switch (input.type) {
      case 'part':
        return this.handlePart(input.peer, input.round, input.part);
      case 'start':
        return this.startHeight();
      case 'proposal':
        return this.takeProposal(input.peer, input.proposal);
      default:
        await this.dispatch(input);
    }
  }

  /** Signs what a crash kept us from logging; the signer gives the same signature again, or refuses. */
  private async resumeSigning(): Promise<void> {
    const effects = this.replayed;
    this.replayed = [];
    for (const effect of effects) {
      if (this.isSigned(effect)) continue;
      await this.perform(effect);
      await this.settle();
    }
  }

  private isSigned(effect: SigningEffect): boolean {
    const {round, proposals, votes} = this.round;
    if (effect.type === 'signVote') {
      const {vote} = effect;
      if (vote.height !== this.round.height || vote.round !== round) return true;
      return voteSetOf(votes, vote.round, vote.type).votes[this.info.ownIndex] !== undefined;
    }
    const effectRound = effect.type === 'getValue' ? effect.round : effect.proposal.round;
    return effectRound !== round || proposals.has(round) || this.round.step !== 'propose';
  }

  // ---- peers' messages

  private async handleVote(peer: string, vote: Vote): Promise<void> {
    const {round, info, chain} = this;
    const isLate = vote.height === round.height - 1n && vote.type === VoteType.Precommit;
    if (vote.height !== round.height && !isLate) return;
    const set = isLate ? round.lastPrecommits : voteSetOf(round.votes, vote.round, vote.type);
    if (set === undefined || (isLate && set.round !== vote.round)) return;
    const validator = set.validators.validators[vote.validatorIndex];
    if (validator === undefined || !equalBytes(validator.address, vote.validatorAddress)) {
      this.events?.misbehaved(peer, 'a vote of no validator');
      return;
    }
    if (findVote(set, vote.validatorIndex, vote.blockId) !== undefined) return;
    if (!verifyVoteSignature(chain.chainId, validator.publicKey.bytes, vote)) {
      this.events?.misbehaved(peer, 'a vote with a wrong signature');
      return;
    }
    // Prevotes mean that a round is under way. Precommits alone may be those of a decision that we are catching up with.
    if (!isLate && vote.type === VoteType.Prevote && round.step === 'newHeight') await this.startHeight();
    const outcome = await this.dispatch({type: 'vote', vote, peer});
    if (outcome !== 'accepted') return;
    this.events?.accepted(vote);
    // The last of the late precommits may end the pause before the next height.
    if (isLate && info === this.info && this.round.step === 'newHeight') this.armStart();
  }

  private async handleProposal(peer: string, proposal: Proposal): Promise<void> {
    const {round, info, chain, assembly} = this;
    if (proposal.height !== round.height || proposal.round > round.round + 1 || round.proposals.has(proposal.round)) return;
    if (!assembly.fits(proposal.blockId)) return;
    const proposer = info.proposer(proposal.round);
    if (!verifySignature(proposer.publicKey.bytes, proposalSignBytes(chain.chainId, proposal), proposal.signature)) {
      this.events?.misbehaved(peer, 'a proposal that its proposer did not sign');
      return;
    }
    if (round.step === 'newHeight' && proposal.round === 0) await this.startHeight();
    await this.takeProposal(peer, proposal);
    this.events?.accepted();
  }

  private async takeProposal(peer: string, proposal: Proposal): Promise<void> {
    const outcome = await this.dispatch({type: 'proposal', proposal, peer});
    if (outcome === 'accepted' && this.round.height === proposal.height) await this.expectBlock(proposal.blockId);
  }

  private async expectBlock(blockId: BlockID): Promise<void> {
    for (const {peer, round, part} of this.assembly.expect(blockId, this.keptBlocks())) await this.handlePart(peer, round, part);
  }

  private keptBlocks(): readonly (BlockID | undefined)[] {
    const {lockedValue, validValue, proposals, round, votes} = this.round;
    const majorities = [...votes.rounds.values()].map(({precommits}) => precommits.majority);
    return [lockedValue, validValue, proposals.get(round)?.blockId, ...majorities];
  }

  private async handlePart(peer: string, round: number, part: Part): Promise<void> {
    const {height} = this.round;
    const result = this.assembly.add(peer, round, part);
    if (result.outcome !== 'added') return;
    if (this.status !== 'replaying') this.modules.wal.append({type: 'part', peer, height, round, part});
    this.events?.accepted();
    if (result.complete === undefined) return;
    this.internal.push({type: 'checkValue', block: result.complete});
    await this.settle();
  }

  /** valid(v). A block that +2/3 precommitted was accepted by the application elsewhere: there only our own rules are checked. */
  private async checkValue({blockId, block}: AssembledBlock): Promise<void> {
    if (this.round.values.has(blockKey(blockId))) return;
    let problem: string | undefined = 'it is not a block of this id';
    if (block !== undefined) {
      const {executor} = this.modules;
      const verify = this.verifyUnlessSeen(this.round.lastPrecommits);
      problem = this.isDecided(blockId)
        ? executor.validate(this.chain, block, verify)
        : await executor.checkProposal(this.chain, block, verify);
    }
    if (problem !== undefined) this.modules.logger.warn({height: this.round.height, problem}, 'a proposed block is invalid');
    await this.step({type: 'value', blockId, valid: problem === undefined});
  }

  private isDecided(blockId: BlockID): boolean {
    const key = blockKey(blockId);
    for (const {precommits} of this.round.votes.rounds.values()) {
      if (precommits.majority !== undefined && blockKey(precommits.majority) === key) return true;
    }
    return false;
  }

  /** The precommits in a LastCommit mostly are those that we verified as votes. */
  private verifyUnlessSeen(seen: VoteSet | undefined): typeof verifyVoteSignature {
    return (chainId, publicKey, vote) => {
      const index = seen?.validators.validators.findIndex((v) => equalBytes(v.publicKey.bytes, publicKey)) ?? -1;
      const known = seen === undefined || index < 0 ? undefined : findVote(seen, index, vote.blockId);
      const isSame =
        known !== undefined &&
        known.height === vote.height &&
        known.round === vote.round &&
        compareTimestamps(known.timestamp, vote.timestamp) === 0 &&
        equalBytes(known.signature, vote.signature);
      return isSame || verifyVoteSignature(chainId, publicKey, vote);
    };
  }

  // ---- the core

  private async startHeight(): Promise<void> {
    if (this.round.step !== 'newHeight') return;
    this.startTimer.stop();
    if (this.status !== 'replaying') this.modules.wal.append({type: 'start', height: this.round.height});
    await this.dispatch({type: 'startRound', round: 0});
  }

  private async dispatch(input: RoundInput): Promise<Outcome> {
    const outcome = await this.step(input);
    await this.settle();
    return outcome;
  }

  private async settle(): Promise<void> {
    for (let next = this.internal.shift(); next !== undefined; next = this.internal.shift()) {
      if (next.type === 'checkValue') await this.checkValue(next.block);
      else await this.step(next);
    }
  }

  private async step(input: RoundInput): Promise<Outcome> {
    const {state, effects, outcome} = apply(this.round, this.info, input);
    this.round = state;
    for (const effect of effects) await this.perform(effect);
    return outcome;
  }

  private async perform(effect: Effect): Promise<void> {
    const {wal, logger, observer} = this.modules;
    const isReplay = this.status === 'replaying';
    switch (effect.type) {
      case 'walAppend':
        if (isReplay) return;
        wal.append(effect.input);
        if (effect.sync && effect.input.type === 'proposal') this.logOwnParts(effect.input.proposal);
        if (effect.sync) wal.sync();
        return;
      case 'publishProposal':
        if (!isReplay) this.events?.ownProposal(effect.proposal);
        return;
      case 'publishVote':
        if (!isReplay) this.events?.ownVote(effect.vote);
        return;
      case 'getValue':
      case 'signProposal':
      case 'signVote':
        if (isReplay) this.replayed.push(effect);
        else await this.performSigning(effect);
        return;
      case 'scheduleTimeout':
        if (!isReplay) this.schedule(effect.kind, effect.round, effect.durationMs);
        return;
      case 'fetchValue':
        await this.expectBlock(effect.blockId);
        if (!isReplay) this.events?.blockWanted();
        return;
      case 'validValue':
        return;
      case 'stepChanged':
        observer.step({height: this.round.height, round: effect.round, step: effect.step});
        if (!isReplay) this.events?.stepChanged();
        return;
      case 'equivocation':
        logger.warn({validator: effect.voteA.validatorIndex, height: effect.voteA.height, round: effect.voteA.round}, 'a validator voted twice');
        if (this.equivocationLog.length < EQUIVOCATIONS_MAX) this.equivocationLog.push({voteA: effect.voteA, voteB: effect.voteB});
        return;
      case 'decide':
        return this.commit(effect.round, effect.blockId);
      default:
        assertNever(effect);
    }
  }

  private logOwnParts({height, round, blockId}: Proposal): void {
    for (const part of this.assembly.parts(blockId)?.parts() ?? []) this.modules.wal.append({type: 'part', peer: '', height, round, part});
  }

  // ---- signing

  private async performSigning(effect: SigningEffect): Promise<void> {
    const {signer} = this.modules;
    if (signer === undefined) return;
    if (effect.type === 'getValue') return this.buildValue(effect.round, signer);
    const {chainId} = this.chain;
    try {
      if (effect.type === 'signProposal') {
        const proposal = await signer.signProposal(chainId, {...effect.proposal, timestamp: this.modules.clock.now()});
        const block = this.assembly.get(proposal.blockId);
        this.internal.push({type: 'proposal', proposal, peer: ''});
        if (block !== undefined) this.internal.push({type: 'checkValue', block});
        return;
      }
      const vote = await signer.signVote(chainId, {
        ...effect.vote,
        timestamp: this.voteTime(effect.vote.blockId),
        validatorAddress: signer.address,
        validatorIndex: this.info.ownIndex,
      });
      this.internal.push({type: 'vote', vote, peer: ''});
    } catch (error) {
      if (!(error instanceof SignerError)) throw error;
      // Better silent than twice: the others go on without this vote.
      this.modules.logger.warn({err: error, height: this.round.height, round: this.round.round}, 'the signer refused');
    }
  }

  private async buildValue(round: number, signer: Signer): Promise<void> {
    const {lastPrecommits} = this.round;
    const {executor, logger} = this.modules;
    const proposal = await executor.createProposal(
      this.chain,
      lastPrecommits === undefined ? undefined : makeCommit(lastPrecommits),
      signer.address,
    );
    const {blockId, partSet, block, size} = proposal;
    this.assembly.addOwn(blockId, partSet, block, size, this.keptBlocks());
    logger.debug({height: block.header.height, round, txs: block.txs.length, size}, 'proposing a block');
    this.internal.push({type: 'proposeValue', round, blockId});
  }

  /** Strictly after the time of the block that is voted for, so that the next block's median is too (CometBFT voteTime). */
  private voteTime(blockId: BlockID): Timestamp {
    const {lockedValue, proposals, round} = this.round;
    const now = this.modules.clock.now();
    const times = [this.chain.lastBlockTime];
    for (const id of [lockedValue, proposals.get(round)?.blockId, blockId]) {
      const block = id === undefined ? undefined : this.assembly.get(id)?.block;
      if (block !== undefined) times.push(block.header.time);
    }
    return times.map((time) => addMilliseconds(time, 1)).reduce((a, b) => (compareTimestamps(a, b) > 0 ? a : b), now);
  }

  // ---- timers

  private schedule(kind: TimeoutKind, round: number, durationMs: number): void {
    const {height} = this.round;
    this.timers.get(kind)?.();
    const cancel = this.modules.clock.setTimer(durationMs, () => this.enqueue({type: 'timeout', kind, height, round}));
    this.timers.set(kind, cancel);
  }

  /** After a replay the timeouts of the current round start anew; the core ignores those that no longer apply. */
  private rearm(kind: TimeoutKind): void {
    if (this.round.step === 'newHeight') return;
    const {timeouts} = this.options;
    const {round} = this.round;
    this.schedule(kind, round, timeouts[`${kind}Ms`] + round * timeouts[`${kind}DeltaMs`]);
  }

  private armStart(): void {
    if (this.round.step !== 'newHeight') return;
    const {chain, options} = this;
    this.startTimer.arm({
      isInitialHeight: chain.lastBlockHeight === 0n,
      genesisTime: chain.lastBlockTime,
      hasWork: this.modules.txs.hasTransactions(),
      lastBlockHadTransactions: this.lastBlockHadTransactions,
      lastPrecommits: this.round.lastPrecommits,
      commitMs: options.commitMs,
      emptyBlockIntervalMs: options.emptyBlockIntervalMs,
    });
  }

  // ---- decisions

  /** Block store, end of height in the log, application, state store: in this order, so that the handshake can close any gap. */
  private async commit(round: number, blockId: BlockID): Promise<void> {
    const {blockStore, executor, wal, observer} = this.modules;
    const {height} = this.round;
    const assembled = this.assembly.get(blockId);
    if (assembled?.block === undefined) throw new EngineError('INVARIANT', `block ${height} was decided but is not here`);
    const {block, partSet, size} = assembled;
    const precommits = voteSetOf(this.round.votes, round, VoteType.Precommit);
    const seenCommit = makeCommit(precommits);
    if (blockStore.height < height) {
      const meta = {blockId, blockSize: BigInt(size), header: block.header, numTxs: BigInt(block.txs.length)};
      await blockStore.save(block, partSet, meta, seenCommit);
    }
    wal.endHeight(height);
    const {state, txResults} = await executor.apply(this.chain, blockId, block);
    this.chain = state;
    this.lastBlockHadTransactions = block.txs.length > 0;
    this.enterHeight(precommits);
    observer.committed({block, blockId, seenCommit, txResults, appHash: state.appHash});
  }

  private enterHeight(lastPrecommits: VoteSet): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    // Of what is still to be handled, only a vote of ours means something at the next height.
    this.internal = this.internal.filter((input) => input.type === 'vote');
    this.replayed = [];
    const {info, round, assembly} = this.heightOf(lastPrecommits);
    this.info = info;
    this.round = round;
    this.assembly = assembly;
    this.startTimer.reset();
    if (this.status !== 'running') return;
    this.armStart();
    this.events?.heightChanged();
  }

  private heightOf(lastPrecommits: VoteSet | undefined): Pick<LoopView, 'info' | 'round' | 'assembly'> {
    const {chain} = this;
    const height = nextHeight(chain);
    return {
      info: createRoundInfo(height, chain.validators, this.modules.signer?.address, this.options.timeouts),
      round: createRoundState(height, chain.validators, lastPrecommits),
      assembly: new BlockAssembly(chain.consensusParams.block.maxBytes),
    };
  }
}
