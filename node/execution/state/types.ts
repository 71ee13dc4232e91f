import type {Address, Hash} from '../types.ts';

/** An account of the state; never changed, only replaced. */
export interface Account {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly codeHash: Hash;
  /** As of the last finished block: changes within a block are not in it yet. */
  readonly storageRoot: Hash;
}

/** keccak256 of nothing. */
export const EMPTY_CODE_HASH: Hash = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
/** Root of a trie without entries. */
export const EMPTY_ROOT_HASH: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

export const EMPTY_ACCOUNT: Account = {nonce: 0n, balance: 0n, codeHash: EMPTY_CODE_HASH, storageRoot: EMPTY_ROOT_HASH};

/** EIP-161: such an account does not exist once it was touched. */
export function isEmptyAccount(account: Account): boolean {
  return account.nonce === 0n && account.balance === 0n && account.codeHash === EMPTY_CODE_HASH;
}

/** What an overlay reads through. Synchronous. Slots are 32 bytes of hex; values are the shortest big-endian form, empty for zero. */
export interface StateSource {
  account(address: Address): Account | undefined;
  slot(address: Address, slot: Hash): Uint8Array;
  codeOf(codeHash: Hash): Uint8Array;
}

export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** What one block (or genesis) changed, net. */
export interface StateChanges {
  readonly accounts: Map<Address, Change<Account | undefined>>;
  readonly slots: Map<Address, Map<Hash, Change<Uint8Array>>>;
  readonly codes: ReadonlyMap<Hash, Uint8Array>;
}
