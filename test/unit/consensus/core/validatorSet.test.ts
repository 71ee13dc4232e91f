/** Tables of CometBFT types/validator_set_test.go (v0.38). */
import {describe, expect, it} from '@jest/globals';
import {ED25519_KEY_TYPE, utf8, type Validator, type ValidatorSet} from '#proto';
import {
  averagePriority,
  ConsensusError,
  coreLimits,
  findProposer,
  incrementProposerPriority,
  isQuorum,
  newValidatorSet,
  priorityDistance,
  safeAddClip,
  safeSubClip,
  updateWithChangeSet,
  type ValidatorChange,
} from '#consensus/core';

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
const MAX = coreLimits.TOTAL_VOTING_POWER_MAX;

type TestValidator = readonly [name: string, power: bigint | number];

const publicKey = {type: ED25519_KEY_TYPE, bytes: new Uint8Array(32)} as const;

function change([name, power]: TestValidator): ValidatorChange {
  return {address: utf8(name), publicKey, power: BigInt(power)};
}

function createSet(validators: readonly TestValidator[]): ValidatorSet {
  return newValidatorSet(validators.map(change));
}

function nameOf({address}: {address: Uint8Array}): string {
  return Buffer.from(address).toString();
}

function listOf(set: ValidatorSet): TestValidator[] {
  return set.validators.map((validator) => [nameOf(validator), validator.votingPower]);
}

function big(validators: readonly TestValidator[]): TestValidator[] {
  return validators.map(([name, power]) => [name, BigInt(power)]);
}

function equal(count: number, power: bigint | number): TestValidator[] {
  return Array.from({length: count}, (_, i) => [`v${i + 1}`, power]);
}

function withPriorities(priorities: readonly bigint[], powers: readonly bigint[] = priorities.map(() => 0n)): ValidatorSet {
  const validators: Validator[] = priorities.map((proposerPriority, i) => ({
    address: Uint8Array.of(i),
    publicKey,
    votingPower: powers[i]!,
    proposerPriority,
  }));
  return {validators, proposer: validators[0]!, totalVotingPower: powers.reduce((a, b) => a + b, 0n)};
}

/** Centred and scaled, as after every change. */
function verify(set: ValidatorSet): void {
  const count = BigInt(set.validators.length);
  const sum = set.validators.reduce((total, {proposerPriority}) => total + proposerPriority, 0n);
  expect(sum < count && sum > -count).toBe(true);
  expect(priorityDistance(set.validators) <= 2n * set.totalVotingPower).toBe(true);
  expect(set.totalVotingPower).toBe(set.validators.reduce((total, {votingPower}) => total + votingPower, 0n));
}

