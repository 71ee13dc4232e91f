/**
 * What the terms say everyone has earned, worked out in another way than the contracts do: each payment is divided when it
 * comes in, over all contributors and holders, in fractions of 10^-60 of a unit. No accumulators, no debts.
 */
import type {Hex} from '../world.ts';

export const UNIT = 10n ** 60n;

export interface BookAsset {
  readonly parents: readonly number[];
  readonly royalty: bigint;
  readonly sharesRatio: bigint;
  readonly redeemRatio: bigint;
  /** Weights by account. */
  readonly weights: Map<Hex, bigint>;
  /** Shares by account; empty without shares. */
  readonly balances: Map<Hex, bigint>;
}

/** For one currency. */
interface Purse {
  /** By asset and account: as contributors, and as share holders. */
  readonly contributed: Map<string, bigint>;
  readonly held: Map<string, bigint>;
  /** By asset, what is kept for burning. */
  readonly reserve: Map<number, bigint>;
  fees: bigint;
  received: bigint;
}

export class Books {
  readonly assets: BookAsset[] = [];
  readonly #purses = new Map<Hex, Purse>();
  fee = 0n;

  purse(currency: Hex): Purse {
    let purse = this.#purses.get(currency);
    if (purse === undefined) {
      purse = {contributed: new Map(), held: new Map(), reserve: new Map(), fees: 0n, received: 0n};
      this.#purses.set(currency, purse);
    }
    return purse;
  }

  /** @param index of the asset, its id less one */
  pay(index: number, currency: Hex, amount: bigint): void {
    const purse = this.purse(currency);
    purse.received += amount;
    const fee = (amount * UNIT * this.fee) / 10_000n;
    purse.fees += fee;
    this.#walk(index, purse, amount * UNIT - fee);
  }

  #walk(index: number, purse: Purse, gross: bigint): void {
    const asset = this.asset(index);
    let own = gross;
    for (const parent of asset.parents) {
      const royalty = (gross * this.asset(parent).royalty) / 10_000n;
      own -= royalty;
      this.#walk(parent, purse, royalty);
    }
    const toShares = (own * asset.sharesRatio) / 10_000n;
    divide(own - toShares, asset.weights, (account, part) => add(purse.contributed, `${index} ${account}`, part));
    const kept = (toShares * asset.redeemRatio) / 10_000n;
    add(purse.reserve, index, kept);
    divide(toShares - kept, asset.balances, (account, part) => add(purse.held, `${index} ${account}`, part));
  }

  asset(index: number): BookAsset {
    const asset = this.assets[index];
    if (asset === undefined) throw new Error(`no asset ${index} in the books`);
    return asset;
  }
}

function divide(amount: bigint, parts: ReadonlyMap<Hex, bigint>, give: (account: Hex, part: bigint) => void): void {
  const whole = [...parts.values()].reduce((sum, part) => sum + part, 0n);
  if (whole === 0n) return;
  for (const [account, part] of parts) give(account, (amount * part) / whole);
}

export function add<K>(map: Map<K, bigint>, key: K, amount: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + amount);
}
