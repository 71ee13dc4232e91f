/**
 * Does a header follow from a trusted one? Pure functions of headers, validators and the time.
 * Source: CometBFT `light/verifier.go`, `spec/light-client/verification`.
 */
import {
  compareTimestamps,
  equalBytes,
  timestampToNanos,
  timestampToRfc3339,
  toHexUpper,
  validateHeaderBasic,
  validateValidatorSetBasic,
  type Header,
  type LightBlock,
  type SignedHeader,
  type Timestamp,
  type ValidatorSet,
} from '#proto';
import {verifyCommitLight, verifyCommitLightTrusting, type Fraction, type Problem} from '#consensus/core';
import {COMET_ENCODING, type ChainEncoding} from './encoding.ts';

export const DEFAULT_TRUST_LEVEL: Fraction = {numerator: 1n, denominator: 3n};

export interface VerificationOptions {
  /** How long a header stays trusted after its time: less than the unbonding period, in which its signers can still be punished. */
  readonly trustingPeriodNs: bigint;
  /** How far ahead of our clock a header's time may be. */
  readonly maxClockDriftNs: bigint;
  readonly trustLevel: Fraction;
  readonly encoding?: ChainEncoding;
}

export interface Refusal {
  readonly code: 'EXPIRED' | 'INVALID_HEADER' | 'NOT_ENOUGH_TRUST';
  readonly problem: string;
}

/** What is wrong with a trust level, which must be within [1/3, 1]: less proves no honest signer. */
export function validateTrustLevel({numerator, denominator}: Fraction): Problem {
  const isWithin = numerator > 0n && denominator > 0n && 3n * numerator >= denominator && numerator <= denominator;
  return isWithin ? undefined : `trust level ${numerator}/${denominator} is not within [1/3, 1]`;
}

export function isHeaderExpired(header: Header, trustingPeriodNs: bigint, now: Timestamp): boolean {
  return timestampToNanos(header.time) + trustingPeriodNs <= timestampToNanos(now);
}

/** Verifies `untrusted` by whichever of the two rules its height asks for. Undefined: it can be trusted. */
export function verify(
  trusted: SignedHeader,
  trustedValidators: ValidatorSet,
  untrusted: LightBlock,
  options: VerificationOptions,
  now: Timestamp,
): Refusal | undefined {
  return untrusted.signedHeader.header.height === trusted.header.height + 1n
    ? verifyAdjacent(trusted, untrusted, options, now)
    : verifyNonAdjacent(trusted, trustedValidators, untrusted, options, now);
}

/** The next height: its validators are those that the trusted header names, and +2/3 of them signed. */
export function verifyAdjacent(trusted: SignedHeader, untrusted: LightBlock, options: VerificationOptions, now: Timestamp): Refusal | undefined {
  const {header} = untrusted.signedHeader;
  if (header.height !== trusted.header.height + 1n) return invalid(`height ${header.height} is not adjacent to ${trusted.header.height}`);
  const refusal = verifyNewHeader(trusted, untrusted, options, now);
  if (refusal !== undefined) return refusal;
  if (!equalBytes(header.validatorsHash, trusted.header.nextValidatorsHash)) {
    return invalid(
      `validators hash ${toHexUpper(header.validatorsHash)} is not the next validators hash ${toHexUpper(trusted.header.nextValidatorsHash)} of the trusted header`,
    );
  }
  return ownQuorum(untrusted, options);
}

/**
 * A height further on: more than the trust level of the trusted set signed it, and +2/3 of its own set.
 * @param trustedValidators the set of the trusted height or of the one after it.
 */
export function verifyNonAdjacent(
  trusted: SignedHeader,
  trustedValidators: ValidatorSet,
  untrusted: LightBlock,
  options: VerificationOptions,
  now: Timestamp,
): Refusal | undefined {
  const {header, commit} = untrusted.signedHeader;
  if (header.height === trusted.header.height + 1n) return invalid(`height ${header.height} is adjacent to ${trusted.header.height}`);
  const refusal = verifyNewHeader(trusted, untrusted, options, now);
  if (refusal !== undefined) return refusal;
  const {encoding = COMET_ENCODING, trustLevel} = options;
  const overlap = verifyCommitLightTrusting(header.chainId, trustedValidators, commit, trustLevel, {verify: encoding.verifyVote});
  if (overlap !== undefined) return overlap.kind === 'notEnough' ? {code: 'NOT_ENOUGH_TRUST', problem: overlap.problem} : invalid(overlap.problem);
  // Last, since the new set may be made large on purpose.
  return ownQuorum(untrusted, options);
}

