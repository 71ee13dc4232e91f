import type {TransactionError} from '../errors.ts';

/** Why there is no result: the first block or call that cannot stand refuses the whole simulation. The RPC maps each to a code of its own. */
export type SimulationErrorCode =
  | 'block-number-order'
  | 'block-timestamp-order'
  | 'block-gas-limit'
  | 'limit-exceeded'
  | 'timeout'
  | 'invalid-override'
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'fee-cap-too-low'
  | 'intrinsic-gas'
  | 'insufficient-funds'
  | 'init-code-too-large'
  | 'tip-above-fee-cap'
  | 'invalid-message';

export class SimulationError extends Error {
  readonly code: SimulationErrorCode;
  constructor(code: SimulationErrorCode, message: string) {
    super(message);
    this.name = 'SimulationError';
    this.code = code;
  }
}

const CODES: Partial<Record<TransactionError['code'], SimulationErrorCode>> = {
  'nonce-too-low': 'nonce-too-low',
  'nonce-too-high': 'nonce-too-high',
  'fee-cap-too-low': 'fee-cap-too-low',
  'intrinsic-gas': 'intrinsic-gas',
  'insufficient-funds': 'insufficient-funds',
  'init-code-too-large': 'init-code-too-large',
  'tip-above-fee-cap': 'tip-above-fee-cap',
};

/** As geth words it. */
export function refusedMessage({code, message}: TransactionError, gasLimit: bigint): SimulationError {
  return new SimulationError(CODES[code] ?? 'invalid-message', `err: ${message} (supplied gas ${gasLimit})`);
}
