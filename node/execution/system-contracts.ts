/** Contracts that the protocol itself feeds: recent block hashes (EIP-2935) and parent Comet hashes in the place of beacon roots (EIP-4788). */
import {bigIntToBytes, bytesToHex, hexToBytes, padLeft, trimLeft} from './hex.ts';
import {keccak256} from './keccak.ts';
import type {ForkRules} from './rules.ts';
import type {StateOverlay} from './state/overlay.ts';
import type {Address, Hash, Hex} from './types.ts';

export const HISTORY_ADDRESS: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';
export const BEACON_ROOTS_ADDRESS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
/** EIP-7002, 7251: of imported chains only. */
export const WITHDRAWAL_REQUESTS_ADDRESS: Address = '0x00000961ef480eb55e80d19ad83579a64c007002';
export const CONSOLIDATION_REQUESTS_ADDRESS: Address = '0x0000bbddc7ce488642fb579f8b00f3a590007251';

const HISTORY_CODE = hexToBytes(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
);
const BEACON_ROOTS_CODE = hexToBytes(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
);
const HISTORY_CODE_HASH = bytesToHex(keccak256(HISTORY_CODE));
const BEACON_ROOTS_CODE_HASH = bytesToHex(keccak256(BEACON_ROOTS_CODE));

const HISTORY_WINDOW = 8191n;
const BEACON_ROOTS_WINDOW = 8191n;

export interface PredeployedAccount {
  readonly address: Address;
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<Hex, Hex>;
}

/** Accounts for the genesis alloc. */
export function systemPredeploys(): PredeployedAccount[] {
  const none: ReadonlyMap<Hex, Hex> = new Map();
  return [
    {address: HISTORY_ADDRESS, balance: 0n, nonce: 1n, code: HISTORY_CODE, storage: none},
    {address: BEACON_ROOTS_ADDRESS, balance: 0n, nonce: 1n, code: BEACON_ROOTS_CODE, storage: none},
  ];
}

/**
 * What the system calls at the start of a block do. Their effect on the known code is two or three writes, so the EVM is not asked;
 * without that code at the address nothing happens, as the EIPs say.
 */
export function beginBlock(
  state: StateOverlay,
  block: {readonly number: bigint; readonly timestamp: bigint; readonly parentHash: Hash; readonly parentBeaconBlockRoot: Hash},
  rules: ForkRules,
): void {
  if (rules.isPrague && state.account(HISTORY_ADDRESS)?.codeHash === HISTORY_CODE_HASH) {
    put(state, HISTORY_ADDRESS, (block.number - 1n) % HISTORY_WINDOW, hexToBytes(block.parentHash));
  }
  if (rules.isCancun && state.account(BEACON_ROOTS_ADDRESS)?.codeHash === BEACON_ROOTS_CODE_HASH) {
    const index = block.timestamp % BEACON_ROOTS_WINDOW;
    put(state, BEACON_ROOTS_ADDRESS, index, bigIntToBytes(block.timestamp));
    put(state, BEACON_ROOTS_ADDRESS, index + BEACON_ROOTS_WINDOW, hexToBytes(block.parentBeaconBlockRoot));
  }
  state.endTransaction();
}

function put(state: StateOverlay, address: Address, index: bigint, value: Uint8Array): void {
  state.putSlot(address, bytesToHex(padLeft(bigIntToBytes(index), 32)), trimLeft(value));
}
