/** What an operator does to a chain that stands still: replay, rollback, reset; on a chain that a real node made. */
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {Node} from '#node/app';
import {main} from '#node/cli';
import {homePaths, loadConfig, type HomePaths} from '#node/config';
import {lockHome} from '#node/storage';
import type {Logger} from '#node/telemetry';

const PORTS = {'p2p.port': '0', 'eth.port': '0', 'comet.port': '0', 'metrics.port': '0'};
let home: HomePaths;
let output: string[];

/** Runs the node of the home until it has executed `count` blocks; returns the first and the last height. */
async function produce(count: number): Promise<{first: bigint; last: bigint}> {
  const heights: bigint[] = [];
  const enough = Promise.withResolvers<void>();
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    warn: nothing,
    error: nothing,
    info: (fields, message) => {
      if (message !== 'block') return;
      heights.push((fields as {height: bigint}).height);
      if (heights.length >= count) enough.resolve();
    },
    child: () => logger,
  };
  const config = loadConfig({flags: {...PORTS, 'consensus.empty_block_interval_ms': '20'}});
  const node = new Node({home: home.root, config}, {logger});
  try {
    await node.start();
    const failed = await Promise.race([enough.promise, node.halted]);
    if (failed !== undefined) throw failed;
  } finally {
    await node.stop();
  }
  return {first: heights[0]!, last: heights.at(-1)!};
}

async function run(...args: string[]): Promise<number> {
  output.length = 0;
  return main([...args, '--home', home.root]);
}

describe('a chain that stands still', () => {
  beforeAll(() => {
    home = homePaths(mkdtempSync(join(tmpdir(), 'qanat-cli-chain-')));
  });
  afterAll(() => rmSync(home.root, {recursive: true}));
  beforeEach(() => {
    output = [];
    for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation((text: string) => void output.push(text));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is none at first', async () => {
    expect(await run('init')).toBe(0);
    expect(await run('rollback')).toBe(1);
    expect(output.join()).toContain('this home has no chain yet');
  });

  it('is executed again, whole or in part, and gives the same', async () => {
    const {last} = await produce(6);
    expect(await run('replay')).toBe(0);
    expect(output.join()).toMatch(/blocks 1 to \d+ give the same app hashes and results/);
    expect(await run('replay', '--from', '4', '--to', '5')).toBe(0);
    expect(output.join()).toContain('blocks 4 to 5 give the same');
    expect(await run('replay', '--from', '5', '--to', '4')).toBe(1);
    expect(await run('replay', '--to', `${last + 100n}`)).toBe(1);
    expect(output.join()).toMatch(/were asked for, 1 to \d+ are here/);
  }, 60_000);

  it('goes back a block, which is executed again', async () => {
    expect(await run('rollback')).toBe(0);
    const height = BigInt(/blocks to (\d+)/.exec(output.join())![1]!);
    expect(output.join()).toContain(`application at ${height - 1n}`);
    const {first} = await produce(2);
    expect(first).toBe(height);
  }, 60_000);

  it('goes back a block for good, and goes on', async () => {
    expect(await run('rollback', '--hard')).toBe(0);
    const height = BigInt(/blocks to (\d+)/.exec(output.join())![1]!);
    const {first} = await produce(2);
    expect(first).toBe(height + 1n);
    expect(await run('replay')).toBe(0);
  }, 60_000);

  it('is left alone while a node runs', async () => {
    const release = lockHome(home.root);
    for (const command of ['rollback', 'replay', 'reset']) {
      expect(await run(command)).toBe(1);
      expect(output.join()).toContain('is in use by the process with pid');
    }
    release();
  });

  it('is deleted; what the validator signed last stays, unless one says so twice', async () => {
    expect(await run('reset', '--sign-state')).toBe(1);
    expect(output.join()).toContain('double sign');
    expect(existsSync(home.blockStore)).toBe(true);
    expect(await run('reset')).toBe(0);
    expect(readdirSync(home.data)).toEqual(['priv_validator_state.json']);
    expect(existsSync(home.validatorKey)).toBe(true);
    expect(await run('reset', '--sign-state', '--yes')).toBe(0);
    expect(readdirSync(home.data)).toEqual([]);
    expect((await produce(1)).first).toBe(1n);
  }, 60_000);
});
