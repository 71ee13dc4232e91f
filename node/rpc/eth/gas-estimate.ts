/** The least gas limit with which a request succeeds, found as go-ethereum does (eth/gasestimator/gasestimator.go). */
import {GAS_PER_BLOB, TRANSACTION_GAS_MAX} from '../../execution/limits.ts';
import type {StateReader} from '#node/execution';
import type {BlockOverrides, CallOutcome, CallRequest, ChainBackend, StateOverrides} from './backend.ts';
import {rpcErrors} from './errors.ts';

const TRANSFER_GAS = 21_000n;
const CALL_STIPEND = 2_300n;
/** Allowed overestimation, in thousandths (geth's estimateGasErrorRatio is 0.015). */
const ERROR_PERMILLE = 15n;
const OUT_OF_GAS = /out of gas|gas uint64 overflow|contract creation code storage out of gas/;

export interface EstimateOptions {
  readonly number: bigint;
  readonly pending: boolean;
  readonly stateOverrides?: StateOverrides;
  readonly blockOverrides?: BlockOverrides;
  readonly gasLimitMax: bigint;
}

export async function estimateGas(chain: ChainBackend, state: StateReader, blockGasLimit: bigint, request: CallRequest, options: EstimateOptions): Promise<bigint> {
  const ceiling = highestGas(state, blockGasLimit, request, options);
  const {regular, floor} = chain.intrinsicGas(request);
  const least = regular > floor ? regular : floor;
  const {number, ...rest} = options;
  const run = (gas: bigint): Promise<CallOutcome> => chain.call({...request, gas}, number, rest);

  if (least > ceiling) throw rpcErrors.gasAllowance(ceiling);
  if (isPlainTransfer(state, request, options) && least <= TRANSFER_GAS && TRANSFER_GAS <= ceiling) {
    const outcome = await run(TRANSFER_GAS);
    if (outcome.status === 'success') return TRANSFER_GAS;
  }
  const atCeiling = await run(ceiling);
  if (atCeiling.status === 'revert') throw rpcErrors.reverted(atCeiling.returnData);
  if (atCeiling.status === 'failure') {
    const reason = atCeiling.error ?? 'out of gas';
    throw OUT_OF_GAS.test(reason) ? rpcErrors.gasAllowance(ceiling) : rpcErrors.server(reason);
  }

  // low: known to fail. high: known to succeed.
  let low = maximum(atCeiling.gasUsed, least) - 1n;
  let high = ceiling;
  const optimistic = ((atCeiling.gasUsedBeforeRefund + CALL_STIPEND) * 64n) / 63n;
  if (optimistic > low && optimistic < high) {
    if ((await run(optimistic)).status === 'success') high = optimistic;
    else low = optimistic;
  }
  while (low + 1n < high) {
    if ((high - low) * 1000n < high * ERROR_PERMILLE) break;
    let middle = low + (high - low) / 2n;
    // Most need little more than they use: look low first.
    if (middle > low * 2n) middle = low * 2n;
    if ((await run(middle)).status === 'success') high = middle;
    else low = middle;
  }
  return high;
}

const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function isPlainTransfer(state: StateReader, request: CallRequest, options: EstimateOptions): boolean {
  const {to} = request;
  if (to === undefined || (request.data?.length ?? 0) > 0 || (request.authorizationList?.length ?? 0) > 0) return false;
  const code = options.stateOverrides?.get(to)?.code ?? state.code(to);
  return code.length === 0;
}

/** The gas asked for, or the block's, within the caps of the protocol, of this node and of the sender's purse. */
function highestGas(state: StateReader, blockGasLimit: bigint, request: CallRequest, options: EstimateOptions): bigint {
  let highest = options.blockOverrides?.gasLimit ?? blockGasLimit;
  if (request.gas !== undefined && request.gas >= TRANSFER_GAS) highest = request.gas;
  if (highest > TRANSACTION_GAS_MAX) highest = TRANSACTION_GAS_MAX;
  const feeCap = request.maxFeePerGas ?? request.gasPrice ?? 0n;
  if (feeCap > 0n && request.from !== undefined) {
    const balance = options.stateOverrides?.get(request.from)?.balance ?? state.balance(request.from);
    const value = request.value ?? 0n;
    if (value > 0n && value >= balance) throw rpcErrors.insufficientFundsForTransfer();
    const blobCost = GAS_PER_BLOB * BigInt(request.blobVersionedHashes?.length ?? 0) * (request.maxFeePerBlobGas ?? 0n);
    if (blobCost > 0n && blobCost >= balance - value) throw rpcErrors.server('insufficient funds for gas * price + value');
    const affordable = (balance - value - blobCost) / feeCap;
    if (affordable < highest) highest = affordable;
  }
  return highest > options.gasLimitMax ? options.gasLimitMax : highest;
}
