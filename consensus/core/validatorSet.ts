/**
 * Validator sets: construction, changes, proposer rotation. Immutable; every function returns a new set.
 * Source: CometBFT `types/validator_set.go` (updateWithChangeSet, IncrementProposerPriority).
 */
import {compareBytes, equalBytes, type PublicKey, type Validator, type ValidatorSet} from '#proto';
import {bytesKey} from './bytes.ts';
import {ConsensusError} from './errors.ts';
import {PRIORITY_WINDOW_SIZE_FACTOR, TOTAL_VOTING_POWER_MAX} from './limits.ts';
import {centerPriorities, higherPriority, rescalePriorities, stepPriorities} from './proposerPriority.ts';

/** A new power for one validator; 0 removes it. */
export interface ValidatorChange {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly power: bigint;
}

/** +2/3 of the power: strictly more than two thirds. */
export function isQuorum(power: bigint, total: bigint): boolean {
  return 3n * power > 2n * total;
}

/** +1/3 of the power: at least one honest validator among them. */
export function hasHonest(power: bigint, total: bigint): boolean {
  return 3n * power > total;
}

function totalPower(validators: readonly Validator[]): bigint {
  let total = 0n;
  for (const validator of validators) {
    total += validator.votingPower;
    if (total > TOTAL_VOTING_POWER_MAX) {
      throw new ConsensusError(
        'VOTING_POWER_OVERFLOW',
        `total voting power ${total} exceeds the maximum ${TOTAL_VOTING_POWER_MAX}`,
      );
    }
  }
  return total;
}

function byPowerThenAddress(a: Validator, b: Validator): number {
  if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1;
  return compareBytes(a.address, b.address);
}

/** The one whose turn it is by the priorities as they stand. */
export function findProposer(validators: readonly Validator[]): Validator {
  const first = validators[0];
  if (first === undefined) throw new ConsensusError('EMPTY_VALIDATOR_SET', 'empty validator set');
  let proposer = first;
  for (let i = 1; i < validators.length; i++) proposer = higherPriority(proposer, validators[i]!);
  return proposer;
}

/** A first set, with the proposer of its first round chosen (CometBFT NewValidatorSet). Powers must be positive. */
export function newValidatorSet(changes: readonly ValidatorChange[]): ValidatorSet {
  return incrementProposerPriority(setFrom(applyChanges([], changes, false)), 1);
}

function setFrom(validators: readonly Validator[], proposer = findProposer(validators)): ValidatorSet {
  return {validators, proposer, totalVotingPower: totalPower(validators)};
}

/** Rebuilds a set from stored validators without touching priorities (CometBFT ValidatorSetFromProto). */
export function restoreValidatorSet(validators: readonly Validator[], proposerAddress: Uint8Array): ValidatorSet {
  const proposer = validators.find((validator) => equalBytes(validator.address, proposerAddress));
  if (proposer === undefined) throw new ConsensusError('INVARIANT', 'proposer not in validator set');
  return setFrom(validators, proposer);
}

/** Priorities scaled into their window and centred on zero, as they are before every series of turns. */
export function settledPriorities(set: ValidatorSet): readonly Validator[] {
  return centerPriorities(rescalePriorities(set.validators, PRIORITY_WINDOW_SIZE_FACTOR * set.totalVotingPower));
}

/**
 * The set after `times` proposer turns.
 * @throws ConsensusError EMPTY_VALIDATOR_SET, NON_POSITIVE_TIMES
 */
export function incrementProposerPriority(set: ValidatorSet, times: number): ValidatorSet {
  if (set.validators.length === 0) throw new ConsensusError('EMPTY_VALIDATOR_SET', 'empty validator set');
  if (!Number.isSafeInteger(times) || times <= 0) {
    throw new ConsensusError('NON_POSITIVE_TIMES', `cannot advance proposer priorities ${times} times`);
  }
  let validators = settledPriorities(set);
  let proposer = set.proposer;
  for (let i = 0; i < times; i++) ({validators, proposer} = stepPriorities(validators, set.totalVotingPower));
  return {validators, proposer, totalVotingPower: set.totalVotingPower};
}

