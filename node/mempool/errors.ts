/**
 * Refusals of the pool, in the words of go-ethereum (core/txpool/errors.go, core/error.go, core/txpool/validation.go,
 * core/txpool/legacypool/legacypool.go, internal/ethapi/api.go): wallets and tools match on these texts.
 */
export type PoolErrorCode =
  | 'malformed'
  | 'type-not-supported'
  | 'unprotected'
  | 'already-known'
  | 'invalid-sender'
  | 'invalid-chain-id'
  | 'sender-not-eoa'
  | 'nonce-too-low'
  | 'nonce-max'
  | 'insufficient-funds'
  | 'intrinsic-gas'
  | 'floor-data-gas'
  | 'gas-limit-too-high'
  | 'block-gas-limit'
  | 'initcode-size'
  | 'oversized'
  | 'fee-cap-very-high'
  | 'tip-very-high'
  | 'tip-above-fee-cap'
  | 'underpriced'
  | 'replacement-underpriced'
  | 'account-limit'
  | 'delegated-limit'
  | 'authority-reserved'
  | 'pool-full'
  | 'empty-authorizations'
  | 'set-code-creation'
  | 'stopped';

export class PoolError extends Error {
  override readonly name = 'PoolError';
  readonly code: PoolErrorCode;

  constructor(code: PoolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Refusals that do not depend on this node's state or settings: every honest node would have refused too,
 * so a peer that relays such a transaction is at fault.
 */
export const PROTOCOL_VIOLATIONS: ReadonlySet<PoolErrorCode> = new Set([
  'malformed',
  'invalid-sender',
  'invalid-chain-id',
  'fee-cap-very-high',
  'tip-very-high',
  'tip-above-fee-cap',
  'nonce-max',
  'intrinsic-gas',
  'floor-data-gas',
  'gas-limit-too-high',
  'initcode-size',
  'oversized',
  'empty-authorizations',
  'set-code-creation',
]);

const of = (code: PoolErrorCode, message: string): PoolError => new PoolError(code, message);

/** One constructor per refusal, so that each text stands in one place. */
export const refuse = {
  malformed: (reason: string) => of('malformed', reason),
  typeNotSupported: (type: number) => of('type-not-supported', `transaction type not supported: tx type ${type} not supported by this pool`),
  unprotected: () => of('unprotected', 'only replay-protected (EIP-155) transactions allowed over RPC'),
  alreadyKnown: () => of('already-known', 'already known'),
  invalidSender: (reason: string) => of('invalid-sender', `invalid sender: ${reason}`),
  chainId: (have: bigint, want: bigint) => of('invalid-chain-id', `invalid sender: invalid chain id for signer: have ${have} want ${want}`),
  senderNotEoa: (address: string, codeBytes: number) => of('sender-not-eoa', `sender not an eoa: address ${address}, len(code): ${codeBytes}`),
  nonceTooLow: (next: bigint, nonce: bigint) => of('nonce-too-low', `nonce too low: next nonce ${next}, tx nonce ${nonce}`),
  nonceMax: () => of('nonce-max', 'nonce has max value'),
  insufficientFunds: (balance: bigint, cost: bigint) =>
    of('insufficient-funds', `insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`),
  overdraft: (balance: bigint, pooled: bigint, cost: bigint) =>
    of('insufficient-funds', `insufficient funds for gas * price + value: balance ${balance}, queued cost ${pooled}, tx cost ${cost}, overshot ${pooled + cost - balance}`),
  overdraftByReplacement: (balance: bigint, pooled: bigint, bump: bigint) =>
    of('insufficient-funds', `insufficient funds for gas * price + value: balance ${balance}, queued cost ${pooled}, tx bumped ${bump}, overshot ${pooled + bump - balance}`),
  intrinsicGas: (gas: bigint, needed: bigint) => of('intrinsic-gas', `intrinsic gas too low: gas ${gas}, minimum needed ${needed}`),
  floorDataGas: (gas: bigint, needed: bigint) => of('floor-data-gas', `insufficient gas for floor data gas cost: gas ${gas}, minimum needed ${needed}`),
  gasLimitTooHigh: (cap: bigint, gas: bigint) => of('gas-limit-too-high', `transaction gas limit too high (cap: ${cap}, tx: ${gas})`),
  blockGasLimit: () => of('block-gas-limit', 'exceeds block gas limit'),
  initcodeSize: (bytes: number, limit: number) => of('initcode-size', `max initcode size exceeded: code size ${bytes}, limit ${limit}`),
  oversized: (bytes: number, limit: number) => of('oversized', `oversized data: transaction size ${bytes}, limit ${limit}`),
  feeCapVeryHigh: () => of('fee-cap-very-high', 'max fee per gas higher than 2^256-1'),
  tipVeryHigh: () => of('tip-very-high', 'max priority fee per gas higher than 2^256-1'),
  tipAboveFeeCap: () => of('tip-above-fee-cap', 'max priority fee per gas higher than max fee per gas'),
  tipTooLow: (tip: bigint, needed: bigint) => of('underpriced', `transaction gas price below minimum: gas tip cap ${tip}, minimum needed ${needed}`),
  feeCapTooLow: (feeCap: bigint, needed: bigint) => of('underpriced', `transaction underpriced: gas fee cap ${feeCap}, minimum needed ${needed}`),
  underpriced: () => of('underpriced', 'transaction underpriced'),
  replacementUnderpriced: () => of('replacement-underpriced', 'replacement transaction underpriced'),
  accountLimit: (pooled: number) => of('account-limit', `account limit exceeded: pooled ${pooled} txs`),
  delegatedLimit: () => of('delegated-limit', 'in-flight transaction limit reached for delegated accounts'),
  delegatedGap: () => of('delegated-limit', 'gapped-nonce tx from delegated accounts'),
  authorityReserved: () => of('authority-reserved', 'authority already reserved'),
  poolFull: () => of('pool-full', 'txpool is full'),
  emptyAuthorizations: () => of('empty-authorizations', 'set code tx must have at least one authorization tuple'),
  setCodeCreation: () => of('set-code-creation', 'input string too short for common.Address, decoding into (types.SetCodeTx).To'),
  stopped: () => of('stopped', 'transaction pool is stopped'),
} as const;

/** The decoder's own words stay; only its code is translated. A decoder that gives no code says that the bytes are malformed. */
export function decodeFailure(error: unknown): PoolError {
  if (error instanceof PoolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'unsupported-type':
      return new PoolError('type-not-supported', message);
    case 'invalid-signature':
      return new PoolError('invalid-sender', message.startsWith('invalid sender') ? message : `invalid sender: ${message}`);
    case 'wrong-chain-id':
      return new PoolError('invalid-chain-id', message.startsWith('invalid sender') ? message : `invalid sender: ${message}`);
    case 'oversize':
      return new PoolError('oversized', message);
    default:
      return refuse.malformed(message);
  }
}
