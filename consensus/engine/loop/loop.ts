/**
 * The one writer of round state. Inputs are handled strictly one after the other; the pure core says what to do, this carries it out
 * in order. Any error of the application, the stores or an invariant halts it for good: a halted engine signs nothing any more.
 */
import {VoteType, type BlockID, type Part, type Proposal, type Vote} from '#proto';
import {
  apply,
  assertNever,
  blockKey,
  createRoundInfo,
  createRoundState,
  type Effect,
  type Outcome,
  type RoundInfo,
  type RoundInput,
  type RoundState,
  type VoteSet,
} from '#consensus/core';
import type {EngineOptions} from '../api.ts';
import {EngineError} from '../errors.ts';
import {nextHeight} from '../execution/blockExecutor.ts';
import type {ConsensusState} from '../store/state.ts';
import {BlockAssembly, type AssembledBlock} from './assembly.ts';
import {checkProposal, checkVote, hasHonestVote, isDecided, isLatePrecommit, verifyUnlessSeen, type Verdict} from './checks.ts';
import {InputQueue} from './inputQueue.ts';
import {droppedValues, isSigned, keptBlocks, performSigning, type InternalInput, type SigningEffect} from './signing.ts';
import {commitDecision} from './decision.ts';
import {Equivocations} from './equivocations.ts';
import {consensusEvents} from './events.ts';
import {Pace} from './pace.ts';
import {hasToStaySilent, roundOf, type Recollection} from './promises.ts';
import {RoundTimers} from './roundTimers.ts';
import type {LoopEvents, LoopInput, LoopModules, LoopStart, LoopView} from './types.ts';
import type {WalInput} from './wal.ts';

export class ConsensusLoop {
  private readonly options: EngineOptions;
  private readonly modules: LoopModules;
  private events: LoopEvents | undefined;

  private chain: ConsensusState;
  private info: RoundInfo;
  private round: RoundState;
  private assembly: BlockAssembly;

  private readonly queue: InputQueue;
  private internal: InternalInput[] = [];
  /** resuming: after the replay, before inputs from outside. */
  private status: 'replaying' | 'resuming' | 'running' | 'stopped' | 'halted' = 'replaying';
  private replayed: SigningEffect[] = [];
  private readonly equivocations: Equivocations;
  /** At a height of which it may have forgotten a lock, a validator signs nothing. */
  private isMute = false;
  private readonly pace: Pace;
  private readonly timers: RoundTimers;

  constructor(options: EngineOptions, modules: LoopModules, start: LoopStart) {
    this.options = options;
    this.modules = modules;
    this.chain = start.chain;
    this.equivocations = new Equivocations(modules);
    this.queue = new InputQueue(
      (input) => this.handle(input),
      (error) => this.halt(error),
    );
    this.pace = new Pace(options, modules, start.lastBlockHadTransactions, () => this.enqueue({type: 'start', height: this.round.height}));
    this.timers = new RoundTimers(modules.clock, (timeout) => this.enqueue(timeout));
    const {info, round, assembly} = this.heightOf(start.lastPrecommits);
    this.info = info;
    this.round = round;
    this.assembly = assembly;
  }

  get view(): LoopView {
    return {chain: this.chain, info: this.info, round: this.round, assembly: this.assembly};
  }

  get isRunning(): boolean {
    return this.status === 'running';
  }

  get isHalted(): boolean {
    return this.status === 'halted';
  }

  /** Replays the log of the current height, then begins to take inputs. @throws what halts it. */
  async start(events: LoopEvents): Promise<void> {
    this.events = events;
    try {
      await this.resume();
    } catch (error) {
      this.halt(error);
      throw error;
    }
    this.status = 'running';
    this.armStart();
    events.heightChanged();
    this.queue.open();
  }

  private async resume(): Promise<void> {
    const {height} = this.round;
    const inputs = this.modules.wal.replay(height);
    for (const input of inputs) {
      if (this.round.height !== height) break;
      await this.replay(input);
    }
    this.status = 'resuming';
    this.remember({inputs: this.round.height === height ? inputs : [], asked: this.replayed});
    // Signs what a crash kept us from logging; the signer gives the same signature again, or refuses.
    const effects = this.replayed;
    this.replayed = [];
    for (const effect of effects) {
      if (isSigned(this.view, effect)) continue;
      await this.perform(effect);
      await this.settle();
    }
    this.timers.rearm(this.round, this.options.timeouts);
  }