/**
 * Applies changes of power, additions and removals; order of `changes` does not matter.
 * The proposer is left as it was: the caller advances the set once per height.
 * @throws ConsensusError when the changes are invalid; the set is then unchanged.
 */
export function updateWithChangeSet(set: ValidatorSet, changes: readonly ValidatorChange[]): ValidatorSet {
  if (changes.length === 0) return set;
  const validators = applyChanges(set.validators, changes, true);
  return {validators, proposer: set.proposer, totalVotingPower: totalPower(validators)};
}

function applyChanges(
  existing: readonly Validator[],
  changes: readonly ValidatorChange[],
  allowRemovals: boolean,
): readonly Validator[] {
  const current = new Map(existing.map((validator) => [bytesKey(validator.address), validator]));
  const {updates, removals} = splitChanges(changes);
  if (!allowRemovals && removals.length > 0) throw invalid('a first validator set cannot hold power 0');

  const additions = updates.filter((update) => !current.has(bytesKey(update.address))).length;
  if (additions === 0 && existing.length === removals.length) throw invalid('the changes would leave no validator');

  let removedPower = 0n;
  for (const removal of removals) {
    const validator = current.get(bytesKey(removal.address));
    if (validator === undefined) throw invalid('a validator to remove is not in the set');
    removedPower += validator.votingPower;
  }
  const powerBeforeRemovals = verifyPower(existing, current, updates, removedPower);

  // A validator that leaves and comes back must not gain by it: newcomers start at -1.125 of the total.
  const newcomerPriority = -(powerBeforeRemovals + (powerBeforeRemovals >> 3n));
  for (const update of updates) {
    const key = bytesKey(update.address);
    current.set(key, {
      address: update.address,
      publicKey: update.publicKey,
      votingPower: update.power,
      proposerPriority: current.get(key)?.proposerPriority ?? newcomerPriority,
    });
  }
  for (const removal of removals) current.delete(bytesKey(removal.address));

  const merged = [...current.values()];
  const scaled = rescalePriorities(merged, PRIORITY_WINDOW_SIZE_FACTOR * totalPower(merged));
  return [...centerPriorities(scaled)].sort(byPowerThenAddress);
}

function invalid(message: string): ConsensusError {
  return new ConsensusError('INVALID_VALIDATOR_CHANGE', message);
}

function splitChanges(changes: readonly ValidatorChange[]): {
  updates: readonly ValidatorChange[];
  removals: readonly ValidatorChange[];
} {
  const seen = new Set<string>();
  for (const {address, power} of changes) {
    const key = bytesKey(address);
    if (seen.has(key)) throw invalid('a validator is changed twice');
    seen.add(key);
    if (power < 0n) throw invalid(`voting power ${power} is negative`);
    if (power > TOTAL_VOTING_POWER_MAX) throw invalid(`voting power ${power} is over ${TOTAL_VOTING_POWER_MAX}`);
  }
  return {updates: changes.filter(({power}) => power > 0n), removals: changes.filter(({power}) => power === 0n)};
}

/** Decreases first, so that a swap of power between two validators is not mistaken for an overflow. */
function verifyPower(
  existing: readonly Validator[],
  current: ReadonlyMap<string, Validator>,
  updates: readonly ValidatorChange[],
  removedPower: bigint,
): bigint {
  const deltas = updates
    .map((update) => update.power - (current.get(bytesKey(update.address))?.votingPower ?? 0n))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let power = totalPower(existing) - removedPower;
  for (const delta of deltas) {
    power += delta;
    if (power > TOTAL_VOTING_POWER_MAX) {
      throw new ConsensusError(
        'VOTING_POWER_OVERFLOW',
        `total voting power of resulting valset exceeds max ${TOTAL_VOTING_POWER_MAX}`,
      );
    }
  }
  return power + removedPower;
}

/** -1 when absent. */
export function indexOfValidator(set: ValidatorSet, address: Uint8Array): number {
  return set.validators.findIndex((validator) => equalBytes(validator.address, address));
}
