/**
 * The consensus channels: takes peers' messages apart, keeps what is known about each peer, and pushes what it lacks when something
 * changes. A slow tick repairs what got lost. Source of the messages and of their meaning: CometBFT `consensus/reactor.go`.
 */
import {
  bitArrayFrom,
  decodeConsensusMessage,
  isNilBlockId,
  RoundStep,
  validateConsensusMessageBasic,
  VoteType,
  type BlockID,
  type ConsensusMessage,
  type NewRoundStepMessage,
  type Proposal,
  type Vote,
} from '#proto';
import {blockKey, roundVotes, voteBits, voteSetOf, type Step, type VoteSet} from '#consensus/core';
import type {GossipOptions, PeerRoundState} from '../api.ts';
import {DATA_MESSAGE_BYTES_MAX, PEER_QUEUE_BYTES_MAX, PEER_QUEUE_MESSAGES_MAX, PEERS_MAX, SMALL_MESSAGE_BYTES_MAX, UNANNOUNCED_VOTES_MAX} from '../limits.ts';
import type {LoopEvents, LoopInput, LoopView} from '../loop/types.ts';
import {Channel, type Clock, type Logger, type PeerEvents, type PeerNetwork} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {PeerState} from './peerState.ts';
import {channelOf, Pusher} from './pusher.ts';

const STEP_NUMBER: Readonly<Record<Step, RoundStep>> = {
  newHeight: RoundStep.NewHeight,
  propose: RoundStep.Propose,
  prevote: RoundStep.Prevote,
  precommit: RoundStep.Precommit,
  commit: RoundStep.Commit,
};

export interface ReactorModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly network: PeerNetwork;
  readonly blockStore: BlockStore;
  readonly view: () => LoopView;
  readonly enqueue: (input: LoopInput) => void;
}

interface WantedBlock {
  readonly round: number;
  readonly blockId: BlockID;
  readonly isCommit: boolean;
}

export class ConsensusReactor implements PeerEvents, LoopEvents {
  private readonly options: GossipOptions;
  private readonly modules: ReactorModules;
  private readonly pusher: Pusher;
  private readonly peers = new Map<string, PeerState>();
  private unannounced: Vote[] = [];
  private announceTimer: (() => void) | undefined;
  private relayTimer: (() => void) | undefined;
  private repairTimer: (() => void) | undefined;
  private unsubscribe: (() => void)[] = [];
  /** Whom to ask next for a missing block. */
  private nextAsked = 0;

  constructor(options: GossipOptions, modules: ReactorModules) {
    this.options = options;
    this.modules = modules;
    this.pusher = new Pusher(modules);
  }

  start(): void {
    const {network} = this.modules;
    this.unsubscribe = [
      network.subscribe(this),
      network.onWritable((peer) => {
        const state = this.peers.get(peer);
        if (state?.isBlocked !== true) return;
        state.isBlocked = false;
        this.pusher.push(state, 'relay');
      }),
    ];
    for (const peer of network.peers()) this.peerAdded(peer);
    this.scheduleRepair();
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    for (const cancel of [this.announceTimer, this.relayTimer, this.repairTimer]) cancel?.();
    this.peers.clear();
  }

  /** Highest height that a connected peer says it works on; 0 without peers. A hint, not a proof. */
  get highestPeerHeight(): bigint {
    let highest = 0n;
    for (const {height} of this.peers.values()) if (height > highest) highest = height;
    return highest;
  }

  /** What this peer says it works on; 0 when it is not connected. */
  peerHeight(peer: string): bigint {
    return this.peers.get(peer)?.height ?? 0n;
  }

  get peerRoundStates(): PeerRoundState[] {
    return [...this.peers.values()].map((peer) => ({
      id: peer.id,
      height: peer.height,
      round: peer.round,
      step: peer.step,
      hasProposal: peer.hasProposal,
      prevotes: peer.knownVotes(peer.round, VoteType.Prevote),
      precommits: peer.knownVotes(peer.round, VoteType.Precommit),
    }));
  }

  // ---- network

  peerAdded(peer: string): void {
    if (this.peers.has(peer) || this.peers.size >= PEERS_MAX) return;
    const state = new PeerState(peer);
    this.peers.set(peer, state);
    this.pusher.send(state, this.stepMessage());
  }

  peerRemoved(peer: string): void {
    this.peers.delete(peer);
  }

  message(peer: string, channel: Channel, bytes: Uint8Array): void {
    if (channel < Channel.State || channel > Channel.VoteSetBits) return;
    const state = this.peers.get(peer);
    if (state === undefined) return;
    const limit = channel === Channel.Data ? DATA_MESSAGE_BYTES_MAX : SMALL_MESSAGE_BYTES_MAX;
    if (bytes.length > limit) return this.misbehaved(peer, `a message of ${bytes.length} bytes on channel ${channel}`);
    let message: ConsensusMessage;
    try {
      message = decodeConsensusMessage(bytes);
      const problem = validateConsensusMessageBasic(message);
      if (problem !== undefined) return this.misbehaved(peer, problem);
    } catch {
      return this.misbehaved(peer, `a malformed message on channel ${channel}`);
    }
    if (channelOf(message) !== channel) return this.misbehaved(peer, `${message.type} on channel ${channel}`);
    this.take(state, message, bytes.length);
  }

