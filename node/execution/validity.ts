import {isUnsigned} from './dev/unsigned.ts';
import {TransactionError} from './errors.ts';
import {intrinsicGas} from './intrinsic-gas.ts';
import {GAS_PER_BLOB, INIT_CODE_BYTES_MAX, TRANSACTION_BLOBS_MAX, TRANSACTION_GAS_MAX} from './limits.ts';
import type {ForkRules} from './rules.ts';
import type {Transaction} from './types.ts';

const UINT64_MAX = (1n << 64n) - 1n;
/** First byte of a versioned hash that stands for a KZG commitment. */
const KZG_VERSION = '0x01';
const UINT256_MAX = (1n << 256n) - 1n;

/** EIP-7702: code 0xef0100 ‖ address. */
export function delegationOf(code: Uint8Array): Uint8Array | undefined {
  return code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00 ? code.subarray(3) : undefined;
}

/** What must hold whatever the state is; returns the intrinsic gas. Throws TransactionError. */
export function validateStateless(tx: Transaction, rules: ForkRules): {readonly regular: bigint; readonly floor: bigint} {
  if (tx.type > rules.transactionTypeMax) throw new TransactionError('type-not-supported', 'transaction type not supported');
  if (rules.isOsaka && tx.gasLimit > TRANSACTION_GAS_MAX) {
    throw new TransactionError('gas-limit-too-high', `transaction gas limit too high (cap: ${TRANSACTION_GAS_MAX}, tx: ${tx.gasLimit})`);
  }
  if (rules.isShanghai && tx.to === undefined && tx.data.length > INIT_CODE_BYTES_MAX) {
    throw new TransactionError('init-code-too-large', `max initcode size exceeded: code size ${tx.data.length} limit ${INIT_CODE_BYTES_MAX}`);
  }
  if (tx.type === 3) checkBlobs(tx, rules);
  if (tx.type === 4) {
    if (tx.to === undefined) throw new TransactionError('set-code-without-to', 'EIP-7702 transaction cannot be used to create contract');
    if (tx.authorizationList.length === 0) throw new TransactionError('empty-authorization-list', 'EIP-7702 transaction with empty auth list');
  }
  if (tx.nonce === UINT64_MAX) throw new TransactionError('nonce-max', `nonce has max value: address ${tx.sender}, nonce: ${tx.nonce}`);
  if (tx.maxPriorityFeePerGas > tx.maxFeePerGas) {
    throw new TransactionError(
      'tip-above-fee-cap',
      `max priority fee per gas higher than max fee per gas: address ${tx.sender}, maxPriorityFeePerGas: ${tx.maxPriorityFeePerGas}, maxFeePerGas: ${tx.maxFeePerGas}`,
    );
  }
  if (tx.gasLimit * tx.maxFeePerGas > UINT256_MAX) throw new TransactionError('fee-overflow', 'gas limit times fee cap exceeds 256 bits');
  const gas = intrinsicGas(
    {isCreation: tx.to === undefined, data: tx.data, accessList: tx.accessList, authorizations: tx.authorizationList.length},
    rules,
  );
  if (tx.gasLimit < gas.regular) throw new TransactionError('intrinsic-gas', `intrinsic gas too low: have ${tx.gasLimit}, want ${gas.regular}`);
  if (tx.gasLimit < gas.floor) {
    throw new TransactionError('floor-data-gas', `insufficient gas for floor data gas cost: have ${tx.gasLimit}, want ${gas.floor}`);
  }
  return gas;
}

/** EIP-4844 and, for the least of the two counts, EIP-7594. */
function checkBlobs(tx: Transaction, rules: ForkRules): void {
  const count = BigInt(tx.blobVersionedHashes.length);
  const perBlock = rules.blobs?.max ?? 0n;
  const countMax = rules.isOsaka && TRANSACTION_BLOBS_MAX < perBlock ? TRANSACTION_BLOBS_MAX : perBlock;
  if (count === 0n) throw new TransactionError('no-blobs', 'blob transaction missing blob hashes');
  if (count > countMax) throw new TransactionError('too-many-blobs', `blob transaction has too many blobs: have ${count}, max ${countMax}`);
  const wrong = tx.blobVersionedHashes.findIndex((hash) => !hash.startsWith(KZG_VERSION));
  if (wrong !== -1) throw new TransactionError('blob-hash-version', `blob ${wrong} has invalid hash version`);
}

/** The sender as far as validity looks at it. */
export interface SenderState {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly code: Uint8Array;
}

/**
 * Whether `tx` can stand in a block with these fees as the sender's next transaction: EIP-3607 (with 7702's exception), nonce,
 * fees, balance for the dearest outcome. Throws TransactionError with geth's text; returns the intrinsic gas.
 */
export function validateTransaction(
  tx: Transaction,
  sender: SenderState,
  {baseFeePerGas, blobBaseFee}: {readonly baseFeePerGas: bigint; readonly blobBaseFee: bigint},
  rules: ForkRules,
): {readonly regular: bigint; readonly floor: bigint} {
  const gas = validateStateless(tx, rules);
  if (tx.nonce < sender.nonce) {
    throw new TransactionError('nonce-too-low', `nonce too low: address ${tx.sender}, tx: ${tx.nonce} state: ${sender.nonce}`);
  }
  if (tx.nonce > sender.nonce) {
    throw new TransactionError('nonce-too-high', `nonce too high: address ${tx.sender}, tx: ${tx.nonce} state: ${sender.nonce}`);
  }
  if (sender.code.length > 0 && !isUnsigned(tx) && !(rules.isPrague && delegationOf(sender.code) !== undefined)) {
    throw new TransactionError('sender-not-eoa', `sender not an eoa: address ${tx.sender}, len(code): ${sender.code.length}`);
  }
  if (tx.maxFeePerGas < baseFeePerGas) {
    throw new TransactionError(
      'fee-cap-too-low',
      `max fee per gas less than block base fee: address ${tx.sender}, maxFeePerGas: ${tx.maxFeePerGas}, baseFee: ${baseFeePerGas}`,
    );
  }
  if (tx.type === 3 && tx.maxFeePerBlobGas < blobBaseFee) {
    throw new TransactionError(
      'blob-fee-cap-too-low',
      `max fee per blob gas less than block blob gas fee: address ${tx.sender}, maxFeePerBlobGas: ${tx.maxFeePerBlobGas}, blobBaseFee: ${blobBaseFee}`,
    );
  }
  const cost = maxCost(tx);
  if (sender.balance < cost) {
    throw new TransactionError('insufficient-funds', `insufficient funds for gas * price + value: address ${tx.sender} have ${sender.balance} want ${cost}`);
  }
  return gas;
}

/** The most that a transaction can take from its sender, in wei. */
export function maxCost(tx: Transaction): bigint {
  const cost = tx.gasLimit * tx.maxFeePerGas + tx.value;
  return tx.type === 3 ? cost + blobGasOf(tx) * tx.maxFeePerBlobGas : cost;
}

/** Gas of the other market that EIP-4844 made. */
export function blobGasOf(tx: Pick<Transaction, 'blobVersionedHashes'>): bigint {
  return GAS_PER_BLOB * BigInt(tx.blobVersionedHashes.length);
}

export function effectiveGasPrice(tx: {readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint}, baseFee: bigint): bigint {
  const withTip = baseFee + tx.maxPriorityFeePerGas;
  return withTip < tx.maxFeePerGas ? withTip : tx.maxFeePerGas;
}
