/**
 * Deterministic weighted round robin, number for number as CometBFT computes it.
 * Source: CometBFT `spec/consensus/proposer-selection.md`, `types/validator_set.go`.
 * Priorities are int64 there; sums clip at the ends of int64 and `/` truncates towards zero, so both do here.
 */
import {compareBytes, type Validator} from '#proto';
import {ConsensusError} from './errors.ts';

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;

function clip(value: bigint): bigint {
  if (value > INT64_MAX) return INT64_MAX;
  if (value < INT64_MIN) return INT64_MIN;
  return value;
}

export function safeAddClip(a: bigint, b: bigint): bigint {
  return clip(a + b);
}

export function safeSubClip(a: bigint, b: bigint): bigint {
  return clip(a - b);
}

function requireNonEmpty(validators: readonly Validator[]): void {
  if (validators.length === 0) throw new ConsensusError('EMPTY_VALIDATOR_SET', 'empty validator set');
}

/** Mean priority, rounded towards minus infinity (Go's big.Int.Div with a positive divisor). */
export function averagePriority(validators: readonly Validator[]): bigint {
  requireNonEmpty(validators);
  let sum = 0n;
  for (const validator of validators) sum += validator.proposerPriority;
  const count = BigInt(validators.length);
  const quotient = sum / count;
  return sum % count < 0n ? quotient - 1n : quotient;
}

/** Distance between the highest and the lowest priority; wraps as int64 does, then is made positive. */
export function priorityDistance(validators: readonly Validator[]): bigint {
  requireNonEmpty(validators);
  let max = INT64_MIN;
  let min = INT64_MAX;
  for (const {proposerPriority} of validators) {
    if (proposerPriority < min) min = proposerPriority;
    if (proposerPriority > max) max = proposerPriority;
  }
  const distance = BigInt.asIntN(64, max - min);
  return distance < 0n ? -distance : distance;
}

/** Divides all priorities so that their distance becomes at most about `distanceMax` (no-op when it is not positive). */
export function rescalePriorities(validators: readonly Validator[], distanceMax: bigint): readonly Validator[] {
  requireNonEmpty(validators);
  if (distanceMax <= 0n) return validators;
  const distance = priorityDistance(validators);
  if (distance <= distanceMax) return validators;
  const ratio = (distance + distanceMax - 1n) / distanceMax;
  return validators.map((validator) => ({...validator, proposerPriority: validator.proposerPriority / ratio}));
}

export function centerPriorities(validators: readonly Validator[]): readonly Validator[] {
  const average = averagePriority(validators);
  if (average === 0n) return validators;
  return validators.map((validator) => ({
    ...validator,
    proposerPriority: safeSubClip(validator.proposerPriority, average),
  }));
}

/** The one with the higher priority; ties go to the lower address. */
export function higherPriority(a: Validator, b: Validator): Validator {
  if (a.proposerPriority !== b.proposerPriority) return a.proposerPriority > b.proposerPriority ? a : b;
  const order = compareBytes(a.address, b.address);
  if (order === 0) throw new ConsensusError('INVARIANT', 'two validators with one address');
  return order < 0 ? a : b;
}

/** One step: everyone gains its power; the highest pays the total power and is the proposer. */
export function stepPriorities(
  validators: readonly Validator[],
  totalVotingPower: bigint,
): {validators: readonly Validator[]; proposer: Validator} {
  requireNonEmpty(validators);
  const raised = validators.map((validator) => ({
    ...validator,
    proposerPriority: safeAddClip(validator.proposerPriority, validator.votingPower),
  }));
  let highest = 0;
  for (let i = 1; i < raised.length; i++) {
    if (higherPriority(raised[highest]!, raised[i]!) === raised[i]) highest = i;
  }
  const chosen = raised[highest]!;
  const proposer = {...chosen, proposerPriority: safeSubClip(chosen.proposerPriority, totalVotingPower)};
  raised[highest] = proposer;
  return {validators: raised, proposer};
}
