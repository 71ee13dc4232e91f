/** No byte of evidence can be changed so that it says something else and is still believed. */
import {describe, expect, it} from '@jest/globals';
import {decodeEvidence, encodeEvidence, evidenceId, sha256, toHex, utf8, type Evidence} from '#proto';
import {evidenceRefusal} from '#consensus/evidence';
import {misbehaviorOf} from '../../../../consensus/engine/execution/evidence.ts';
import {attackOf, CHAIN, doubleVote, stateOf, storesOf} from './support.ts';

const STORES = storesOf(CHAIN);
const STATE = stateOf(CHAIN);
const FORK = CHAIN.fork({at: 15, change: () => ({appHash: sha256(utf8('forged'))})});

/** What a mutant gets through with: undefined when it is refused. */
function believed(bytes: Uint8Array): Evidence | undefined {
  let evidence: Evidence;
  try {
    evidence = decodeEvidence(bytes);
  } catch {
    return undefined;
  }
  return evidenceRefusal(evidence, STORES, STATE) === undefined ? evidence : undefined;
}

function* mutants(bytes: Uint8Array, xors: readonly number[]): Iterable<Uint8Array> {
  for (let index = 0; index < bytes.length; index++) {
    for (const xor of xors) {
      const mutant = bytes.slice();
      mutant[index]! ^= xor;
      yield mutant;
    }
  }
}

describe('a single changed byte', () => {
  it('makes duplicate votes unbelievable', () => {
    const crime = doubleVote('cas', 15);
    const bytes = encodeEvidence(crime);
    expect(believed(bytes)).toEqual(crime);
    let count = 0;
    for (const mutant of mutants(bytes, [1, 2, 4, 8, 16, 32, 64, 128, 255])) {
      const evidence = believed(mutant);
      // The same evidence in other clothes would have the same id; there is none of another.
      if (evidence !== undefined) expect(toHex(evidenceId(evidence))).toBe(toHex(evidenceId(crime)));
      count += 1;
    }
    expect(count).toBe(bytes.length * 9);
  });

  it('makes an attack unbelievable, or changes nothing that counts', () => {
    const attack = attackOf(FORK.at(16), 14);
    const bytes = encodeEvidence(attack);
    expect(believed(bytes)).toBeDefined();
    for (const mutant of mutants(bytes, [1, 128])) {
      const evidence = believed(mutant);
      if (evidence === undefined) continue;
      expect(toHex(evidenceId(evidence))).toBe(toHex(evidenceId(attack)));
      expect(misbehaviorOf([evidence])).toEqual(misbehaviorOf([attack]));
    }
  });

  it('evidence cut off anywhere is refused', () => {
    const bytes = encodeEvidence(doubleVote('cas', 15));
    for (let length = 0; length < bytes.length; length++) expect(believed(bytes.subarray(0, length))).toBeUndefined();
  });
});
