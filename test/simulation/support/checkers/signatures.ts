/**
 * No honest key signs two different votes for one height, round and type, nor two proposals for one height and round. Looks at every
 * signature that is sent, and at those that reach a log. A signature counts once it verifies: anyone may send garbage in another's name.
 */
import {decodeConsensusMessage, decodeWalMessage, type ConsensusMessage, type Proposal, type Vote} from '#proto';
import {Channel} from '#consensus/engine';
import type {Checker, Report, Watched} from './checker.ts';
import {addressBytes, isSignedBy, proposalBytes, voteBytes} from './reference.ts';

interface Signed {
  readonly value: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Garbage in one slot that is kept to be looked at. */
const SLOT_MAX = 64;

const FRAME_BYTES = 8;

export class SignatureChecker implements Checker {
  private readonly report: Report;
  private readonly chainId: string;
  /** Public keys of the honest by address. */
  private readonly honest: Map<string, Uint8Array>;
  private readonly slots = new Map<string, Signed[]>();
  private readonly seen = new WeakSet<Uint8Array>();

  constructor(report: Report, chainId: string, honestKeys: readonly Uint8Array[]) {
    this.report = report;
    this.chainId = chainId;
    this.honest = new Map(honestKeys.map((key) => [addressBytes(key).toString('hex'), key]));
  }

  sent(_from: Watched, channel: Channel, bytes: Uint8Array): void {
    if ((channel !== Channel.Vote && channel !== Channel.Data) || this.seen.has(bytes)) return;
    this.seen.add(bytes);
    let message: ConsensusMessage;
    try {
      message = decodeConsensusMessage(bytes);
    } catch {
      return; // a liar's
    }
    this.look(message);
  }

  logged(_node: Watched, record: Uint8Array): void {
    const {message} = decodeWalMessage(record.subarray(FRAME_BYTES));
    if (message.type === 'message') this.look(message.message);
  }

  private look(message: ConsensusMessage): void {
    if (message.type === 'vote') this.vote(message.vote);
    else if (message.type === 'proposal') this.proposal(message.proposal);
  }

  private vote(vote: Vote): void {
    const address = Buffer.from(vote.validatorAddress).toString('hex');
    const key = this.honest.get(address);
    if (key === undefined) return;
    const slot = `${address} ${vote.height}/${vote.round} vote ${vote.type}`;
    this.add(slot, vote.height, key, valueOf(vote), () => voteBytes(this.chainId, vote), vote.signature);
  }

  /** A proposal does not name its signer: it counts against the honest key that it verifies for. */
  private proposal(proposal: Proposal): void {
    const signed = proposalBytes(this.chainId, proposal);
    for (const [address, key] of this.honest) {
      if (!isSignedBy(key, signed, proposal.signature)) continue;
      const slot = `${address} ${proposal.height}/${proposal.round} proposal`;
      this.add(slot, proposal.height, key, `${valueOf(proposal)} ${proposal.polRound}`, () => signed, proposal.signature);
      return;
    }
  }

  private add(slot: string, height: bigint, key: Uint8Array, value: string, signedBytes: () => Uint8Array, signature: Uint8Array): void {
    const earlier = this.slots.get(slot) ?? [];
    if (earlier.length >= SLOT_MAX || earlier.some((other) => other.value === value && Buffer.compare(other.signature, signature) === 0)) return;
    const signed = signedBytes();
    if (earlier.length > 0 && isSignedBy(key, signed, signature)) {
      const other = earlier.find((one) => one.value !== value && isSignedBy(key, one.signed, one.signature));
      if (other !== undefined) this.report('double sign', height, `${slot}: ${other.value} and ${value}`);
    }
    this.slots.set(slot, [...earlier, {value, signed, signature}]);
  }
}

function valueOf({blockId}: Vote | Proposal): string {
  return blockId.hash.length === 0 ? 'nil' : Buffer.from(blockId.hash).toString('hex').slice(0, 16);
}
