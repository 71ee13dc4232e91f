/**
 * What stands in for a transaction where nobody signed one: eth_call, eth_createAccessList, eth_simulateV1. Checks, their order and
 * their texts are those of geth's state transition (core/state_transition.go) for messages whose sender is not asked to be an EOA.
 */
import {checksumAddress} from './checksum.ts';
import {TransactionError} from './errors.ts';
import {EMPTY} from './hex.ts';
import {intrinsicGas} from './intrinsic-gas.ts';
import {INIT_CODE_BYTES_MAX, TRANSACTION_BLOBS_MAX} from './limits.ts';
import type {ExecutionObserver} from './observer.ts';
import {outcomeOf, payMiner, runFrame} from './processor.ts';
import type {FrameRun, ProcessorContext, TransactionOutcome} from './processor.ts';
import type {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {AccessListEntry, Address, Authorization, Hash} from './types.ts';
import {blobGasOf, effectiveGasPrice} from './validity.ts';

const UINT64_MAX = (1n << 64n) - 1n;
/** First byte of a versioned hash that stands for a KZG commitment (EIP-4844). */
const KZG_VERSION = '0x01';

export interface Message {
  readonly sender: Address;
  /** Looked at only when nonces are checked. */
  readonly nonce: bigint;
  /** undefined: creation. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gasLimit: bigint;
  /** The gas price in both, where there is only one. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly AccessListEntry[];
  /** undefined and empty differ, as in the next: the type of a transaction that needs some. */
  readonly authorizationList: readonly Authorization[] | undefined;
  readonly blobVersionedHashes: readonly Hash[] | undefined;
  readonly maxFeePerBlobGas: bigint;
}

export interface MessageContext extends ProcessorContext {
  readonly checksNonce: boolean;
  /** Whether a message that offers no fee is let through, and pays none. */
  readonly waivesFees: boolean;
  /** Makes the observer when the message is known to be good, before it changes anything. */
  readonly observe?: ((start: MessageStart) => ExecutionObserver) | undefined;
}

export interface MessageStart {
  readonly state: StateOverlay;
  readonly sender: Address;
  /** Before the message. */
  readonly nonce: bigint;
  readonly gasLimit: bigint;
}

/** Executes and ends the transaction in `context.state`. Throws TransactionError before anything is changed. */
export async function applyMessage(message: Message, context: MessageContext): Promise<TransactionOutcome> {
  const {state, block, rules} = context;
  checkMessage(message, context);
  const isCreation = message.to === undefined;
  const authorizationList = message.authorizationList ?? [];
  const gas = intrinsicGas({isCreation, data: message.data, accessList: message.accessList, authorizations: authorizationList.length}, rules);
  if (message.gasLimit < gas.regular) refuse('intrinsic-gas', `intrinsic gas too low: have ${message.gasLimit}, want ${gas.regular}`);
  if (message.gasLimit < gas.floor) refuse('floor-data-gas', `insufficient gas for floor data gas cost: have ${message.gasLimit}, want ${gas.floor}`);
  if (rules.isShanghai && isCreation && message.data.length > INIT_CODE_BYTES_MAX) {
    refuse('init-code-too-large', `max initcode size exceeded: code size ${message.data.length} limit ${INIT_CODE_BYTES_MAX}`);
  }
  const paysNothing = message.maxFeePerGas === 0n && message.maxPriorityFeePerGas === 0n;
  const gasPrice = paysNothing ? 0n : effectiveGasPrice(message, block.baseFeePerGas);
  const blobVersionedHashes = message.blobVersionedHashes ?? [];
  const blobFee = blobGasOf({blobVersionedHashes}) * block.blobBaseFee;
  const prepaid = message.gasLimit * gasPrice;
  const sender = state.account(message.sender) ?? EMPTY_ACCOUNT;
  const observer = context.observe?.({state, sender: message.sender, nonce: sender.nonce, gasLimit: message.gasLimit}) ?? context.observer;
  const overflows = isCreation && sender.nonce === UINT64_MAX;
  // A blob fee that is waived was not held against the balance.
  const balance = sender.balance - prepaid;
  state.putAccount(message.sender, {
    ...sender,
    nonce: overflows ? sender.nonce : (sender.nonce + 1n) & UINT64_MAX,
    balance: balance < blobFee ? balance : balance - blobFee,
  });
  const run = overflows ? nonceOverflow(gas) : await runFrame({...message, authorizationList, blobVersionedHashes}, message.gasLimit, gasPrice, gas, {...context, observer});
  const payer = state.account(message.sender) ?? EMPTY_ACCOUNT;
  state.putAccount(message.sender, {...payer, balance: payer.balance + prepaid - run.gasUsed * gasPrice});
  // A fee under the base fee would take from the miner.
  if (!(context.waivesFees && paysNothing)) payMiner(state, block, run.gasUsed, gasPrice);
  for (const address of run.result.destroyed) state.deleteAccount(address);
  state.endTransaction(rules.isSpuriousDragon);
  return outcomeOf(run, gasPrice);
}

function checkMessage(message: Message, context: MessageContext): void {
  const {state, block, rules} = context;
  const address = (): string => checksumAddress(message.sender);
  const account = state.account(message.sender) ?? EMPTY_ACCOUNT;
  if (context.checksNonce) {
    if (message.nonce > account.nonce) refuse('nonce-too-high', `nonce too high: address ${address()}, tx: ${message.nonce} state: ${account.nonce}`);
    if (message.nonce < account.nonce) refuse('nonce-too-low', `nonce too low: address ${address()}, tx: ${message.nonce} state: ${account.nonce}`);
    if (account.nonce === UINT64_MAX) refuse('nonce-max', `nonce has max value: address ${address()}, nonce: ${account.nonce}`);
  }
  const {maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas} = message;
  if (rules.isLondon && !(context.waivesFees && maxFeePerGas === 0n && maxPriorityFeePerGas === 0n)) {
    if (maxFeePerGas < maxPriorityFeePerGas) {
      const fees = `maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`;
      refuse('tip-above-fee-cap', `max priority fee per gas higher than max fee per gas: address ${address()}, ${fees}`);
    }
    if (maxFeePerGas < block.baseFeePerGas) {
      refuse('fee-cap-too-low', `max fee per gas less than block base fee: address ${address()}, maxFeePerGas: ${maxFeePerGas}, baseFee: ${block.baseFeePerGas}`);
    }
  }
  checkBlobs(message, context);
  if (message.authorizationList !== undefined) {
    if (message.to === undefined) refuse('set-code-without-to', `EIP-7702 transaction cannot be used to create contract (sender ${address()})`);
    if (message.authorizationList.length === 0) refuse('empty-authorization-list', `EIP-7702 transaction with empty auth list (sender ${address()})`);
  }
  const blobGas = blobGasOf({blobVersionedHashes: message.blobVersionedHashes ?? []});
  const cost = message.gasLimit * maxFeePerGas + message.value + blobGas * maxFeePerBlobGas;
  if (account.balance < cost) refuse('insufficient-funds', `insufficient funds for gas * price + value: address ${address()} have ${account.balance} want ${cost}`);
}

function checkBlobs({to, blobVersionedHashes: hashes, maxFeePerBlobGas, sender}: Message, {block, rules, waivesFees}: MessageContext): void {
  if (hashes === undefined) return;
  if (to === undefined) refuse('blob-creation', 'blob transaction of type create');
  if (hashes.length === 0) refuse('no-blobs', 'blob transaction missing blob hashes');
  if (rules.isOsaka && BigInt(hashes.length) > TRANSACTION_BLOBS_MAX) refuse('too-many-blobs', 'blob transaction has too many blobs');
  const wrong = hashes.findIndex((hash) => !hash.startsWith(KZG_VERSION));
  if (wrong !== -1) refuse('blob-hash-version', `blob ${wrong} has invalid hash version`);
  if (!rules.isCancun || (waivesFees && maxFeePerBlobGas === 0n) || maxFeePerBlobGas >= block.blobBaseFee) return;
  const fees = `address ${checksumAddress(sender)} blobGasFeeCap: ${maxFeePerBlobGas}, blobBaseFee: ${block.blobBaseFee}`;
  refuse('blob-fee-cap-too-low', `max fee per blob gas less than block blob gas fee: ${fees}`);
}

/** A creation has to raise the nonce, and fails where that is not possible; a call wraps around (geth's core/vm/evm.go). */
function nonceOverflow(gas: {readonly regular: bigint; readonly floor: bigint}): FrameRun {
  const gasUsed = gas.regular > gas.floor ? gas.regular : gas.floor;
  return {
    result: {status: 'failure', error: 'nonce uint64 overflow', returnData: EMPTY, gasUsed: 0n, refund: 0n, logs: [], createdAddress: undefined, destroyed: []},
    gasUsed,
    gasUsedBeforeRefund: gasUsed,
  };
}

function refuse(code: TransactionError['code'], message: string): never {
  throw new TransactionError(code, message);
}
