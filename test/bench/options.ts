/** Flags that several suites share. */
import type {ChainPeer} from './load/targets.ts';

export function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new Error(`${flag} is "${text}", expected a whole number from ${min} to ${max}`);
  return value;
}

export function oneOf<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new Error(`${flag} is "${text}", expected one of ${values.join(', ')}`);
  return value;
}

export function peersOf(flags: readonly string[] | undefined): ChainPeer[] {
  return [...new Set((flags ?? []).flatMap((text) => text.split(',')))].map((text) => oneOf('--peer', text, ['anvil', 'hardhat']));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
