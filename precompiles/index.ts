/** The AI-native precompiles (SAPs) of this chain: addresses, implementations and genesis accounts. */
import {groth16} from './0a01-groth16.ts';
import {poseidon} from './0a05-poseidon.ts';
import {loraProof} from './0a06-lora-proof.ts';
import {inference} from './0a10-inference.ts';
import {training} from './0a11-training.ts';
import {loadBn254} from './mcl/bn254.ts';
import type {GenesisAccount, Sap} from './types.ts';

export type {GenesisAccount, Hex, Sap, SapCall, SapResult, SapStorage} from './types.ts';
export {groth16, GROTH16_GAS} from './0a01-groth16.ts';
export {poseidon, POSEIDON_GAS} from './0a05-poseidon.ts';
export {loraProof, LORA_PROOF_GAS} from './0a06-lora-proof.ts';
export {inference, INFERENCE_GAS} from './0a10-inference.ts';
export {training, TRAINING_GAS} from './0a11-training.ts';
export {callSap} from './call.ts';

/** Every SAP by address, in the order of their addresses. */
export const SAPS: readonly Sap[] = [groth16, poseidon, loraProof, inference, training];

/**
 * Loads the WebAssembly curve arithmetic. Must have resolved before a SAP runs; the EVM adapter
 * awaits it. Idempotent.
 */
export async function initPrecompiles(): Promise<void> {
  await loadBn254();
}

/**
 * One account per SAP: nonce 1, so that EIP-161 never deletes it with its storage, and code 0xfe,
 * so that Solidity's extcodesize check passes and a client that lacks the SAP fails loudly.
 */
export function sapGenesisAccounts(): GenesisAccount[] {
  return SAPS.map(({address}) => ({
    address,
    balance: 0n,
    nonce: 1n,
    code: Uint8Array.of(0xfe),
    storage: new Map(),
  }));
}
