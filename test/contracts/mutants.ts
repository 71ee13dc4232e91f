/** Contracts with a fault planted in their source, to show that an invariant would catch it. */
import {readFileSync} from 'node:fs';
import {compileSolidity} from '../../scripts/solidity.ts';
import type {Hex} from './world.ts';

export interface Mutation {
  readonly what: string;
  /** Source unit with the fault. */
  readonly source: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * The deployed code of `contracts` (source units by name) with one fault. Throws when the text to replace is not there
 * exactly once: a mutation that mutates nothing would show nothing.
 */
export function mutate(mutation: Mutation, contracts: Readonly<Record<string, string>>): Map<string, Hex> {
  const text = readFileSync(mutation.source, 'utf8');
  if (text.split(mutation.find).length !== 2) throw new Error(`${mutation.source} does not have once: ${mutation.find}`);
  const sources = new Map(Object.values(contracts).map((source) => [source, readFileSync(source, 'utf8')]));
  sources.set(mutation.source, text.replace(mutation.find, mutation.replace));
  const compiled = compileSolidity(sources, {allowWarnings: true, optimise: false});
  return new Map(
    Object.keys(contracts).map((name) => {
      const contract = compiled.find((candidate) => candidate.name === name);
      if (contract?.deployedBytecode === undefined) throw new Error(`no ${name}`);
      return [name, contract.deployedBytecode];
    }),
  );
}
