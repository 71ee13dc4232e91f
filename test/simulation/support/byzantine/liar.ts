/** The network of a node that lies: production code above, and between it and its peers somebody who holds its key. */
import {
  decodeConsensusMessage,
  encodeConsensusMessage,
  NIL_BLOCK_ID,
  RoundStep,
  sha256,
  utf8,
  VoteType,
  voteSignBytes,
  type BlockID,
  type ConsensusMessage,
  type Part,
  type Vote,
} from '#proto';
import {Channel, type Clock, type PeerEvents, type PeerNetwork, type ValidatorKey} from '#consensus/engine';
import type {Random} from '../scheduler.ts';
import type {Behaviour} from './behaviours.ts';
import {OtherBlock} from './otherBlock.ts';

export interface LiarModules {
  readonly behaviours: readonly Behaviour[];
  /** Undefined on a full node, which can lie too. */
  readonly key: ValidatorKey | undefined;
  readonly chainId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** That the node is working on. */
  readonly height: () => bigint;
  /** The liar made up a transaction. */
  readonly onTransaction: (tx: Uint8Array) => void;
}

/** Between two unprovoked lies. */
const LIE_MS = [20, 300] as const;
const FAR = 1_000_000;

export class LiarNetwork implements PeerNetwork {
  private readonly inner: PeerNetwork;
  private readonly modules: LiarModules;
  private readonly otherBlocks = new Map<string, OtherBlock>();
  private readonly otherVotes = new WeakMap<Uint8Array, Uint8Array>();
  private readonly messages = new WeakMap<Uint8Array, ConsensusMessage>();
  private lastVote: Vote | undefined;

  constructor(inner: PeerNetwork, modules: LiarModules) {
    this.inner = inner;
    this.modules = modules;
    this.schedule();
  }

  subscribe(events: PeerEvents): () => void {
    return this.inner.subscribe(events);
  }

  peers(): readonly string[] {
    return this.inner.peers();
  }

  onWritable(fn: (peer: string, channel: Channel) => void): () => void {
    return this.inner.onWritable(fn);
  }

  reportMisbehaviour(peer: string, reason: string): void {
    this.inner.reportMisbehaviour(peer, reason);
  }

  send(peer: string, channel: Channel, bytes: Uint8Array): boolean {
    if (channel < Channel.State || channel > Channel.VoteSetBits) return this.inner.send(peer, channel, bytes);
    const message = this.decoded(bytes);
    switch (message.type) {
      case 'vote':
        return this.sendVote(peer, bytes, message.vote);
      case 'proposal':
      case 'blockPart':
        return this.sendBlock(peer, bytes, message);
      default:
        if (message.type === 'newRoundStep' && message.step === RoundStep.NewHeight && this.does('hasty')) this.hasten(peer, message.height);
        return this.inner.send(peer, channel, bytes);
    }
  }

  private hasten(peer: string, height: bigint): void {
    if (this.lastVote === undefined) return;
    const vote = {...this.lastVote, type: VoteType.Prevote, height, round: 0, blockId: NIL_BLOCK_ID, timestamp: this.modules.clock.now()};
    this.inner.send(peer, Channel.Vote, this.encodeVote(vote));
  }

  /** A message goes to many peers as the same object. */
  private decoded(bytes: Uint8Array): ConsensusMessage {
    const known = this.messages.get(bytes);
    if (known !== undefined) return known;
    const message = decodeConsensusMessage(bytes);
    this.messages.set(bytes, message);
    return message;
  }

  private does(behaviour: Behaviour): boolean {
    return this.modules.behaviours.includes(behaviour);
  }

  /** The peers that hear the other story. */
  private isOnTheOtherSide(peer: string): boolean {
    return sha256(utf8(peer))[0]! % 2 === 1;
  }

  private isOwn(vote: Vote): boolean {
    const {key} = this.modules;
    return key !== undefined && Buffer.compare(vote.validatorAddress, key.address) === 0;
  }

  private sendVote(peer: string, bytes: Uint8Array, vote: Vote): boolean {
    if (!this.isOwn(vote)) return this.inner.send(peer, Channel.Vote, bytes);
    this.lastVote = vote;
    if (this.does('silent')) return true;
    if (this.does('doubleVotes')) this.inner.send(peer, Channel.Vote, this.otherVote(bytes, vote));
    if (this.does('twoFaces') && this.isOnTheOtherSide(peer)) return this.inner.send(peer, Channel.Vote, this.otherVote(bytes, vote));
    return this.inner.send(peer, Channel.Vote, bytes);
  }

  /** For nil if it was for a block, else for a block that is not. */
  private otherVote(bytes: Uint8Array, vote: Vote): Uint8Array {
    let other = this.otherVotes.get(bytes);
    if (other === undefined) {
      const blockId = vote.blockId.hash.length > 0 ? NIL_BLOCK_ID : this.imagined(vote.height);
      other = this.encodeVote({...vote, blockId});
      this.otherVotes.set(bytes, other);
    }
    return other;
  }

  private imagined(height: bigint): BlockID {
    const hash = sha256(utf8(`no block of height ${height}`));
    return {hash, partSetHeader: {total: 1, hash}};
  }

