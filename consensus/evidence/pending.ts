/** Evidence that waits for a block, in memory: bounded as a whole and per accused. */
import {encodeEvidence, headerHash, toHex, type Evidence} from '#proto';
import {evidenceHeight} from '#consensus/core';
import {PENDING_EVIDENCE_BYTES_MAX, PENDING_EVIDENCE_MAX, PENDING_PER_ACCUSED_MAX} from './limits.ts';

export interface PendingEvidence {
  readonly evidence: Evidence;
  readonly id: Uint8Array;
  /** `encodeEvidence`. */
  readonly bytes: Uint8Array;
}

export class PendingList {
  private readonly entries = new Map<string, PendingEvidence>();
  private readonly perAccused = new Map<string, number>();
  private byteSize = 0;
  /** Sorted when it is asked for after a change: gossip asks for every peer and tick. */
  private sorted: readonly PendingEvidence[] | undefined;

  get size(): number {
    return this.entries.size;
  }

  has(id: Uint8Array): boolean {
    return this.entries.has(toHex(id));
  }

  get(id: Uint8Array): PendingEvidence | undefined {
    return this.entries.get(toHex(id));
  }

  /** Why there is no room for it, or undefined. */
  roomProblem(evidence: Evidence, byteLength: number): string | undefined {
    if (this.entries.size >= PENDING_EVIDENCE_MAX) return `${this.entries.size} pieces of evidence wait already`;
    if (this.byteSize + byteLength > PENDING_EVIDENCE_BYTES_MAX) return `${this.byteSize} bytes of evidence wait already`;
    const count = this.perAccused.get(accusedKey(evidence)) ?? 0;
    return count >= PENDING_PER_ACCUSED_MAX ? `${count} pieces of evidence of the same origin wait already` : undefined;
  }

  add(entry: PendingEvidence): void {
    this.delete(entry.id);
    this.sorted = undefined;
    this.entries.set(toHex(entry.id), entry);
    this.byteSize += entry.bytes.length;
    this.count(entry.evidence, 1);
  }

  delete(id: Uint8Array): PendingEvidence | undefined {
    const key = toHex(id);
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.sorted = undefined;
    this.entries.delete(key);
    this.byteSize -= entry.bytes.length;
    this.count(entry.evidence, -1);
    return entry;
  }

  /** Oldest infraction first, then by id. */
  list(): readonly PendingEvidence[] {
    this.sorted ??= [...this.entries].sort(compareEntries).map(([, entry]) => entry);
    return this.sorted;
  }

  private count(evidence: Evidence, change: number): void {
    const key = accusedKey(evidence);
    const count = (this.perAccused.get(key) ?? 0) + change;
    if (count > 0) this.perAccused.set(key, count);
    else this.perAccused.delete(key);
  }
}

export function pendingOf(evidence: Evidence, id: Uint8Array): PendingEvidence {
  return {evidence, id, bytes: encodeEvidence(evidence)};
}

function compareEntries([keyA, a]: readonly [string, PendingEvidence], [keyB, b]: readonly [string, PendingEvidence]): number {
  const [heightA, heightB] = [evidenceHeight(a.evidence), evidenceHeight(b.evidence)];
  if (heightA !== heightB) return heightA < heightB ? -1 : 1;
  return keyA < keyB ? -1 : 1;
}

function accusedKey(evidence: Evidence): string {
  if (evidence.type === 'duplicateVote') return toHex(evidence.voteA.validatorAddress);
  return toHex(headerHash(evidence.conflictingBlock.signedHeader.header));
}
