import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {
  equalBytes,
  merkleInnerHash,
  merkleLeafHash,
  merkleProofs,
  merkleRoot,
  simpleMapLeaf,
  simpleMapProofs,
  simpleMapRoot,
  toHex,
  utf8,
  verifyMerkleProof,
  type MerkleProof,
} from '#proto';
import {splitPoint} from '../../../proto/merkle.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('merkle tree', () => {
  // CometBFT crypto/merkle/tree_test.go, TestHashFromByteSlices.
  it.each([
    ['empty', [], EMPTY],
    ['single', [[1, 2, 3]], '054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8'],
    ['single blank', [[]], '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    ['two', [[1, 2, 3], [4, 5, 6]], '82e6cfce00453804379b53962939eaa7906b39904be0813fcadd31b100773c4b'],
    ['many', [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]], 'f326493eceab4f2d9ffbc78c59432a0a005d6ea98392045c74df5d14a113be18'],
  ])('%s', (_name, leaves, root) => {
    const bytes = leaves.map((leaf) => Uint8Array.from(leaf));
    expect(toHex(merkleRoot(bytes))).toBe(root);
    expect(toHex(merkleProofs(bytes).root)).toBe(root);
  });

  it('RFC 6962 hashes (crypto/merkle/rfc6962_test.go)', () => {
    expect(toHex(merkleLeafHash(utf8('L123456')))).toBe('395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56');
    expect(toHex(merkleInnerHash(utf8('N123'), utf8('N456')))).toBe('aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb');
  });

  it.each([[1, 0], [2, 1], [3, 2], [4, 2], [5, 4], [10, 8], [20, 16], [100, 64], [255, 128], [256, 128], [257, 256]])(
    'splits %i leaves after %i (Test_getSplitPoint)',
    (length, split) => expect(splitPoint(length)).toBe(split),
  );

  it('every leaf has a proof, and nothing else passes for it', () => {
    const leaf = fc.uint8Array({maxLength: 40});
    fc.assert(
      fc.property(fc.uniqueArray(leaf, {minLength: 1, maxLength: 40, comparator: equalBytes}), fc.nat(), (leaves, pick) => {
        const {root, proofs} = merkleProofs(leaves);
        proofs.forEach((proof, i) => expect(verifyMerkleProof(proof, root, leaves[i] as Uint8Array)).toBe(true));
        const i = pick % leaves.length;
        const proof = proofs[i] as MerkleProof;
        const item = leaves[i] as Uint8Array;
        const fails = (change: Partial<MerkleProof>) => expect(verifyMerkleProof({...proof, ...change}, root, item)).toBe(false);
        fails({aunts: [...proof.aunts, new Uint8Array(32)]});
        if (proof.aunts.length > 0) fails({aunts: proof.aunts.slice(1)});
        if (leaves.length > 1) fails({index: BigInt((i + 1) % leaves.length)});
        fails({index: BigInt(leaves.length)});
        fails({index: -1n});
        fails({total: 0n});
        fails({total: -1n});
        fails({leafHash: new Uint8Array(32)});
        fails({leafHash: proof.leafHash.slice(1)});
        expect(verifyMerkleProof(proof, merkleLeafHash(root), item)).toBe(false);
        expect(verifyMerkleProof(proof, root, Uint8Array.of(...item, 0))).toBe(false);
      }),
      {numRuns: 60},
    );
  });

  it('a proof of more than 100 aunts is refused', () => {
    const aunts = Array.from({length: 101}, () => new Uint8Array(32));
    expect(verifyMerkleProof({total: 2n ** 62n, index: 0n, leafHash: merkleLeafHash(utf8('a')), aunts}, new Uint8Array(32), utf8('a'))).toBe(false);
  });
});

describe('simple map', () => {
  // Cosmos SDK store/internal/maps/maps_test.go, TestSimpleMap.
  it.each([
    [[], EMPTY],
    [[['key1', 'value1']], 'a44d3cc7daba1a4600b00a2434b30f8b970652169810d6dfa9fb1793a2189324'],
    [[['key1', 'value2']], '0638e99b3445caec9d95c05e1a3fc1487b4ddec6a952ff337080360b0dcc078c'],
    [[['key1', 'value1'], ['key2', 'value2']], '8fd19b19e7bb3f2b3ee0574027d8a5a4cec370464ea2db2fbfa5c7d35bb0cff3'],
    [[['key2', 'value2'], ['key1', 'value1']], '8fd19b19e7bb3f2b3ee0574027d8a5a4cec370464ea2db2fbfa5c7d35bb0cff3'],
    [[['key1', 'value1'], ['key3', 'value3'], ['key2', 'value2']], '1dd674ec6782a0d586a903c9c63326a41cbe56b3bba33ed6ff5b527af6efb3dc'],
  ])('%j', (entries, root) => {
    const bytes = entries.map(([name, value]) => [name as string, utf8(value as string)] as const);
    expect(toHex(simpleMapRoot(bytes))).toBe(root);
  });

  it('proves each store under the root', () => {
    const entries = [['evm', utf8('a')], ['eth', utf8('b')], ['ibc', utf8('c')]] as const;
    const {root, proofs} = simpleMapProofs(entries);
    expect(root).toEqual(simpleMapRoot(entries));
    for (const [name, value] of entries) {
      expect(verifyMerkleProof(proofs.get(name) as MerkleProof, root, simpleMapLeaf(name, value))).toBe(true);
    }
  });

  it('refuses an empty and a repeated name', () => {
    expect(() => simpleMapRoot([['', utf8('a')]])).toThrow(RangeError);
    expect(() => simpleMapRoot([['a', utf8('a')], ['a', utf8('b')]])).toThrow(/two stores are named a/);
  });
});
