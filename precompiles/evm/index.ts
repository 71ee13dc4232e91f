/** The only adapter between this chain's precompiles and @ethereumjs/evm. */
import type {Common, StateManagerInterface} from '@ethereumjs/common';
import {EVMMockBlockchain} from '@ethereumjs/evm';
import type {EVMMockBlockchainInterface} from '@ethereumjs/evm';
import {Blake2b} from '../blake2b/index.ts';
import {initPrecompiles, SAPS} from '../index.ts';
import {loadBls12381} from '../mcl/bls12-381.ts';
import {loadBn254} from '../mcl/bn254.ts';
import {loadP256} from '../mcl/p256.ts';
import type {Sap} from '../types.ts';
import {blake2f} from './blake2f.ts';
import {bn254Precompiles} from './bn254.ts';
import {p256Verify} from './p256.ts';
import {SapEvm} from './sap-evm.ts';

export {customCrypto} from './crypto.ts';
export type {SapEvm} from './sap-evm.ts';

const BLAKE2F_ADDRESS = `${'0'.repeat(39)}9`;
const P256_VERIFY_ADDRESS = `${'0'.repeat(37)}100`;

export interface CreateEvmOptions {
  /** Make it with `customCrypto()` as its `customCrypto`, or keccak and ecrecover run in plain JavaScript. */
  readonly common: Common;
  readonly stateManager: StateManagerInterface;
  /** Block hashes for BLOCKHASH before EIP-2935. Default: none known. */
  readonly blockchain?: EVMMockBlockchainInterface;
  /** Which SAPs answer. Default: all. `[]` turns them off, as the official state tests need. */
  readonly saps?: readonly Sap[];
  readonly allowUnlimitedContractSize?: boolean;
}

/**
 * An EVM in which the SAPs answer at their addresses like standard precompiles (warm from the
 * start of a transaction), and the standard curve precompiles and BLAKE2b run on WebAssembly.
 *
 * Like every @ethereumjs/evm it runs one call at a time: its journal is shared state.
 */
export async function createEvm(options: CreateEvmOptions): Promise<SapEvm> {
  await initPrecompiles();
  const [bn254, bls, p256] = await Promise.all([loadBn254(), loadBls12381(), loadP256()]);
  return new SapEvm({
    common: options.common,
    stateManager: options.stateManager,
    blockchain: options.blockchain ?? new EVMMockBlockchain(),
    saps: options.saps ?? SAPS,
    allowUnlimitedContractSize: options.allowUnlimitedContractSize ?? false,
    bn254: bn254Precompiles(bn254),
    bls,
    replacements: new Map([
      [BLAKE2F_ADDRESS, blake2f(new Blake2b())],
      [P256_VERIFY_ADDRESS, p256Verify(p256)],
    ]),
  });
}
