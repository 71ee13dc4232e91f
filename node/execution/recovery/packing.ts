/** Many transactions as two buffers: another thread gets these in one go, and many small arrays one by one. */
export interface PackedTransactions {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
}

export const ADDRESS_BYTES = 20;

export function packTransactions(transactions: readonly Uint8Array[]): PackedTransactions {
  const lengths = Uint32Array.from(transactions, ({length}) => length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const raw of transactions) {
    bytes.set(raw, offset);
    offset += raw.length;
  }
  return {bytes, lengths};
}

export function unpackTransactions({bytes, lengths}: PackedTransactions): Uint8Array[] {
  let offset = 0;
  return Array.from(lengths, (length) => bytes.subarray(offset, (offset += length)));
}
