/** Compiles a Solidity source inside a test; it can import our contracts and OpenZeppelin's. */
import {compileSolidity} from '../../scripts/solidity.ts';
import type {Abi} from 'viem';

export interface TestContract {
  readonly abi: Abi;
  readonly bytecode: `0x${string}`;
}

/**
 * Compiles one source and returns its contracts by name.
 * @example
 * const {Reader} = compile(`
 *   pragma solidity ^0.8.28;
 *   import {IGroth16} from "qanat/protocols/contracts/interfaces/IGroth16.sol";
 *   contract Reader { … }
 * `);
 */
export function compile(source: string): Record<string, TestContract> {
  const text = source.includes('SPDX-License-Identifier') ? source : `// SPDX-License-Identifier: Apache-2.0\n${source}`;
  return Object.fromEntries(
    compileSolidity(new Map([['Test.sol', text]]), {allowWarnings: true}).map((contract) => [
      contract.name,
      {abi: contract.abi as Abi, bytecode: contract.bytecode},
    ]),
  );
}
