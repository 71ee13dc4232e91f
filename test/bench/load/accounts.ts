/** Accounts that benches send from; apart from what they send, which needs a compiler. */
import {mnemonicToAccount, privateKeyToAddress} from 'viem/accounts';
import type {Hex} from 'viem';
import {keccak256} from '../../../node/execution/keccak.ts';
import {MNEMONIC} from '../../support/peers/processes.ts';

/** One for each connection of the load of single requests, so that nonces arrive in order. */
export const SENDERS = 32;

export interface Sender {
  readonly key: Uint8Array;
  readonly address: Hex;
  nonce: bigint;
}

/** The same in every run. */
export function createSenders(): Sender[] {
  return Array.from({length: SENDERS}, (_, i): Sender => {
    const key = keccak256(Buffer.from(`qanat bench sender ${i}`));
    return {key, address: privateKeyToAddress(hex(key)), nonce: 0n};
  });
}

/** An account that a development genesis funds, which has sent nothing yet. */
export function genesisAccount(index: number): Sender {
  const account = mnemonicToAccount(MNEMONIC, {addressIndex: index});
  return {key: account.getHdKey().privateKey!, address: account.address, nonce: 0n};
}

export function hex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
