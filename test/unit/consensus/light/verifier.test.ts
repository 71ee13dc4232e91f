/** Each bound of the verifier, met and exceeded by one. */
import {describe, expect, it} from '@jest/globals';
import {
  headerHash,
  NIL_BLOCK_ID,
  sha256,
  timestampFromNanos,
  timestampToNanos,
  utf8,
  validatorSetHash,
  type Header,
  type LightBlock,
  type Timestamp,
} from '#proto';
import {validateTrustLevel, verify, verifyAdjacent, verifyBackwards, verifyNonAdjacent, type VerificationOptions} from '#consensus/light';
import {CHAIN_ID, LightChain, setOf, signHeader, steady, type Powers, type SignOptions} from '../../../support/light-chain.ts';

const PERIOD_NS = 3_600_000_000_000n;
const DRIFT_NS = 10_000_000_000n;
const OPTIONS: VerificationOptions = {trustingPeriodNs: PERIOD_NS, maxClockDriftNs: DRIFT_NS, trustLevel: {numerator: 1n, denominator: 3n}};

const NAMES = ['a', 'b', 'c', 'd'];
const FOUR = steady(...NAMES)(1);
const chain = new LightChain({heights: 6, powersAt: steady(...NAMES)});
const NOW = chain.time(6);

function later(time: Timestamp, ns: bigint): Timestamp {
  return timestampFromNanos(timestampToNanos(time) + ns);
}

/** The block of `height` with another header, signed again. */
function resigned(height: number, change: Partial<Header>, powers: Powers = FOUR, sign: SignOptions = {}): LightBlock {
  const validatorSet = setOf(powers);
  const header = {...chain.at(height).signedHeader.header, validatorsHash: validatorSetHash(validatorSet.validators), ...change};
  return {signedHeader: {header, commit: signHeader(header, powers, sign)}, validatorSet};
}

function check(trusted: number, untrusted: LightBlock, now = NOW, options = OPTIONS): string {
  const {signedHeader, validatorSet} = chain.at(trusted);
  return verify(signedHeader, validatorSet, untrusted, options, now)?.code ?? 'trusted';
}

describe('an adjacent header', () => {
  it('is trusted', () => expect(check(1, chain.at(2))).toBe('trusted'));

  it('of other validators than the trusted header names is refused', () => {
    const block = resigned(2, {}, steady('a', 'b', 'c', 'e')(1));
    expect(verifyAdjacent(chain.at(1).signedHeader, block, OPTIONS, NOW)?.problem).toMatch(/not the next validators hash/);
  });

  it('signed by exactly two thirds is refused, by one more trusted', () => {
    const three = {a: 1n, b: 1n, c: 1n};
    const trusted = resigned(1, {nextValidatorsHash: validatorSetHash(setOf(three).validators)});
    const two = resigned(2, {}, three, {signers: ['a', 'b']});
    expect(verifyAdjacent(trusted.signedHeader, two, OPTIONS, NOW)?.problem).toMatch(/not \+2\/3/);
    expect(verifyAdjacent(trusted.signedHeader, resigned(2, {}, three), OPTIONS, NOW)).toBeUndefined();
  });

  it('is asked for by its own function only', () => {
    expect(verifyAdjacent(chain.at(1).signedHeader, chain.at(3), OPTIONS, NOW)?.code).toBe('INVALID_HEADER');
    expect(verifyNonAdjacent(chain.at(1).signedHeader, chain.at(1).validatorSet, chain.at(2), OPTIONS, NOW)?.code).toBe('INVALID_HEADER');
  });
});

describe('a header further on', () => {
  it('is trusted', () => expect(check(1, chain.at(5))).toBe('trusted'));

  it.each<[string, SignOptions, string]>([
    // Six of power 1, three of them trusted: one of three is not more than a third, two are.
    ['exactly the trust level', {signers: ['a', 'x', 'y', 'z', 'w']}, 'NOT_ENOUGH_TRUST'],
    ['one more than the trust level', {signers: ['a', 'b', 'x', 'y', 'z']}, 'trusted'],
    ['enough trusted, but two thirds of its own set only', {signers: ['a', 'b', 'x', 'y']}, 'INVALID_HEADER'],
  ])('signed by %s', (_, sign, expected) => {
    const old = {a: 1n, b: 1n, c: 1n};
    const trusted = resigned(1, {}, old);
    const block = resigned(4, {}, {a: 1n, b: 1n, x: 1n, y: 1n, z: 1n, w: 1n}, sign);
    expect(verify(trusted.signedHeader, trusted.validatorSet, block, OPTIONS, NOW)?.code ?? 'trusted').toBe(expected);
  });

  it('at trust level 1 needs more than all, which nobody has', () => {
    expect(check(1, chain.at(4), NOW, {...OPTIONS, trustLevel: {numerator: 1n, denominator: 1n}})).toBe('NOT_ENOUGH_TRUST');
    expect(check(1, chain.at(2), NOW, {...OPTIONS, trustLevel: {numerator: 1n, denominator: 1n}})).toBe('trusted');
  });

  it('with one validator twice in its commit is refused', () => {
    const block = chain.at(4);
    const {commit} = block.signedHeader;
    const twice = {...commit, signatures: commit.signatures.map(() => commit.signatures[0]!)};
    const forged = {...block, signedHeader: {...block.signedHeader, commit: twice}};
    expect(check(1, forged, NOW, {...OPTIONS, trustLevel: {numerator: 2n, denominator: 3n}})).toBe('INVALID_HEADER');
    expect(check(1, forged)).toBe('INVALID_HEADER');
  });
});