/** One height lower, by the hash that the trusted header holds. */
export function verifyBackwards(untrusted: Header, trusted: Header, encoding: ChainEncoding = COMET_ENCODING): Refusal | undefined {
  const problem = validateHeaderBasic(untrusted);
  if (problem !== undefined) return invalid(problem);
  if (untrusted.chainId !== trusted.chainId) return invalid(`header of chain ${JSON.stringify(untrusted.chainId)}, not ${JSON.stringify(trusted.chainId)}`);
  if (untrusted.height !== trusted.height - 1n) return invalid(`height ${untrusted.height} is not the one before ${trusted.height}`);
  if (compareTimestamps(untrusted.time, trusted.time) >= 0) return invalid(`its time ${timestampToRfc3339(untrusted.time)} is not before that of the header after it`);
  const hash = encoding.headerHash(untrusted);
  if (!equalBytes(hash, trusted.lastBlockId.hash)) return invalid(`hash ${toHexUpper(hash)} is not ${toHexUpper(trusted.lastBlockId.hash)}, which the header after it names`);
  return undefined;
}

/** The block's own validators have their addresses, and +2/3 of them signed it. */
export function ownQuorum({signedHeader: {header, commit}, validatorSet}: LightBlock, {encoding = COMET_ENCODING}: {readonly encoding?: ChainEncoding}): Refusal | undefined {
  const problem =
    validateValidatorSetBasic(validatorSet) ?? verifyCommitLight(header.chainId, validatorSet, commit.blockId, header.height, commit, {verify: encoding.verifyVote});
  return problem === undefined ? undefined : invalid(problem);
}

/** Shape, chain, and that header, commit and validators belong together (CometBFT LightBlock.ValidateBasic). */
export function lightBlockProblem(block: LightBlock, chainId: string, encoding: ChainEncoding = COMET_ENCODING): Problem {
  return headerProblem(block, chainId, encoding) ?? validateValidatorSetBasic(block.validatorSet);
}

function headerProblem({signedHeader, validatorSet}: LightBlock, chainId: string, encoding: ChainEncoding = COMET_ENCODING): Problem {
  const problem = encoding.validateSignedHeader(signedHeader, chainId);
  if (problem !== undefined) return problem;
  const hash = encoding.validatorSetHash(validatorSet.validators);
  const stated = signedHeader.header.validatorsHash;
  return equalBytes(hash, stated) ? undefined : `the validators have the hash ${toHexUpper(hash)}, the header names ${toHexUpper(stated)}`;
}

function verifyNewHeader(trusted: SignedHeader, untrusted: LightBlock, options: VerificationOptions, now: Timestamp): Refusal | undefined {
  const {header} = untrusted.signedHeader;
  if (isHeaderExpired(trusted.header, options.trustingPeriodNs, now)) {
    return {
      code: 'EXPIRED',
      problem: `the trusted header ${trusted.header.height} of ${timestampToRfc3339(trusted.header.time)} is older than the trusting period at ${timestampToRfc3339(now)}`,
    };
  }
  const problem = headerProblem(untrusted, trusted.header.chainId, options.encoding);
  if (problem !== undefined) return invalid(problem);
  if (header.height <= trusted.header.height) return invalid(`height ${header.height} is not above the trusted height ${trusted.header.height}`);
  if (compareTimestamps(header.time, trusted.header.time) <= 0) {
    return invalid(`its time ${timestampToRfc3339(header.time)} is not after ${timestampToRfc3339(trusted.header.time)} of the trusted header`);
  }
  if (timestampToNanos(header.time) >= timestampToNanos(now) + options.maxClockDriftNs) {
    return invalid(`its time ${timestampToRfc3339(header.time)} is too far ahead of ${timestampToRfc3339(now)}`);
  }
  return undefined;
}

function invalid(problem: string): Refusal {
  return {code: 'INVALID_HEADER', problem};
}
