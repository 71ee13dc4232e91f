/** A seeded search for the transactions that take the longest for their gas: shapes, alone and together, changed step by step. */
import {drawFrom} from '../../support/evm-programs.ts';
import type {Draw} from '../../support/evm-programs.ts';
import type {Arena, Measured, Shape} from './arena.ts';

/** Bytes of which a program consists; it begins again when they are through. */
const BODY_BYTES_MAX = 3_000;
const GAS = 1_500_000n;
const ROUNDS = 2;

/** Fragments that leave the stack as they found it, with a few words on it: [24 bits, 64, 128, 256, 256, 0]. */
const PRELUDE = [
  0x62, 0x10, 0x00, 0x00,
  0x67, ...Array.from({length: 8}, (_, i) => 0xa1 + i),
  0x6f, ...Array.from({length: 16}, (_, i) => 0x91 + i),
  0x7f, ...Array.from({length: 32}, (_, i) => 0xc3 - i),
  0x7f, ...Array.from({length: 32}, () => 0xff),
  0x5f,
];
const WORDS = 6;
const BINARY = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1a, 0x1b, 0x1c, 0x1d];

export interface Found extends Measured {
  /** Hex of the code that was called. */
  readonly code: string;
}

/** @param seeds shapes to begin with. @returns the worst found, worst first. */
export async function search(arena: Arena, seed: number, generations: number, seeds: readonly Shape[], print: (line: string) => void): Promise<Found[]> {
  const draw = drawFrom(seed);
  let population: {genes: number[][]; found: Found}[] = [];
  const judge = async (genes: number[][]): Promise<{genes: number[][]; found: Found}> => {
    const code = programOf(genes);
    const hex = Buffer.from(code).toString('hex');
    const measured = await arena.measure({name: `search ${hex.slice(0, 64)}`, code, accounts: accountsOf(seeds)}, GAS, ROUNDS);
    return {genes, found: {...measured, name: describeGenes(genes), code: `0x${hex}`}};
  };
  for (let generation = 0; generation < generations; generation++) {
    const candidates = Array.from({length: 12}, () => {
      const parent = population.length === 0 || draw(3) === 0 ? undefined : population[draw(population.length)]!.genes;
      return parent === undefined ? Array.from({length: 1 + draw(3)}, () => randomGene(draw)) : changed(draw, parent);
    });
    for (const genes of candidates) population.push(await judge(genes));
    population.sort((a, b) => b.found.nsPerGas - a.found.nsPerGas);
    population = population.slice(0, 8);
    const {nsPerGas, name} = population[0]!.found;
    print(`generation ${generation + 1}: ${nsPerGas.toFixed(1)} ns/gas by ${name}`);
  }
  return population.map(({found}) => found);
}

function accountsOf(seeds: readonly Shape[]): NonNullable<Shape['accounts']> {
  const known = new Map(seeds.flatMap(({accounts = []}) => accounts.map((account) => [account.address, account] as const)));
  return [...known.values()].slice(0, 64);
}

function randomGene(draw: Draw): number[] {
  const dup = (): number => 0x80 + draw(WORDS);
  const small = (): number[] => (draw(3) === 0 ? [0x61, draw(32), draw(256)] : [0x60, draw(128)]);
  const forms: (() => number[])[] = [
    () => [dup(), dup(), BINARY[draw(BINARY.length)]!, 0x50],
    () => [dup(), 0x80 + draw(WORDS), 0x80 + draw(WORDS), 0x08 + draw(2), 0x50],
    () => [dup(), [0x15, 0x19, 0x1e, 0x35, 0x40, 0x49, 0x54, 0x5c, 0x31, 0x3b, 0x3f][draw(11)]!, 0x50],
    () => [...small(), 0x51, 0x50],
    () => [dup(), ...small(), 0x52 + draw(2)],
    () => [...small(), ...small(), 0x20, 0x50],
    () => [...small(), ...small(), ...small(), [0x37, 0x39, 0x5e][draw(3)]!],
    () => [dup(), ...small(), 0x55],
    () => [dup(), ...small(), 0x5d],
    () => [[0x30, 0x33, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x44, 0x47, 0x58, 0x59, 0x5a][draw(12)]!, 0x50],
    () => [...small(), ...small(), 0xa0],
    // Calls: of precompiles with what memory holds, of itself with little gas, of nobody.
    () => [...small(), ...small(), ...small(), ...small(), 0x60, 1 + draw(17), 0x61, draw(256), draw(256), 0xfa, 0x50],
    () => [...small(), 0x5f, ...small(), 0x5f, 0x5f, 0x30, 0x61, draw(8), draw(256), 0xf1, 0x50],
    () => [0x5f, 0x5f, 0x5f, 0x5f, dup(), 0x5a, 0xf4, 0x50],
    () => [0x5f, 0x5f, 0x5f, 0x5f, 0x61, draw(256), draw(256), 0x5a, 0xfa, 0x50],
    () => [0x5f, 0x5f, 0x5f, 0xf0, 0x50],
  ];
  const gene = forms[draw(forms.length)]!();
  const count = 1 + draw(4);
  return Array.from({length: count}, () => gene).flat();
}

function changed(draw: Draw, genes: readonly number[][]): number[][] {
  const next = genes.map((gene) => [...gene]);
  switch (draw(4)) {
    case 0:
      next.push(randomGene(draw));
      break;
    case 1:
      if (next.length > 1) next.splice(draw(next.length), 1);
      break;
    case 2:
      next[draw(next.length)] = randomGene(draw);
      break;
    default:
      next.push([...next[draw(next.length)]!]);
  }
  return next.slice(0, 8);
}

function programOf(genes: readonly number[][]): Uint8Array {
  const body = genes.flat();
  const count = Math.max(1, Math.floor(BODY_BYTES_MAX / body.length));
  const start = PRELUDE.length;
  return Uint8Array.from([...PRELUDE, 0x5b, ...Array.from({length: count}, () => body).flat(), 0x61, start >> 8, start & 255, 0x56]);
}

function describeGenes(genes: readonly number[][]): string {
  return genes.map((gene) => Buffer.from(gene).toString('hex')).join(' ');
}
