import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from '@jest/globals';
import type {KeyValueStore} from '#consensus/engine';
import {claimDatabase, LOCK_FILE_NAME, lockHome, memoryStore, openLevel} from '#node/storage';

const folder = mkdtempSync(join(tmpdir(), 'qanat-storage-'));
let count = 0;
const newPath = (): string => join(folder, `${count++}`);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe.each([
  ['openLevel', () => openLevel(newPath())],
  ['memoryStore', async () => memoryStore()],
])('%s', (_name, open: () => Promise<KeyValueStore>) => {
  it('gets, writes in one batch, deletes', async () => {
    const store = await open();
    expect(store.get(key(1))).toBeUndefined();
    await store.write([{type: 'put', key: key(1), value: key(9)}, {type: 'put', key: key(2), value: key()}], {sync: true});
    expect([...store.get(key(1))!]).toEqual([9]);
    expect(store.get(key(2))).toHaveLength(0);
    await store.write([{type: 'del', key: key(1)}, {type: 'put', key: key(2), value: key(7)}], {sync: false});
    expect(store.get(key(1))).toBeUndefined();
    expect([...store.get(key(2))!]).toEqual([7]);
    await store.close();
  });

  it('ranges by bytes, both ways, with a limit', async () => {
    const store = await open();
    const keys = [key(1), key(1, 0), key(1, 255), key(2), key(0x7f), key(0x80), key(0xff, 0xff)];
    await store.write(keys.map((k) => ({type: 'put' as const, key: k, value: k})), {sync: true});
    const read = async (gte: Uint8Array, lt: Uint8Array, options?: {reverse?: boolean; limit?: number}): Promise<string[]> => {
      const found: string[] = [];
      for await (const [k, v] of store.range(gte, lt, options)) {
        expect(Buffer.from(k).equals(v)).toBe(true);
        found.push(Buffer.from(k).toString('hex'));
      }
      return found;
    };
    expect(await read(key(1), key(0xff))).toEqual(['01', '0100', '01ff', '02', '7f', '80']);
    expect(await read(key(1, 0), key(2))).toEqual(['0100', '01ff']);
    expect(await read(key(0), key(0xff, 0xff, 0), {reverse: true, limit: 2})).toEqual(['ffff', '80']);
    expect(await read(key(3), key(4))).toEqual([]);
    await store.close();
  });
});

describe('openLevel', () => {
  it('keeps what was written, and names a database that is open elsewhere', async () => {
    const path = newPath();
    const store = await openLevel(path);
    await store.write([{type: 'put', key: key(1), value: key(2)}], {sync: true});
    await expect(openLevel(path)).rejects.toMatchObject({code: 'database-locked'});
    await store.close();
    const again = await openLevel(path);
    expect([...again.get(key(1))!]).toEqual([2]);
    await again.close();
  });
});

describe('claimDatabase', () => {
  it('refuses another layout', async () => {
    const store = memoryStore();
    await claimDatabase(store, 'application', 1);
    await claimDatabase(store, 'application', 1);
    await expect(claimDatabase(store, 'application', 2)).rejects.toMatchObject({code: 'database-version'});
    await expect(claimDatabase(store, 'blocks', 1)).rejects.toThrow('application/1');
  });
});

describe('lockHome', () => {
  it('refuses a second holder and names the pid; gives the home back', () => {
    const home = newPath();
    const release = lockHome(home);
    expect(() => lockHome(home)).toThrow(`pid ${process.pid}`);
    release();
    lockHome(home)();
    expect(readdirSync(home)).toEqual([]);
  });

  it('takes over from a process that was killed, but not from a living one', async () => {
    const home = newPath();
    const script = `
      const {lockHome} = await import(${JSON.stringify(new URL('../../../node/storage/lock.ts', import.meta.url).href)});
      lockHome(${JSON.stringify(home)});
      process.stdout.write('locked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--conditions=chain-source', '--import', 'tsx', '--input-type=module', '-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
    await once(child.stdout, 'data');
    expect(() => lockHome(home)).toThrow(`pid ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = lockHome(home);
    expect(JSON.parse(readFileSync(join(home, LOCK_FILE_NAME), 'utf8'))).toMatchObject({pid: process.pid});
    release();
  });

  it('takes over a lock that is damaged or whose pid now belongs to another process', () => {
    for (const content of ['', 'garbage', '{"pid":-1}', JSON.stringify({pid: process.pid, started: '1'})]) {
      const home = newPath();
      lockHome(home)();
      writeFileSync(join(home, LOCK_FILE_NAME), content);
      lockHome(home)();
    }
  });
});
