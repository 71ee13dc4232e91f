/** Sends a peer what it lacks, as far as its queues take it. Decides nothing about consensus. */
import {
  encodeConsensusMessage,
  equalBytes,
  partSetHeaderEquals,
  RoundStep,
  VoteType,
  type BlockID,
  type ConsensusMessage,
  type PartSet,
  type PartSetHeader,
  type Vote,
} from '#proto';
import {voteOfCommit, voteSetOf, type VoteSet} from '#consensus/core';
import type {LoopView} from '../loop/types.ts';
import {Channel, type PeerNetwork} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {Knowledge, type PeerState, type WantedParts} from './peerState.ts';

/**
 * own: what we signed, what was asked for, and blocks for a peer that is far behind.
 * relay: also what others signed.
 * repair: also what the peer should have by its step.
 */
export type PushMode = 'own' | 'relay' | 'repair';

interface StoredHeight {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
  readonly precommits: readonly (Vote | undefined)[];
}

const CHANNEL_OF: Readonly<Record<ConsensusMessage['type'], Channel>> = {
  newRoundStep: Channel.State,
  newValidBlock: Channel.State,
  hasVote: Channel.State,
  voteSetMaj23: Channel.State,
  proposal: Channel.Data,
  proposalPol: Channel.Data,
  blockPart: Channel.Data,
  vote: Channel.Vote,
  voteSetBits: Channel.VoteSetBits,
};

export function channelOf(message: ConsensusMessage): Channel {
  return CHANNEL_OF[message.type];
}

export class Pusher {
  private readonly network: PeerNetwork;
  private readonly blockStore: BlockStore;
  private readonly view: () => LoopView;
  private stored: StoredHeight | undefined;
  /** Encodings of messages that go to several peers. */
  private encoded = new WeakMap<object, Uint8Array>();

  constructor(modules: {readonly network: PeerNetwork; readonly blockStore: BlockStore; readonly view: () => LoopView}) {
    this.network = modules.network;
    this.blockStore = modules.blockStore;
    this.view = modules.view;
  }

  /** false: the peer's queue is full. */
  send(peer: PeerState, message: ConsensusMessage, identity?: object): boolean {
    let bytes = identity === undefined ? undefined : this.encoded.get(identity);
    if (bytes === undefined) {
      bytes = encodeConsensusMessage(message);
      if (identity !== undefined) this.encoded.set(identity, bytes);
    }
    const sent = this.network.send(peer.id, channelOf(message), bytes);
    if (!sent) peer.isBlocked = true;
    return sent;
  }

  push(peer: PeerState, mode: PushMode): void {
    const {round} = this.view();
    if (peer.height === 0n) return;
    if (peer.height === round.height) this.pushCurrent(peer, mode);
    // One height behind is the normal case of a moment: it has the votes on its way to it.
    else if (peer.height < round.height && (mode !== 'own' || peer.height < round.height - 1n || peer.wanted?.isRequest === true)) {
      this.pushStored(peer);
    }
  }

  private pushCurrent(peer: PeerState, mode: PushMode): void {
    if (!this.pushProposal(peer, mode)) return;
    if (!this.pushWanted(peer)) return;
    const {round, info} = this.view();
    const polRound = round.proposals.get(peer.round)?.polRound ?? -1;
    const rounds = new Set([peer.round, polRound, round.round]);
    for (const voteRound of rounds) {
      if (voteRound < 0 || (voteRound > round.round && voteRound !== peer.round)) continue;
      for (const type of [VoteType.Prevote, VoteType.Precommit] as const) {
        if (!round.votes.rounds.has(voteRound)) continue;
        if (!this.pushVotes(peer, voteSetOf(round.votes, voteRound, type), mode === 'own' ? info.ownIndex : undefined)) return;
      }
    }
  }

