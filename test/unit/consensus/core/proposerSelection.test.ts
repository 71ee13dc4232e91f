/** Examples of CometBFT `spec/consensus/proposer-selection.md`, and what validatorSet.test.ts leaves of `types/validator_set_test.go` (v0.38). */
import {describe, expect, it} from '@jest/globals';
import {ED25519_KEY_TYPE, utf8, type Validator, type ValidatorSet} from '#proto';
import {ConsensusError, coreLimits, incrementProposerPriority, newValidatorSet, priorityDistance, restoreValidatorSet, updateWithChangeSet, type ValidatorChange} from '#consensus/core';
import {Random} from '../../../simulation/support/scheduler.ts';

type Powers = Readonly<Record<string, number | bigint>>;

const publicKey = {type: ED25519_KEY_TYPE, bytes: new Uint8Array(32)} as const;

function changes(powers: Powers): ValidatorChange[] {
  return Object.entries(powers).map(([name, power]) => ({address: utf8(name), publicKey, power: BigInt(power)}));
}

function nameOf({address}: {readonly address: Uint8Array}): string {
  return Buffer.from(address).toString();
}

/** As the tables of the specification begin: with these priorities, nobody's turn taken. */
function standing(entries: Readonly<Record<string, readonly [power: number, priority: number]>>): ValidatorSet {
  const validators = Object.entries(entries).map(([name, [power, priority]]): Validator => ({address: utf8(name), publicKey, votingPower: BigInt(power), proposerPriority: BigInt(priority)}));
  return {validators, proposer: validators[0]!, totalVotingPower: validators.reduce((sum, {votingPower}) => sum + votingPower, 0n)};
}

function priorities(set: ValidatorSet): Record<string, number> {
  return Object.fromEntries(set.validators.map((validator) => [nameOf(validator), Number(validator.proposerPriority)]));
}

function powersOf(set: ValidatorSet): Record<string, bigint> {
  return Object.fromEntries(set.validators.map((validator) => [nameOf(validator), validator.votingPower]));
}

describe('the tables of the specification', () => {
  it('stable set: four runs, then the same again', () => {
    let set = standing({p1: [1, 0], p2: [3, 0]});
    const runs: unknown[] = [];
    for (let run = 0; run < 8; run++) {
      set = incrementProposerPriority(set, 1);
      runs.push([nameOf(set.proposer), priorities(set)]);
    }
    const cycle = [
      ['p2', {p1: 1, p2: -1}],
      ['p1', {p1: -2, p2: 2}],
      ['p2', {p1: -1, p2: 1}],
      ['p2', {p1: 0, p2: 0}],
    ];
    expect(runs).toEqual([...cycle, ...cycle]);
  });

  it('a changed power leaves priorities alone', () => {
    const set = updateWithChangeSet(standing({p1: [1, 1], p2: [3, -1]}), changes({p1: 4}));
    expect(priorities(set)).toEqual({p1: 1, p2: -1});
    // The specification says p1 - P = -2: 1 + 4 - 7.
    expect(priorities(incrementProposerPriority(set, 1))).toEqual({p1: -2, p2: 2});
  });

  it('a removal centres what is left', () => {
    const set = updateWithChangeSet(standing({p1: [1, 1], p2: [2, 2], p3: [3, -3]}), changes({p2: 0}));
    expect(priorities(set)).toEqual({p1: 2, p3: -2});
    const next = incrementProposerPriority(set, 1);
    expect([nameOf(next.proposer), priorities(next)]).toEqual(['p1', {p1: -1, p3: 1}]);
  });

  it('an addition starts at -1.125 P; the average is rounded down, as Go\'s big.Int.Div does and the table does not', () => {
    const set = updateWithChangeSet(standing({p1: [1, 2], p2: [3, -2]}), changes({p3: 8}));
    expect(priorities(set)).toEqual({p1: 7, p2: 3, p3: -8});
    const next = incrementProposerPriority(set, 1);
    expect([nameOf(next.proposer), priorities(next)]).toEqual(['p1', {p1: -4, p2: 6, p3: 0}]);
  });

  it('range: who was left far behind by a large validator that is gone is scaled back into the window', () => {
    let set = incrementProposerPriority(updateWithChangeSet(newValidatorSet(changes({p1: 80_000})), changes({p2: 10})), 1);
    // -(80010 + 10001) centred by -45006, then p1's turn.
    expect(priorities(set)).toEqual({p1: 44_996, p2: -44_995});
    set = incrementProposerPriority(updateWithChangeSet(set, changes({p3: 10})), 1);
    set = incrementProposerPriority(updateWithChangeSet(set, changes({p1: 0})), 1);
    expect(priorityDistance(set.validators)).toBeLessThanOrEqual(2n * set.totalVotingPower);
  });

  it('R2: in P elections everyone is proposer as often as it has power', () => {
    let set = newValidatorSet(changes({a: 1, b: 2, c: 3, d: 5, e: 7, f: 11}));
    for (let cycle = 0; cycle < 3; cycle++) {
      const turns: Record<string, bigint> = {};
      for (let i = 0n; i < set.totalVotingPower; i++, set = incrementProposerPriority(set, 1)) {
        turns[nameOf(set.proposer)] = (turns[nameOf(set.proposer)] ?? 0n) + 1n;
      }
      expect(turns).toEqual(powersOf(set));
    }
  });
});

