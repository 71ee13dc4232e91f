/** Repeatable chance: the same seed, the same run. */

const MASK = (1n << 64n) - 1n;

export class Dice {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = (seed * 0x9e3779b97f4a7c15n + 1n) & MASK;
  }

  /** splitmix64. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators". */
  next(): bigint {
    this.#state = (this.#state + 0x9e3779b97f4a7c15n) & MASK;
    let z = this.#state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Number(this.next() % BigInt(n));
  }

  big(n: bigint): bigint {
    return n <= 0n ? 0n : this.next() % n;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** One of the names, as often as its weight says. */
  weighted<name extends string>(weights: Readonly<Record<name, number>>): name {
    const entries = Object.entries(weights) as [name, number][];
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new Error('no weights');
  }

  /** Mostly tiny amounts and ones around powers of ten, where roundings hide. */
  amount(): bigint {
    const kind = this.below(4);
    if (kind === 0) return 1n + this.big(9n);
    if (kind === 1) return 10n ** BigInt(this.below(12)) + this.big(3n);
    return 1n + this.big(10n ** BigInt(1 + this.below(15)));
  }
}
