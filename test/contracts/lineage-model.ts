/**
 * What the registry and the attribution should do, computed in another way: shares by walking every path of the graph
 * with exact rationals, instead of from the parents' flattened lists.
 */
import fc from 'fast-check';
import {SHARE_ONE} from './world.ts';

export interface ModelAsset {
  /** Ids, all smaller than this asset's own; ids start at 1. */
  readonly parents: readonly bigint[];
  /** Basis points. */
  readonly royalty: number;
  /** Index of an account and its weight in basis points; weights sum to 10,000. */
  readonly contributors: readonly {readonly account: number; readonly weight: number}[];
}

/** What each asset keeps of one unit of revenue of `assetId`, in 10^-32, by walking every path upwards. */
export function keptShares(assets: readonly ModelAsset[], assetId: bigint): Map<bigint, bigint> {
  const kept = new Map<bigint, bigint>();
  const walk = (id: bigint, gross: bigint): void => {
    const asset = assetOf(assets, id);
    let own = gross;
    for (const parent of asset.parents) {
      const royalty = (gross * BigInt(assetOf(assets, parent).royalty)) / 10_000n;
      own -= royalty;
      walk(parent, royalty);
    }
    kept.set(id, (kept.get(id) ?? 0n) + own);
  };
  walk(assetId, SHARE_ONE);
  return kept;
}

export function assetOf(assets: readonly ModelAsset[], id: bigint): ModelAsset {
  const asset = assets[Number(id) - 1];
  if (asset === undefined) throw new Error(`no asset ${id} in the model`);
  return asset;
}

/** Random graphs that the registry accepts. @param accounts number of accounts to draw contributors from */
export function graphs(assetsMax: number, accounts: number): fc.Arbitrary<ModelAsset[]> {
  const contributors = fc
    .uniqueArray(fc.integer({min: 0, max: accounts - 1}), {minLength: 1, maxLength: accounts})
    .chain((chosen) =>
      fc
        .uniqueArray(fc.integer({min: 1, max: 9_999}), {minLength: chosen.length - 1, maxLength: chosen.length - 1})
        .map((cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), 10_000];
          return chosen.map((account, index) => ({account, weight: (edges[index + 1] ?? 0) - (edges[index] ?? 0)}));
        }),
    );
  return fc
    .array(
      fc.record({
        // Mostly recent assets, so that the graphs are deep as well as wide.
        parentDistances: fc.uniqueArray(fc.integer({min: 1, max: 5}), {maxLength: 3}),
        royalty: fc.oneof(fc.integer({min: 0, max: 3_000}), fc.constantFrom(0, 1, 3_000)),
        contributors,
      }),
      {minLength: 1, maxLength: assetsMax},
    )
    .map((drafts) => {
      const assets: ModelAsset[] = [];
      const depths: number[] = [];
      for (const draft of drafts) {
        const id = assets.length + 1;
        const parents = draft.parentDistances.map((distance) => id - distance).filter((parent) => parent >= 1 && (depths[parent - 1] ?? 0) < 8);
        depths.push(parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => depths[parent - 1] ?? 0)));
        assets.push({parents: parents.map(BigInt), royalty: draft.royalty, contributors: draft.contributors});
      }
      return assets;
    });
}