  private pushProposal(peer: PeerState, mode: PushMode): boolean {
    const {round, info} = this.view();
    const proposal = round.proposals.get(peer.round);
    if (proposal === undefined) return true;
    const own = info.validators.validators[info.ownIndex];
    const isOwn = own !== undefined && equalBytes(info.proposer(peer.round).address, own.address);
    if (!isOwn && mode === 'own') return true;
    // A peer that has voted has the block, or its time was up; if it still needs it, it asks or stays where it is.
    if (!isOwn && mode === 'relay' && peer.step > RoundStep.Propose) return true;
    if (!peer.hasProposal) {
      if (!this.send(peer, {type: 'proposal', proposal}, proposal)) return false;
      peer.hasProposal = true;
    }
    const partSet = this.view().assembly.parts(proposal.blockId);
    return partSet === undefined || this.pushParts(peer, peer.partsOf(partSet.header, false), partSet);
  }

  /** Parts of a block that the peer asked for: one with +2/3 votes. */
  private pushWanted(peer: PeerState): boolean {
    const {wanted} = peer;
    if (wanted?.isRequest !== true) return true;
    const partSet = this.findParts(wanted.header);
    return partSet === undefined || this.pushParts(peer, wanted, partSet);
  }

  private findParts(header: PartSetHeader): PartSet | undefined {
    return this.view().assembly.findParts(header);
  }

  private pushParts(peer: PeerState, wanted: WantedParts, partSet: PartSet): boolean {
    if (!partSetHeaderEquals(wanted.header, partSet.header)) return true;
    for (let index = 0; index < partSet.total; index++) {
      if (wanted.parts.has(index)) continue;
      const part = partSet.part(index);
      if (part === undefined) continue;
      if (!this.send(peer, {type: 'blockPart', height: peer.height, round: peer.round, part}, part)) return false;
      wanted.parts.sent(index);
    }
    return true;
  }

  private pushVotes(peer: PeerState, set: VoteSet, onlyIndex: number | undefined): boolean {
    const knowledge = peer.votesOf(set.round, set.type, set.validators.validators.length);
    for (const [index, vote] of set.votes.entries()) {
      if (vote === undefined || (onlyIndex !== undefined && index !== onlyIndex) || knowledge.has(index)) continue;
      if (!this.send(peer, {type: 'vote', vote}, vote)) return false;
      knowledge.sent(index);
    }
    return true;
  }

  /** The decision of a height that we have and the peer has not: its precommits, then, once it asks, the block. */
  private pushStored(peer: PeerState): void {
    const stored = this.loadStored(peer.height);
    if (stored === undefined) return;
    peer.storedCommit ??= new Knowledge(stored.precommits.length);
    for (const [index, vote] of stored.precommits.entries()) {
      if (vote === undefined || peer.storedCommit.has(index)) continue;
      if (!this.send(peer, {type: 'vote', vote}, vote)) return;
      peer.storedCommit.sent(index);
    }
    const {wanted} = peer;
    if (wanted?.isRequest !== true || !partSetHeaderEquals(wanted.header, stored.blockId.partSetHeader)) return;
    for (let index = 0; index < wanted.header.total; index++) {
      if (wanted.parts.has(index)) continue;
      const part = this.blockStore.loadPart(peer.height, index);
      if (part === undefined) return;
      if (!this.send(peer, {type: 'blockPart', height: peer.height, round: peer.round, part})) return;
      wanted.parts.sent(index);
    }
  }

  /** Tells a peer below our height which block +2/3 precommitted there. */
  claimStored(peer: PeerState): void {
    const stored = this.loadStored(peer.height);
    if (stored === undefined) return;
    const {height, round, blockId} = stored;
    this.send(peer, {type: 'voteSetMaj23', height, round, voteType: VoteType.Precommit, blockId});
  }

  private loadStored(height: bigint): StoredHeight | undefined {
    if (this.stored?.height === height) return this.stored;
    const commit = this.blockStore.loadSeenCommit(height);
    if (commit === undefined) return undefined;
    const {round, blockId} = commit;
    this.stored = {height, round, blockId, precommits: commit.signatures.map((_, index) => voteOfCommit(commit, index))};
    return this.stored;
  }
}
