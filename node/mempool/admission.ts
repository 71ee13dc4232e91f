/**
 * Which transactions the pool takes: first by themselves, then against the sender's account.
 * The order of the checks is that of go-ethereum's core/txpool/validation.go, so that a transaction with two faults is refused
 * with the same text as there.
 */
import {isUnsigned, type Address, type StateReader, type Transaction} from '#node/execution';
import {refuse} from './errors.ts';
import {INIT_CODE_BYTES_MAX, TRANSACTION_GAS_MAX} from '../execution/limits.ts';
import {PRICE_BUMP_PERCENT} from './limits.ts';
import {costOf, type SenderQueue} from './sender-queue.ts';

const UINT64_MAX = 2n ** 64n - 1n;
const UINT256_MAX = 2n ** 256n - 1n;

export interface AdmissionRules {
  readonly chainId: bigint;
  readonly feeCapMin: bigint;
  readonly tipMin: bigint;
  readonly allowUnprotected: boolean;
  readonly blockGasLimit: bigint;
  readonly intrinsicGas: (tx: Transaction) => {readonly regular: bigint; readonly floor: bigint};
}

/** Throws PoolError. */
export function checkAlone(tx: Transaction, rules: AdmissionRules): void {
  if (tx.type === 3) throw refuse.typeNotSupported(tx.type);
  if (tx.chainId === undefined) {
    if (!rules.allowUnprotected) throw refuse.unprotected();
  } else if (tx.chainId !== rules.chainId) {
    throw refuse.chainId(tx.chainId, rules.chainId);
  }
  if (tx.to === undefined && tx.data.length > INIT_CODE_BYTES_MAX) throw refuse.initcodeSize(tx.data.length, INIT_CODE_BYTES_MAX);
  if (tx.gasLimit > TRANSACTION_GAS_MAX) throw refuse.gasLimitTooHigh(TRANSACTION_GAS_MAX, tx.gasLimit);
  if (tx.gasLimit > rules.blockGasLimit) throw refuse.blockGasLimit();
  if (tx.maxFeePerGas > UINT256_MAX) throw refuse.feeCapVeryHigh();
  if (tx.maxPriorityFeePerGas > UINT256_MAX) throw refuse.tipVeryHigh();
  if (tx.maxPriorityFeePerGas > tx.maxFeePerGas) throw refuse.tipAboveFeeCap();
  if (tx.nonce >= UINT64_MAX) throw refuse.nonceMax();
  const {regular, floor} = rules.intrinsicGas(tx);
  if (tx.gasLimit < regular) throw refuse.intrinsicGas(tx.gasLimit, regular);
  if (tx.gasLimit < floor) throw refuse.floorDataGas(tx.gasLimit, floor);
  if (tx.maxPriorityFeePerGas < rules.tipMin) throw refuse.tipTooLow(tx.maxPriorityFeePerGas, rules.tipMin);
  if (tx.maxFeePerGas < rules.feeCapMin) throw refuse.feeCapTooLow(tx.maxFeePerGas, rules.feeCapMin);
  if (tx.type === 4) {
    if (tx.to === undefined) throw refuse.setCodeCreation();
    if (tx.authorizationList.length === 0) throw refuse.emptyAuthorizations();
  }
}

export interface SenderRules {
  readonly senderCountMax: number;
  readonly senderQueuedCountMax: number;
}

/** EIP-7702 delegation designator: 0xef0100 ‖ address. */
const isDelegation = (code: Uint8Array): boolean => code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00;

/** Throws PoolError. `queue` holds the sender's fresh nonce and balance; nothing is changed. `isAuthority`: a pooled transaction delegates the sender. */
export function checkAgainstSender(tx: Transaction, queue: SenderQueue, isAuthority: boolean, state: StateReader, rules: SenderRules): void {
  if (tx.nonce < queue.stateNonce) throw refuse.nonceTooLow(queue.stateNonce, tx.nonce);
  const cost = costOf(tx);
  if (queue.balance < cost) throw refuse.insufficientFunds(queue.balance, cost);
  const present = queue.find(tx.nonce);
  const isNext = tx.nonce === queue.nextNonce;
  if (present !== undefined) {
    const bump = cost - present.cost;
    if (tx.nonce < queue.nextNonce && queue.pendingCost + bump > queue.balance) {
      throw refuse.overdraftByReplacement(queue.balance, queue.pendingCost, bump);
    }
    checkReplacement(tx, present.tx);
  } else {
    if (isNext && queue.pendingCost + cost > queue.balance) throw refuse.overdraft(queue.balance, queue.pendingCost, cost);
    if (queue.items.length >= rules.senderCountMax) throw refuse.accountLimit(queue.items.length);
    if (!isNext && queue.queuedCount >= rules.senderQueuedCountMax) throw refuse.accountLimit(queue.items.length);
  }
  checkSenderCode(tx, queue, isAuthority, state, present !== undefined);
}

/** Both caps must rise by the bump, as in go-ethereum's core/txpool/legacypool/list.go. */
function checkReplacement(tx: Transaction, present: Transaction): void {
  const bumped = (price: bigint): bigint => (price * (100n + PRICE_BUMP_PERCENT)) / 100n;
  const raisesBoth = tx.maxFeePerGas > present.maxFeePerGas && tx.maxPriorityFeePerGas > present.maxPriorityFeePerGas;
  const enough = tx.maxFeePerGas >= bumped(present.maxFeePerGas) && tx.maxPriorityFeePerGas >= bumped(present.maxPriorityFeePerGas);
  if (!raisesBoth || !enough) throw refuse.replacementUnderpriced();
}

/**
 * The other side of the same rule: an account with several transactions in the pool is not to be delegated by one more, which would
 * make them worthless (go-ethereum's legacypool: validateAuth). Throws PoolError.
 */
export function checkAuthorities(authorities: ReadonlySet<Address>, pooledOf: (address: Address) => number): void {
  for (const authority of authorities) if (pooledOf(authority) > 1) throw refuse.authorityReserved();
}

/**
 * EIP-3607, and one transaction in flight for accounts that are delegated, or will be by a pooled transaction: anyone may move such an
 * account's balance, and so make all that it has in the pool worthless at no cost (go-ethereum does the same).
 */
function checkSenderCode(tx: Transaction, queue: SenderQueue, isAuthority: boolean, state: StateReader, isReplacement: boolean): void {
  const code = state.code(queue.address);
  // An impersonated contract sends as if it had a key.
  if ((code.length === 0 && !isAuthority) || isUnsigned(tx)) return;
  if (code.length > 0 && !isDelegation(code)) throw refuse.senderNotEoa(queue.address, code.length);
  if (tx.nonce > queue.stateNonce) throw queue.items.length > 0 ? refuse.delegatedLimit() : refuse.delegatedGap();
  if (!isReplacement && queue.items.length > 0) throw refuse.delegatedLimit();
}
