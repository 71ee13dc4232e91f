/** Part sets of a hundred parts and of the largest block: 1,600 parts, 100 MiB. */
import {describe, expect, it} from '@jest/globals';
import {BLOCK_BYTES_MAX, BLOCK_PARTS_MAX, makePartSet, PART_SIZE_BYTES, PartSet, sha256, type Part} from '#proto';

/** Every part differs, and the last one is short where `length` is no multiple of the part size. */
function bytesOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= length; at += 4096) view.setUint32(at, at);
  return bytes;
}

describe.each([
  [100, 100 * PART_SIZE_BYTES],
  [101, 100 * PART_SIZE_BYTES + 1],
  [1600, BLOCK_BYTES_MAX],
])('%i parts', (total, length) => {
  const bytes = bytesOf(length);
  const full = makePartSet(bytes);

  it('come together from the last to the first, each by its proof', () => {
    expect([full.total, full.byteSize]).toEqual([total, length]);
    const set = new PartSet(full.header);
    for (let index = total - 1; index >= 0; index--) expect(set.addPart(full.part(index) as Part)).toBe('added');
    expect([set.isComplete(), set.byteSize]).toEqual([true, length]);
    expect(sha256(set.assemble())).toEqual(sha256(bytes));
  });

  it('a wrong index, proof, total or size is refused', () => {
    const set = new PartSet(full.header);
    const part = full.part(total - 1) as Part;
    const before = full.part(total - 2) as Part;
    const [aunt, ...aunts] = part.proof.aunts as [Uint8Array, ...Uint8Array[]];
    const bad: readonly Part[] = [
      {...part, index: total},
      {...part, index: total - 2},
      {...part, index: total - 2, proof: {...part.proof, index: BigInt(total - 2)}},
      {...part, proof: before.proof},
      {...part, bytes: before.bytes},
      {...part, proof: {...part.proof, total: BigInt(total + 1)}},
      {...part, proof: {...part.proof, aunts}},
      {...part, proof: {...part.proof, aunts: [aunt, aunt, ...aunts]}},
      {...part, proof: {...part.proof, leafHash: before.proof.leafHash}},
      {...part, bytes: new Uint8Array(PART_SIZE_BYTES + 1)},
      {...part, bytes: part.bytes.subarray(1)},
    ];
    for (const each of bad) expect(set.addPart(each)).toBe('invalid');
    expect(set.count).toBe(0);
    expect(set.addPart(part)).toBe('added');
  });
});

it('a header may claim one part more than the largest block has, and no more', () => {
  const hash = new Uint8Array(32);
  expect(new PartSet({total: BLOCK_PARTS_MAX, hash}).total).toBe(1601);
  expect(() => new PartSet({total: BLOCK_PARTS_MAX + 1, hash})).toThrow(RangeError);
});