describe('proposer selection', () => {
  it('TestProposerSelection1', () => {
    let set = createSet([
      ['foo', 1000],
      ['bar', 300],
      ['baz', 330],
    ]);
    const proposers: string[] = [];
    for (let i = 0; i < 99; i++) {
      proposers.push(nameOf(set.proposer));
      set = incrementProposerPriority(set, 1);
    }
    expect(proposers.join(' ')).toBe(
      'foo baz foo bar foo foo baz foo bar foo foo baz foo foo bar foo baz foo foo bar' +
        ' foo foo baz foo bar foo foo baz foo bar foo foo baz foo foo bar foo baz foo foo bar' +
        ' foo baz foo foo bar foo baz foo foo bar foo baz foo foo foo baz bar foo foo foo baz' +
        ' foo bar foo foo baz foo bar foo foo baz foo bar foo foo baz foo bar foo foo baz foo' +
        ' foo bar foo baz foo foo bar foo baz foo foo bar foo baz foo foo',
    );
  });

  describe('TestProposerSelection2', () => {
    const address = (last: number): Uint8Array => Uint8Array.from({length: 20}, (_, i) => (i === 19 ? last : 0));
    const create = (powers: readonly number[]): ValidatorSet =>
      newValidatorSet(powers.map((power, i) => ({address: address(i), publicKey, power: BigInt(power)})));
    const turns = (set: ValidatorSet, count: number): number[] => {
      const order: number[] = [];
      for (let i = 0, current = set; i < count; i++, current = incrementProposerPriority(current, 1)) order.push(current.proposer.address[19]!);
      return order;
    };

    it('goes in the order of addresses when all powers are the same', () => {
      expect(turns(create([100, 100, 100]), 15)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    });
    it('one with more power comes first, not twice', () => {
      expect(turns(create([100, 100, 400]), 2)).toEqual([2, 0]);
    });
    it('one with enough power comes twice', () => {
      expect(turns(create([100, 100, 401]), 3)).toEqual([2, 2, 0]);
    });
    it('everyone proposes in proportion to its power', () => {
      const order = turns(create([4, 5, 3]), 120);
      expect([0, 1, 2].map((who) => order.filter((turn) => turn === who).length)).toEqual([40, 50, 30]);
    });
  });

  it('TestProposerSelection3: four equal validators go in order for ever, also by several steps', () => {
    let set = createSet(equal(4, 1));
    const order = [0, 1, 2, 3].map((turns) => nameOf((turns === 0 ? set : incrementProposerPriority(set, turns)).proposer));
    for (let i = 0, turn = 0; i < 2000; i++) {
      expect(nameOf(set.proposer)).toBe(order[turn % 4]);
      const times = (i % 4) + 1;
      set = incrementProposerPriority(set, times);
      turn += times;
    }
  });

  it('TestAveragingInIncrementProposerPriority', () => {
    for (const [priorities, times, average] of [
      [[1n, 2n, 3n], 1, 2n],
      [[10n, -10n, 1n], 11, 0n],
      [[100n, -10n, 1n], 1, 91n / 3n],
    ] as const) {
      const set = incrementProposerPriority(withPriorities(priorities), times);
      expect(set.validators.map(({proposerPriority}) => proposerPriority)).toEqual(priorities.map((priority) => priority - average));
    }
  });

  it('TestAveragingInIncrementProposerPriorityWithVotingPower', () => {
    const [vp0, vp1, vp2, total] = [10n, 1n, 1n, 12n];
    const cases: readonly (readonly [priorities: readonly bigint[], times: number, proposer: number])[] = [
      [[vp0 - total, vp1, vp2], 1, 0],
      [[2n * (vp0 - total), 2n * vp1, 2n * vp2], 2, 0],
      [[3n * (vp0 - total), 3n * vp1, 3n * vp2], 3, 0],
      [[4n * (vp0 - total), 4n * vp1, 4n * vp2], 4, 0],
      [[4n * (vp0 - total) + vp0, 5n * vp1 - total, 5n * vp2], 5, 1],
      [[6n * vp0 - 5n * total, 6n * vp1 - total, 6n * vp2], 6, 0],
      [[7n * vp0 - 6n * total, 7n * vp1 - total, 7n * vp2], 7, 0],
      [[8n * vp0 - 7n * total, 8n * vp1 - total, 8n * vp2], 8, 0],
      [[9n * vp0 - 7n * total, 9n * vp1 - total, 9n * vp2 - total], 9, 2],
      [[10n * vp0 - 8n * total, 10n * vp1 - total, 10n * vp2 - total], 10, 0],
      [[11n * vp0 - 9n * total, 11n * vp1 - total, 11n * vp2 - total], 11, 0],
    ];
    for (const [priorities, times, proposer] of cases) {
      const set = incrementProposerPriority(withPriorities([0n, 0n, 0n], [vp0, vp1, vp2]), times);
      expect([times, set.proposer.address[0]]).toEqual([times, proposer]);
      expect([times, set.validators.map(({proposerPriority}) => proposerPriority)]).toEqual([times, priorities]);
    }
  });

  it('TestAvgProposerPriority', () => {
    for (const [priorities, average] of [
      [[0n, 0n, 0n], 0n],
      [[INT64_MAX, 0n, 0n], INT64_MAX / 3n],
      [[INT64_MAX, 0n], INT64_MAX / 2n],
      [[INT64_MAX, INT64_MAX], INT64_MAX],
      [[INT64_MIN, INT64_MIN], INT64_MIN],
      // Go's big.Int.Div rounds down.
      [[-1n, 0n], -1n],
    ] as const) {
      expect(averagePriority(withPriorities(priorities).validators)).toBe(average);
    }
  });

  it('TestSafeAddClip, TestSafeSubClip', () => {
    expect(safeAddClip(INT64_MAX, 10n)).toBe(INT64_MAX);
    expect(safeAddClip(INT64_MAX, INT64_MAX)).toBe(INT64_MAX);
    expect(safeAddClip(INT64_MIN, -10n)).toBe(INT64_MIN);
    expect(safeSubClip(INT64_MIN, 10n)).toBe(INT64_MIN);
    expect(safeSubClip(INT64_MIN, INT64_MIN)).toBe(0n);
    expect(safeSubClip(INT64_MIN, INT64_MAX)).toBe(INT64_MIN);
    expect(safeSubClip(INT64_MAX, -10n)).toBe(INT64_MAX);
  });

  it('TestIncrementProposerPriorityPositiveTimes, TestEmptySet', () => {
    const set = createSet([['foo', 1000]]);
    expect(() => incrementProposerPriority(set, 0)).toThrow(ConsensusError);
    expect(() => incrementProposerPriority(set, -1)).toThrow(ConsensusError);
    expect(() => incrementProposerPriority(withPriorities([]), 1)).toThrow('empty validator set');
    expect(() => findProposer([])).toThrow('empty validator set');
    expect(() => priorityDistance([])).toThrow('empty validator set');
  });
});

describe('changes', () => {
  const errors: readonly (readonly [what: string, start: TestValidator[], update: TestValidator[]])[] = [
    ['first entry twice', equal(2, 10), [['v1', 11], ['v1', 22]]],
    ['second entry twice', equal(2, 10), [['v2', 11], ['v2', 22]]],
    ['twice, apart', equal(3, 10), [['v1', 11], ['v3', 22], ['v1', 12]]],
    ['removed twice', equal(2, 10), [['v1', 0], ['v1', 0]]],
    ['removed twice, apart', equal(3, 10), [['v1', 0], ['v3', 0], ['v1', 0]]],
    ['removed and updated', equal(2, 10), [['v1', 0], ['v2', 20], ['v1', 30]]],
    ['both twice', equal(3, 10), [['v1', 0], ['v3', 5], ['v2', 20], ['v2', 30], ['v1', 0]]],
    ['update overflows', equal(2, 10), [['v1', INT64_MAX]]],
    ['addition overflows', equal(1, MAX), [['v2', INT64_MAX]]],
    ['addition passes the maximum', equal(1, MAX - 1n), [['v2', 5]]],
    ['addition passes the maximum of two', equal(2, MAX / 3n), [['v3', MAX / 2n]]],
    ['addition doubles the maximum', equal(1, MAX), [['v2', MAX]]],
    ['negative power', equal(2, 10), [['v1', -123]]],
    ['removal of a stranger', equal(2, 10), [['v3', 0]]],
    ['removal of all', [['v1', 10], ['v2', 20], ['v3', 30]], [['v1', 0], ['v2', 0], ['v3', 0]]],
  ];
  it.each(errors)('refused: %s', (_, start, update) => {
    const set = createSet(start);
    const before = structuredClone(set);
    expect(() => updateWithChangeSet(set, update.map(change))).toThrow(ConsensusError);
    expect(set).toEqual(before);
  });

  it('a first set holds no duplicates, no zero, no negative power, no overflow', () => {
    expect(() => createSet([['v1', 100], ['v1', 123]])).toThrow(ConsensusError);
    expect(() => createSet([['v1', 0], ['v2', 22]])).toThrow(ConsensusError);
    expect(() => createSet([['v1', 10], ['v2', -20]])).toThrow(ConsensusError);
    expect(() => createSet([['a', MAX], ['b', MAX], ['c', MAX]])).toThrow(ConsensusError);
  });

  const basics: readonly (readonly [what: string, start: TestValidator[], update: TestValidator[], expected: TestValidator[]])[] = [
    ['nothing', equal(2, 10), [], equal(2, 10)],
    ['powers', equal(2, 10), [['v2', 22], ['v1', 11]], [['v2', 22], ['v1', 11]]],
    ['additions', [['v2', 20], ['v1', 10]], [['v4', 40], ['v3', 30]], [['v4', 40], ['v3', 30], ['v2', 20], ['v1', 10]]],
    ['one in the middle', [['v3', 20], ['v1', 10]], [['v2', 30]], [['v2', 30], ['v3', 20], ['v1', 10]]],
    ['one at the front', [['v3', 20], ['v2', 10]], [['v1', 30]], [['v1', 30], ['v3', 20], ['v2', 10]]],
    ['a removal', [['v3', 30], ['v2', 20], ['v1', 10]], [['v2', 0]], [['v3', 30], ['v1', 10]]],
    [
      'a swap at the maximum is no overflow',
      [['v2', MAX - 1n], ['v1', 1]],
      [['v1', MAX - 1n], ['v2', 1]],
      [['v1', MAX - 1n], ['v2', 1]],
    ],
    [
      'decreases count before increases',
      [['v2', MAX - 1n], ['v1', 1]],
      [['v1', MAX / 2n - 1n], ['v2', MAX / 2n]],
      [['v2', MAX / 2n], ['v1', MAX / 2n - 1n]],
    ],
    [
      'a removal makes room',
      [['v1', MAX - 2n], ['v2', 1], ['v3', 1]],
      [['v4', MAX - 2n], ['v1', 0]],
      [['v4', MAX - 2n], ['v2', 1], ['v3', 1]],
    ],
    [
      'additions, updates and removals together',
      [['v1', MAX / 4n], ['v2', MAX / 4n], ['v3', MAX / 4n], ['v4', MAX / 4n]],
      [['v5', 3], ['v1', MAX / 2n - 2n], ['v3', MAX / 2n - 3n], ['v4', 2], ['v2', 0]],
      [['v1', MAX / 2n - 2n], ['v3', MAX / 2n - 3n], ['v5', 3], ['v4', 2]],
    ],
  ];
  it.each(basics)('applied: %s', (_, start, update, expected) => {
    const set = updateWithChangeSet(createSet(start), update.map(change));
    expect(listOf(set)).toEqual(big(expected));
    verify(set);
  });

  it('TestValSetUpdateOverflowRelated 5: eight updates to the maximum are refused', () => {
    const start: TestValidator[] = Array.from({length: 9}, (_, i) => [`v${i + 1}`, 1]);
    const update: TestValidator[] = start.map(([name], i) => [name, i === 8 ? 8 : MAX]);
    expect(() => updateWithChangeSet(createSet(start), update.map(change))).toThrow('exceeds max');
  });

  it.each([
    [[['v4', 44], ['v3', 33], ['v2', 22], ['v1', 11]]],
    [[['v5', 50], ['v6', 60], ['v7', 70]]],
    [[['v1', 0], ['v3', 0], ['v4', 0]]],
    [[['v1', 0], ['v3', 0], ['v2', 22], ['v5', 50], ['v4', 44]]],
  ] as [TestValidator[]][])('the order of changes does not matter: %j', (update) => {
    const set = createSet([['v4', 40], ['v3', 30], ['v2', 20], ['v1', 10]]);
    const expected = updateWithChangeSet(set, update.map(change));
    for (let turn = 1; turn < update.length; turn++) {
      const rotated = [...update.slice(turn), ...update.slice(0, turn)];
      expect(updateWithChangeSet(set, rotated.map(change))).toEqual(expected);
      expect(updateWithChangeSet(set, rotated.reverse().map(change))).toEqual(expected);
    }
  });

  it('TestValSetUpdatePriorityOrderTests: newcomers come last, all with the same priority', () => {
    const start = incrementProposerPriority(createSet([['v3', 1000], ['v2', 2], ['v1', 1]]), 1234);
    const set = updateWithChangeSet(start, ([['v5', 50], ['v4', 40], ['v2', 1], ['v3', 0]] as TestValidator[]).map(change));
    expect(listOf(set)).toEqual(big([['v5', 50], ['v4', 40], ['v1', 1], ['v2', 1]]));
    verify(set);
    const priority = (name: string): bigint => set.validators.find((validator) => nameOf(validator) === name)!.proposerPriority;
    expect(priority('v5')).toBe(priority('v4'));
    expect(priority('v5') < priority('v1') && priority('v5') < priority('v2')).toBe(true);
  });

  it('a newcomer starts at -1.125 of the total power before removals', () => {
    // v1: 10, v2: 10; after one turn their priorities are -10 and 10. Adding 20: total 40, newcomer -45; centred: sum -45, average -15.
    const set = updateWithChangeSet(createSet([['v1', 10], ['v2', 10]]), [change(['v3', 20])]);
    expect(set.validators.map((validator) => [nameOf(validator), validator.proposerPriority])).toEqual([
      ['v3', -30n],
      ['v1', 5n],
      ['v2', 25n],
    ]);
  });
});

it('a quorum is more than two thirds', () => {
  expect(isQuorum(66n, 100n)).toBe(false);
  expect(isQuorum(67n, 100n)).toBe(true);
  expect(isQuorum(2n, 3n)).toBe(false);
  expect(isQuorum(20n, 30n)).toBe(false);
  expect(isQuorum(21n, 30n)).toBe(true);
});
