/** eth_call: a message without a signature on a past state, as geth's DoCall. */
import type {CallOutcome, CallRequest, StateOverrides} from '../rpc/eth/backend.ts';
import type {BlockEnvironment, ExecutionEngine} from './engine.ts';
import {ChainError, TransactionError} from './errors.ts';
import {EMPTY} from './hex.ts';
import {applyMessage} from './message.ts';
import type {Message, MessageStart} from './message.ts';
import type {ExecutionObserver} from './observer.ts';
import {applyStateOverrides} from './overrides.ts';
import type {ForkRules} from './rules.ts';
import {StateOverlay} from './state/overlay.ts';
import type {StateSource} from './state/types.ts';
import type {Address} from './types.ts';

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

export interface CallContext {
  readonly state: StateSource;
  readonly block: BlockEnvironment;
  readonly rules: ForkRules;
  readonly chainId: bigint;
  readonly gasLimitMax: bigint;
  /** Or what makes one when the call is known to be good, before it changes anything. */
  readonly observer?: ExecutionObserver | ((start: MessageStart) => ExecutionObserver) | undefined;
}

/** Throws ChainError `call-rejected`. */
export async function executeCall(
  request: CallRequest,
  context: CallContext,
  stateOverrides: StateOverrides | undefined,
  engine: ExecutionEngine,
): Promise<CallOutcome> {
  const {rules, chainId, observer} = context;
  const state = new StateOverlay(context.state);
  const precompiles = applyStateOverrides(state, stateOverrides, (address) => engine.isPrecompile(address));
  const message = messageOf(request, context.gasLimitMax);
  const block: BlockEnvironment = {
    ...context.block,
    precompiles,
    // geth: a call that offers no fee sees none (vm.Config.NoBaseFee).
    ...(message.maxFeePerGas === 0n && {baseFeePerGas: 0n}),
    ...(message.blobVersionedHashes !== undefined && message.maxFeePerBlobGas === 0n && {blobBaseFee: 0n}),
  };
  const observing = typeof observer === 'function' ? {observe: observer} : {observer};
  let outcome;
  try {
    outcome = await applyMessage(message, {engine, rules, chainId, block, state, ...observing, checksNonce: false, waivesFees: true});
  } catch (error) {
    if (error instanceof TransactionError) throw new ChainError('call-rejected', error.message);
    throw error;
  }
  const {status, returnData, error, gasUsed, gasUsedBeforeRefund, logs, createdAddress} = outcome;
  return {
    status,
    returnData,
    gasUsed,
    gasUsedBeforeRefund,
    logs,
    ...(error === undefined ? {} : {error}),
    ...(createdAddress === undefined ? {} : {createdAddress}),
  };
}

/** A request with what it leaves out. Throws ChainError when its fees contradict each other. */
export function messageOf(request: CallRequest, gasLimitMax: bigint): Message {
  const {gasPrice, maxFeePerGas, maxPriorityFeePerGas, gas} = request;
  if (gasPrice !== undefined && (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined)) {
    throw new ChainError('call-rejected', 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified');
  }
  return {
    sender: request.from ?? ZERO_ADDRESS,
    nonce: request.nonce ?? 0n,
    to: request.to,
    value: request.value ?? 0n,
    data: request.data ?? EMPTY,
    gasLimit: gas === undefined || gas > gasLimitMax ? gasLimitMax : gas,
    maxFeePerGas: gasPrice ?? maxFeePerGas ?? 0n,
    maxPriorityFeePerGas: gasPrice ?? maxPriorityFeePerGas ?? 0n,
    accessList: request.accessList ?? [],
    authorizationList: request.authorizationList,
    blobVersionedHashes: request.blobVersionedHashes,
    maxFeePerBlobGas: request.maxFeePerBlobGas ?? 0n,
  };
}