describe('times', () => {
  it('a trusted header expires when the trusting period is over, not a nanosecond before', () => {
    const end = later(chain.time(1), PERIOD_NS);
    expect(check(1, chain.at(2), end)).toBe('EXPIRED');
    expect(check(1, chain.at(2), later(end, -1n))).toBe('trusted');
  });

  it('a header may be ahead of the clock by less than the drift', () => {
    const limit = later(chain.time(2), -DRIFT_NS);
    expect(check(1, chain.at(2), limit)).toBe('INVALID_HEADER');
    expect(check(1, chain.at(2), later(limit, 1n))).toBe('trusted');
  });

  it('time goes up with the height', () => {
    const time = chain.time(1);
    expect(check(1, resigned(2, {time}))).toBe('INVALID_HEADER');
    expect(check(1, resigned(2, {time: later(time, 1n)}))).toBe('trusted');
  });

  it('height goes up', () => {
    expect(check(2, chain.at(2))).toBe('INVALID_HEADER');
    expect(check(3, chain.at(1))).toBe('INVALID_HEADER');
  });
});

describe('a header that does not hold together', () => {
  const block = chain.at(4);
  it.each<[string, () => LightBlock]>([
    ['of another chain', () => resigned(4, {chainId: 'another'})],
    ['of another block protocol', () => resigned(4, {version: {block: 10n, app: 1n}})],
    ['with another validator set', () => ({...block, validatorSet: setOf({...FOUR, e: 10n})})],
    ['with other powers', () => ({...block, validatorSet: setOf({...FOUR, a: 11n})})],
    ['without validators', () => ({...block, validatorSet: {...block.validatorSet, validators: []}})],
    ['with a commit of another height', () => ({...block, signedHeader: {...block.signedHeader, commit: chain.at(5).signedHeader.commit}})],
    ['with a commit for another header', () => ({...block, signedHeader: {...block.signedHeader, header: {...block.signedHeader.header, appHash: new Uint8Array(32)}}})],
    ['with a commit signed for another chain', () => resigned(4, {}, FOUR, {chainId: 'another'})],
    [
      'with addresses that are not those of the keys',
      () => ({
        ...block,
        validatorSet: {...block.validatorSet, validators: block.validatorSet.validators.map((validator) => ({...validator, address: new Uint8Array(20)}))},
      }),
    ],
  ])('%s is refused', (_, make) => expect(check(1, make())).toBe('INVALID_HEADER'));
});

describe('the trust level', () => {
  it.each<[bigint, bigint, boolean]>([
    [1n, 3n, true],
    [1n, 1n, true],
    [2n, 3n, true],
    [1n, 4n, false],
    [333n, 1000n, false],
    [334n, 1000n, true],
    [4n, 3n, false],
    [0n, 1n, false],
    [1n, 0n, false],
    [-1n, -3n, false],
  ])('%d/%d', (numerator, denominator, isValid) => {
    expect(validateTrustLevel({numerator, denominator}) === undefined).toBe(isValid);
  });
});

describe('backwards', () => {
  const header = (height: number): Header => chain.at(height).signedHeader.header;

  it('a header is trusted by its hash', () => expect(verifyBackwards(header(3), header(4))).toBeUndefined());

  it.each<[string, Header, Header]>([
    ['another header', {...header(3), appHash: sha256(utf8('x'))}, header(4)],
    ['two heights lower', header(2), header(4)],
    ['of another chain', {...header(3), chainId: `${CHAIN_ID}x`}, header(4)],
    ['not earlier', {...header(3), time: header(4).time}, {...header(4), lastBlockId: {...NIL_BLOCK_ID, hash: headerHash({...header(3), time: header(4).time})}}],
    ['of no shape', {...header(3), proposerAddress: new Uint8Array(3)}, header(4)],
  ])('%s is refused', (_, untrusted, trusted) => expect(verifyBackwards(untrusted, trusted)?.code).toBe('INVALID_HEADER'));
});
