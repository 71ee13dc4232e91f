/** What the chain side refuses, as codes with data; the RPC maps them to JSON-RPC errors in one table. */
export type ChainErrorCode =
  /** The state of that block has been pruned, or the block does not exist. */
  | 'state-unavailable'
  /** A request that geth refuses before it runs: the message is geth's text. */
  | 'call-rejected'
  /** It was stopped half way, such as at its time limit. */
  | 'call-aborted'
  | 'limit-exceeded';

export class ChainError extends Error {
  readonly code: ChainErrorCode;
  constructor(code: ChainErrorCode, message: string) {
    super(message);
    this.name = 'ChainError';
    this.code = code;
  }
}

/** Why bytes are not a transaction of this chain. */
export type DecodeErrorCode =
  | 'empty'
  | 'oversize'
  | 'unsupported-type'
  | 'malformed-rlp'
  | 'malformed-field'
  | 'invalid-signature'
  | 'wrong-chain-id';

export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  constructor(code: DecodeErrorCode, message: string) {
    super(message);
    this.name = 'DecodeError';
    this.code = code;
  }
}

/** Why a well-formed transaction cannot stand in the next block. The messages are geth's: tools match on them. */
export type TransactionErrorCode =
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'nonce-max'
  | 'insufficient-funds'
  | 'intrinsic-gas'
  | 'floor-data-gas'
  | 'gas-limit-too-high'
  | 'block-gas-exceeded'
  | 'block-work-exceeded'
  | 'fee-cap-too-low'
  | 'tip-above-fee-cap'
  | 'fee-overflow'
  | 'sender-not-eoa'
  | 'init-code-too-large'
  | 'empty-authorization-list'
  | 'set-code-without-to'
  | 'type-not-supported'
  | 'no-blobs'
  | 'too-many-blobs'
  | 'blob-hash-version'
  | 'blob-fee-cap-too-low'
  | 'blob-creation';

export class TransactionError extends Error {
  readonly code: TransactionErrorCode;
  constructor(code: TransactionErrorCode, message: string) {
    super(message);
    this.name = 'TransactionError';
    this.code = code;
  }
}
