/**
 * JSON-RPC errors: all codes, all texts that tools match on, and the one table that turns errors of the node into them.
 * Sources: the JSON-RPC 2.0 specification section 5.1, EIP-1474, go-ethereum rpc/errors.go and internal/ethapi/errors.go.
 */
import {data} from './hex.ts';
import {revertReason} from './revert.ts';

export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  Internal: -32603,
  /** geth's default for everything that the chain refuses. */
  Server: -32000,
  /** EIP-1474: more was asked than this node gives at once. */
  LimitExceeded: -32005,
  /** geth: the results of a batch grew too large. */
  ResponseTooLarge: -32003,
  ExecutionReverted: 3,
  /** EIP-7966: the transaction is in the pool, and not in a block in time. */
  SyncTimeout: 4,
  /** EIP-7966: the transaction's nonce is not the next. */
  NonceGap: 6,
  /** execution-apis: a call inside of a simulation failed in the EVM. */
  VmError: -32015,
  /** geth's errCodeTimeout: a simulation took too long. */
  Timeout: -32016,
  /** execution-apis: a simulation asks for more than this node gives. */
  SimulationLimit: -38026,
} as const;

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  /** Hex: revert data, a hash, a nonce; or nothing. */
  readonly data: string | undefined;

  constructor(code: number, message: string, errorData?: string) {
    super(message);
    this.code = code;
    this.data = errorData;
  }
}

const of = (code: number) => (message: string) => new RpcError(code, message);
const server = of(ErrorCode.Server);

/** One constructor per error, so that each text stands in one place. */
export const rpcErrors = {
  parse: (reason: string) => new RpcError(ErrorCode.ParseError, `parse error: ${reason}`),
  invalidRequest: of(ErrorCode.InvalidRequest),
  methodNotFound: (method: string) => new RpcError(ErrorCode.MethodNotFound, `the method ${method} does not exist/is not available`),
  subscriptionNotFound: (name: string) => new RpcError(ErrorCode.MethodNotFound, `no "${name}" subscription in eth namespace`),
  notificationsUnsupported: () => new RpcError(ErrorCode.MethodNotFound, 'notifications not supported: subscribe over WebSocket'),
  invalidParams: of(ErrorCode.InvalidParams),
  limitExceeded: of(ErrorCode.LimitExceeded),
  simulationLimit: of(ErrorCode.SimulationLimit),
  responseTooLarge: () => new RpcError(ErrorCode.ResponseTooLarge, 'response too large'),
  internal: () => new RpcError(ErrorCode.Internal, 'internal error'),
  server,
  headerNotFound: () => server('header not found'),
  unknownBlock: () => server('unknown block'),
  filterNotFound: () => server('filter not found'),
  subscriptionUnknown: () => server('subscription not found'),
  noKeys: () => server('unknown account: this node holds no keys; sign in a wallet and send with eth_sendRawTransaction'),
  syncTimeout: (hash: string, timeoutMs: number) =>
    new RpcError(ErrorCode.SyncTimeout, `the transaction was added to the transaction pool but wasn't processed in ${timeoutMs} ms`, hash),
  nonceGap: (expected: string) => new RpcError(ErrorCode.NonceGap, 'the transaction was rejected due to a nonce gap: resubmit with the next nonce', expected),
  gasAllowance: (gas: bigint) => server(`gas required exceeds allowance (${gas})`),
  insufficientFundsForTransfer: () => server('insufficient funds for transfer'),
  reverted: (returnData: Uint8Array) => {
    const reason = revertReason(returnData);
    return new RpcError(ErrorCode.ExecutionReverted, reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`, data(returnData));
  },
} as const;

/**
 * Errors of the chain and of the pool, by their names and codes. They arrive from modules that this one does not know, so the
 * table goes by what they say of themselves. Their messages are geth's texts already.
 */
const NODE_ERRORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ChainError: {'state-unavailable': ErrorCode.Server, 'call-rejected': ErrorCode.Server, 'call-aborted': ErrorCode.Server, 'limit-exceeded': ErrorCode.LimitExceeded},
  PoolError: {},
  DevError: {'limit-exceeded': ErrorCode.LimitExceeded},
  TransactionError: {},
  DecodeError: {},
  /** Codes of the execution-apis specification, eth_simulateV1. */
  SimulationError: {
    'nonce-too-low': -38010,
    'nonce-too-high': -38011,
    'fee-cap-too-low': -38012,
    'intrinsic-gas': -38013,
    'insufficient-funds': -38014,
    'block-gas-limit': -38015,
    'block-number-order': -38020,
    'block-timestamp-order': -38021,
    'init-code-too-large': -38025,
    'limit-exceeded': ErrorCode.SimulationLimit,
    'tip-above-fee-cap': ErrorCode.InvalidParams,
    'invalid-override': ErrorCode.Server,
    'invalid-message': ErrorCode.Internal,
    timeout: ErrorCode.Timeout,
  },
};

/** undefined: nobody foresaw this error; it is to be logged, and the client hears of an internal error. */
export function asRpcError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error;
  if (typeof error !== 'object' || error === null || !('name' in error) || !('message' in error)) return undefined;
  const codes = NODE_ERRORS[String(error.name)];
  if (codes === undefined) return undefined;
  const code = 'code' in error ? codes[String(error.code)] : undefined;
  return new RpcError(code ?? ErrorCode.Server, String(error.message));
}
