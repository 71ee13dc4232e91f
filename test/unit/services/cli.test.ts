import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {main} from '#protocols/services';
import {sharedCacheDir} from './cache.ts';

let folder: string;
let out = '';
let err = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qanat-cli-test-'));
});

afterAll(async () => {
  await rm(folder, {recursive: true, force: true});
});

beforeEach(() => {
  out = '';
  err = '';
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => void (out += `${String(text)}\n`));
  jest.spyOn(console, 'error').mockImplementation((text: unknown) => void (err += `${String(text)}\n`));
  // Commander writes what was typed wrongly by itself.
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('qanat model', () => {
  it('trains and packs from a CSV file, and runs, shows and checks the package', async () => {
    const csv = join(folder, 'data.csv');
    const rows = Array.from({length: 60}, (_, k) => `${k % 10},${(k * 7) % 10},${k % 10 > 4 ? 'high' : 'low'}`);
    await writeFile(csv, ['a,b,level', ...rows].join('\n'));
    const target = join(folder, 'model');
    expect(await main(['model', 'train', '--data', csv, '--hidden', '2', '--epochs', '60', '--seed', '1', '--out', target, '--cache', sharedCacheDir])).toBe(0);
    expect(err).toContain('for development only');
    expect((await stat(join(target, 'secret.json'))).mode & 0o777).toBe(0o600);
    expect(await main(['model', 'run', target, '--input', '9,0'])).toBe(0);
    expect(JSON.parse(out).label).toBe('high');
    out = '';
    expect(await main(['model', 'show', target])).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')));
    expect(await main(['model', 'check', target, '--cache', sharedCacheDir])).toBe(0);
    expect(await main(['model', 'train', '--data', csv, '--out', target, '--epochs', '1', '--cache', sharedCacheDir, '--hidden', '2'])).toBe(1);
    expect(err).toContain('exists already');
    expect(await main(['model', 'run', target, '--input', '1000,0'])).toBe(1);
    expect(err).toContain('does not fit');
  }, 60_000);

  it('tells typing errors (2) from failures (1)', async () => {
    expect(await main(['model', 'run', folder])).toBe(2);
    expect(await main(['model', 'train', '--data', 'iris', '--out', 'x', '--hidden', '0'])).toBe(2);
    expect(await main(['model', 'prove', 'x', '--input', '1', '--chain-id', '1', '--request-id', '1', '--prover', 'nobody'])).toBe(2);
    expect(await main(['nothing'])).toBe(2);
    expect(await main(['model', 'show', join(folder, 'nowhere')])).toBe(1);
    expect(err).toContain('nowhere');
  });
});

describe('qanat prover', () => {
  it('does not start without a key, and takes none from the command line', async () => {
    const before = process.env['QANAT_PROVER_KEY'];
    delete process.env['QANAT_PROVER_KEY'];
    try {
      expect(await main(['prover', '--models', folder])).toBe(1);
      expect(err).toContain('--key-file');
      expect(await main(['prover', '--models', folder, '--key', `0x${'01'.repeat(32)}`])).toBe(2);
      expect(await main(['prover', '--models', folder, '--rpc', 'ftp://x'])).toBe(2);
    } finally {
      if (before !== undefined) process.env['QANAT_PROVER_KEY'] = before;
    }
  });
});
