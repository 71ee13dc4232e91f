import {describe, expect, it} from '@jest/globals';
import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {GroupedStore, memoryStore, StoreGroup} from '#node/storage';

const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const put = (at: number, value: number): KeyValueOp => ({type: 'put', key: key(at), value: key(value)});
const del = (at: number): KeyValueOp => ({type: 'del', key: key(at)});

/** A database that notes what is written to it, and waits for `go` before each write when told to. */
function watched(name: string, notes: string[]): {db: KeyValueStore; gate: {wait: Promise<void>}} {
  const inner = memoryStore();
  const gate = {wait: Promise.resolve()};
  const db: KeyValueStore = {
    get: (at) => inner.get(at),
    range: (gte, lt, options) => inner.range(gte, lt, options),
    close: () => inner.close(),
    write: async (ops, options) => {
      await gate.wait;
      notes.push(`${name} ${ops.map((op) => `${op.type === 'put' ? '+' : '-'}${op.key[0]}`).join('')}${options.sync ? ' sync' : ''}`);
      await inner.write(ops, options);
    },
  };
  return {db, gate};
}

async function entries(store: KeyValueStore, options?: {reverse?: boolean; limit?: number}): Promise<string[]> {
  const found: string[] = [];
  for await (const [at, value] of store.range(key(0), key(255), options)) found.push(`${at[0]}=${value[0]}`);
  return found;
}

describe('a group of stores', () => {
  it('writes through while it is not open', async () => {
    const notes: string[] = [];
    const store = new StoreGroup().add(new GroupedStore(watched('a', notes).db));
    await store.write([put(1, 1)], {sync: false});
    expect(notes).toEqual(['a +1']);
  });

  it('holds what is written, readable at once, and writes one batch per store in the order in which they joined', async () => {
    const notes: string[] = [];
    const group = new StoreGroup();
    const blocks = group.add(new GroupedStore(watched('blocks', notes).db));
    const app = group.add(new GroupedStore(watched('app', notes).db));
    group.open();
    await app.write([put(1, 1)], {sync: true});
    await blocks.write([put(2, 1), put(3, 1)], {sync: true});
    await blocks.write([put(2, 2), del(3)], {sync: false});
    expect([app.get(key(1))?.[0], blocks.get(key(2))?.[0], blocks.get(key(3))]).toEqual([1, 2, undefined]);
    expect(notes).toEqual([]);
    await group.flush();
    expect(notes).toEqual(['blocks +2-3 sync', 'app +1 sync']);
    await group.close();
    expect(notes).toHaveLength(2);
  });

  it('holds on while it writes, and writes groups one after the other', async () => {
    const notes: string[] = [];
    const group = new StoreGroup();
    const {db, gate} = watched('a', notes);
    const store = group.add(new GroupedStore(db));
    let go = (): void => undefined;
    gate.wait = new Promise((resolve) => (go = resolve));
    group.open();
    await store.write([put(1, 1), put(2, 1)], {sync: true});
    const first = group.flush();
    await store.write([put(2, 2)], {sync: true});
    const closed = group.close();
    const direct = store.write([put(2, 3)], {sync: false});
    expect([store.get(key(1))?.[0], store.get(key(2))?.[0]]).toEqual([1, 2]);
    expect(notes).toEqual([]);
    go();
    await Promise.all([first, closed, direct]);
    expect(notes).toEqual(['a +1+2 sync', 'a +2 sync', 'a +2']);
    expect(store.get(key(2))?.[0]).toBe(3);
  });

  it('writes nothing of later stores or groups after a failure', async () => {
    const notes: string[] = [];
    const group = new StoreGroup();
    const {db, gate} = watched('a', notes);
    const first = group.add(new GroupedStore(db));
    const second = group.add(new GroupedStore(watched('b', notes).db));
    gate.wait = Promise.reject(new Error('the disk is full'));
    gate.wait.catch(() => undefined);
    group.open();
    await first.write([put(1, 1)], {sync: true});
    await second.write([put(1, 1)], {sync: true});
    await expect(group.flush()).rejects.toThrow('the disk is full');
    await second.write([put(2, 1)], {sync: true});
    await expect(group.close()).rejects.toThrow('the disk is full');
    await expect(first.write([put(3, 1)], {sync: true})).rejects.toThrow('the disk is full');
    // Its own disk is well, but what it rests on is not written.
    await expect(second.write([put(3, 1)], {sync: true})).rejects.toThrow('the disk is full');
    expect(notes).toEqual([]);
  });

  it('ranges over what is held and what is there, as it was at the first step', async () => {
    const store = new GroupedStore(memoryStore());
    await store.write([put(1, 1), put(3, 1), put(5, 1), put(7, 1)], {sync: true});
    store.hold();
    await store.write([put(2, 2), put(3, 2), del(5), put(9, 2)], {sync: false});
    expect(await entries(store)).toEqual(['1=1', '2=2', '3=2', '7=1', '9=2']);
    expect(await entries(store, {reverse: true})).toEqual(['9=2', '7=1', '3=2', '2=2', '1=1']);
    expect(await entries(store, {limit: 3})).toEqual(['1=1', '2=2', '3=2']);
    expect(await entries(store, {limit: 0})).toEqual([]);
    const found: string[] = [];
    for await (const [at] of store.range(key(0), key(255))) {
      found.push(`${at[0]}`);
      await store.write([put(4, 2), del(9)], {sync: false});
    }
    expect(found).toEqual(['1', '2', '3', '7', '9']);
  });

  it('says how much it holds', async () => {
    const group = new StoreGroup();
    const stores = [group.add(new GroupedStore(memoryStore())), group.add(new GroupedStore(memoryStore()))];
    group.open();
    for (const store of stores) await store.write([put(1, 1), del(2)], {sync: true});
    expect(group.heldBytes).toBe(2 * 3);
    await group.flush();
    expect(group.heldBytes).toBe(0);
    await group.close();
  });

  it('takes a store that joins while it is open', async () => {
    const notes: string[] = [];
    const group = new StoreGroup();
    group.open();
    const store = group.add(new GroupedStore(watched('late', notes).db));
    await store.write([put(1, 1)], {sync: true});
    expect(notes).toEqual([]);
    await group.close();
    expect(notes).toEqual(['late +1 sync']);
  });
});