  private take(peer: PeerState, message: ConsensusMessage, size: number): void {
    const {round, info} = this.modules.view();
    const count = info.validators.validators.length;
    switch (message.type) {
      case 'newRoundStep':
        if (peer.moveTo(message)) this.pusher.push(peer, 'own');
        return;
      case 'newValidBlock':
        if (message.height !== peer.height || (message.round !== peer.round && !message.isCommit)) return;
        peer.partsOf(message.blockPartSetHeader, true).parts.correct(message.blockParts);
        this.pusher.push(peer, 'own');
        return;
      case 'hasVote':
        if (message.height === peer.height && message.height === round.height) {
          peer.votesOf(message.round, message.voteType, count).known(message.index);
        }
        return;
      case 'proposalPol':
        if (message.height === peer.height && message.height === round.height) {
          peer.votesOf(message.proposalPolRound, VoteType.Prevote, count).addKnown(message.proposalPol);
        }
        return;
      case 'voteSetBits':
        if (message.height === peer.height && message.height === round.height) {
          const ours = voteBits(voteSetOf(round.votes, message.round, message.voteType), message.blockId);
          peer.votesOf(message.round, message.voteType, count).setExactly(message.votes, (index) => ours[index] === true);
          this.pusher.push(peer, 'relay');
        }
        return;
      case 'voteSetMaj23':
        if (message.height !== round.height) return;
        this.answerMajority(peer, message);
        this.enqueue(peer, {...message, type: 'majorityClaim', peer: peer.id}, size);
        return;
      case 'vote': {
        const {vote} = message;
        if (vote.height === peer.height && vote.height === round.height) {
          peer.votesOf(vote.round, vote.type, count).known(vote.validatorIndex);
        }
        this.enqueue(peer, {type: 'vote', peer: peer.id, vote}, size);
        return;
      }
      case 'proposal':
        if (message.proposal.height === peer.height && message.proposal.round === peer.round) peer.hasProposal = true;
        this.enqueue(peer, {type: 'proposal', peer: peer.id, proposal: message.proposal}, size);
        return;
      case 'blockPart': {
        const {height, round: partRound, part} = message;
        const proposal = round.proposals.get(partRound);
        if (height === peer.height && height === round.height && proposal !== undefined && partRound === peer.round) {
          peer.partsOf(proposal.blockId.partSetHeader, false).parts.known(part.index);
        }
        this.enqueue(peer, {type: 'part', peer: peer.id, height, round: partRound, part}, size);
        return;
      }
    }
  }

  /** Bounded: what a flooding peer loses here, the repair tick of an honest one sends again. */
  private enqueue(peer: PeerState, input: LoopInput, size: number): void {
    if (peer.waitingCount >= PEER_QUEUE_MESSAGES_MAX || peer.waitingBytes + size > PEER_QUEUE_BYTES_MAX) return;
    peer.enqueued(size);
    this.modules.enqueue(input);
  }

  private answerMajority(peer: PeerState, claim: {round: number; voteType: VoteType; blockId: BlockID}): void {
    const {round, info} = this.modules.view();
    const bits = voteBits(voteSetOf(round.votes, claim.round, claim.voteType), claim.blockId);
    const votes = bitArrayFrom(info.validators.validators.length, (index) => bits[index] === true);
    const {round: claimRound, voteType, blockId} = claim;
    this.pusher.send(peer, {type: 'voteSetBits', height: round.height, round: claimRound, voteType, blockId, votes});
  }

  // ---- loop

  stepChanged(): void {
    // A new round matters to every peer at once. The steps within one only tell a peer what it need not pass on to us.
    const {round, step} = this.modules.view().round;
    if (round > 0 && step === 'propose') this.broadcast(this.stepMessage());
    else this.armAnnounce();
  }

  heightChanged(): void {
    this.unannounced = [];
    this.broadcast(this.stepMessage());
    for (const peer of this.peers.values()) this.pusher.push(peer, 'own');
    this.armRelay();
  }

  ownProposal(_proposal: Proposal): void {
    for (const peer of this.peers.values()) this.pusher.push(peer, 'own');
  }

  ownVote(vote: Vote): void {
    const {height} = this.modules.view().round;
    for (const peer of this.peers.values()) {
      if (vote.height === height) this.pusher.push(peer, 'own');
      // For the commit in the next block, or for who has yet to decide.
      else if (peer.height === height || peer.height === vote.height) this.pusher.send(peer, {type: 'vote', vote}, vote);
    }
  }

  accepted(vote?: Vote): void {
    if (vote !== undefined && vote.height === this.modules.view().round.height && this.unannounced.length < UNANNOUNCED_VOTES_MAX) {
      this.unannounced.push(vote);
      this.armAnnounce();
    }
    this.armRelay();
  }

