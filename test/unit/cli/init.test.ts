/** The home of a node that begins a chain, and of one that joins a chain which exists. */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {main} from '#node/cli';
import {homePaths} from '#node/config';

let folder: string;
let output: string[];
const home = (name: string) => homePaths(join(folder, name));
const init = (name: string, ...args: string[]): Promise<number> => main(['init', '--home', home(name).root, ...args]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-init-'));
  output = [];
  for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation((text: string) => void output.push(text));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, {recursive: true});
});

describe('qanat init', () => {
  it('begins a chain with itself as the validator, and keeps everything when called again', async () => {
    expect(await init('first')).toBe(0);
    expect(output.join()).toContain('Role: a validator from genesis');
    const {genesis, validatorKey} = home('first');
    const before = [genesis, validatorKey].map((file) => readFileSync(file, 'utf8'));
    expect(await init('first')).toBe(0);
    expect([genesis, validatorKey].map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });

  it('takes the genesis of a network as it is, and says that this key is no validator of it', async () => {
    await init('first');
    const text = readFileSync(home('first').genesis, 'utf8').replace('\n', ' \n');
    writeFileSync(join(folder, 'genesis.json'), text);
    expect(await init('second', '--genesis', join(folder, 'genesis.json'))).toBe(0);
    expect(output.at(-1)).toContain('Role: no validator in genesis: it follows');
    expect(readFileSync(home('second').genesis, 'utf8')).toBe(text);
  });

  it('refuses a file that is no genesis, none at all, and another one than the home has; nothing is written then', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"chain_id": 5}');
    expect(await init('second', '--genesis', join(folder, 'broken.json'))).toBe(1);
    expect(output.join()).toContain('broken.json: ');
    expect(await init('second', '--genesis', join(folder, 'nothing.json'))).toBe(1);
    expect(existsSync(home('second').root)).toBe(false);
    await init('first');
    await init('second');
    expect(await init('second', '--genesis', home('first').genesis)).toBe(1);
    expect(output.join()).toContain('take an empty home');
  });
});
