import {bigIntToBytes, concatBytes, hexToBytes} from './hex.ts';
import {AUTHORIZATION_GAS, EMPTY_ACCOUNT_GAS} from './intrinsic-gas.ts';
import {keccak256} from './keccak.ts';
import {encodeRlp} from './rlp.ts';
import {isValidSignature, recoverAddress} from './secp256k1.ts';
import type {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {Address, Authorization} from './types.ts';
import {delegationOf} from './validity.ts';

const MAGIC = Uint8Array.of(0x05);
const DELEGATION_PREFIX = Uint8Array.of(0xef, 0x01, 0x00);
const ZERO_ADDRESS = `0x${'00'.repeat(20)}`;
const UINT64_MAX = (1n << 64n) - 1n;

/** The account that signed an EIP-7702 tuple; undefined when nobody validly did. */
export function recoverAuthority(authorization: Authorization): Address | undefined {
  const {chainId, address, nonce, yParity, r, s} = authorization;
  if (yParity > 1 || !isValidSignature(r, s)) return undefined;
  const message = concatBytes(MAGIC, encodeRlp([bigIntToBytes(chainId), hexToBytes(address), bigIntToBytes(nonce)]));
  return recoverAddress(keccak256(message), yParity, r, s);
}

/** Who signed the tuples of a transaction, as far as they are for this chain. Each costs a recovery: 70 µs. */
export function authoritiesOf(list: readonly Authorization[], chainId: bigint): ReadonlySet<Address> {
  const authorities = new Set<Address>();
  for (const authorization of list) {
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue;
    const authority = recoverAuthority(authorization);
    if (authority !== undefined) authorities.add(authority);
  }
  return authorities;
}

/**
 * Applies the tuples of a type 4 transaction in order (EIP-7702, "behavior"); invalid ones are skipped. Returns the refund for
 * authorities that already existed and adds every looked-at authority to `warm`.
 */
export function applyAuthorizations(list: readonly Authorization[], chainId: bigint, state: StateOverlay, warm: Address[]): bigint {
  let refund = 0n;
  for (const authorization of list) {
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue;
    if (authorization.nonce >= UINT64_MAX) continue;
    const authority = recoverAuthority(authorization);
    if (authority === undefined) continue;
    warm.push(authority);
    const existing = state.account(authority);
    const code = state.code(authority);
    if (code.length > 0 && delegationOf(code) === undefined) continue;
    if ((existing?.nonce ?? 0n) !== authorization.nonce) continue;
    if (existing !== undefined) refund += EMPTY_ACCOUNT_GAS - AUTHORIZATION_GAS;
    const clears = authorization.address === ZERO_ADDRESS;
    state.putCode(authority, clears ? new Uint8Array(0) : concatBytes(DELEGATION_PREFIX, hexToBytes(authorization.address)));
    const account = state.account(authority) ?? EMPTY_ACCOUNT;
    state.putAccount(authority, {...account, nonce: account.nonce + 1n});
  }
  return refund;
}
