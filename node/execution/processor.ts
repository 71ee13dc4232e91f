/**
 * One transaction: checks, fee, execution, refund, receipt (Yellow Paper section 6 with EIP-1559, 2930, 3529, 3651, 4844, 6780, 7623,
 * 7702) under the rules of any fork.
 * A transfer to an account without code never enters the EVM and is done synchronously.
 */
import {applyAuthorizations} from './authorization.ts';
import type {BlockEnvironment, ExecutionEngine, FrameResult} from './engine.ts';
import {TransactionError} from './errors.ts';
import {EMPTY} from './hex.ts';
import type {ExecutionObserver} from './observer.ts';
import type {ForkRules} from './rules.ts';
import type {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT, EMPTY_CODE_HASH} from './state/types.ts';
import type {Address, Hash, Log, Transaction} from './types.ts';
import {blobGasOf, effectiveGasPrice, validateTransaction} from './validity.ts';
import {WorkExceededError} from './work.ts';
import type {WorkMeter} from './work.ts';

/** What share of the gas a refund may give back; EIP-3529 made it smaller. */
const REFUND_QUOTIENT_FRONTIER = 2n;
const REFUND_QUOTIENT = 5n;

export interface TransactionOutcome {
  readonly status: 'success' | 'revert' | 'failure';
  readonly error: string | undefined;
  readonly returnData: Uint8Array;
  readonly gasUsed: bigint;
  readonly gasUsedBeforeRefund: bigint;
  readonly effectiveGasPrice: bigint;
  readonly logs: readonly Log[];
  readonly createdAddress: Address | undefined;
}

export interface ProcessorContext {
  readonly engine: ExecutionEngine;
  readonly rules: ForkRules;
  readonly chainId: bigint;
  readonly block: BlockEnvironment;
  readonly state: StateOverlay;
  /** Sees every transaction, plain transfers too: they go through the engine then. */
  readonly observer?: ExecutionObserver | undefined;
  /** Of a block of this chain, which has a limit of work. */
  readonly work?: WorkMeter | undefined;
}

/** Throws TransactionError, with the state untouched, when `tx` cannot stand here. Plain transfers give their outcome at once. */
export function processTransaction(tx: Transaction, context: ProcessorContext): TransactionOutcome | Promise<TransactionOutcome> {
  const {state, block, rules} = context;
  const sender = state.account(tx.sender) ?? EMPTY_ACCOUNT;
  const gas = validateTransaction(
    tx,
    {nonce: sender.nonce, balance: sender.balance, code: sender.codeHash === EMPTY_CODE_HASH ? EMPTY : state.codeOf(sender.codeHash)},
    block,
    rules,
  );
  const gasPrice = effectiveGasPrice(tx, block.baseFeePerGas);
  if (context.work?.begin(tx.gasLimit) === false) throw workExceeded();
  if (context.observer === undefined && tx.to !== undefined && tx.type !== 4 && !context.engine.isPrecompile(tx.to)) {
    const recipient = state.account(tx.to);
    if (recipient === undefined || recipient.codeHash === EMPTY_CODE_HASH) return transfer(tx, tx.to, gasPrice, gas, context);
  }
  return execute(tx, gasPrice, gas, context);
}

/** What a call without code costs is known beforehand, so the fee is taken once and nothing can be left over. */
function transfer(
  tx: Transaction,
  to: Address,
  gasPrice: bigint,
  gas: {readonly regular: bigint; readonly floor: bigint},
  {state, block, rules, work}: ProcessorContext,
): TransactionOutcome {
  const gasUsed = gas.regular > gas.floor ? gas.regular : gas.floor;
  const sender = state.account(tx.sender) ?? EMPTY_ACCOUNT;
  state.putAccount(tx.sender, {...sender, nonce: sender.nonce + 1n, balance: sender.balance - gasUsed * gasPrice - tx.value - blobFee(tx, block)});
  const recipient = state.account(to) ?? EMPTY_ACCOUNT;
  state.putAccount(to, {...recipient, balance: recipient.balance + tx.value});
  payMiner(state, block, gasUsed, gasPrice);
  state.endTransaction(rules.isSpuriousDragon);
  work?.end(gasUsed);
  return {
    status: 'success',
    error: undefined,
    returnData: EMPTY,
    gasUsed,
    gasUsedBeforeRefund: gasUsed,
    effectiveGasPrice: gasPrice,
    logs: [],
    createdAddress: undefined,
  };
}

async function execute(
  tx: Transaction,
  gasPrice: bigint,
  gas: {readonly regular: bigint; readonly floor: bigint},
  context: ProcessorContext,
): Promise<TransactionOutcome> {
  const {state, block, rules, work} = context;
  const prepaid = tx.gasLimit * gasPrice;
  takeFee(tx, gasPrice, state, block);
  const run = await runWithinLimit(tx, gasPrice, gas, context);
  work?.end(run.gasUsedBeforeRefund);
  const payer = state.account(tx.sender) ?? EMPTY_ACCOUNT;
  state.putAccount(tx.sender, {...payer, balance: payer.balance + prepaid - run.gasUsed * gasPrice});
  payMiner(state, block, run.gasUsed, gasPrice);
  for (const address of run.result.destroyed) state.deleteAccount(address);
  state.endTransaction(rules.isSpuriousDragon);
  return outcomeOf(run, gasPrice);
}