  private encodeVote(vote: Vote): Uint8Array {
    const {key, chainId} = this.modules;
    const signature = key === undefined ? new Uint8Array(64) : key.sign(voteSignBytes(chainId, vote));
    return encodeConsensusMessage({type: 'vote', vote: {...vote, signature}});
  }

  private sendBlock(peer: string, bytes: Uint8Array, message: Extract<ConsensusMessage, {type: 'proposal' | 'blockPart'}>): boolean {
    const {random} = this.modules;
    if (this.does('silent')) return true;
    if (message.type === 'blockPart') {
      if (this.does('withholding') && (this.isOnTheOtherSide(peer) || random.chance(0.3))) return true;
      if (this.does('wrongParts') && random.chance(0.5)) return this.sendWrongPart(peer, message);
    }
    if (this.does('twoProposals') && this.isOnTheOtherSide(peer)) return this.sendOtherBlock(peer, bytes, message);
    return this.inner.send(peer, Channel.Data, bytes);
  }

  private sendWrongPart(peer: string, {height, round, part}: Extract<ConsensusMessage, {type: 'blockPart'}>): boolean {
    const {random} = this.modules;
    const changed = part.bytes.slice();
    changed[random.below(changed.length)]! ^= 1 + random.below(255);
    const wrong: Part = random.chance(0.5) ? {...part, bytes: changed} : {...part, index: part.index + 1};
    return this.inner.send(peer, Channel.Data, encodeConsensusMessage({type: 'blockPart', height, round, part: wrong}));
  }

  private sendOtherBlock(peer: string, bytes: Uint8Array, message: Extract<ConsensusMessage, {type: 'proposal' | 'blockPart'}>): boolean {
    const {key, chainId, onTransaction} = this.modules;
    const {height, round} = message.type === 'proposal' ? message.proposal : message;
    const id = `${height}/${round}`;
    let other = this.otherBlocks.get(id);
    if (other === undefined && message.type === 'proposal' && key !== undefined) {
      other = new OtherBlock({key, chainId, onTransaction}, message.proposal);
      this.otherBlocks.set(id, other);
    }
    if (other === undefined || !other.isOurs) return this.inner.send(peer, Channel.Data, bytes);
    for (const instead of other.instead(peer, message)) this.inner.send(peer, Channel.Data, instead);
    return true;
  }

  // ---- unprovoked

  private schedule(): void {
    const {clock, random} = this.modules;
    if (!['garbage', 'farFuture', 'falseHeight'].some((each) => this.does(each as Behaviour))) return;
    clock.setTimer(random.between(...LIE_MS), () => {
      const peers = this.peers();
      if (peers.length > 0) this.lie(random.pick(peers));
      this.schedule();
    });
  }

  private lie(peer: string): void {
    const {random} = this.modules;
    const kinds = (['garbage', 'farFuture', 'falseHeight'] as const).filter((each) => this.does(each));
    switch (random.pick(kinds)) {
      case 'garbage':
        return this.sendGarbage(peer);
      case 'farFuture':
        return this.sendFarVote(peer);
      case 'falseHeight':
        return this.sendFalseHeight(peer);
    }
  }

  private sendGarbage(peer: string): void {
    const {random} = this.modules;
    const channel = random.pick(Object.values(Channel));
    if (random.chance(0.5) || this.lastVote === undefined) {
      const noise = Uint8Array.from({length: random.below(300)}, () => random.below(256));
      this.inner.send(peer, channel, noise);
      return;
    }
    const index = (this.lastVote.validatorIndex + 1) % 4;
    const forged = random.chance(0.5) ? {...this.lastVote, round: this.lastVote.round + 1} : {...this.lastVote, validatorIndex: index};
    this.inner.send(peer, Channel.Vote, encodeConsensusMessage({type: 'vote', vote: forged}));
  }

  private sendFarVote(peer: string): void {
    const {random, height} = this.modules;
    if (this.lastVote === undefined) return;
    const round = this.lastVote.round + random.pick([1, 2, 3, 10, FAR]);
    const type = random.pick([VoteType.Prevote, VoteType.Precommit]);
    const at = random.chance(0.3) ? height() + BigInt(random.pick([1, 2, FAR])) : height();
    const blockId = random.chance(0.5) ? NIL_BLOCK_ID : this.imagined(at);
    if (random.chance(0.3)) this.inner.send(peer, Channel.State, encodeConsensusMessage({type: 'voteSetMaj23', height: at, round, voteType: type, blockId}));
    else this.inner.send(peer, Channel.Vote, this.encodeVote({...this.lastVote, height: at, round, type, blockId}));
  }

  private sendFalseHeight(peer: string): void {
    const {random, height} = this.modules;
    const offset = BigInt(random.pick([-3, -1, 1, 2, 50, FAR]));
    const at = height() + offset;
    if (at < 1n) return;
    const message = {
      type: 'newRoundStep',
      height: at,
      round: random.pick([0, 1, 7, FAR]),
      step: random.pick([RoundStep.NewHeight, RoundStep.Propose, RoundStep.Precommit]),
      secondsSinceStartTime: 0n,
      lastCommitRound: at > 1n ? 0 : -1,
    } as const;
    this.inner.send(peer, Channel.State, encodeConsensusMessage(message));
  }
}
