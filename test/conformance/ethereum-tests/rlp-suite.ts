/** RLPTests of ethereum/tests: `in` in JSON and its encoding `out`; or bytes `out` of which `in` says that they are VALID or INVALID. */
import {bytesToHex, decodeRlp, encodeRlp, hexToBytes} from '#node/execution';
import type {Hex, RlpItem} from '#node/execution';
import {bigIntToBytes} from '../../../node/execution/hex.ts';
import {RlpError} from '../../../node/execution/rlp.ts';
import type {Case, Outcome, Suite} from '../runner.ts';

/** `#` and decimal digits stand for an integer that JSON cannot hold. */
type RlpInput = string | number | readonly RlpInput[];
interface RlpTest {
  readonly in: RlpInput;
  readonly out: string;
}

export const rlpSuite: Suite = {
  extension: '.json',
  casesOf(content) {
    return Object.entries(JSON.parse(content) as Record<string, unknown>).map(([name, test]): Case => {
      if (!isRlpTest(test)) return {name, run: async () => ({kind: 'skipped', reason: 'not an RLP test (in, out)'})};
      return {name, run: async () => outcomeOf(test)};
    });
  },
};

function outcomeOf(test: RlpTest): Outcome {
  const bytes = hexToBytes(test.out.startsWith('0x') ? test.out : `0x${test.out}`);
  const decoded = decode(bytes);
  if (test.in === 'INVALID') return decoded === undefined ? {kind: 'passed'} : {kind: 'failed', reason: 'decoded, expected a refusal'};
  if (decoded === undefined) return {kind: 'failed', reason: 'refused, expected to be decoded'};
  const again = bytesToHex(encodeRlp(decoded));
  if (again !== bytesToHex(bytes)) return {kind: 'failed', reason: `decoded and encoded again ${again}, expected ${test.out}`};
  if (test.in === 'VALID') return {kind: 'passed'};
  const item = itemOf(test.in);
  const encoded = bytesToHex(encodeRlp(item));
  if (encoded !== bytesToHex(bytes)) return {kind: 'failed', reason: `encoded ${encoded}, expected ${test.out}`};
  if (textOf(decoded) !== textOf(item)) return {kind: 'failed', reason: `decoded ${textOf(decoded)}, expected ${textOf(item)}`};
  return {kind: 'passed'};
}

function decode(bytes: Uint8Array): RlpItem | undefined {
  try {
    return decodeRlp(bytes);
  } catch (error) {
    if (error instanceof RlpError) return undefined;
    throw error;
  }
}

function itemOf(input: RlpInput): RlpItem {
  if (typeof input === 'number') return bigIntToBytes(BigInt(input));
  if (typeof input !== 'string') return input.map(itemOf);
  return /^#\d+$/.test(input) ? bigIntToBytes(BigInt(input.slice(1))) : new TextEncoder().encode(input);
}

function textOf(item: RlpItem): Hex | string {
  return item instanceof Uint8Array ? bytesToHex(item) : `[${item.map(textOf).join(',')}]`;
}

function isRlpTest(test: unknown): test is RlpTest {
  return typeof test === 'object' && test !== null && 'in' in test && 'out' in test && typeof test.out === 'string';
}
