/** CometBFT's JSON-RPC errors (rpc/jsonrpc/types/types.go): a fixed message per code, the particulars in `data`. */

const MESSAGES = {
  [-32700]: 'Parse error. Invalid JSON',
  [-32600]: 'Invalid Request',
  [-32601]: 'Method not found',
  [-32602]: 'Invalid params',
  [-32603]: 'Internal error',
} as const;

export type RpcErrorCode = keyof typeof MESSAGES;

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  readonly data: string;
  /** Of the HTTP answer when the request stood alone. */
  readonly httpStatus: number;

  constructor(code: RpcErrorCode, data: string, httpStatus = 500) {
    super(`${MESSAGES[code]}: ${data}`);
    this.code = code;
    this.data = data;
    this.httpStatus = httpStatus;
  }

  toJson(): {code: number; message: string; data?: string} {
    return {code: this.code, message: MESSAGES[this.code], ...(this.data === '' ? {} : {data: this.data})};
  }
}

/** The request was understood, and its answer is that it cannot be given. */
export function internalError(data: string, httpStatus = 500): RpcError {
  return new RpcError(-32603, data, httpStatus);
}

/** Whatever a handler threw, as what the client may see. */
export function toRpcError(error: unknown): RpcError {
  return error instanceof RpcError ? error : internalError((error as Error).message);
}