/** Where there is a limit of work: a transaction that adds too much fails, and takes all its gas, which pays for what it has cost. */
async function runWithinLimit(
  tx: Transaction,
  gasPrice: bigint,
  gas: {readonly regular: bigint; readonly floor: bigint},
  context: ProcessorContext,
): Promise<FrameRun> {
  const {state, block, chainId} = context;
  try {
    return await runFrame(tx, tx.gasLimit, gasPrice, gas, context);
  } catch (error) {
    if (!(error instanceof WorkExceededError)) throw error;
    state.abandonTransaction();
    takeFee(tx, gasPrice, state, block);
    applyAuthorizations(tx.authorizationList, chainId, state, []);
    return {result: {...NO_RESULT, error: error.message}, gasUsed: tx.gasLimit, gasUsedBeforeRefund: tx.gasLimit};
  }
}

function workExceeded(): TransactionError {
  return new TransactionError('block-work-exceeded', 'block work limit reached');
}

const NO_RESULT: FrameResult = {status: 'failure', error: undefined, returnData: EMPTY, gasUsed: 0n, refund: 0n, logs: [], createdAddress: undefined, destroyed: []};

/** Raises the nonce and takes what the gas can cost at most. */
function takeFee(tx: Transaction, gasPrice: bigint, state: StateOverlay, block: BlockEnvironment): void {
  const sender = state.account(tx.sender) ?? EMPTY_ACCOUNT;
  state.putAccount(tx.sender, {...sender, nonce: sender.nonce + 1n, balance: sender.balance - tx.gasLimit * gasPrice - blobFee(tx, block)});
}

export interface FrameRun {
  readonly result: FrameResult;
  readonly gasUsed: bigint;
  readonly gasUsedBeforeRefund: bigint;
}

/** What a frame needs of a transaction, or of a call that stands in for one. */
export interface FrameSource {
  readonly sender: Address;
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: Transaction['accessList'];
  readonly authorizationList: Transaction['authorizationList'];
  readonly blobVersionedHashes: Transaction['blobVersionedHashes'];
}

/** Authorizations, execution and refund; fees are the caller's. */
export async function runFrame(
  source: FrameSource,
  gasLimit: bigint,
  gasPrice: bigint,
  gas: {readonly regular: bigint; readonly floor: bigint},
  {engine, state, block, chainId, rules, observer, work}: ProcessorContext,
): Promise<FrameRun> {
  const warmAddresses: Address[] = [source.sender];
  if (rules.isShanghai) warmAddresses.push(block.miner);
  if (source.to !== undefined) warmAddresses.push(source.to);
  const warmSlots: {address: Address; slot: Hash}[] = [];
  for (const {address, storageKeys} of source.accessList) {
    warmAddresses.push(address);
    for (const slot of storageKeys) warmSlots.push({address, slot});
  }
  const authorizationRefund = applyAuthorizations(source.authorizationList, chainId, state, warmAddresses);
  const result = await engine.run(
    {
      caller: source.sender,
      to: source.to,
      value: source.value,
      data: source.data,
      gas: gasLimit - gas.regular,
      gasPrice,
      warmAddresses,
      warmSlots,
      blobVersionedHashes: source.blobVersionedHashes,
    },
    block,
    state,
    observer,
    work,
  );
  const spent = gas.regular + result.gasUsed;
  const refundCap = spent / (rules.isLondon ? REFUND_QUOTIENT : REFUND_QUOTIENT_FRONTIER);
  const refund = authorizationRefund + result.refund;
  const afterRefund = spent - (refund < refundCap ? refund : refundCap);
  return {
    result,
    gasUsed: afterRefund > gas.floor ? afterRefund : gas.floor,
    gasUsedBeforeRefund: spent > gas.floor ? spent : gas.floor,
  };
}

export function outcomeOf({result, gasUsed, gasUsedBeforeRefund}: FrameRun, gasPrice: bigint): TransactionOutcome {
  return {
    status: result.status,
    error: result.error,
    returnData: result.returnData,
    gasUsed,
    gasUsedBeforeRefund,
    effectiveGasPrice: gasPrice,
    logs: result.logs,
    createdAddress: result.createdAddress,
  };
}

/** What its blobs cost; burnt like the base fee (EIP-4844). */
function blobFee(tx: Transaction, block: BlockEnvironment): bigint {
  return tx.type === 3 ? blobGasOf(tx) * block.blobBaseFee : 0n;
}

/** The base fee is burnt: nobody gets it. */
export function payMiner(state: StateOverlay, block: BlockEnvironment, gasUsed: bigint, gasPrice: bigint): void {
  const miner = state.account(block.miner) ?? EMPTY_ACCOUNT;
  state.putAccount(block.miner, {...miner, balance: miner.balance + gasUsed * (gasPrice - block.baseFeePerGas)});
}
