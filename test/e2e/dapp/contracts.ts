/** The contracts of a typical application, compiled. The same sources go to forge and Hardhat. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Abi} from 'viem';
import {compileSolidity} from '../../../scripts/solidity.ts';

export const DAPP_CONTRACTS = join(import.meta.dirname, 'contracts');

export type DappContract = 'Token' | 'Pair' | 'Badge' | 'Multisig';

export function compileDapp(): Record<DappContract, {readonly abi: Abi; readonly bytecode: `0x${string}`}> {
  const sources = new Map(readdirSync(DAPP_CONTRACTS).map((name) => [`dapp/${name}`, readFileSync(join(DAPP_CONTRACTS, name), 'utf8')]));
  const compiled = compileSolidity(sources, {allowWarnings: true});
  const contractOf = (name: DappContract) => {
    const found = compiled.find((contract) => contract.name === name);
    if (found === undefined) throw new Error(`${name} was not compiled`);
    return {abi: found.abi as Abi, bytecode: found.bytecode};
  };
  return {Token: contractOf('Token'), Pair: contractOf('Pair'), Badge: contractOf('Badge'), Multisig: contractOf('Multisig')};
}