  private remember(recollection: Recollection): void {
    const {signer, logger} = this.modules;
    this.isMute = hasToStaySilent(signer?.lastSigned, this.view, recollection, logger);
  }

  /** Resolves when the input that is being handled, if any, is done with. */
  async stop(): Promise<void> {
    const isHalted = this.status === 'halted';
    if (!isHalted) this.status = 'stopped';
    this.cancelTimers();
    await this.queue.end();
    if (!isHalted) this.modules.wal.sync();
  }

  enqueue(input: LoopInput): void {
    this.queue.push(input);
  }

  private halt(cause: unknown): void {
    const error = cause instanceof Error ? cause : new EngineError('INVARIANT', String(cause));
    this.status = 'halted';
    void this.queue.end();
    this.internal = [];
    this.cancelTimers();
    this.modules.logger.error({err: error, height: this.round.height}, 'consensus halted');
    this.modules.observer.halted(error);
  }

  private cancelTimers(): void {
    this.pace.stop();
    this.timers.cancelAll();
  }

  private async handle(input: LoopInput): Promise<void> {
    await this.handleInput(input);
    if ('peer' in input) this.events?.handled(input.peer);
  }

  private async handleInput(input: LoopInput): Promise<void> {
    switch (input.type) {
      case 'vote':
        return this.handleVote(input.peer, input.vote);
      case 'proposal':
        return this.handleProposal(input.peer, input.proposal);
      case 'part':
        if (input.height === this.round.height) await this.handlePart(input.peer, input.round, input.part);
        return;
      case 'majorityClaim':
        if (input.height === this.round.height && (await this.dispatch(input)) === 'accepted') this.modules.wal.append(input);
        return;
      case 'timeout':
        await this.dispatch(input);
        return;
      case 'start':
        if (input.height === this.round.height) await this.startHeight();
        return;
      case 'work':
        this.pace.worked();
        return this.armStart();
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

  // ---- peers' messages

  private async handleVote(peer: string, vote: Vote): Promise<void> {
    if (!this.admit(peer, checkVote(this.view, vote, this.equivocations.known))) return;
    const isLate = isLatePrecommit(this.round, vote);
    // Prevotes mean that a round is under way. Precommits alone may be those of a decision that we are catching up with.
    const isBeginning = !isLate && vote.type === VoteType.Prevote && this.round.step === 'newHeight';
    if (isBeginning && this.pace.hasten(vote.validatorAddress)) await this.startHeight();
    const outcome = await this.dispatch({type: 'vote', vote, peer});
    if (outcome !== 'accepted') return;
    if (isBeginning && hasHonestVote(this.view, vote.round)) await this.startHeight();
    this.events?.accepted(vote);
    // The last of the late precommits may end the pause before the next height.
    if (isLate && this.round.step === 'newHeight') this.armStart();
  }

  private async handleProposal(peer: string, proposal: Proposal): Promise<void> {
    if (!this.admit(peer, checkProposal(this.view, proposal))) return;
    if (this.round.step === 'newHeight' && proposal.round === 0) await this.startHeight();
    await this.takeProposal(peer, proposal);
    this.events?.accepted();
  }

  private admit(peer: string, verdict: Verdict): boolean {
    if (verdict.verdict === 'reject') this.events?.misbehaved(peer, verdict.reason);
    return verdict.verdict === 'accept';
  }

  private async takeProposal(peer: string, proposal: Proposal): Promise<void> {
    const outcome = await this.dispatch({type: 'proposal', proposal, peer});
    if (outcome !== 'accepted' || this.round.height !== proposal.height) return;
    this.expectBlock(proposal.blockId);
    await this.settle();
  }

  /** Its parts may be here already: early, or because we built the same block but could not propose it. */
  private expectBlock(blockId: BlockID): void {
    for (const {peer, round, part} of this.assembly.expect(blockId, keptBlocks(this.view))) this.addPart(peer, round, part);
    const block = this.assembly.get(blockId);
    if (block !== undefined) this.internal.push({type: 'checkValue', block});
    this.internal.push(...droppedValues(this.view));
  }

  private async handlePart(peer: string, round: number, part: Part): Promise<void> {
    this.addPart(peer, round, part);
    await this.settle();
  }

  private addPart(peer: string, round: number, part: Part): void {
    const result = this.assembly.add(peer, round, part);
    if (result.outcome !== 'added') return;
    const {height} = this.round;
    if (this.status !== 'replaying') this.modules.wal.append({type: 'part', peer, height, round, part});
    this.events?.accepted();
    if (result.complete !== undefined) this.internal.push({type: 'checkValue', block: result.complete});
  }

  /** valid(v). A block that +2/3 precommitted was accepted by the application elsewhere: there only our own rules are checked. */
  private async checkValue({blockId, block}: AssembledBlock): Promise<void> {
    const decided = isDecided(this.round, blockId);
    const known = this.round.values.get(blockKey(blockId));
    if (known === true || (known === false && !decided)) return;
    let problem: string | undefined = 'it is not a block of this id';
    if (block !== undefined) {
      const {executor} = this.modules;
      const verify = verifyUnlessSeen(this.round.lastPrecommits);
      problem = decided ? executor.validate(this.chain, block, verify) : await executor.checkProposal(this.chain, block, verify);
    }
    if (problem !== undefined) this.modules.logger.warn({height: this.round.height, problem}, 'a proposed block is invalid');
    await this.step({type: 'value', blockId, valid: problem === undefined, isDecided: decided});
  }

  // ---- the core

  private async startHeight(): Promise<void> {
    if (this.round.step !== 'newHeight') return;
    this.pace.stop();
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
    const before = this.round;
    const {state, effects, outcome} = apply(before, this.info, input);
    this.round = state;
    if (this.status !== 'replaying') for (const event of consensusEvents(before, state, input, outcome)) this.modules.observer.consensus?.(event);
    for (const effect of effects) await this.perform(effect);
    return outcome;
  }

  private async perform(effect: Effect): Promise<void> {
    const {wal, observer} = this.modules;
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
        if (isReplay) {
          this.replayed.push(effect);
          return;
        }
        if (this.isMute) return;
        // The grounds of a signature are durable before it: a replay that came to another one could not sign it, and would be silent.
        if (effect.type === 'signVote' || (effect.type === 'signProposal' && roundOf(effect) > 0)) wal.sync();
        this.internal.push(...(await performSigning(this.modules, this.view, effect)));
        return;
      case 'scheduleTimeout':
        if (!isReplay) this.timers.schedule(effect);
        return;
      case 'fetchValue':
        this.expectBlock(effect.blockId);
        if (!isReplay) this.events?.blockWanted();
        return;
      case 'validValue':
        return;
      case 'stepChanged':
        observer.step({height: this.round.height, round: effect.round, step: effect.step});
        if (!isReplay) this.events?.stepChanged();
        return;
      case 'equivocation':
        return this.equivocations.found(effect.voteA, effect.voteB);
      case 'decide':
        return this.commit(effect.round, effect.blockId);
      default:
        assertNever(effect);
    }
  }

  private logOwnParts({height, round, blockId}: Proposal): void {
    for (const part of this.assembly.parts(blockId)?.parts() ?? []) this.modules.wal.append({type: 'part', peer: '', height, round, part});
  }

  // ---- timers

  private armStart(): void {
    if (this.round.step === 'newHeight') this.pace.arm(this.chain, this.round.lastPrecommits);
  }

  // ---- decisions

  private async commit(round: number, blockId: BlockID): Promise<void> {
    const {validators, lastValidators} = this.chain;
    const decided = await commitDecision(this.modules, this.view, round, blockId);
    this.chain = decided.state;
    this.pace.decided(decided.block.txs.length);
    this.enterHeight(decided.precommits);
    const {block, blockBytes, seenCommit, txResults, state} = decided;
    this.modules.observer.committed({block, blockId, blockBytes, seenCommit, txResults, appHash: state.appHash, validators, lastValidators});
  }

  private enterHeight(lastPrecommits: VoteSet): void {
    this.timers.cancelAll();
    this.equivocations.clear();
    // Of what is still to be handled, only a vote of ours means something at the next height.
    this.internal = this.internal.filter((input) => input.type === 'vote');
    this.replayed = [];
    const {info, round, assembly} = this.heightOf(lastPrecommits);
    this.info = info;
    this.round = round;
    this.assembly = assembly;
    this.pace.newHeight();
    if (this.status !== 'replaying') this.remember({inputs: [], asked: []});
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
