/** What block H changes: validators from H+2 on, parameters from H+1 on. Numbers of CometBFT `state/state_test.go` (v0.38). */
import {describe, expect, it} from '@jest/globals';
import {addressOf, DEFAULT_CONSENSUS_PARAMS, ED25519_KEY_TYPE, EMPTY_BYTES, NIL_BLOCK_ID, sha256, utf8, ZERO_TIME, type ConsensusParams, type Header, type PublicKey, type ValidatorSet} from '#proto';
import {coreLimits} from '#consensus/core';
import {StoredEvidencePool} from '#consensus/evidence';
import {genesisState, stateAfterBlock, type ConsensusState} from '../../../../consensus/engine/store/state.ts';
import {MemoryStore, Power} from '../../../simulation/support/disk.ts';
import {CHAIN, doubleVote, HEIGHT, SILENT, stateOf, storesOf} from '../evidence/support.ts';

type Powers = Readonly<Record<string, bigint>>;

function key(name: string): PublicKey {
  return {type: ED25519_KEY_TYPE, bytes: sha256(utf8(name))};
}

function updates(powers: Powers): {publicKey: PublicKey; power: bigint}[] {
  return Object.entries(powers).map(([name, power]) => ({publicKey: key(name), power}));
}

function genesis(powers: Powers): ConsensusState {
  const state = genesisState({
    genesisTime: ZERO_TIME,
    chainId: 'updates',
    initialHeight: 1n,
    consensusParams: DEFAULT_CONSENSUS_PARAMS,
    validators: updates(powers).map((update) => ({...update, address: addressOf(update.publicKey.bytes), name: ''})),
    appHash: EMPTY_BYTES,
    appState: {},
  });
  // As CometBFT's tests begin: the next height is decided by the very same set.
  return {...state, nextValidators: state.validators};
}

function next(state: ConsensusState, powers: Powers = {}, consensusParamUpdates?: ConsensusParams): ConsensusState {
  const header = {height: state.lastBlockHeight + 1n, time: state.lastBlockTime} as Header;
  const params = consensusParamUpdates === undefined ? {} : {consensusParamUpdates};
  return stateAfterBlock(state, NIL_BLOCK_ID, header, {txResults: [], validatorUpdates: updates(powers), appHash: EMPTY_BYTES, ...params});
}

function priorities({validators}: ValidatorSet, ...names: readonly string[]): bigint[] {
  return names.map((name) => validators.find(({address}) => Buffer.compare(address, addressOf(key(name).bytes)) === 0)!.proposerPriority);
}

function isProposer({proposer}: ValidatorSet, name: string): boolean {
  return Buffer.compare(proposer.address, addressOf(key(name).bytes)) === 0;
}

describe('proposer priorities over blocks', () => {
  it('TestProposerPriorityDoesNotGetResetToZero', () => {
    const first = next(genesis({v1: 10n}));
    expect(priorities(first.nextValidators, 'v1')).toEqual([0n]);
    const added = next(first, {v2: 100n});
    expect(priorities(added.nextValidators, 'v1', 'v2')).toEqual([-38n, 39n]);
    const weakened = next(added, {v2: 1n});
    expect(priorities(weakened.nextValidators, 'v1', 'v2')).toEqual([1n, -1n]);
  });

  it('TestProposerPriorityProposerAlternates', () => {
    let state = next(genesis({v1: 10n}));
    expect(priorities(state.nextValidators, 'v1')).toEqual([0n]);
    state = next(state, {v2: 10n});
    expect([isProposer(state.validators, 'v1'), isProposer(state.nextValidators, 'v1')]).toEqual([true, true]);
    expect(priorities(state.nextValidators, 'v1', 'v2')).toEqual([1n, -1n]);
    state = next(state);
    expect(isProposer(state.nextValidators, 'v1')).toBe(true);
    expect(priorities(state.nextValidators, 'v1', 'v2')).toEqual([-9n, 9n]);
    state = next(state);
    for (let i = 0; i < 1000; i++) {
      const before = state.validators.proposer.address;
      state = next(state);
      expect(state.nextValidators.proposer.address).toEqual(before);
      expect(isProposer(state.validators, i % 2 === 0 ? 'v2' : 'v1')).toBe(true);
      expect(priorities(state.nextValidators, 'v1', 'v2')).toEqual(i % 2 === 0 ? [-9n, 9n] : [1n, -1n]);
    }
  });

  it('TestLargeGenesisValidator: alone it stays at 0; newcomers propose in time once it is gone', () => {
    let state = genesis({large: coreLimits.TOTAL_VOTING_POWER_MAX / 1000n});
    for (let i = 0; i < 10; i++) {
      state = next(state);
      expect(priorities(state.nextValidators, 'large')).toEqual([0n]);
    }
    state = next(state, {added: 10n});
    for (let i = 0; i < 200; i++) state = next(state);
    state = next(state, Object.fromEntries(Array.from({length: 10}, (_, i) => [`v${i}`, 10n])));
    state = next(state, {large: 0n});
    const proposers: string[] = [];
    for (let i = 0; i < 50; i++) {
      state = next(state);
      proposers.push(Buffer.from(state.validators.proposer.address).toString('hex'));
    }
    // Eleven of equal power take turns soon: within the last 22 blocks everyone twice.
    const turns = new Map<string, number>();
    for (const proposer of proposers.slice(-22)) turns.set(proposer, (turns.get(proposer) ?? 0) + 1);
    expect([...turns.values()]).toEqual(new Array(11).fill(2));
  });
});

