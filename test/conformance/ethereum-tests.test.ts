/** A part of ethereum/tests, and what the suites answer to vectors that are wrong. `npm run conformance -- state-tests DIR` runs all. */
import {describe, expect, it} from '@jest/globals';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {forksOf} from './ethereum-tests/forks.ts';
import {rlpSuite} from './ethereum-tests/rlp-suite.ts';
import {stateSuite} from './ethereum-tests/state-suite.ts';
import {transactionSuite} from './ethereum-tests/transaction-suite.ts';
import {trieSuite} from './ethereum-tests/trie-suite.ts';
import {runSuite} from './runner.ts';
import type {Suite} from './runner.ts';

const DATA = fileURLToPath(new URL('data/ethereum-tests/', import.meta.url));

async function run(suite: Suite, folder: string): Promise<string[]> {
  const lines: string[] = [];
  await runSuite(suite, folder, (line) => lines.push(line));
  return lines;
}

async function runOn(suite: Suite, json: unknown): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'qanat-conformance-'));
  try {
    writeFileSync(join(folder, 'test.json'), JSON.stringify(json));
    return await run(suite, folder);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(join(DATA, path), 'utf8')) as T;
}

describe('ethereum/tests', () => {
  it('GeneralStateTests pass under every fork that they name', async () => {
    expect(await run(stateSuite, join(DATA, 'GeneralStateTests'))).toEqual(['242 passed, 0 failed, 0 skipped']);
  }, 180_000);

  it('TransactionTests pass', async () => {
    expect(await run(transactionSuite, join(DATA, 'TransactionTests'))).toEqual(['220 passed, 0 failed, 0 skipped']);
  });

  it('TrieTests pass: in order, in any order, hashed keys, neighbours', async () => {
    expect(await run(trieSuite, join(DATA, 'TrieTests'))).toEqual(['26 passed, 0 failed, 0 skipped']);
  });

  it('RLPTests pass', async () => {
    expect(await run(rlpSuite, join(DATA, 'RLPTests'))).toEqual(['55 passed, 0 failed, 0 skipped']);
  });
});

describe('a vector that is wrong fails, and says where', () => {
  it('state: another root, other logs, an exception that does not come, one that comes', async () => {
    type Post = Record<string, unknown>;
    const [name, test] = Object.entries(read<Record<string, {post: Record<string, Post[]>}>>('GeneralStateTests/chainid.json'))[0]!;
    const zero = `0x${'00'.repeat(32)}`;
    const changed = (change: Post): unknown => ({[name]: {...test, post: {Berlin: [{...test.post['Berlin']![0]!, ...change}]}}});
    expect(await runOn(stateSuite, changed({}))).toEqual(['1 passed, 0 failed, 0 skipped']);
    expect((await runOn(stateSuite, changed({hash: zero})))[0]).toMatch(/^FAILED test\.json \(.*Berlin\[0\]\): state root 0x/);
    expect((await runOn(stateSuite, changed({logs: zero})))[0]).toMatch(/: logs 0x/);
    expect((await runOn(stateSuite, changed({expectException: 'SenderNotEOA'})))[0]).toMatch(/: accepted, expected SenderNotEOA$/);
    expect((await runOn(stateSuite, changed({txbytes: '0xc0'})))[0]).toMatch(/: refused: /);
    expect(await runOn(stateSuite, {[name]: {...test, post: {Atlantis: test.post['Berlin']}}})).toEqual([
      expect.stringMatching(/^SKIPPED .*there is no fork named Atlantis$/),
      '0 passed, 0 failed, 1 skipped',
    ]);
  });

  it('transactions: another hash, another sender, other gas', async () => {
    const [name, test] = Object.entries(read<Record<string, {txbytes: string; result: Record<string, Record<string, string>>}>>('TransactionTests/Vitalik_10.json'))[0]!;
    const changed = (change: Record<string, string>): unknown => ({[name]: {...test, result: {London: {...test.result['London'], ...change}}}});
    expect(await runOn(transactionSuite, changed({}))).toEqual(['1 passed, 0 failed, 0 skipped']);
    expect((await runOn(transactionSuite, changed({hash: '0x00'})))[0]).toMatch(/: hash 0x/);
    expect((await runOn(transactionSuite, changed({sender: '0x00'})))[0]).toMatch(/: sender 0x/);
    expect((await runOn(transactionSuite, changed({intrinsicGas: '0x00'})))[0]).toMatch(/: intrinsic gas \d+, expected 0$/);
    expect((await runOn(transactionSuite, changed({exception: 'NONCE_TOO_BIG'})))[0]).toMatch(/: accepted, expected NONCE_TOO_BIG$/);
  });

  it('tries: another root, plain and hashed keys in one file, other neighbours', async () => {
    const {dogs} = read<Record<string, {in: unknown; root: string}>>('TrieTests/trieanyorder.json');
    const {dogs: hashed} = read<Record<string, {in: unknown; root: string}>>('TrieTests/trieanyorder_secureTrie.json');
    expect((await runOn(trieSuite, {dogs: {...dogs, root: '0x00'}}))[0]).toMatch(/expected 0x00$/);
    expect((await runOn(trieSuite, {dogs, hashed}))[0]).toMatch(/\(hashed\): the root of hashed keys in a file of plain ones$/);
    expect((await runOn(trieSuite, {a: {in: ['cat', 'dog'], tests: [['cat', '', 'cow']]}})).at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('RLP: another encoding, bytes wrongly called valid or invalid', async () => {
    const reasons = async (test: unknown): Promise<string> => (await runOn(rlpSuite, {test}))[0]!;
    expect(await reasons({in: 'dog', out: '0x83646f66'})).toMatch(/: encoded 0x83646f67, expected 0x83646f66$/);
    expect(await reasons({in: '#128', out: '0x8180'})).toBe('1 passed, 0 failed, 0 skipped');
    expect(await reasons({in: 'VALID', out: '0x8100'})).toMatch(/: refused, expected to be decoded$/);
    expect(await reasons({in: 'INVALID', out: '0x80'})).toMatch(/: decoded, expected a refusal$/);
  });
});

describe('fork names', () => {
  it('may be ranges', () => {
    expect(forksOf('Merge')).toEqual(['paris']);
    expect(forksOf('ConstantinopleFix')).toEqual(['petersburg']);
    expect(forksOf('>=Cancun')).toEqual(['cancun', 'prague', 'osaka', 'bpo1', 'bpo2']);
    expect(forksOf('<EIP150')).toEqual(['chainstart', 'homestead']);
    expect(forksOf('Osaka+')).toEqual(['osaka', 'bpo1', 'bpo2']);
    expect(forksOf('BerlinToLondonAt5')).toEqual([]);
  });
});