describe('types/validator_set_test.go', () => {
  it('TestValSetUpdatePriorityOrderTests: removals of a strong validator, at any turn', () => {
    for (const [start, change, expected] of [
      [{v3: 1000, v1: 1, v2: 1}, {v3: 0}, {v1: 1n, v2: 1n}],
      [{v3: 1000, v2: 10, v1: 1}, {v3: 0}, {v2: 10n, v1: 1n}],
      [{v3: 1000, v2: 2, v1: 1}, {v5: 50, v4: 40, v2: 1, v3: 0}, {v5: 50n, v4: 40n, v1: 1n, v2: 1n}],
    ] as const) {
      for (const turns of [1, 2, 999, 5000]) {
        const set = updateWithChangeSet(incrementProposerPriority(newValidatorSet(changes(start)), turns), changes(change));
        expect(Object.entries(powersOf(set))).toEqual(Object.entries(expected));
        expect(priorityDistance(set.validators) <= 2n * set.totalVotingPower).toBe(true);
      }
    }
  });

  it.each([[100, 10], [1000, 100], [10, 100], [100, 1000], [1000, 1000]])('TestValSetUpdatePriorityOrderTests: %i validators and %i newcomers at random', (base, added) => {
    const random = new Random(base + added);
    const below = (end: number): number => Math.floor(random.unit() * end);
    const power = (): number => below(1000) + 1;
    const start = Object.fromEntries(Array.from({length: base}, (_, i) => [`v${i}`, power()]));
    const kept = below(base) + 1;
    const change: Record<string, number> = {};
    for (let i = kept; i < base; i++) change[`v${i}`] = below(2) === 0 ? 0 : power();
    for (let i = base; i < base + added; i++) change[`v${i}`] = power();
    const set = updateWithChangeSet(incrementProposerPriority(newValidatorSet(changes(start)), below(200) + 1), changes(change));
    const expected = Object.entries({...start, ...change}).filter(([, each]) => each > 0);
    expect(new Map(Object.entries(powersOf(set)))).toEqual(new Map(expected.map(([name, each]) => [name, BigInt(each)])));
    const order = set.validators.map(({votingPower, address}) => [votingPower, nameOf({address})] as const);
    expect(order).toEqual([...order].sort((a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : a[0] > b[0] ? -1 : 1)));
    const isNew = ({address}: Validator): boolean => Number(nameOf({address}).slice(1)) >= base;
    const newcomers = new Set(set.validators.filter(isNew).map(({proposerPriority}) => proposerPriority));
    expect(newcomers.size).toBe(1);
    const [lowest] = newcomers;
    expect(set.validators.every((validator) => isNew(validator) || validator.proposerPriority >= lowest!)).toBe(true);
    expect(priorityDistance(set.validators) <= 2n * set.totalVotingPower).toBe(true);
  });

  it('TestNewValidatorSetFromExistingValidators: a stored set takes its turns where it left off', () => {
    const set = incrementProposerPriority(newValidatorSet(changes({a: 1, b: 2, c: 3, d: 4, e: 5})), 5);
    const restored = restoreValidatorSet(set.validators, set.proposer.address);
    expect(restored).toEqual(set);
    expect(incrementProposerPriority(restored, 3)).toEqual(incrementProposerPriority(set, 3));
  });

  it('TestValidatorSetFromProtoReturnsErrorOnOverflow', () => {
    const [validator] = newValidatorSet(changes({a: 1})).validators;
    const huge = {...validator!, votingPower: coreLimits.TOTAL_VOTING_POWER_MAX};
    expect(() => restoreValidatorSet([huge, {...huge, address: utf8('b')}], huge.address)).toThrow('exceeds the maximum');
  });

  it.each([
    ['v2 changed twice', {v1: 10, v2: 10}, [['v1', 11], ['v2', 22], ['v1', 12]]],
    ['v2 removed twice', {v1: 10, v2: 10}, [['v2', 0], ['v2', 0]]],
    ['v1 removed twice around v2', {v1: 10, v2: 10}, [['v1', 0], ['v2', 0], ['v1', 0]]],
    ['removed twice around changes', {v1: 10, v2: 10}, [['v1', 0], ['v2', 20], ['v2', 30], ['v1', 0]]],
    ['int64 for v2', {v1: 10, v2: 10}, [['v2', 0x7fff_ffff_ffff_ffffn]]],
    ['negative v2', {v1: 10, v2: 10}, [['v2', -123]]],
  ] as const)('TestValSetUpdates errors: %s', (_, start, update) => {
    const list = update.flatMap(([name, power]) => changes({[name]: power}));
    expect(() => updateWithChangeSet(newValidatorSet(changes(start)), list)).toThrow(ConsensusError);
  });
});
