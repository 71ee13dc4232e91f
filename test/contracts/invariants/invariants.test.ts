/**
 * Random actors against what must always hold. A short run of each suite is part of the tests, with one mutation to show
 * that it would be noticed. Longer, and with all mutations:
 *
 *   QANAT_INVARIANT_STEPS=5000 QANAT_INVARIANT_SEEDS=4 npm run jest -- test/contracts/invariants
 *   QANAT_MUTATIONS=all npm run jest -- test/contracts/invariants
 */
import {describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {SYSTEM_ADDRESSES, TEMPLATE_ADDRESSES, implementationAddress} from '#protocols/genesis';
import {CONTRACTS_FOLDER, compileSolidity} from '../../../scripts/solidity.ts';
import type {EvmChain} from '../../support/evm-chain.ts';
import {newChain} from '../world.ts';
import type {Hex} from '../world.ts';
import {custody} from './custody.ts';
import {Dice} from './dice.ts';
import {frozen} from './frozen.ts';
import {MUTATIONS} from './mutations.ts';
import type {Mutation} from './mutations.ts';
import {revenue} from './revenue.ts';

const SUITES = [revenue, custody, frozen];
const STEPS = Number(process.env.QANAT_INVARIANT_STEPS ?? 80);
const SEEDS = Number(process.env.QANAT_INVARIANT_SEEDS ?? 1);
const MUTATION_STEPS = 600;
const LONG_MS = 3_600_000;

describe.each(SUITES)('$name', (suite) => {
  it.each(Array.from({length: SEEDS}, (_, seed) => BigInt(seed + 1)))('holds, seed %s', async (seed) => {
    await suite.run(await newChain(), new Dice(seed), STEPS);
  }, LONG_MS);
});

describe('a planted mistake', () => {
  it('is listed five times for each suite', () => {
    for (const suite of SUITES) expect(MUTATIONS.filter((mutation) => mutation.suite === suite).length).toBeGreaterThanOrEqual(5);
  });

  it('stands in the documentation, and its place in the source', () => {
    const document = readFileSync('docs/spec/protocols.md', 'utf8');
    for (const mutation of MUTATIONS) {
      expect(document).toContain(mutation.mistake);
      mutate(mutation);
    }
  });

  const tried = process.env.QANAT_MUTATIONS === 'all' ? MUTATIONS : MUTATIONS.slice(0, 1);
  it.each(tried.map((mutation) => [mutation.suite.name, mutation.mistake, mutation] as const))('is noticed by %s: %s', async (_name, _mistake, mutation) => {
    const code = compileMutant(mutation);
    let noticed: unknown;
    for (let seed = 1n; seed <= 3n && noticed === undefined; seed++) {
      const chain = await newChain();
      await plant(chain, mutation, code);
      noticed = await mutation.suite.run(chain, new Dice(seed), MUTATION_STEPS).then(() => undefined, (error: unknown) => error);
    }
    // By an invariant, or by a step that had to succeed; not by some other failure.
    expect(['InvariantBroken', 'Reverted']).toContain((noticed as Error | undefined)?.name);
  }, LONG_MS);
});

function mutate({file, find, replace}: Mutation): string {
  const text = readFileSync(`${CONTRACTS_FOLDER}/${file}`, 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${find}`);
  return parts.join(replace);
}

/** The deployed code of a contract with the mistake in it, or in a library that it uses. */
function compileMutant(mutation: Mutation): Hex {
  const path = (file: string) => `${CONTRACTS_FOLDER}/${file}`;
  const sources = new Map([[path(mutation.file), mutate(mutation)]]);
  const own = path(`${mutation.contract}.sol`);
  if (!sources.has(own)) sources.set(own, readFileSync(own, 'utf8'));
  const compiled = compileSolidity(sources, {allowWarnings: true}).find(({name}) => name === mutation.contract);
  if (compiled?.deployedBytecode === undefined) throw new Error(`${mutation.contract} was not compiled`);
  return compiled.deployedBytecode;
}

async function plant(chain: EvmChain, {contract}: Mutation, code: Hex): Promise<void> {
  const key = contract.charAt(0).toLowerCase() + contract.slice(1);
  const template = (TEMPLATE_ADDRESSES as Readonly<Record<string, Hex>>)[key];
  const proxy = (SYSTEM_ADDRESSES as Readonly<Record<string, Hex>>)[key];
  const address = template ?? (proxy === undefined ? undefined : implementationAddress(proxy));
  if (address === undefined) throw new Error(`no address for ${contract}`);
  await chain.setCode(address, code);
}
