import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, it} from '@jest/globals';
import {createMPT} from '@ethereumjs/mpt';
import type {KeyValueStore} from '#consensus/engine';
import {bytesToHex, keccak256} from '#node/execution';
import {memoryStore} from '#node/storage';
import {keccak256Hex} from '../../../node/execution/keccak.ts';
import {orderedTrieRoot} from '../../../node/execution/trie/ordered.ts';
import {TrieSession} from '../../../node/execution/trie/session.ts';
import {StateTrie} from '../../../node/execution/trie/state-trie.ts';
import {EMPTY_ACCOUNT, EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';
import type {Account} from '../../../node/execution/state/types.ts';
import type {Address, Hash} from '#node/execution';

const text = new TextEncoder();

/** Small deterministic generator, so that a failure can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff;
}

describe('TrieSession', () => {
  // ethereum/tests TrieTests/hex_encoded_securetrie_test.json, test1 and test3; keys are hashed.
  it.each([
    [
      [
        ['0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b', '0x848085af0f0b0a'],
        ['0x095e7baea6a6c7c4c2dfeb977efac326af552d87', '0x8a'],
      ],
    ],
  ])('has the root of a naive trie', async (entries) => {
    const session = new TrieSession(undefined, () => undefined);
    const theirs = await createMPT({useKeyHashing: true});
    for (const [key, value] of entries) {
      session.put(bytesToHex(keccak256(text.encode(key!))).slice(2), text.encode(value!));
      await theirs.put(text.encode(key!), text.encode(value!));
    }
    expect(session.hash()).toEqual(theirs.root());
  });

  it('agrees with @ethereumjs/mpt through random insertions, changes and deletions', async () => {
    const random = generator(7);
    const theirs = await createMPT({useKeyHashing: true});
    let root: TrieSession | undefined;
    const keys = Array.from({length: 200}, (_, i) => text.encode(`key ${i}`));
    for (let round = 0; round < 30; round++) {
      const session = new TrieSession(root?.root, () => undefined);
      for (let i = 0; i < 20; i++) {
        const key = keys[Math.floor(random() * keys.length)]!;
        const hashed = bytesToHex(keccak256(key)).slice(2);
        if (random() < 0.4) {
          session.delete(hashed);
          await theirs.del(key);
        } else {
          const value = text.encode(`value ${Math.floor(random() * 5)}`.repeat(1 + Math.floor(random() * 6)));
          session.put(hashed, value);
          await theirs.put(key, value);
        }
      }
      expect(session.hash()).toEqual(theirs.root());
      root = session;
    }
  });

  it('keeps the old root readable when a session is dropped', () => {
    const base = new TrieSession(undefined, () => undefined);
    for (let i = 0; i < 50; i++) base.put(bytesToHex(keccak256(text.encode(`${i}`))).slice(2), text.encode(`${i}`));
    const before = base.hash();
    const dropped = new TrieSession(base.root, () => undefined);
    for (let i = 0; i < 50; i += 3) dropped.delete(bytesToHex(keccak256(text.encode(`${i}`))).slice(2));
    expect(dropped.hash()).not.toEqual(before);
    expect(new TrieSession(base.root, () => undefined).hash()).toEqual(before);
  });
});

describe('orderedTrieRoot', () => {
  it.each([0, 1, 2, 17, 127, 128, 129, 300])('agrees with @ethereumjs/mpt on %d values', async (count) => {
    const values = Array.from({length: count}, (_, i) => text.encode(`value ${i}`.repeat(1 + (i % 9))));
    const {RLP} = await import('@ethereumjs/rlp');
    const theirs = await createMPT();
    for (const [index, value] of values.entries()) await theirs.put(RLP.encode(index), value);
    expect(orderedTrieRoot(values)).toEqual(theirs.root());
  });
});

describe('StateTrie', () => {
  it('gives the same roots from memory, from the database after a flush, and after forgetting its nodes', async () => {
    const random = generator(11);
    const db: KeyValueStore = memoryStore();
    const accounts = new Map<Address, Account>();
    const addresses = Array.from({length: 60}, (_, i): Address => `0x${i.toString(16).padStart(40, '0')}`);
    const slots = new Map<Address, Map<Hash, Uint8Array>>();
    let trie = new StateTrie(db, EMPTY_ROOT_HASH);
    let root: Hash = EMPTY_ROOT_HASH;
    for (let round = 0; round < 25; round++) {
      const changedAccounts = new Map<Address, Account | undefined>();
      const changedSlots = new Map<Address, Map<Hash, Uint8Array>>();
      for (let i = 0; i < 12; i++) {
        const address = addresses[Math.floor(random() * addresses.length)]!;
        if (random() < 0.2 && !changedSlots.has(address) && (slots.get(address)?.size ?? 0) === 0) {
          changedAccounts.set(address, undefined);
          accounts.delete(address);
          continue;
        }
        const slot: Hash = `0x${Math.floor(random() * 12).toString(16).padStart(64, '0')}`;
        const value = random() < 0.4 ? new Uint8Array(0) : Uint8Array.of(1 + Math.floor(random() * 250));
        const own = slots.get(address) ?? new Map<Hash, Uint8Array>();
        slots.set(address, own);
        if (value.length === 0) own.delete(slot);
        else own.set(slot, value);
        changedSlots.set(address, (changedSlots.get(address) ?? new Map<Hash, Uint8Array>()).set(slot, value));
        const account = {...(accounts.get(address) ?? EMPTY_ACCOUNT), nonce: BigInt(1 + Math.floor(random() * 100))};
        accounts.set(address, account);
        changedAccounts.set(address, account);
      }
      const update = trie.update(
        {accounts: changedAccounts, slots: changedSlots},
        (address) => accounts.get(address)?.storageRoot ?? EMPTY_ROOT_HASH,
        (address) => accounts.get(address),
      );
      trie.adopt(update);
      root = update.stateRoot;
      for (const [address, storageRoot] of update.storageRoots) {
        const account = accounts.get(address);
        if (account !== undefined) accounts.set(address, {...account, storageRoot});
      }
      if (round % 4 === 3) await db.write(trie.flush(), {sync: true});
      // A new trie knows the root only and reads every node back from the database.
      if (round % 8 === 7) trie = new StateTrie(db, root);
      // From nothing, in one go.
      const naive = new StateTrie(memoryStore(), EMPTY_ROOT_HASH).update({accounts, slots}, () => EMPTY_ROOT_HASH, () => undefined);
      expect(naive.stateRoot).toBe(root);
    }
    // Nothing is left over: the database holds exactly the nodes of the present trie.
    await db.write(trie.flush(), {sync: true});
    const fresh = memoryStore();
    const naive = new StateTrie(fresh, EMPTY_ROOT_HASH);
    naive.adopt(naive.update({accounts, slots}, () => EMPTY_ROOT_HASH, () => undefined));
    await fresh.write(naive.flush(), {sync: true});
    const dump = async (store: KeyValueStore) => {
      const entries: string[] = [];
      for await (const [key, value] of store.range(new Uint8Array(0), Uint8Array.of(0xff))) entries.push(`${bytesToHex(key)}=${bytesToHex(value)}`);
      return entries;
    };
    expect(await dump(db)).toEqual(await dump(fresh));
  });
});

describe('what a trie keeps in memory', () => {
  it('is its newest root: the sessions before it are free to go', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const before: WeakRef<TrieSession>[] = [];
    let root: TrieSession['root'];
    for (let block = 0; block < 50; block++) {
      const session = new TrieSession(root, () => undefined);
      for (let i = 0; i < 20; i++) session.put(keccak256Hex(Uint8Array.of(i % 4, block * i)), Uint8Array.of(1, block, i));
      session.hash();
      root = session.root;
      before.push(new WeakRef(session));
    }
    // A reference that was looked at, or made, lives on until its turn is over.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(before.slice(0, -1).filter((reference) => reference.deref() !== undefined)).toEqual([]);
    expect(root).toBeDefined();
  });
});
