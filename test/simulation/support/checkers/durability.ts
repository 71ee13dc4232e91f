/**
 * What an honest validator signs is on its disk before anyone can see it: the last-sign file is at least as far, and the log holds the
 * message. Else a crash at that moment would let it sign otherwise.
 */
import {decodeConsensusMessage, decodeWalMessage, VoteType, type ConsensusMessage} from '#proto';
import {Channel} from '#consensus/engine';
import type {Checker, Report, Watched} from './checker.ts';
import {addressBytes, isSignedBy, proposalBytes} from './reference.ts';

type Position = readonly [height: bigint, round: number, step: number];

const FRAME_BYTES = 8;

export class DurabilityChecker implements Checker {
  private readonly report: Report;
  private readonly chainId: string;
  /** Per node, the signatures that its log holds durably. */
  private readonly logs = new Map<string, Set<string>>();
  private readonly seen = new WeakSet<Uint8Array>();

  constructor(report: Report, chainId: string) {
    this.report = report;
    this.chainId = chainId;
  }

  logged(node: Watched, record: Uint8Array): void {
    if (node.publicKey === undefined) return;
    const {message} = decodeWalMessage(record.subarray(FRAME_BYTES));
    if (message.type !== 'message') return;
    const signed = signedIn(message.message);
    if (signed === undefined) return;
    let log = this.logs.get(node.name);
    if (log === undefined) this.logs.set(node.name, (log = new Set()));
    log.add(signed.signature);
  }

  sent(node: Watched, channel: Channel, bytes: Uint8Array): void {
    if (!node.isHonest || node.publicKey === undefined || this.seen.has(bytes)) return;
    if (channel !== Channel.Vote && channel !== Channel.Data) return;
    this.seen.add(bytes);
    const message = decodeConsensusMessage(bytes);
    const signed = signedIn(message);
    if (signed === undefined || !this.isOwn(node.publicKey, message)) return;
    const [height] = signed.at;
    const last = lastSigned(node);
    if (isAfter(signed.at, last)) this.report('durability', height, `${node.name} sends ${describe(signed.at)}, its last-sign file is at ${describe(last)}`);
    // Of heights that are decided it sends what the stored commits hold.
    if (height < last[0] || this.logs.get(node.name)?.has(signed.signature) === true) return;
    this.report('durability', height, `${node.name} sends ${describe(signed.at)}, which its log does not hold`);
  }

  private isOwn(publicKey: Uint8Array, message: ConsensusMessage): boolean {
    if (message.type === 'vote') return addressBytes(publicKey).equals(message.vote.validatorAddress);
    return message.type === 'proposal' && isSignedBy(publicKey, proposalBytes(this.chainId, message.proposal), message.proposal.signature);
  }
}

function signedIn(message: ConsensusMessage): {signature: string; at: Position} | undefined {
  if (message.type === 'vote') {
    const {height, round, type, signature} = message.vote;
    return {signature: Buffer.from(signature).toString('hex'), at: [height, round, type === VoteType.Prevote ? 2 : 3]};
  }
  if (message.type !== 'proposal') return undefined;
  const {height, round, signature} = message.proposal;
  return {signature: Buffer.from(signature).toString('hex'), at: [height, round, 1]};
}

function lastSigned(node: Watched): Position {
  const bytes = node.signerFile();
  if (bytes === undefined) return [0n, 0, 0];
  const {height, round, step} = JSON.parse(Buffer.from(bytes).toString()) as {height: string; round: number; step: number};
  return [BigInt(height), round, step];
}

function isAfter(a: Position, b: Position): boolean {
  if (a[0] !== b[0]) return a[0] > b[0];
  return a[1] === b[1] ? a[2] > b[2] : a[1] > b[1];
}

function describe([height, round, step]: Position): string {
  return `${height}/${round}/${['nothing', 'proposal', 'prevote', 'precommit'][step] ?? step}`;
}
