import {describe, expect, it} from '@jest/globals';
import {parseQuery, QueryError} from '#node/rpc/comet';
import {compareDecimals, matches, parseDecimal} from '../../../node/rpc/comet/query/query.ts';

const EVENTS = new Map<string, readonly string[]>([
  ['tm.event', ['Tx']],
  ['tx.height', ['7']],
  ['transfer.sender', ['alice', 'bob']],
  ['transfer.amount', ['8atom', '6.5stake']],
  ['rewards.withdraw.date', ['2023-05-17']],
  ['rewards.withdraw.time', ['2023-05-17T14:12:48.5Z']],
  ['big.number', ['115792089237316195423570985008687907853269984665640564039457584007913129639935']],
]);

describe('queries match', () => {
  it.each([
    ["tm.event = 'Tx'", true],
    ["tm.event='Tx' AND tx.height=7", true],
    ["tm.event = 'NewBlock'", false],
    ['tx.height > 6', true],
    ['tx.height > 7', false],
    ['tx.height >= 7 AND tx.height <= 7', true],
    ['tx.height < 7.5', true],
    ["tx.height = '7'", true],
    ["transfer.sender = 'bob' AND transfer.sender = 'alice'", true],
    ["transfer.sender = 'bo'", false],
    ["transfer.sender CONTAINS 'li'", true],
    ["transfer.sender CONTAINS ''", true],
    ['transfer.sender EXISTS', true],
    ['transfer EXISTS', true],
    ['transfe EXISTS', false],
    ['transfer.recipient EXISTS', false],
    ['transfer.amount = 8', true],
    ['transfer.amount = 6.5', true],
    ['transfer.amount > 8', false],
    ['transfer.sender = 8', false],
    ['rewards.withdraw.date = DATE 2023-05-17', true],
    ['rewards.withdraw.date >= DATE 2023-05-18', false],
    ['rewards.withdraw.time > TIME 2023-05-17T14:12:48Z', true],
    ['rewards.withdraw.time < TIME 2023-05-17T16:12:48+02:00', false],
    ['rewards.withdraw.time <= TIME 2023-05-17T16:12:49+02:00', true],
    ['rewards.withdraw.date = TIME 2023-05-17T00:00:00Z', false],
    ['big.number > 115792089237316195423570985008687907853269984665640564039457584007913129639934', true],
    ['big.number > 115792089237316195423570985008687907853269984665640564039457584007913129639935', false],
  ])('%s: %p', (text, expected) => {
    expect(matches(parseQuery(text), EVENTS)).toBe(expected);
  });
});

describe('queries are refused', () => {
  it.each([
    ['', 'offset 0: EOF'],
    ['malformed query', 'offset 10: got tag, wanted <= operator, >= operator, < operator, > operator, = operator, CONTAINS operator or EXISTS operator'],
    ["= 'a'", 'offset 0: got = operator, wanted tag'],
    ['a', 'offset 1: EOF'],
    ['a =', 'offset 3: EOF'],
    ['a = b', 'offset 4: got tag, wanted number, timestamp, datestamp or string'],
    ["a < 'b'", 'offset 4: got string, wanted number, timestamp or datestamp'],
    ['a CONTAINS 5', 'offset 11: got number, wanted string'],
    ["a = 'b' OR c = 'd'", 'offset 8: got tag, want AND operator'],
    ["a = 'b' AND", 'offset 11: EOF'],
    ["a = 'b", 'offset 4: a string without its closing quote'],
    ['a = "b"', 'offset 4: invalid input " at offset 5'],
    ['a ! 5', 'offset 2: invalid input ! at offset 3'],
    ['a = -5', 'offset 4: invalid input - at offset 5'],
    ['a = TIME yesterday', 'offset 4: invalid TIME value ""'],
    ['a = TIME 2023-02-30T00:00:00Z', 'offset 4: invalid TIME value "2023-02-30T00:00:00Z"'],
    ['a = DATE 2023-13-01', 'offset 4: invalid DATE value "2023-13-01"'],
    ['a = DATE 1800-01-01', 'offset 4: datestamp year 1800 out of range'],
    [`a = '${'x'.repeat(512)}'`, 'maximum query length exceeded'],
    [Array.from({length: 17}, () => 'a=1').join(' AND '), 'more than 16 conditions'],
  ])('%s', (text, message) => {
    expect(() => parseQuery(text)).toThrow(new QueryError(message));
  });

  it('whatever characters come, nothing else is thrown', () => {
    let state = 42;
    const random = (below: number): number => (state = (state * 1103515245 + 12345) & 0x7fffffff) % below;
    const pieces = ['a.b', '=', '<', '<=', "'", "'x'", '5', '5.', 'AND', 'EXISTS', 'CONTAINS', 'TIME ', 'DATE 2023', '\u{1f600}', '\\', '\u0000', '-', '.', ' '];
    for (let i = 0; i < 5_000; i++) {
      const text = Array.from({length: random(12)}, () => pieces[random(pieces.length)]).join(random(2) === 0 ? ' ' : '');
      try {
        matches(parseQuery(text), EVENTS);
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError);
      }
    }
  });
});

it('numbers are exact, and at most 128 digits long', () => {
  expect(compareDecimals(parseDecimal('0.1')!, parseDecimal('0.10')!)).toBe(0);
  expect(compareDecimals(parseDecimal('9007199254740993')!, parseDecimal('9007199254740992.9')!)).toBe(1);
  expect(parseDecimal('1'.repeat(128))).toBeDefined();
  expect(parseDecimal('1'.repeat(129))).toBeUndefined();
  expect(parseDecimal('-1')).toBeUndefined();
});
