/** The RPC tests of execution-apis over their chain, and what the runner itself answers. `npm run conformance -- rpc-compat DIR` runs any folder. */
import {describe, expect, it} from '@jest/globals';
import {copyFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {differenceOf} from './rpc-compat/compare.ts';
import {parseIoFile} from './rpc-compat/io-file.ts';
import {rpcCompatSuite} from './rpc-compat/suite.ts';
import {runSuite} from './runner.ts';

const DATA = fileURLToPath(new URL('data/execution-apis/', import.meta.url));
const TIMEOUT_MS = 120_000;

async function run(folder: string): Promise<string[]> {
  const lines: string[] = [];
  await runSuite(await rpcCompatSuite(folder), folder, (line) => lines.push(line));
  return lines;
}

const request = (method: string, ...params: readonly unknown[]): string => `>> ${JSON.stringify({jsonrpc: '2.0', id: 1, method, params})}`;
const response = (result: unknown): string => `<< ${JSON.stringify({jsonrpc: '2.0', id: 1, result})}`;
const json = (result: unknown): string => JSON.stringify({id: 1, result});

describe('the RPC tests of execution-apis', () => {
  it(
    'pass, but for what does not apply, and that says why',
    async () => {
      const lines = await run(DATA);
      expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([]);
      for (const line of lines.slice(0, -1)) expect(line).toMatch(/^SKIPPED .*(builds blocks by order of a consensus layer|the pool takes no blob transactions)/);
      expect(lines.at(-1)).toMatch(/^\d{2,3} passed, 0 failed, 2 skipped$/);
    },
    TIMEOUT_MS,
  );

  it(
    'fail on another answer, on a broken file, and on requests that are not known; speconly looks at the shape only',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'qanat-conformance-'));
      try {
        for (const file of ['genesis.json', 'chain.rlp']) copyFileSync(join(DATA, file), join(folder, file));
        const files = {
          'a-right.io': [request('eth_blockNumber'), response('0x36')],
          'b-wrong.io': [request('eth_blockNumber'), response('0x37')],
          'c-shape.io': ['// speconly: as it says', request('eth_blockNumber'), response('0x37')],
          'd-kind.io': ['// speconly', request('eth_blockNumber'), response(55)],
          'e-broken.io': [request('eth_blockNumber')],
          'f-unknown.io': [request('eth_nothing'), response(null)],
          'g-blob.io': [request('eth_sendRawTransaction', '0x03fa'), response(null)],
        };
        for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder, name), lines.join('\n'));
        const lines = await run(folder);
        expect(lines.map((line) => line.split(':')[0])).toEqual(['FAILED b-wrong.io', 'FAILED d-kind.io', 'FAILED e-broken.io', 'FAILED f-unknown.io', 'SKIPPED g-blob.io', '2 passed, 4 failed, 1 skipped']);
        expect(lines[0]).toBe('FAILED b-wrong.io: result: "0x36", expected "0x37"');
      } finally {
        rmSync(folder, {recursive: true});
      }
    },
    TIMEOUT_MS,
  );
});

describe('responses', () => {
  it.each([
    ['equal in another order', json({a: 1, b: [null, 'x']}), json({b: [null, 'x'], a: 1}), undefined],
    ['without a field', json({a: 1, b: 2}), json({a: 1}), 'result: without b'],
    ['with another field', json({a: 1}), json({a: 1, b: 2}), 'result: has b, which is not expected'],
    ['of another length', json([1]), json([1, 2]), 'result: 2 items, expected 1'],
    ['null where a value is due', json('0x1'), json(null), 'result: null, expected "0x1"'],
    ['an error where a result is due', json('0x1'), '{"id":1,"error":{"code":-1,"message":"no"}}', 'error {"code":-1,"message":"no"}, a result expected'],
    ['of another request', json(1), '{"id":2,"result":1}', 'id 2, expected 1'],
    ['no JSON', json(1), 'oops', 'the response is not JSON: oops'],
    ['an error in other words', '{"id":1,"error":{"code":-1,"message":"no"}}', '{"id":1,"error":{"code":-1,"message":"never"}}', undefined],
    ['an error without words', '{"id":1,"error":{"code":-1,"message":"no"}}', '{"id":1,"error":{"code":-1,"message":""}}', 'an error without a message'],
    ['another error', '{"id":1,"error":{"code":-1,"message":"no"}}', '{"id":1,"error":{"code":-2,"message":"no"}}', 'error -2 (no), expected -1 (no)'],
    ['a result where an error is due', '{"id":1,"error":{"code":-1,"message":"no"}}', json(1), 'a result, error -1 (no) expected'],
    ['an error with other data', '{"id":1,"error":{"code":3,"message":"no","data":"0x01"}}', '{"id":1,"error":{"code":3,"message":"no","data":"0x02"}}', 'error.data: "0x02", expected "0x01"'],
  ])('%s', (_name, expected, actual, difference) => {
    expect(differenceOf(expected, actual, false)).toBe(difference);
  });

  it.each([
    ['other values', json({a: '0x1', b: true}), json({a: '0x2', b: false}), undefined],
    ['text for hex', json({a: '0x1'}), json({a: 'one'}), 'result.a: text "one", expected hex'],
    ['without a field', json({a: '0x1', b: 1}), json({a: '0x1'}), 'result: without b'],
    ['other accounts', json({'0x01': {n: '0x1'}}), json({'0x02': {n: '0x5'}, '0x03': {n: '0x6'}}), undefined],
    ['other accounts with other fields', json({'0x01': {n: '0x1'}}), json({'0x02': {m: '0x5'}}), 'result.0x02: without n'],
    ['one of two kinds', json([{n: '0x1'}, {m: 1}]), json([{m: 2}]), undefined],
    ['an empty list', json([1]), json([]), undefined],
    ['null for a value that may be missing', json(null), json('0x1'), undefined],
  ])('by their shape: %s', (_name, expected, actual, difference) => {
    expect(differenceOf(expected, actual, true)).toBe(difference);
  });

  it('of a script without an order are refused with the line', () => {
    expect(() => parseIoFile('<< {}')).toThrow('line 1: a response without a request');
    expect(() => parseIoFile('>> {}\n>> {}')).toThrow('line 2: a request before the last one was answered');
    expect(() => parseIoFile('hello')).toThrow('line 1: neither a request');
    expect(() => parseIoFile('// only a remark')).toThrow('there is no request in it');
  });
});
