/** What we believe about one peer: where it is, and which votes and parts it has. */
import {bitArrayHas, partSetHeaderEquals, RoundStep, type BitArray, type NewRoundStepMessage, type PartSetHeader, type VoteType} from '#proto';
import {PEER_ROUNDS_MAX} from '../limits.ts';

/** One byte per vote or part. */
const Mark = {None: 0, Sent: 1, Known: 2} as const;

/** Which of `size` things a peer has: those that it told us of, and those that we sent and that may be lost. */
export class Knowledge {
  private readonly marks: Uint8Array;

  constructor(size: number) {
    this.marks = new Uint8Array(size);
  }

  get bits(): boolean[] {
    return Array.from(this.marks, (mark) => mark !== Mark.None);
  }

  has(index: number): boolean {
    return this.marks[index] !== Mark.None;
  }

  sent(index: number): void {
    if (this.marks[index] === Mark.None) this.marks[index] = Mark.Sent;
  }

  known(index: number): void {
    if (index < this.marks.length) this.marks[index] = Mark.Known;
  }

  /** The peer told us exactly what it has of those for which `concerns` holds. */
  setExactly(bits: BitArray, concerns: (index: number) => boolean): void {
    for (let i = 0; i < this.marks.length; i++) {
      if (bitArrayHas(bits, i)) this.marks[i] = Mark.Known;
      else if (concerns(i)) this.marks[i] = Mark.None;
    }
  }

  /** The peer told us exactly what it has; what we sent may be on its way still. An equivocating proposer can have misled us before. */
  correct(bits: BitArray): void {
    for (let i = 0; i < this.marks.length; i++) {
      if (bitArrayHas(bits, i)) this.marks[i] = Mark.Known;
      else if (this.marks[i] === Mark.Known) this.marks[i] = Mark.None;
    }
  }

  addKnown(bits: BitArray): void {
    for (let i = 0; i < this.marks.length; i++) if (bitArrayHas(bits, i)) this.marks[i] = Mark.Known;
  }

  /** What was sent but never confirmed may be sent again. */
  forgetSent(): void {
    for (let i = 0; i < this.marks.length; i++) if (this.marks[i] === Mark.Sent) this.marks[i] = Mark.None;
  }
}

export interface WantedParts {
  readonly header: PartSetHeader;
  readonly parts: Knowledge;
  /** Asked for by the peer, not only guessed by us from the round's proposal. */
  readonly isRequest: boolean;
}

export class PeerState {
  readonly id: string;
  height = 0n;
  round = -1;
  step: RoundStep = RoundStep.NewHeight;
  hasProposal = false;
  /** Parts of the block that the peer is assembling. */
  wanted: WantedParts | undefined;
  /** Precommits of the decided block of the peer's height, when it is below ours. */
  storedCommit: Knowledge | undefined;
  /** A send was refused: what to go on with once the peer's queue has room. */
  isBlocked = false;
  /** Where the peer was at the last repair tick. */
  private lastPosition = '';
  private readonly votes = new Map<string, Knowledge>();
  /** Bytes of this peer's inputs that wait for the loop, oldest first. */
  private readonly waiting: number[] = [];
  private waitingSum = 0;

  constructor(id: string) {
    this.id = id;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  get waitingBytes(): number {
    return this.waitingSum;
  }

  enqueued(bytes: number): void {
    this.waiting.push(bytes);
    this.waitingSum += bytes;
  }

  handled(): void {
    this.waitingSum -= this.waiting.shift() ?? 0;
  }

  /** false: nothing new. A peer never goes back while connected. */
  moveTo(message: NewRoundStepMessage): boolean {
    const {height, round, step} = message;
    if (height < this.height) return false;
    if (height === this.height && (round < this.round || (round === this.round && step <= this.step))) return false;
    if (height !== this.height) {
      this.votes.clear();
      this.storedCommit = undefined;
      this.wanted = undefined;
      this.hasProposal = false;
    } else if (round !== this.round) {
      for (const knowledge of this.votes.values()) knowledge.forgetSent();
      // A request too: one that is still open comes again, and one that is met must not keep the new proposal's parts from the peer.
      this.wanted = undefined;
      this.hasProposal = false;
    }
    this.height = height;
    this.round = round;
    this.step = step;
    return true;
  }

  /** What is known already, without making room for more. */
  knownVotes(round: number, type: VoteType): boolean[] | undefined {
    return this.votes.get(`${round}:${type}`)?.bits;
  }

  /** Votes of a round of the peer's height. The lowest round makes room when there are too many. */
  votesOf(round: number, type: VoteType, validatorCount: number): Knowledge {
    const key = `${round}:${type}`;
    let knowledge = this.votes.get(key);
    if (knowledge === undefined) {
      if (this.votes.size >= 2 * PEER_ROUNDS_MAX) {
        const oldest = this.votes.keys().next();
        if (oldest.done === false) this.votes.delete(oldest.value);
      }
      knowledge = new Knowledge(validatorCount);
      this.votes.set(key, knowledge);
    }
    return knowledge;
  }

  /** The parts of this block; starts anew when the peer was assembling another one. */
  partsOf(header: PartSetHeader, isRequest: boolean): WantedParts {
    const {wanted} = this;
    if (wanted !== undefined && partSetHeaderEquals(wanted.header, header)) {
      if (isRequest && !wanted.isRequest) this.wanted = {...wanted, isRequest};
    } else if (wanted === undefined || isRequest || !wanted.isRequest) {
      this.wanted = {header, parts: new Knowledge(header.total), isRequest};
    }
    return this.wanted ?? {header, parts: new Knowledge(header.total), isRequest};
  }

  /** true when the peer is where it was at the last call: what we sent since then may be lost. */
  isStagnant(): boolean {
    const position = `${this.height}/${this.round}/${this.step}`;
    const stagnant = position === this.lastPosition;
    this.lastPosition = position;
    return stagnant;
  }

  forgetSent(): void {
    for (const knowledge of this.votes.values()) knowledge.forgetSent();
    this.wanted?.parts.forgetSent();
    this.storedCommit?.forgetSent();
    this.hasProposal = false;
  }
}
