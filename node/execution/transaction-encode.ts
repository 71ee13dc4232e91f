import {bigIntToBytes, bigIntToFixed, concatBytes, EMPTY, hexToBytes} from './hex.ts';
import {keccak256} from './keccak.ts';
import {encodeRlp} from './rlp.ts';
import type {RlpItem} from './rlp.ts';
import {sign} from './secp256k1.ts';
import type {AccessListEntry, Address, Authorization, Hash, Transaction} from './types.ts';

export interface UnsignedTransaction {
  readonly type: Transaction['type'];
  /** undefined: a legacy transaction without EIP-155. */
  readonly chainId: bigint | undefined;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  readonly to?: Address | undefined;
  readonly value?: bigint;
  readonly data?: Uint8Array;
  /** Types 0 and 1: the gas price. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly AccessListEntry[];
  readonly authorizationList?: readonly Authorization[];
  readonly maxFeePerBlobGas?: bigint;
  readonly blobVersionedHashes?: readonly Hash[];
}

/** The bytes whose keccak-256 is signed. */
export function signingPayload(tx: UnsignedTransaction): Uint8Array {
  const fields = unsignedFields(tx);
  if (tx.type !== 0) return concatBytes(Uint8Array.of(tx.type), encodeRlp(fields));
  return encodeRlp(tx.chainId === undefined ? fields : [...fields, bigIntToBytes(tx.chainId), EMPTY, EMPTY]);
}

/** Canonical EIP-2718 envelope. */
export function encodeTransaction(tx: UnsignedTransaction, signature: {readonly yParity: number; readonly r: bigint; readonly s: bigint}): Uint8Array {
  const {yParity, r, s} = signature;
  const v = tx.type !== 0 ? BigInt(yParity) : tx.chainId === undefined ? 27n + BigInt(yParity) : 35n + 2n * tx.chainId + BigInt(yParity);
  const list = encodeRlp([...unsignedFields(tx), bigIntToBytes(v), bigIntToBytes(r), bigIntToBytes(s)]);
  return tx.type === 0 ? list : concatBytes(Uint8Array.of(tx.type), list);
}

/** With zeros in the place of the signature: what a simulation puts into its blocks. */
export function encodeUnsigned(tx: UnsignedTransaction): Uint8Array {
  const list = encodeRlp([...unsignedFields(tx), EMPTY, EMPTY, EMPTY]);
  return tx.type === 0 ? list : concatBytes(Uint8Array.of(tx.type), list);
}

/** Signs with a private key of 32 bytes and encodes. */
export function signTransaction(tx: UnsignedTransaction, privateKey: Uint8Array): Uint8Array {
  return encodeTransaction(tx, sign(keccak256(signingPayload(tx)), privateKey));
}

/** r ‖ s ‖ v (27 or 28) over a digest of 32 bytes: the form of eth_sign and EIP-712 signatures. */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const {yParity, r, s} = sign(digest, privateKey);
  return concatBytes(bigIntToFixed(r, 32), bigIntToFixed(s, 32), Uint8Array.of(27 + yParity));
}

function unsignedFields(tx: UnsignedTransaction): RlpItem[] {
  const to = tx.to === undefined ? EMPTY : hexToBytes(tx.to);
  const nonce = bigIntToBytes(tx.nonce);
  const maxFee = bigIntToBytes(tx.maxFeePerGas);
  const gas = bigIntToBytes(tx.gasLimit);
  const value = bigIntToBytes(tx.value ?? 0n);
  const data = tx.data ?? EMPTY;
  if (tx.type === 0) return [nonce, maxFee, gas, to, value, data];
  const chainId = bigIntToBytes(tx.chainId ?? 0n);
  const accessList = (tx.accessList ?? []).map((entry) => [hexToBytes(entry.address), entry.storageKeys.map(hexToBytes)]);
  if (tx.type === 1) return [chainId, nonce, maxFee, gas, to, value, data, accessList];
  const fields: RlpItem[] = [chainId, nonce, bigIntToBytes(tx.maxPriorityFeePerGas ?? 0n), maxFee, gas, to, value, data, accessList];
  if (tx.type === 3) fields.push(bigIntToBytes(tx.maxFeePerBlobGas ?? 0n), (tx.blobVersionedHashes ?? []).map(hexToBytes));
  if (tx.type === 4) fields.push((tx.authorizationList ?? []).map(authorizationItem));
  return fields;
}

function authorizationItem(authorization: Authorization): RlpItem {
  return [
    bigIntToBytes(authorization.chainId),
    hexToBytes(authorization.address),
    bigIntToBytes(authorization.nonce),
    bigIntToBytes(BigInt(authorization.yParity)),
    bigIntToBytes(authorization.r),
    bigIntToBytes(authorization.s),
  ];
}
