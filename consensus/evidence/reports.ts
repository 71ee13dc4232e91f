/**
 * Pairs of conflicting votes that consensus saw, until their height is decided and they become evidence: the time of its block is part
 * of the evidence. Kept on disk: a crash must not make a crime undone.
 */
import {concatBytes, decodeVote, encodeVote, toHex, type Vote} from '#proto';
import type {KeyValueOp} from '#consensus/engine';
import {reportKey} from './keys.ts';
import {REPORTED_VOTES_MAX, REPORTED_VOTES_PER_VALIDATOR_MAX} from './limits.ts';

export interface Report {
  readonly key: Uint8Array;
  readonly voteA: Vote;
  readonly voteB: Vote;
}

export class Reports {
  private readonly entries = new Map<string, Report>();

  /** What is to be written for a new pair; undefined when it is known or there is no room for it. */
  add(voteA: Vote, voteB: Vote): KeyValueOp | undefined {
    const key = reportKey(voteA);
    const id = toHex(key);
    if (this.entries.has(id) || this.entries.size >= REPORTED_VOTES_MAX) return undefined;
    if (this.countOf(voteA) >= REPORTED_VOTES_PER_VALIDATOR_MAX) return undefined;
    this.entries.set(id, {key, voteA, voteB});
    return {type: 'put', key, value: encodeReport(voteA, voteB)};
  }

  /** As `add` wrote it. */
  restore(key: Uint8Array, value: Uint8Array): void {
    const {voteA, voteB} = decodeReport(value);
    this.entries.set(toHex(key), {key, voteA, voteB});
  }

  /** Of heights up to this one; forgotten here. */
  take(height: bigint): Report[] {
    const taken: Report[] = [];
    for (const [id, report] of this.entries) {
      if (report.voteA.height > height) continue;
      this.entries.delete(id);
      taken.push(report);
    }
    return taken;
  }

  private countOf({height, validatorAddress}: Vote): number {
    let count = 0;
    for (const {voteA} of this.entries.values()) {
      if (voteA.height === height && toHex(voteA.validatorAddress) === toHex(validatorAddress)) count += 1;
    }
    return count;
  }
}

function encodeReport(voteA: Vote, voteB: Vote): Uint8Array {
  const [a, b] = [encodeVote(voteA), encodeVote(voteB)];
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, a.length);
  return concatBytes(length, a, b);
}

function decodeReport(bytes: Uint8Array): {voteA: Vote; voteB: Vote} {
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
  return {voteA: decodeVote(bytes.subarray(4, end)), voteB: decodeVote(bytes.subarray(end))};
}
