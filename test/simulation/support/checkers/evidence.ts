/**
 * Evidence in blocks is true: two different votes of one dishonest validator for one height, round and type, each signed, no pair twice.
 * And whoever keeps showing two such votes to honest nodes that work on their height is named in a block before long.
 */
import {decodeConsensusMessage, type Evidence, type Vote} from '#proto';
import {Channel} from '#consensus/engine';
import type {Checker, Commitment, Report, Watched} from './checker.ts';
import {addressBytes, isSignedBy, voteBytes} from './reference.ts';

/** Heights after the crime within which the evidence has to be in a block. */
const WITHIN_HEIGHTS = 8n;

const CRIMES_OVERLOOKED = 1;

interface Crime {
  readonly height: bigint;
  readonly text: string;
}

export class EvidenceChecker implements Checker {
  private readonly report: Report;
  private readonly chainId: string;
  private readonly keys: ReadonlyMap<string, {readonly publicKey: Uint8Array; readonly isHonest: boolean}>;
  private readonly heightOf: (node: string) => bigint;
  private height = 0n;
  private readonly committedPairs = new Set<string>();
  private readonly punished = new Set<string>();
  private readonly seen = new Map<string, string>();
  private readonly crimes = new Map<string, readonly Crime[]>();
  /** Crimes count from when the network is quiet: a node that hears half and crashes may know of nothing. */
  isQuiet = false;

  constructor(
    report: Report,
    chainId: string,
    keys: readonly {readonly publicKey: Uint8Array; readonly isHonest: boolean}[],
    heightOf: (node: string) => bigint,
  ) {
    this.report = report;
    this.chainId = chainId;
    this.keys = new Map(keys.map((key) => [addressBytes(key.publicKey).toString('hex'), key]));
    this.heightOf = heightOf;
  }

  delivered(to: Watched, channel: Channel, bytes: Uint8Array): void {
    if (!this.isQuiet || channel !== Channel.Vote || !to.isHonest) return;
    let vote: Vote;
    try {
      const message = decodeConsensusMessage(bytes);
      if (message.type !== 'vote') return;
      ({vote} = message);
    } catch {
      return;
    }
    const address = Buffer.from(vote.validatorAddress).toString('hex');
    // In the first round nobody is elsewhere; a vote for another height or a far round may be passed over.
    if (this.keys.get(address)?.isHonest !== false || vote.round !== 0 || vote.height !== this.heightOf(to.name) + 1n) return;
    const slot = `${to.name} ${address} ${vote.height}/${vote.round} ${vote.type}`;
    const value = Buffer.from(vote.blockId.hash).toString('hex');
    const earlier = this.seen.get(slot);
    if (earlier === undefined) this.seen.set(slot, value);
    else if (earlier !== value && this.isSigned(vote)) this.note(address, {height: vote.height, text: slot});
  }

  private note(address: string, crime: Crime): void {
    const crimes = this.crimes.get(address) ?? [];
    if (crimes.every(({height}) => height !== crime.height)) this.crimes.set(address, [...crimes, crime]);
  }

  committed(node: Watched, {block}: Commitment): void {
    if (!node.isHonest || block.header.height !== this.height + 1n) return;
    this.height = block.header.height;
    for (const evidence of block.evidence) this.check(evidence);
  }

  finished(): void {
    for (const [address, crimes] of this.crimes) {
      // A node that is about to leave the height when it hears of one may take no notice; not at every height.
      const crime = crimes[CRIMES_OVERLOOKED];
      if (this.punished.has(address) || crime === undefined || this.height < crime.height + WITHIN_HEIGHTS) continue;
      const {height, text} = crime;
      this.report('evidence', height, `${address} voted twice (${text}), and no block up to ${this.height} says so`);
    }
  }

  private check(evidence: Evidence): void {
    // Attacks on light clients are made by hand, in tests that know whom they name.
    if (evidence.type !== 'duplicateVote') return;
    const {voteA, voteB} = evidence;
    const address = Buffer.from(voteA.validatorAddress).toString('hex');
    const pair = [voteA, voteB].map(({signature}) => Buffer.from(signature).toString('hex')).join(' ');
    const isOneSlot = voteA.height === voteB.height && voteA.round === voteB.round && voteA.type === voteB.type;
    const isTwo = Buffer.compare(voteA.blockId.hash, voteB.blockId.hash) !== 0;
    const isOneSigner = Buffer.compare(voteA.validatorAddress, voteB.validatorAddress) === 0;
    if (!isOneSlot || !isTwo || !isOneSigner || !this.isSigned(voteA) || !this.isSigned(voteB)) {
      this.report('evidence', this.height, `against ${address} proves nothing`);
    }
    if (this.keys.get(address)?.isHonest !== false) this.report('evidence', this.height, `against ${address}, who is honest`);
    if (this.committedPairs.has(pair)) this.report('evidence', this.height, `against ${address} stands in an earlier block`);
    this.committedPairs.add(pair);
    this.punished.add(address);
  }

  private isSigned(vote: Vote): boolean {
    const key = this.keys.get(Buffer.from(vote.validatorAddress).toString('hex'));
    return key !== undefined && isSignedBy(key.publicKey, voteBytes(this.chainId, vote), vote.signature);
  }

  /** Pieces of evidence in blocks. */
  get count(): number {
    return this.committedPairs.size;
  }
}
