/** What the state of the bench holds: the same in every run, and in every process of one. */
import {bytesToHex, keccak256, type Hex} from '#node/execution';
import {createSenders} from '../../load/accounts.ts';

export const CHAIN_ID = 72590;
/** Stores the second word of its input in the slot that the first one names. */
export const STORE_CODE: Hex = '0x6020356000355500';
export const STORE_ADDRESS: Hex = `0x${'5a'.repeat(20)}`;
const SENDER_BALANCE = 10n ** 24n;
const GENESIS_TIME = 1_700_000_000n;

export const genesisTime = GENESIS_TIME;

export function genesisState(): object {
  const alloc: Record<string, object> = {[STORE_ADDRESS]: {balance: '0', nonce: '1', code: STORE_CODE}};
  for (const {address} of createSenders()) alloc[address.toLowerCase()] = {balance: SENDER_BALANCE.toString()};
  return {evm: {chainId: CHAIN_ID, gasLimit: '60000000', baseFee: '1000000000', feeRecipients: {}, alloc}};
}

const hashOf = (what: string, index: number): Uint8Array => keccak256(Buffer.from(`${what} ${index}`));

export const accountOf = (index: number): Hex => bytesToHex(hashOf('account', index).subarray(12));
export const slotOf = (index: number): Hex => bytesToHex(hashOf('slot', index));
/** 32 bytes that are not small. */
export const valueOf = (index: number): Uint8Array => hashOf('value', index);

/** Indexes from `from` up to before `to`, in the order in which their keys stand in a trie. */
export function inTrieOrder(from: number, to: number, keyOf: (index: number) => Hex): number[] {
  return Array.from({length: to - from}, (_, i) => {
    const index = from + i;
    return {index, path: Buffer.from(keccak256(Buffer.from(keyOf(index).slice(2), 'hex')))};
  })
    .sort((a, b) => Buffer.compare(a.path, b.path))
    .map(({index}) => index);
}
