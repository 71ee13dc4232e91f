/** EIP-1559. */
const ELASTICITY = 2n;
const CHANGE_DENOMINATOR = 8n;

/** Of the first block of London. */
export const INITIAL_BASE_FEE = 10n ** 9n;

/** Base fee of the block after `parent`, in wei, never under `floor`. */
export function nextBaseFee(
  parent: {readonly baseFeePerGas: bigint | undefined; readonly gasUsed: bigint; readonly gasLimit: bigint},
  floor: bigint,
): bigint {
  if (parent.baseFeePerGas === undefined) return INITIAL_BASE_FEE;
  const target = parent.gasLimit / ELASTICITY;
  const fee = parent.baseFeePerGas;
  let next = fee;
  if (parent.gasUsed > target) {
    const delta = (fee * (parent.gasUsed - target)) / target / CHANGE_DENOMINATOR;
    next = fee + (delta > 1n ? delta : 1n);
  } else if (parent.gasUsed < target) {
    next = fee - (fee * (target - parent.gasUsed)) / target / CHANGE_DENOMINATOR;
  }
  return next < floor ? floor : next;
}
