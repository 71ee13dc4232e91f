/** Attacks on light clients: lunatic, equivocation, amnesia; and everything that is not one. */
import {describe, expect, it} from '@jest/globals';
import {BlockIDFlag, sha256, toHex, utf8, validatorSetHash, type Header, type LightBlock, type LightClientAttackEvidence} from '#proto';
import {addMilliseconds} from '#consensus/core';
import {evidenceRefusal} from '#consensus/evidence';
import type {EvidenceRefusal} from '#consensus/engine';
import {CHAIN_ID, keyOf, LightChain, setOf, signHeader, steady, type Powers, type SignOptions} from '../../../support/light-chain.ts';
import {misbehaviorOf} from '../../../../consensus/engine/execution/evidence.ts';
import {attackOf, CHAIN, HEIGHT, NAMES, stateOf, storesOf} from './support.ts';

const COMMON = 12;
const CONFLICT = 15;
const POWERS: Powers = Object.fromEntries(NAMES.map((name) => [name, 10n]));

/** A block of this height by these validators, different from the chain's in `changes`. */
function forged(height: number, changes: Partial<Header>, sign: SignOptions = {}, powers = POWERS): LightBlock {
  const validatorSet = setOf(powers);
  const base = CHAIN.at(Math.min(height, HEIGHT)).signedHeader.header;
  const header: Header = {...base, height: BigInt(height), validatorsHash: validatorSetHash(validatorSet.validators), ...changes};
  return {validatorSet, signedHeader: {header, commit: signHeader(header, powers, sign)}};
}

const FALSE_STATE = {appHash: sha256(utf8('a state that never was'))};
const OTHER_DATA = {dataHash: sha256(utf8('other transactions'))};
const LUNATIC = attackOf(forged(CONFLICT, FALSE_STATE), COMMON);
const EQUIVOCATION = attackOf(forged(CONFLICT, OTHER_DATA), CONFLICT);
const AMNESIA = attackOf(forged(CONFLICT, OTHER_DATA, {round: 3}), CONFLICT);

function refusalOf(evidence: LightClientAttackEvidence, height = HEIGHT): EvidenceRefusal | undefined {
  return evidenceRefusal(evidence, storesOf(CHAIN), stateOf(CHAIN, height));
}

function accused({byzantineValidators}: LightClientAttackEvidence): string[] {
  return byzantineValidators.map(({address}) => toHex(address)).sort();
}

function addresses(...names: string[]): string[] {
  return names.map((name) => toHex(keyOf(name).address)).sort();
}

describe('the three attacks', () => {
  it('lunatic: those of the common height who signed are guilty, strangers are not', () => {
    expect(refusalOf(LUNATIC)).toBeUndefined();
    expect(accused(LUNATIC)).toEqual(addresses(...NAMES));
    // Two of four lie to a light client, with strangers that they made up for the rest.
    const own: Powers = {ann: 10n, bob: 10n, eve: 100n};
    const lie = attackOf(forged(CONFLICT, FALSE_STATE, {}, own), COMMON);
    expect(refusalOf(lie)).toBeUndefined();
    expect(accused(lie)).toEqual(addresses('ann', 'bob'));
    expect(misbehaviorOf([lie])).toEqual(
      lie.byzantineValidators.map(({address}) => ({
        type: 'lightClientAttack',
        validatorAddress: address,
        validatorPower: 10n,
        height: BigInt(COMMON),
        time: CHAIN.time(COMMON),
        totalVotingPower: 40n,
      })),
    );
  });

  it('lunatic: who signed for nil or not at all is innocent', () => {
    const lie = attackOf(forged(CONFLICT, FALSE_STATE, {signers: ['ann', 'bob', 'cas'], nil: []}), COMMON);
    expect(refusalOf(lie)).toBeUndefined();
    expect(accused(lie)).toEqual(addresses('ann', 'bob', 'cas'));
  });

  it.each(['validatorsHash', 'nextValidatorsHash', 'consensusHash', 'appHash', 'lastResultsHash'] as const)('a wrong %s makes a header invalid', (field) => {
    const powers: Powers = field === 'validatorsHash' ? {ann: 10n, bob: 10n, cas: 10n} : POWERS;
    const changes = field === 'validatorsHash' ? {} : {[field]: sha256(utf8('wrong'))};
    const lie = attackOf(forged(CONFLICT, changes, {}, powers), COMMON);
    expect(refusalOf(lie)).toBeUndefined();
    expect(lie.byzantineValidators.length).toBe(Object.keys(powers).length);
    const same = {...lie, commonHeight: BigInt(CONFLICT), timestamp: CHAIN.time(CONFLICT)};
    expect(refusalOf(same)).toEqual({kind: 'invalid', problem: expect.stringMatching(/common height is its own/)});
  });

  it('equivocation: those who signed both are guilty', () => {
    expect(refusalOf(EQUIVOCATION)).toBeUndefined();
    expect(accused(EQUIVOCATION)).toEqual(addresses(...NAMES));
    const three = attackOf(forged(CONFLICT, OTHER_DATA, {signers: ['bob', 'cas', 'dee']}), CONFLICT);
    expect(refusalOf(three)).toBeUndefined();
    expect(accused(three)).toEqual(addresses('bob', 'cas', 'dee'));
  });

  it('amnesia: recorded, and nobody is guilty', () => {
    expect(refusalOf(AMNESIA)).toBeUndefined();
    expect(AMNESIA.byzantineValidators).toEqual([]);
    expect(misbehaviorOf([AMNESIA])).toEqual([]);
  });

  it('forward lunatic: a block of a height to come and no later time', () => {
    const time = CHAIN.time(HEIGHT);
    const forward = attackOf(forged(HEIGHT + 7, {time}), COMMON);
    expect(refusalOf(forward)).toBeUndefined();
    expect(accused(forward)).toEqual(addresses(...NAMES));
    const notYet = attackOf(forged(HEIGHT + 7, {time: addMilliseconds(time, 1)}), COMMON);
    expect(refusalOf(notYet)?.kind).toBe('unknown');
  });

  it('an attack on the newest height waits for its canonical commit', () => {
    const newest = attackOf(forged(HEIGHT, OTHER_DATA), HEIGHT);
    expect(refusalOf(newest)?.kind).toBe('unknown');
    const grown = CHAIN.grow(1);
    expect(evidenceRefusal(newest, storesOf(grown), stateOf(grown))).toBeUndefined();
  });
});