describe('changes of validators', () => {
  it('of block H decide from H+2 on', () => {
    const before = genesis({a: 10n, b: 10n, c: 10n, d: 10n});
    const after = next(before, {e: 40n, a: 20n});
    expect(after.validators).toEqual(before.nextValidators);
    expect(after.nextValidators.totalVotingPower).toBe(90n);
    expect(after.lastHeightValidatorsChanged).toBe(3n);
    const later = next(after);
    expect(later.validators).toEqual(after.nextValidators);
    expect(later.lastValidators).toEqual(after.validators);
    expect(later.lastHeightValidatorsChanged).toBe(3n);
  });

  it('may remove the one whose turn it is: the turn goes to another', () => {
    const before = genesis({a: 10n, b: 10n, c: 10n, d: 10n});
    const [gone] = ['a', 'b', 'c', 'd'].filter((name) => isProposer(before.nextValidators, name));
    const after = next(before, {[gone!]: 0n});
    // It still may propose H+1, and is in nobody's set from H+2 on.
    expect(isProposer(after.validators, gone!)).toBe(true);
    expect(after.nextValidators.validators).toHaveLength(3);
    expect(isProposer(after.nextValidators, gone!)).toBe(false);
    expect(after.nextValidators.validators.map(({address}) => address)).toContainEqual(after.nextValidators.proposer.address);
  });

  it.each<readonly [string, Powers, RegExp]>([
    ['a stranger with power 0', {e: 0n}, /not in the set/],
    ['everyone removed', {a: 0n, b: 0n}, /leave no validator/],
    ['a total over the maximum', {a: coreLimits.TOTAL_VOTING_POWER_MAX}, /total voting power/],
    ['a power over the maximum', {a: coreLimits.TOTAL_VOTING_POWER_MAX + 1n}, /voting power/],
    ['a negative power', {a: -1n}, /negative/],
  ])('refused, with what is wrong: %s', (_, powers, problem) => {
    const state = genesis({a: 10n, b: 10n});
    expect(() => next(state, powers)).toThrow(problem);
    expect(() => next(state, powers)).toThrow(/^FinalizeBlock of height 1 asks for validators that no chain can have: .*; the application has to be corrected$/);
  });
});

it('evidence parameters of block H count at H+1, for the pool too', async () => {
  const pool = new StoredEvidencePool({db: new MemoryStore(new Power()), logger: SILENT});
  const state = stateOf(CHAIN, HEIGHT - 1);
  await pool.start(storesOf(CHAIN), state);
  expect(await pool.add(doubleVote('cas', 15))).toBeUndefined();
  const {header} = CHAIN.at(HEIGHT).signedHeader;
  const finalized = (params?: ConsensusParams): ConsensusState =>
    stateAfterBlock(state, NIL_BLOCK_ID, header, {txResults: [], validatorUpdates: [], appHash: EMPTY_BYTES, ...(params === undefined ? {} : {consensusParamUpdates: params})});
  await pool.update(finalized(), []);
  expect(pool.pending(1_000_000n)).toHaveLength(1);
  const shorter = finalized({...state.consensusParams, evidence: {...state.consensusParams.evidence, maxAgeNumBlocks: 2n, maxAgeDurationNs: 1n}});
  expect(shorter.lastHeightConsensusParamsChanged).toBe(BigInt(HEIGHT) + 1n);
  const other = new StoredEvidencePool({db: new MemoryStore(new Power()), logger: SILENT});
  await other.start(storesOf(CHAIN), state);
  await other.add(doubleVote('cas', 15));
  await other.update(shorter, []);
  expect(other.pending(1_000_000n)).toEqual([]);
  expect((await other.add(doubleVote('dee', 15)))?.kind).toBe('expired');
});
