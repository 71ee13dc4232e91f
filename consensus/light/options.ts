/** What a light client is told, and what of it is refused. Source: CometBFT `light/trust_options.go`, `light/client.go`. */
import {HASH_BYTES, type LightBlock} from '#proto';
import type {Fraction} from '#consensus/core';
import type {ChainEncoding} from './encoding.ts';
import {LightClientError} from './errors.ts';
import {MAX_BLOCK_LAG_DEFAULT_MS, MAX_BLOCK_LAG_MAX_MS, MAX_CLOCK_DRIFT_DEFAULT_MS, MAX_CLOCK_DRIFT_MAX_MS, TRUSTED_BLOCKS_DEFAULT, TRUSTED_BLOCKS_MAX, WITNESSES_MAX} from './limits.ts';
import type {LightClock, LightKeyValueStore, LightLogger, Provider} from './ports.ts';
import {DEFAULT_TRUST_LEVEL, validateTrustLevel} from './verifier.ts';

/** Where trust begins: a header that the operator knows by other means. */
export interface TrustOptions {
  readonly height: bigint;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly periodNs: bigint;
}

export interface LightClientOptions {
  readonly chainId: string;
  readonly trust: TrustOptions;
  /** skipping: as few headers as the validator sets allow. sequential: every one. Default: skipping. */
  readonly mode?: 'skipping' | 'sequential';
  /** Default 1/3. */
  readonly trustLevel?: Fraction;
  /** Default 10 s. */
  readonly maxClockDriftMs?: number;
  /** How much later than the primary a witness may have a block. Default 10 s. */
  readonly maxBlockLagMs?: number;
  /** Light blocks kept. Default 1,000. */
  readonly trustedBlocks?: number;
  readonly encoding?: ChainEncoding;
}

export interface LightClientModules {
  readonly primary: Provider;
  /** At least one: a primary alone can show any chain that its own friends signed. */
  readonly witnesses: readonly Provider[];
  readonly db: LightKeyValueStore;
  readonly clock: LightClock;
  readonly logger: LightLogger;
  /** Aborts what is under way. */
  readonly signal?: AbortSignal;
}

export interface ResolvedOptions {
  readonly chainId: string;
  readonly trust: TrustOptions;
  readonly mode: 'skipping' | 'sequential';
  readonly trustLevel: Fraction;
  readonly maxClockDriftMs: number;
  readonly maxBlockLagMs: number;
  readonly trustedBlocks: number;
}

/** @throws LightClientError INVALID_OPTIONS */
export function resolveOptions(options: LightClientOptions, {witnesses}: LightClientModules): ResolvedOptions {
  const resolved: ResolvedOptions = {
    chainId: options.chainId,
    trust: options.trust,
    mode: options.mode ?? 'skipping',
    trustLevel: options.trustLevel ?? DEFAULT_TRUST_LEVEL,
    maxClockDriftMs: options.maxClockDriftMs ?? MAX_CLOCK_DRIFT_DEFAULT_MS,
    maxBlockLagMs: options.maxBlockLagMs ?? MAX_BLOCK_LAG_DEFAULT_MS,
    trustedBlocks: options.trustedBlocks ?? TRUSTED_BLOCKS_DEFAULT,
  };
  const {trust} = resolved;
  const refuse = (problem: string): never => {
    throw new LightClientError('INVALID_OPTIONS', problem);
  };
  if (trust.height <= 0n) refuse(`the trusted height is ${trust.height}, expected 1 or more`);
  if (trust.hash.length !== HASH_BYTES) refuse(`the trusted hash has ${trust.hash.length} bytes, expected ${HASH_BYTES}`);
  if (trust.periodNs <= 0n) refuse('the trusting period must be positive');
  const problem = validateTrustLevel(resolved.trustLevel);
  if (problem !== undefined) refuse(problem);
  if (!isWithin(resolved.maxClockDriftMs, 0, MAX_CLOCK_DRIFT_MAX_MS)) refuse(`the clock drift must be from 0 to ${MAX_CLOCK_DRIFT_MAX_MS} ms`);
  if (!isWithin(resolved.maxBlockLagMs, 0, MAX_BLOCK_LAG_MAX_MS)) refuse(`the block lag must be from 0 to ${MAX_BLOCK_LAG_MAX_MS} ms`);
  if (!isWithin(resolved.trustedBlocks, 1, TRUSTED_BLOCKS_MAX)) refuse(`from 1 to ${TRUSTED_BLOCKS_MAX} light blocks can be kept`);
  if (witnesses.length === 0) throw new LightClientError('NO_WITNESSES', 'a light client needs at least one witness beside its primary');
  if (witnesses.length > WITNESSES_MAX) refuse(`${witnesses.length} witnesses, limit ${WITNESSES_MAX}`);
  return resolved;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

export function heightOf(block: LightBlock): bigint {
  return block.signedHeader.header.height;
}
