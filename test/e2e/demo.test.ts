import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {spawn} from 'node:child_process';
import {resolve} from 'node:path';
import {startDevnet} from '../support/devnet.ts';
import type {TestDevnet} from '../support/devnet.ts';

const DEMO = resolve(import.meta.dirname, '../../dist/devnet/demo/main.js');

function runDemo(args: readonly string[]): Promise<{code: number | null; output: string}> {
  const child = spawn(process.execPath, [DEMO, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')));
  return new Promise((done) => child.once('close', (code) => done({code, output})));
}

describe('npm run demo', () => {
  let net: TestDevnet;
  beforeAll(async () => {
    net = await startDevnet({validators: 4});
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
  }, 60_000);

  it('tells the whole story on four validators, and again on the same chain, exact to the wei', async () => {
    for (let run = 0; run < 2; run++) {
      const {code, output} = await runDemo(['--rpc', net.rpcUrl(run)]);
      // The output is the message of a failure.
      expect({code, output: code === 0 ? '' : output}).toEqual({code: 0, output: ''});
      expect(output).toContain('All balances reconcile to the wei.');
      expect(output.match(/Refused, InvalidProof/g)).toHaveLength(3);
      expect(output.match(/Refused, AlreadyAnswered/g)).toHaveLength(1);
      expect(output).toMatch(/receipt after \d+ ms at the median/);
      expect(output).toContain('for development only');
    }
  }, 240_000);

  it('says what is wrong when there is no node, or another chain', async () => {
    const {code, output} = await runDemo(['--rpc', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(output).toContain('no node answers at http://127.0.0.1:1');
    expect((await runDemo(['--unknown'])).code).toBe(2);
  }, 30_000);
});
