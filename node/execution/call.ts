/** eth_call: a message without a signature on a past state. Checks and messages as geth's DoCall and state transition. */
import type {AccountOverride, BlockOverrides, CallOutcome, CallRequest, StateOverrides} from '../rpc/eth/backend.ts';
import type {BlockEnvironment, ExecutionEngine} from './engine.ts';
import {ChainError} from './errors.ts';
import {EMPTY, hexToBytes, trimLeft} from './hex.ts';
import {intrinsicGas} from './intrinsic-gas.ts';
import {INIT_CODE_BYTES_MAX} from './limits.ts';
import type {ExecutionObserver} from './observer.ts';
import {outcomeOf, payMiner, runFrame} from './processor.ts';
import type {FrameRun} from './processor.ts';
import type {ForkRules} from './rules.ts';
import {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {StateSource} from './state/types.ts';
import type {Address} from './types.ts';
import {effectiveGasPrice} from './validity.ts';

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

export interface CallContext {
  readonly state: StateSource;
  readonly block: BlockEnvironment;
  readonly rules: ForkRules;
  readonly chainId: bigint;
  readonly gasLimitMax: bigint;
  /** Or what makes one when the call is known to be good, before it changes anything. */
  readonly observer?: ExecutionObserver | ((start: CallStart) => ExecutionObserver) | undefined;
}

export interface CallStart {
  readonly state: StateOverlay;
  readonly sender: Address;
  /** Before the call. */
  readonly nonce: bigint;
  readonly gasLimit: bigint;
}

export async function executeCall(
  request: CallRequest,
  context: CallContext,
  stateOverrides: StateOverrides | undefined,
  engine: ExecutionEngine,
): Promise<CallOutcome> {
  const state = new StateOverlay(context.state);
  for (const [address, override] of stateOverrides ?? []) applyOverride(state, address, override);
  state.endTransaction();
  const sender = request.from ?? ZERO_ADDRESS;
  const data = request.data ?? EMPTY;
  const value = request.value ?? 0n;
  const gasLimit = request.gas === undefined || request.gas > context.gasLimitMax ? context.gasLimitMax : request.gas;
  const fees = feesOf(request);
  // geth: a call that offers no fee sees no base fee (vm.Config.NoBaseFee).
  const block = fees.maxFeePerGas === 0n ? {...context.block, baseFeePerGas: 0n} : context.block;
  checkFees(sender, fees, block.baseFeePerGas);
  const account = state.account(sender) ?? EMPTY_ACCOUNT;
  const cost = gasLimit * fees.maxFeePerGas + value;
  if (account.balance < cost) {
    reject(`insufficient funds for gas * price + value: address ${sender} have ${account.balance} want ${cost}`);
  }
  const authorizationList = request.authorizationList ?? [];
  const accessList = request.accessList ?? [];
  const gas = intrinsicGas({isCreation: request.to === undefined, data, accessList, authorizations: authorizationList.length}, context.rules);
  if (gasLimit < gas.regular) reject(`intrinsic gas too low: have ${gasLimit}, want ${gas.regular}`);
  if (gasLimit < gas.floor) reject(`insufficient gas for floor data gas cost: have ${gasLimit}, want ${gas.floor}`);
  if (context.rules.isShanghai && request.to === undefined && data.length > INIT_CODE_BYTES_MAX) {
    reject(`max initcode size exceeded: code size ${data.length} limit ${INIT_CODE_BYTES_MAX}`);
  }
  const gasPrice = effectiveGasPrice(fees, block.baseFeePerGas);
  const {observer: given} = context;
  const observer = typeof given === 'function' ? given({state, sender, nonce: account.nonce, gasLimit}) : given;
  state.putAccount(sender, {...account, nonce: account.nonce + 1n, balance: account.balance - gasLimit * gasPrice});
  const run = await runFrame(
    {sender, to: request.to, value, data, accessList, authorizationList, blobVersionedHashes: []},
    gasLimit,
    gasPrice,
    gas,
    {engine, rules: context.rules, chainId: context.chainId, block, state, observer},
  );
  // Nobody else looks at the state that a call leaves behind.
  if (observer !== undefined) settle(run, {sender, gasLimit, gasPrice}, block, state);
  const {status, returnData, error, gasUsed, gasUsedBeforeRefund, logs, createdAddress} = outcomeOf(run, gasPrice);
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

/** As at the end of a transaction. */
function settle(
  {result, gasUsed}: FrameRun,
  {sender, gasLimit, gasPrice}: {readonly sender: Address; readonly gasLimit: bigint; readonly gasPrice: bigint},
  block: BlockEnvironment,
  state: StateOverlay,
): void {
  const payer = state.account(sender) ?? EMPTY_ACCOUNT;
  state.putAccount(sender, {...payer, balance: payer.balance + (gasLimit - gasUsed) * gasPrice});
  if (gasPrice > 0n) payMiner(state, block, gasUsed, gasPrice);
  for (const address of result.destroyed) state.deleteAccount(address);
  state.endTransaction();
}

export function overrideBlock(block: BlockEnvironment, overrides: BlockOverrides | undefined): BlockEnvironment {
  if (overrides === undefined) return block;
  return {
    ...block,
    number: overrides.number ?? block.number,
    timestamp: overrides.time ?? block.timestamp,
    gasLimit: overrides.gasLimit ?? block.gasLimit,
    miner: overrides.feeRecipient ?? block.miner,
    prevRandao: overrides.prevRandao ?? block.prevRandao,
    baseFeePerGas: overrides.baseFeePerGas ?? block.baseFeePerGas,
  };
}

function applyOverride(state: StateOverlay, address: Address, override: AccountOverride): void {
  const {balance, nonce, code} = override;
  if (override.state !== undefined && override.stateDiff !== undefined) reject(`account ${address} has both 'state' and 'stateDiff'`);
  if (balance !== undefined || nonce !== undefined) {
    const account = state.account(address) ?? EMPTY_ACCOUNT;
    state.putAccount(address, {...account, balance: balance ?? account.balance, nonce: nonce ?? account.nonce});
  }
  if (code !== undefined) state.putCode(address, code);
  if (override.state !== undefined) state.clearStorage(address);
  for (const [slot, value] of override.state ?? override.stateDiff ?? []) state.putSlot(address, slot, trimLeft(hexToBytes(value)));
}

function feesOf(request: CallRequest): {readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint} {
  const {gasPrice, maxFeePerGas, maxPriorityFeePerGas} = request;
  if (gasPrice !== undefined) {
    if (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined) {
      reject('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified');
    }
    return {maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice};
  }
  return {maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n};
}

function checkFees(sender: Address, fees: {maxFeePerGas: bigint; maxPriorityFeePerGas: bigint}, baseFee: bigint): void {
  const {maxFeePerGas, maxPriorityFeePerGas} = fees;
  if (maxFeePerGas === 0n && maxPriorityFeePerGas === 0n) return;
  if (maxPriorityFeePerGas > maxFeePerGas) {
    reject(`max priority fee per gas higher than max fee per gas: address ${sender}, maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`);
  }
  if (maxFeePerGas < baseFee) {
    reject(`max fee per gas less than block base fee: address ${sender}, maxFeePerGas: ${maxFeePerGas}, baseFee: ${baseFee}`);
  }
}

function reject(message: string): never {
  throw new ChainError('call-rejected', message);
}
