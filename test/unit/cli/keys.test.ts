/** `qanat keys` as an operator types it, in this process. */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {main} from '#node/cli';
import {homePaths, type HomePaths} from '#node/config';
import {lockHome} from '#node/storage';

let home: HomePaths;
let output: string[];

beforeEach(async () => {
  home = homePaths(mkdtempSync(join(tmpdir(), 'qanat-cli-keys-')));
  output = [];
  for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation((text: string) => void output.push(text));
  expect(await run('init')).toBe(0);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home.root, {recursive: true});
});

function run(...args: string[]): Promise<number> {
  output.length = 0;
  return main([...args, '--home', home.root], {scryptCost: {n: 2, r: 1, p: 1}});
}

function file(name: string, text: string): string {
  const path = join(home.root, name);
  writeFileSync(path, text, {mode: 0o600});
  return path;
}

const address = (): string => /validator address: ([0-9A-F]{40})/.exec(output.join('\n'))![1]!;

describe('qanat keys', () => {
  it('encrypts the validator key, shows it without a passphrase, changes the passphrase, and decrypts', async () => {
    const plain = readFileSync(home.validatorKey, 'utf8');
    const first = file('first', 'the first passphrase');
    const second = file('second', 'the second passphrase');
    expect(await run('keys', 'show')).toBe(0);
    expect(output.join()).toContain('at rest: plain');
    const before = address();
    expect(await run('keys', 'encrypt', '--passphrase-file', first)).toBe(0);
    expect(await run('keys', 'show')).toBe(0);
    expect(output.join()).toContain('at rest: encrypted');
    expect(address()).toBe(before);
    expect(await run('keys', 'encrypt', '--passphrase-file', first)).toBe(1);
    expect(output.join()).toContain('encrypted already');
    expect(await run('keys', 'change-passphrase', '--passphrase-file', first, '--new-passphrase-file', second)).toBe(0);
    expect(await run('keys', 'decrypt', '--passphrase-file', first)).toBe(1);
    expect(output.join()).toContain('the passphrase is wrong');
    expect(await run('keys', 'decrypt', '--passphrase-file', second)).toBe(0);
    expect(readFileSync(home.validatorKey, 'utf8')).toBe(plain);
  });

  it('moves a validator key by an encrypted file, and never over another key', async () => {
    const passphrase = file('passphrase', 'for the journey');
    const moved = join(home.root, 'moved.json');
    expect(await run('keys', 'export', '--output', moved, '--passphrase-file', passphrase)).toBe(0);
    expect(readFileSync(moved, 'utf8')).not.toContain('priv_key');
    expect(await run('keys', 'import', moved, '--passphrase-file', passphrase)).toBe(1);
    expect(output.join()).toContain('move it away first');
    rmSync(home.validatorKey);
    expect(await run('keys', 'import', moved, '--passphrase-file', passphrase)).toBe(0);
    expect(output.join()).toContain('priv_validator_state.json');
    expect(existsSync(home.validatorKey)).toBe(true);
  });

  it('adds, lists, exports, imports and deletes accounts', async () => {
    const passphrase = file('passphrase', 'an account of mine');
    const mnemonic = file('words', 'test test test test test test test test test test test junk\n');
    expect(await run('keys', 'add', 'one', '--mnemonic-file', mnemonic, '--passphrase-file', passphrase)).toBe(0);
    expect(output.join()).toContain('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266  qanat1');
    const exported = join(home.root, 'one.json');
    expect(await run('keys', 'export', 'one', '--output', exported)).toBe(0);
    expect(await run('keys', 'delete', 'one')).toBe(1);
    expect(output.join()).toContain('add --yes');
    expect(await run('keys', 'delete', 'one', '--yes')).toBe(0);
    expect(await run('keys', 'import', exported, 'two', '--passphrase-file', passphrase)).toBe(0);
    expect(await run('keys', 'list')).toBe(0);
    expect(output.join()).toMatch(/^two  0xf39F/);
    expect(await run('keys', 'show', 'three')).toBe(1);
    expect(output.join()).toContain('there is no account three; known: two');
    expect(await run('keys', 'add', 'new', '--passphrase-file', passphrase)).toBe(0);
    expect(output.join('\n')).toMatch(/Write these words down[^]*(\w+ ){23}\w+/);
  });

  it('leaves a home alone that a node uses, and one that is none', async () => {
    const release = lockHome(home.root);
    expect(await run('keys', 'encrypt', '--passphrase-file', file('p', 'a passphrase'))).toBe(1);
    expect(output.join()).toContain('is in use by the process with pid');
    release();
    expect(await main(['keys', 'show', '--home', join(home.root, 'nothing')])).toBe(1);
    expect(output.join()).toContain('is not the home of a node');
  });
});
