/**
 * What the user of a development chain changes by hand between two blocks. It shows in the newest state at once, and becomes part of
 * the chain with the next block, whose state root covers it; until then the head block and its proofs stay as they are.
 */
import type {AccountOverride} from '../../rpc/eth/backend.ts';
import {bigIntToBytes, bytesToBigInt, bytesToHex, hexToBytes} from '../hex.ts';
import {overrideAccount} from '../overrides.ts';
import {decodeRlp, encodeRlp} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import {StateOverlay} from '../state/overlay.ts';
import {EMPTY_ROOT_HASH} from '../state/types.ts';
import type {StateSource} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';

export interface ChainAmendments {
  readonly accounts: ReadonlyMap<Address, AccountOverride>;
  /** Of the next block alone, wei per gas. */
  readonly baseFee: bigint | undefined;
  /** Of all blocks from the next one on. */
  readonly gasLimit: bigint | undefined;
}

export const NO_AMENDMENTS: ChainAmendments = {accounts: new Map(), baseFee: undefined, gasLimit: undefined};

/** What is left of them once a block has taken them in. */
export function afterBlock(amendments: ChainAmendments): ChainAmendments {
  return amendments === NO_AMENDMENTS ? amendments : {...NO_AMENDMENTS, gasLimit: amendments.gasLimit};
}

export function applyAmendments(state: StateOverlay, {accounts}: ChainAmendments): void {
  if (accounts.size === 0) return;
  for (const [address, override] of accounts) overrideAccount(state, address, override);
  state.endTransaction();
}

/** Stands for the storage root of an account whose only storage was set by hand: readers take the empty root to mean that there is none. */
const UNSETTLED_ROOT: Hash = `0x${'00'.repeat(32)}`;

/** `source` as it reads with the amendments. */
export function amendedSource(source: StateSource, amendments: ChainAmendments): StateSource {
  if (amendments.accounts.size === 0) return source;
  const overlay = new StateOverlay(source);
  applyAmendments(overlay, amendments);
  return {
    account: (address) => {
      const account = overlay.account(address);
      if (account?.storageRoot !== EMPTY_ROOT_HASH || amendments.accounts.get(address)?.stateDiff === undefined) return account;
      return {...account, storageRoot: UNSETTLED_ROOT};
    },
    slot: (address, slot) => overlay.slot(address, slot),
    codeOf: (codeHash) => overlay.codeOf(codeHash),
  };
}

/** A field that was not set is an empty list. Base fee and gas limit stand in the block's header. */
export function encodeAmendments({accounts}: ChainAmendments): Uint8Array {
  const optional = <T>(value: T | undefined, item: (value: T) => RlpItem): RlpItem => (value === undefined ? [] : item(value));
  return encodeRlp(
    [...accounts].map(([address, {balance, nonce, code, stateDiff}]) => [
      hexToBytes(address),
      optional(balance, bigIntToBytes),
      optional(nonce, bigIntToBytes),
      optional(code, (bytes) => bytes),
      [...(stateDiff ?? [])].flatMap(([slot, value]) => [hexToBytes(slot), hexToBytes(value)]),
    ]),
  );
}

/** From our own database. */
export function decodeAmendments(bytes: Uint8Array): ChainAmendments {
  const accounts = new Map<Address, AccountOverride>();
  for (const item of decodeRlp(bytes, {itemsMax: Number.MAX_SAFE_INTEGER}) as readonly [Uint8Array, RlpItem, RlpItem, RlpItem, readonly Uint8Array[]][]) {
    const [address, balance, nonce, code, words] = item;
    const slots = new Map<Hash, Hash>();
    for (let i = 0; i < words.length; i += 2) slots.set(bytesToHex(words[i]!), bytesToHex(words[i + 1]!));
    accounts.set(bytesToHex(address), {
      ...(balance instanceof Uint8Array ? {balance: bytesToBigInt(balance)} : {}),
      ...(nonce instanceof Uint8Array ? {nonce: bytesToBigInt(nonce)} : {}),
      ...(code instanceof Uint8Array ? {code: code.slice()} : {}),
      ...(slots.size === 0 ? {} : {stateDiff: slots}),
    });
  }
  return {...NO_AMENDMENTS, accounts};
}