describe('false evidence', () => {
  const power = (change: bigint) => ({...LUNATIC, byzantineValidators: LUNATIC.byzantineValidators.map((each) => ({...each, votingPower: each.votingPower + change}))});
  const [first, second, ...rest] = LUNATIC.byzantineValidators;
  const wrong: readonly (readonly [what: string, evidence: LightClientAttackEvidence, kind: EvidenceRefusal['kind'], problem: RegExp])[] = [
    ['the block of the chain', attackOf(CHAIN.at(CONFLICT), CONFLICT), 'invalid', /is the one of the chain/],
    ['the block of the chain from a common height', {...attackOf(CHAIN.at(CONFLICT), COMMON)}, 'invalid', /is the one of the chain/],
    ['a wrong total power', {...LUNATIC, totalVotingPower: 41n}, 'invalid', /total voting power 41, not 40/],
    ['no total power', {...LUNATIC, totalVotingPower: 0n}, 'invalid', /not positive/],
    ['the time of another block', {...LUNATIC, timestamp: CHAIN.time(COMMON + 1)}, 'invalid', /time is not that of block 12/],
    ['another common height', {...LUNATIC, commonHeight: 13n}, 'invalid', /time is not that of block 13/],
    ['a common height above the block', {...LUNATIC, commonHeight: 16n, timestamp: CHAIN.time(16)}, 'invalid', /common height above/],
    ['a common height of zero', {...LUNATIC, commonHeight: 0n}, 'invalid', /before the first block/],
    ['one culprit too few', {...LUNATIC, byzantineValidators: LUNATIC.byzantineValidators.slice(1)}, 'mismatch', /3 byzantine validators are named, 4/],
    ['no culprits', {...LUNATIC, byzantineValidators: []}, 'mismatch', /0 byzantine validators are named, 4/],
    ['an innocent among the culprits', {...LUNATIC, byzantineValidators: [first!, second!, rest[0]!, {...rest[1]!, ...setOf({eve: 10n}).validators[0]!}]}, 'mismatch', /is another/],
    ['culprits in another order', {...LUNATIC, byzantineValidators: [second!, first!, ...rest]}, 'mismatch', /is another/],
    ['too much power of a culprit', power(1n), 'mismatch', /power 10, not 11/],
    ['the key of another', {...LUNATIC, byzantineValidators: [{...first!, publicKey: second!.publicKey}, second!, ...rest]}, 'mismatch', /not that of the public key/],
    ['culprits of an amnesia', {...AMNESIA, byzantineValidators: EQUIVOCATION.byzantineValidators}, 'mismatch', /4 byzantine validators are named, 0/],
    ['one third of the trusted power and no more', attackOf(forged(CONFLICT, FALSE_STATE, {}, {ann: 10n, eve: 100n}), COMMON), 'invalid', /not more than 1\/3/],
    ['strangers only', attackOf(forged(CONFLICT, FALSE_STATE, {}, {eve: 10n, mallory: 10n}), COMMON), 'invalid', /not more than 1\/3/],
    ['two thirds of the block and no more', attackOf(forged(CONFLICT, OTHER_DATA, {signers: ['ann', 'bob']}), CONFLICT), 'invalid', /not \+2\/3/],
    ['signatures for another chain', attackOf(forged(CONFLICT, FALSE_STATE, {chainId: 'other'}), COMMON), 'invalid', /wrong signature/],
    ['a block of another chain', attackOf(forged(CONFLICT, {...FALSE_STATE, chainId: 'other'}, {chainId: CHAIN_ID}), COMMON), 'invalid', /of chain other/],
    ['another header than was signed', {...LUNATIC, conflictingBlock: withHeader(LUNATIC.conflictingBlock, OTHER_DATA)}, 'invalid', /commit for another block/],
    ['other validators than the header names', {...LUNATIC, conflictingBlock: {...LUNATIC.conflictingBlock, validatorSet: setOf({ann: 10n})}}, 'invalid', /hash in the header/],
    ['a signature moved to an innocent', innocentAccused(), 'invalid', /wrong signature/],
  ];
  it.each(wrong)('%s is refused', (_, evidence, kind, problem) => {
    expect(refusalOf(evidence)).toEqual({kind, problem: expect.stringMatching(problem)});
  });

  it('every single signature is looked at, those beyond +2/3 too', () => {
    for (let index = 0; index < NAMES.length; index++) {
      const {signedHeader, validatorSet} = LUNATIC.conflictingBlock;
      const signatures = signedHeader.commit.signatures.map((each, i) => (i === index ? {...each, signature: sha256(utf8('a'))} : each));
      const conflictingBlock = {validatorSet, signedHeader: {...signedHeader, commit: {...signedHeader.commit, signatures}}};
      expect(refusalOf({...LUNATIC, conflictingBlock})?.problem).toMatch(/wrong signature/);
    }
  });

  it('of a height that cannot be judged costs no hash of its validators', () => {
    const {conflictingBlock} = LUNATIC;
    const validatorSet = {...conflictingBlock.validatorSet, validators: []};
    const empty = {...LUNATIC, conflictingBlock: {...conflictingBlock, validatorSet}};
    expect(refusalOf({...empty, commonHeight: BigInt(HEIGHT) + 1n})?.kind).toBe('unknown');
    expect(refusalOf(empty)).toEqual({kind: 'invalid', problem: 'conflicting block: validator set: no validators'});
  });

  it('what this node has no header or commit for is unknown', () => {
    expect(evidenceRefusal(LUNATIC, storesOf(CHAIN, {base: 13n}), stateOf(CHAIN))?.kind).toBe('unknown');
    const noCommits = {...storesOf(CHAIN), loadCommit: () => undefined};
    expect(evidenceRefusal(EQUIVOCATION, noCommits, stateOf(CHAIN))?.kind).toBe('unknown');
    expect(evidenceRefusal(LUNATIC, noCommits, stateOf(CHAIN))).toBeUndefined();
  });

  it('a fork of a light chain is an attack from its last common height', () => {
    const fork = new LightChain({heights: HEIGHT, powersAt: steady(...NAMES)}).fork({at: 14});
    expect(refusalOf(attackOf(fork.at(17), 13))).toBeUndefined();
  });
});

function withHeader(block: LightBlock, changes: Partial<Header>): LightBlock {
  return {...block, signedHeader: {...block.signedHeader, header: {...block.signedHeader.header, ...changes}}};
}

/** Ann, Bob and Cas lie; Dee's place in the commit is filled with Cas's signature. */
function innocentAccused(): LightClientAttackEvidence {
  const {signedHeader, validatorSet} = forged(CONFLICT, FALSE_STATE, {signers: ['ann', 'bob', 'cas']});
  const {commit} = signedHeader;
  const cas = commit.signatures.find(({validatorAddress}) => toHex(validatorAddress) === toHex(keyOf('cas').address))!;
  const signatures = commit.signatures.map((each) =>
    each.blockIdFlag === BlockIDFlag.Absent ? {...cas, validatorAddress: keyOf('dee').address} : each,
  );
  return attackOf({validatorSet, signedHeader: {...signedHeader, commit: {...commit, signatures}}}, COMMON);
}
