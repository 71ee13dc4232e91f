import type {Transaction} from '../../../node/execution/types.ts';

/** EIP-2028, EIP-2930, EIP-3860, EIP-7623 and EIP-7702 as far as the pool's tests go. */
export function intrinsicGasOf(tx: Transaction): {regular: bigint; floor: bigint} {
  const nonZero = BigInt(tx.data.filter((byte) => byte !== 0).length);
  const zero = BigInt(tx.data.length) - nonZero;
  const keys = tx.accessList.reduce((sum, entry) => sum + BigInt(entry.storageKeys.length), 0n);
  const creation = tx.to === undefined ? 32_000n + 2n * BigInt(Math.ceil(tx.data.length / 32)) : 0n;
  return {
    regular: 21_000n + 16n * nonZero + 4n * zero + 2_400n * BigInt(tx.accessList.length) + 1_900n * keys + creation + 25_000n * BigInt(tx.authorizationList.length),
    floor: 21_000n + 40n * nonZero + 10n * zero,
  };
}
