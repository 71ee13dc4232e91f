import {padLeft} from '../hex.ts';
import type {Address, Hash, StateReader} from '../types.ts';
import {EMPTY_ACCOUNT, EMPTY_ROOT_HASH} from './types.ts';
import type {StateSource} from './types.ts';

/** A StateReader over whatever `source` answers with at that moment. */
export function stateReader(source: () => StateSource): StateReader {
  return {
    nonce: (address) => (source().account(address) ?? EMPTY_ACCOUNT).nonce,
    balance: (address) => (source().account(address) ?? EMPTY_ACCOUNT).balance,
    code: (address) => source().codeOf((source().account(address) ?? EMPTY_ACCOUNT).codeHash),
    codeHash: (address) => (source().account(address) ?? EMPTY_ACCOUNT).codeHash,
    storage: (address, slot) => storageOf(source(), address, slot),
  };
}

function storageOf(source: StateSource, address: Address, slot: Hash): Uint8Array {
  const account = source.account(address);
  if (account === undefined || account.storageRoot === EMPTY_ROOT_HASH) return new Uint8Array(32);
  return padLeft(source.slot(address, slot), 32);
}

