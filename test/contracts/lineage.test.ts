import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {ContributorRole} from '#protocols/client';
import {graphs, keptShares} from './lineage-model.ts';
import {SHARE_ONE, alice, newChain, refusalOf, register, registry, signers, termsOf} from './world.ts';

describe('lineage', () => {
  it('of an asset without parents is empty', async () => {
    const chain = await newChain();
    await register(chain, termsOf(alice));
    expect(await chain.read(registry, 'lineage', [1n])).toEqual([[], []]);
  });

  it('gives a parent its royalty, less what the parent owes', async () => {
    const chain = await newChain();
    const data = await register(chain, termsOf(alice, {royalty: 1_000}));
    const model = await register(chain, termsOf(alice, {royalty: 2_000, parents: [data]}));
    const adapter = await register(chain, termsOf(alice, {parents: [model]}));
    // 20 % to the model, of which 10 % to the data: 18 % and 2 %.
    expect(await chain.read(registry, 'lineage', [adapter])).toEqual([
      [model, data],
      [(18n * SHARE_ONE) / 100n, (2n * SHARE_ONE) / 100n],
    ]);
    expect((await chain.read(registry, 'getAsset', [adapter])).depth).toBe(2);
  });

  it('adds up what an ancestor gets over several paths', async () => {
    const chain = await newChain();
    const data = await register(chain, termsOf(alice, {royalty: 1_000}));
    const left = await register(chain, termsOf(alice, {royalty: 2_000, parents: [data]}));
    const right = await register(chain, termsOf(alice, {royalty: 3_000, parents: [data]}));
    const merged = await register(chain, termsOf(alice, {parents: [left, data, right]}));
    // Directly 10 %, 2 % through the left and 3 % through the right.
    expect(await chain.read(registry, 'lineage', [merged])).toEqual([
      [left, data, right],
      [(18n * SHARE_ONE) / 100n, (15n * SHARE_ONE) / 100n, (27n * SHARE_ONE) / 100n],
    ]);
    expect(await chain.read(registry, 'parentsOf', [merged])).toEqual([left, data, right]);
  });

  it('is exact for every graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs(12, 1), async (assets) => {
        const chain = await newChain();
        for (const [index, {parents, royalty}] of assets.entries()) {
          await register(chain, termsOf(alice, {parents, royalty}));
          const assetId = BigInt(index + 1);
          const [ancestors, shares] = await chain.read(registry, 'lineage', [assetId]);
          const expected = keptShares(assets, assetId);
          const own = shares.reduce((kept, share) => kept - share, SHARE_ONE);
          expect(new Map([...ancestors.map((id, place) => [id, shares[place]] as const), [assetId, own]])).toEqual(expected);
          expect(ancestors.slice(0, parents.length)).toEqual(parents);
        }
      }),
      {numRuns: 10, seed: 1},
    );
  });

  it('does not lose a share to rounding at the greatest depth', async () => {
    const chain = await newChain();
    for (let depth = 0; depth <= 8; depth++) {
      await register(chain, termsOf(alice, {royalty: 4_999, parents: depth === 0 ? [] : [BigInt(depth)]}));
    }
    const [ancestors, shares] = await chain.read(registry, 'lineage', [9n]);
    expect(new Set(ancestors)).toEqual(new Set([8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n]));
    // Eight royalties of 0.4999, and nothing is owed by the oldest: an odd multiple of 10^-32.
    expect(shares[ancestors.indexOf(1n)]).toBe(4_999n ** 8n);
    expect(await refusalOf(register(chain, termsOf(alice, {parents: [9n]})))).toBe('TooDeep');
  });

  it('is bounded in width, royalties and ancestors', async () => {
    const chain = await newChain();
    const roots = [];
    for (let index = 0; index < 9; index++) roots.push(await register(chain, termsOf(alice, {royalty: index === 0 ? 2_000 : 1_000})));
    expect(await refusalOf(register(chain, termsOf(alice, {parents: roots})))).toBe('TooManyParents');
    expect(await refusalOf(register(chain, termsOf(alice, {parents: [1n, 2n, 1n]})))).toBe('DuplicateParent');
    // 20 % and seven times 10 % are the 90 % that parents may ask together.
    await register(chain, termsOf(alice, {parents: roots.slice(0, 8)}));
    const greedy = await register(chain, termsOf(alice, {royalty: 2_001}));
    expect(await refusalOf(register(chain, termsOf(alice, {parents: [greedy, ...roots.slice(1, 8)]})))).toBe('RoyaltyStackTooHigh');
  });

  it('has at most 32 ancestors', async () => {
    const chain = await newChain();
    const root = () => register(chain, termsOf(alice, {royalty: 100}));
    const parents: bigint[] = [];
    // Four families of a child and seven parents: 32 ancestors.
    for (let family = 0; family < 4; family++) {
      const grandparents = [];
      for (let index = 0; index < 7; index++) grandparents.push(await root());
      parents.push(await register(chain, termsOf(alice, {royalty: 100, parents: grandparents})));
    }
    const full = await register(chain, termsOf(alice, {parents}));
    expect((await chain.read(registry, 'lineage', [full]))[0]).toHaveLength(32);
    expect(await refusalOf(register(chain, termsOf(alice, {parents: [...parents, await root()]})))).toBe('TooManyAncestors');
  });

  it('names contributors by weight', async () => {
    const chain = await newChain();
    const contributors = signers.slice(0, 3).map(({address}, index) => ({
      account: address,
      role: ContributorRole.other,
      weight: [2_000, 3_000, 5_000][index] ?? 0,
    }));
    const terms = termsOf(alice, {contributors});
    await register(chain, terms);
    expect(await chain.read(registry, 'contributorsOf', [1n])).toEqual(
      contributors.map((contributor) => ({...contributor, contribution: terms.contentDigest})),
    );
  });
});
