import {describe, expect, it} from '@jest/globals';
import {generateKeyPairSync, sign} from 'node:crypto';
import {
  addressOf,
  compareBytes,
  compareTimestamps,
  concatBytes,
  equalBytes,
  fromBase64,
  fromHex,
  timestampFromMilliseconds,
  timestampFromNanos,
  timestampFromRfc3339,
  timestampToNanos,
  timestampToRfc3339,
  toBase64,
  toHex,
  toHexUpper,
  utf8,
  verifySignature,
  ZERO_TIME,
} from '#proto';

describe('bytes', () => {
  it('hex and base64 there and back', () => {
    expect(fromHex('0xAbcd01')).toEqual(Uint8Array.of(0xab, 0xcd, 1));
    expect([toHex(Uint8Array.of(0xab, 1)), toHexUpper(Uint8Array.of(0xab, 1))]).toEqual(['ab01', 'AB01']);
    expect(fromBase64(toBase64(utf8('value')))).toEqual(utf8('value'));
    expect(fromHex('')).toEqual(new Uint8Array(0));
  });

  it.each(['abc', 'zz', '0xg0', ' ab'])('%j is not hex', (text) => expect(() => fromHex(text)).toThrow(RangeError));
  it.each(['a', 'ab', 'ab=', 'a===', 'ab-_', 'YQ== '])('%j is not base64', (text) => expect(() => fromBase64(text)).toThrow(RangeError));

  it('compare and join', () => {
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(-1);
    expect(compareBytes(Uint8Array.of(255), Uint8Array.of(1, 0))).toBe(1);
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('time', () => {
  it.each([
    ['2020-09-14T16:33:54.21191421Z', 1600101234n, 211914210],
    ['1970-01-01T00:00:00Z', 0n, 0],
    ['1969-12-31T23:59:59.5Z', -1n, 500_000_000],
    ['0001-01-01T00:00:00Z', -62135596800n, 0],
    ['9999-12-31T23:59:59.999999999Z', 253402300799n, 999_999_999],
  ])('%s', (text, seconds, nanos) => {
    expect(timestampFromRfc3339(text)).toEqual({seconds, nanos});
    expect(timestampToRfc3339({seconds, nanos})).toBe(text);
  });

  it('takes zones and trailing zeros', () => {
    expect(timestampFromRfc3339('2020-01-01T02:30:00.500+02:30')).toEqual(timestampFromRfc3339('2020-01-01T00:00:00.5Z'));
    expect(timestampFromRfc3339('2019-12-31T19:00:00-05:00')).toEqual(timestampFromRfc3339('2020-01-01T00:00:00Z'));
  });

  it.each(['', '2020-01-01', '2020-02-30T00:00:00Z', '2020-13-01T00:00:00Z', '2020-01-01T24:00:00Z', '2020-01-01T00:00:60Z', '2020-01-01T00:00:00', '2020-01-01T00:00:00.Z', '2020-01-01T00:00:00.1234567890Z', '2020-01-01T00:00:00+99:00', '20-01-01T00:00:00Z'])(
    '%j is refused',
    (text) => expect(() => timestampFromRfc3339(text)).toThrow(RangeError),
  );

  it('orders and converts', () => {
    const a = timestampFromRfc3339('2020-01-01T00:00:00.000000001Z');
    expect(Math.sign(compareTimestamps(a, {seconds: a.seconds, nanos: 2}))).toBe(-1);
    expect(Math.sign(compareTimestamps(a, ZERO_TIME))).toBe(1);
    expect(compareTimestamps(a, {...a})).toBe(0);
    for (const time of [a, ZERO_TIME, {seconds: -1n, nanos: 999_999_999}]) expect(timestampFromNanos(timestampToNanos(time))).toEqual(time);
    expect(timestampFromMilliseconds(1500)).toEqual({seconds: 1n, nanos: 500_000_000});
  });
});

describe('ed25519', () => {
  // RFC 8032, section 7.1, test 3.
  const publicKey = fromHex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
  const message = fromHex('af82');
  const signature = fromHex(
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  );

  it('verifies RFC 8032\'s vector and nothing near it', () => {
    expect(verifySignature(publicKey, message, signature)).toBe(true);
    expect(verifySignature(publicKey, utf8('x'), signature)).toBe(false);
    expect(verifySignature(publicKey, message, signature.slice(1))).toBe(false);
    expect(verifySignature(publicKey.slice(1), message, signature)).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(255), message, signature)).toBe(false);
    expect(verifySignature(publicKey, message, new Uint8Array(64))).toBe(false);
  });

  it('refuses S >= L', () => {
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + L;
    const malleable = concatBytes(signature.slice(0, 32), fromHex(s.toString(16).padStart(64, '0')).reverse());
    expect(verifySignature(publicKey, message, malleable)).toBe(false);
  });

  it('goes on when more keys come than are kept', () => {
    const {publicKey: key, privateKey} = generateKeyPairSync('ed25519');
    const bytes = new Uint8Array(key.export({format: 'der', type: 'spki'}).subarray(-32));
    const ours = new Uint8Array(sign(null, message, privateKey));
    for (let i = 0; i < 4_200; i++) {
      const other = new Uint8Array(32);
      new DataView(other.buffer).setUint32(0, i);
      verifySignature(other, message, ours);
    }
    expect(verifySignature(bytes, message, ours)).toBe(true);
    expect(verifySignature(publicKey, message, signature)).toBe(true);
  });

  it('derives the address', () => {
    expect(toHexUpper(addressOf(fromBase64('bNNlGls5R25wC3Sd8720F/3+7IZBhXcD22MNFtPk/v0=')))).toBe('2DD9F44FD9067555C322243C3C913BA7B51D2BE0');
  });
});
