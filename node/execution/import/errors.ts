/** Why a genesis, or a block, of another chain is refused. Nothing of a refused block is kept. */
export type ImportErrorCode =
  /** The genesis document is not as geth writes it, or asks for rules that this node does not have. */
  | 'genesis'
  /** The bytes are not a block. */
  | 'malformed'
  /** The header breaks a rule of its fork, or does not follow its parent. */
  | 'header'
  /** Transactions, uncles or withdrawals are not those that the header commits to, or cannot stand there. */
  | 'body'
  /** The execution came to something else than the header says. */
  | 'outcome';

export class ImportError extends Error {
  readonly code: ImportErrorCode;
  constructor(code: ImportErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : {cause});
    this.name = 'ImportError';
    this.code = code;
  }
}