  handled(peer: string): void {
    this.peers.get(peer)?.handled();
  }

  blockWanted(): void {
    // When nobody is ahead, the block most likely is on its way from its proposer.
    if (this.highestPeerHeight > this.modules.view().round.height) this.askForBlock();
    else this.armRelay();
  }

  misbehaved(peer: string, reason: string): void {
    if (peer !== '') this.modules.network.reportMisbehaviour(peer, reason);
  }

  // ---- timers

  /** Tells the peers how far we are and which votes we have, so that they do not pass them on to us. */
  private armAnnounce(): void {
    this.announceTimer ??= this.modules.clock.setTimer(Math.ceil(this.options.relayDelayMs / 2), () => {
      this.announceTimer = undefined;
      this.broadcast(this.stepMessage());
      const {height} = this.modules.view().round;
      for (const {height: voteHeight, round, type, validatorIndex} of this.unannounced) {
        if (voteHeight === height) this.broadcast({type: 'hasVote', height, round, voteType: type, index: validatorIndex});
      }
      this.unannounced = [];
    });
  }

  private armRelay(): void {
    this.relayTimer ??= this.modules.clock.setTimer(this.options.relayDelayMs, () => {
      this.relayTimer = undefined;
      this.askForBlock();
      for (const peer of this.peers.values()) this.pusher.push(peer, 'relay');
    });
  }

  private scheduleRepair(): void {
    this.repairTimer = this.modules.clock.setTimer(this.options.repairIntervalMs, () => {
      this.repair();
      this.scheduleRepair();
    });
  }

  private repair(): void {
    this.askForBlock();
    for (const peer of this.peers.values()) {
      if (!peer.isStagnant()) continue;
      peer.isBlocked = false;
      peer.forgetSent();
      if (!this.pusher.send(peer, this.stepMessage())) continue;
      this.claimMajorities(peer);
      this.pusher.push(peer, 'repair');
    }
  }

  /** With +2/3 for a block, a peer may be held up by conflicting votes of an equivocator: it counts both once it knows of the claim. */
  private claimMajorities(peer: PeerState): void {
    const {round} = this.modules.view();
    if (peer.height < round.height) return this.pusher.claimStored(peer);
    if (peer.height > round.height) return;
    // The proof of lock that a proposal points to, too: without it nobody who is locked on another block can follow (CometBFT ProposalPOL).
    const polRound = round.proposals.get(peer.round)?.polRound ?? -1;
    for (const voteRound of new Set([round.round, peer.round, polRound, round.validRound])) {
      const {prevotes, precommits} = roundVotes(round.votes, Math.max(0, voteRound));
      for (const set of [prevotes, precommits]) this.claimMajority(peer, set);
    }
  }

  private claimMajority(peer: PeerState, {height, round, type, majority}: VoteSet): void {
    if (majority === undefined) return;
    this.pusher.send(peer, {type: 'voteSetMaj23', height, round, voteType: type, blockId: majority});
  }

  // ---- blocks with +2/3 that are not here

  private askForBlock(): void {
    const wanted = this.wantedBlock();
    if (wanted === undefined) return;
    const {round, assembly} = this.modules.view();
    const partSet = assembly.parts(wanted.blockId);
    if (partSet === undefined) return;
    const candidates = [...this.peers.values()].filter(({height}) => height >= round.height);
    const peer = candidates[this.nextAsked++ % Math.max(1, candidates.length)];
    if (peer === undefined) return;
    this.pusher.send(peer, {
      type: 'newValidBlock',
      height: round.height,
      round: round.round,
      blockPartSetHeader: partSet.header,
      blockParts: bitArrayFrom(partSet.total, (index) => partSet.has(index)),
      isCommit: wanted.isCommit,
    });
  }

  private wantedBlock(): WantedBlock | undefined {
    const {round} = this.modules.view();
    for (const [voteRound, {precommits}] of round.votes.rounds) {
      const blockId = precommits.majority;
      if (blockId === undefined || isNilBlockId(blockId) || round.values.has(blockKey(blockId))) continue;
      return {round: voteRound, blockId, isCommit: true};
    }
    const blockId = roundVotes(round.votes, round.round).prevotes.majority;
    if (blockId === undefined || isNilBlockId(blockId) || round.values.has(blockKey(blockId))) return undefined;
    return {round: round.round, blockId, isCommit: false};
  }

  private broadcast(message: ConsensusMessage): void {
    const identity = {};
    for (const peer of this.peers.values()) this.pusher.send(peer, message, identity);
  }

  private stepMessage(): NewRoundStepMessage {
    const {round} = this.modules.view();
    return {
      type: 'newRoundStep',
      height: round.height,
      round: round.round,
      step: STEP_NUMBER[round.step],
      secondsSinceStartTime: 0n,
      lastCommitRound: round.lastPrecommits?.round ?? -1,
    };
  }
}
