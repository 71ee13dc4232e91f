/** Parts that come before their proposal: a peer that floods leaves room for the others. */
import {describe, expect, it} from '@jest/globals';
import {makePartSet, sha256, utf8, type BlockID, type Part, type PartSet} from '#proto';
import {engineLimits} from '#consensus/engine';
import {BlockAssembly} from '../../../../consensus/engine/loop/assembly.ts';

const {ORPHAN_PARTS_MAX} = engineLimits;
const HONEST = partsOf('an honest block', 3);
const FLOOD = partsOf('nonsense', ORPHAN_PARTS_MAX * 2);

function partsOf(name: string, count: number): PartSet {
  const bytes = new Uint8Array(engineLimits.PART_BYTES * count).map((_, i) => i % 251);
  bytes.set(utf8(name));
  return makePartSet(bytes);
}

function idOf(partSet: PartSet): BlockID {
  return {hash: sha256(utf8('header')), partSetHeader: partSet.header};
}

function give(assembly: BlockAssembly, peer: string, parts: readonly Part[]): void {
  for (const part of parts) assembly.add(peer, 0, part);
}

/** Early parts of the honest block that were kept. */
function kept(assembly: BlockAssembly): number {
  return assembly.expect(idOf(HONEST), []).filter(({peer}) => peer === 'honest').length;
}

describe('parts without a proposal', () => {
  it('of a flooding peer give way to those of others, whoever came first', () => {
    for (const order of [['liar', 'honest'], ['honest', 'liar']]) {
      const assembly = new BlockAssembly(-1n);
      for (const peer of order) give(assembly, peer, peer === 'liar' ? FLOOD.parts() : HONEST.parts());
      expect(kept(assembly)).toBe(3);
    }
  });

  it('are bounded in all', () => {
    const assembly = new BlockAssembly(-1n);
    for (let i = 0; i < 100; i++) give(assembly, `liar ${i}`, FLOOD.parts().slice(0, 3));
    give(assembly, 'honest', HONEST.parts());
    expect(assembly.expect(idOf(HONEST), []).length).toBe(ORPHAN_PARTS_MAX);
  });
});
