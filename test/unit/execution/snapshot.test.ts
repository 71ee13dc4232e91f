import {afterEach, describe, expect, it} from '@jest/globals';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import type {Snapshot} from '#consensus/engine';
import type {Hash} from '#node/execution';
import {memoryStore} from '#node/storage';
import {describeSnapshot} from '../../../node/execution/snapshot/format.ts';
import {appStateOf, bytes, ETHER, GENESIS_TIME, openChain, newChain, signerOf, transferOf, type GenesisAlloc, type TestChain} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const store = `0x${'c0'.repeat(20)}` as const;
/** sstore(number, number); also asks for the hash of the block before. */
const STORE_CODE = '0x4360014303404355434355';
/** sstore(number, keccak(blockhash(number - 1) … blockhash(number - 257))), and returns it. */
const HASHES_CODE = '0x60015b804303408160051b52600101806101021160025761204060002080435560005260206000f3';
/** EIP-2935. */
const HISTORY = '0x0000f90827f1c53a10cb7a02335b175320002935';
const SLOT_ONE = `0x${'00'.repeat(31)}01` as Hash;

const folders: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'qanat-snapshot-'));
  folders.push(path);
  return path;
}
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, {recursive: true, force: true});
});

const alloc: GenesisAlloc = {
  [alice.address]: {balance: (100n * ETHER).toString()},
  [store]: {balance: '7', code: STORE_CODE, storage: {'0x01': '0x1234', '0x02': `0x${'ff'.repeat(32)}`}},
};
const genesisOf = (of: GenesisAlloc): {appState: unknown; timeSeconds: bigint} => ({appState: appStateOf(of), timeSeconds: GENESIS_TIME});

function source(of: GenesisAlloc = alloc, interval = 4n): Promise<TestChain> {
  return newChain(of, {snapshots: {folder: folder(), interval, keepRecent: 2}});
}

function empty(of: GenesisAlloc = alloc, db = memoryStore()): Promise<TestChain> {
  return openChain(db, {snapshots: {folder: folder(), interval: 4n, keepRecent: 2, genesis: genesisOf(of)}});
}

async function produce(chain: TestChain, blocks: number, firstNonce = 0n): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    await chain.produce([transferOf(alice, firstNonce + BigInt(i), i % 2 === 0 ? bob.address : store, 5n, {gasLimit: 200_000n})]);
  }
}

/** Snapshots are made beside the chain. */
async function snapshotAt(chain: TestChain, height: bigint): Promise<Snapshot> {
  for (;;) {
    const found = (await chain.app.listSnapshots()).find((each) => each.height === height);
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function chunksOf(chain: TestChain, {height, format, chunks}: Snapshot): Promise<Uint8Array[]> {
  const loaded = await Promise.all(Array.from({length: chunks}, (_, chunk) => chain.app.loadSnapshotChunk({height, format, chunk})));
  return loaded.map((bytes) => bytes!);
}

async function appHashAt(chain: TestChain, height: bigint): Promise<Uint8Array> {
  const {lastBlockHeight, lastBlockAppHash} = await chain.app.info();
  if (lastBlockHeight !== height) throw new Error('ask right after the block');
  return lastBlockAppHash;
}

/** A source at height 4 and its snapshot. */
async function prepared(of: GenesisAlloc = alloc): Promise<{from: TestChain; snapshot: Snapshot; chunks: Uint8Array[]; appHash: Uint8Array}> {
  const from = await source(of);
  await produce(from, 4);
  const appHash = await appHashAt(from, 4n);
  const snapshot = await snapshotAt(from, 4n);
  return {from, snapshot, chunks: await chunksOf(from, snapshot), appHash};
}

async function restore(to: TestChain, snapshot: Snapshot, chunks: readonly Uint8Array[], appHash: Uint8Array): Promise<string> {
  const offered = await to.app.offerSnapshot({snapshot, appHash});
  if (offered !== 'ACCEPT') return offered;
  for (const [index, chunk] of chunks.entries()) {
    const {result} = await to.app.applySnapshotChunk({index, chunk, sender: 'peer'});
    if (result !== 'ACCEPT') return result;
  }
  return 'ACCEPT';
}

/** The snapshot with other bytes, and hashes that fit them: what a liar who knows the format sends. */
function forged(bytes: Uint8Array, height = 4n): {snapshot: Snapshot; chunks: Uint8Array[]} {
  return {chunks: [bytes], snapshot: describeSnapshot(height, [new Uint8Array(createHash('sha256').update(bytes).digest())])};
}

interface Frame {
  kind: number;
  payload: Uint8Array;
}
function framesOf(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = Buffer.from(bytes).readUInt32BE(offset + 1);
    frames.push({kind: bytes[offset]!, payload: bytes.slice(offset + 5, offset + 5 + length)});
    offset += 5 + length;
  }
  return frames;
}
function bytesOf(frames: readonly Frame[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      frames.flatMap(({kind, payload}) => {
        const head = Buffer.alloc(5, kind);
        head.writeUInt32BE(payload.length, 1);
        return [head, payload];
      }),
    ),
  );
}

describe('application snapshots', () => {
  it('are the same bytes on every node, also when blocks go on meanwhile and on a node that was restored', async () => {
    const {from, snapshot, chunks, appHash} = await prepared();
    const other = await source();
    await produce(other, 4);
    await produce(other, 3, 4n);
    expect(await snapshotAt(other, 4n)).toEqual(snapshot);
    expect(await chunksOf(other, snapshot)).toEqual(chunks);

    const restored = await empty();
    expect(await restore(restored, snapshot, chunks, appHash)).toBe('ACCEPT');
    await produce(from, 4, 4n);
    await produce(restored, 4, 4n);
    expect(await restored.app.info()).toEqual(await from.app.info());
    expect(await snapshotAt(restored, 8n)).toEqual(await snapshotAt(from, 8n));
  });

  it('restore accounts, storage, code, proofs, block hashes and the base fee; older history is pruned', async () => {
    const {from, snapshot, chunks, appHash} = await prepared();
    const to = await empty();
    expect(await restore(to, snapshot, chunks, appHash)).toBe('ACCEPT');
    expect(await to.app.info()).toEqual(await from.app.info());
    expect(to.backend.head()).toEqual(from.backend.head());
    expect(to.backend.baseFeeOfNextBlock()).toBe(from.backend.baseFeeOfNextBlock());
    for (const address of [alice.address, bob.address, store]) {
      expect(to.latest.balance(address)).toBe(from.latest.balance(address));
      expect(to.latest.nonce(address)).toBe(from.latest.nonce(address));
      expect(to.latest.code(address)).toEqual(from.latest.code(address));
      expect(to.latest.storage(address, SLOT_ONE)).toEqual(from.latest.storage(address, SLOT_ONE));
      expect(await to.backend.proof(address, [SLOT_ONE], 4n)).toEqual(await from.backend.proof(address, [SLOT_ONE], 4n));
    }
    await expect(to.backend.blockByNumber(3n)).rejects.toThrow('pruned history unavailable');
    await expect(to.backend.receipts(4n)).rejects.toThrow('pruned history unavailable');
    expect((await to.backend.blockByNumber(4n))?.transactions).toHaveLength(1);
    expect([to.backend.firstBlock, from.backend.firstBlock]).toEqual([5n, 0n]);
  });

  it('survive a restart on both sides', async () => {
    const {snapshot, chunks, appHash} = await prepared();
    const db = memoryStore();
    const to = await empty(alloc, db);
    await restore(to, snapshot, chunks, appHash);
    const again = await empty(alloc, db);
    expect(await again.app.info()).toEqual(await to.app.info());
    await produce(again, 1, 4n);
    expect(again.backend.head().header.number).toBe(5n);
    expect(await again.app.offerSnapshot({snapshot, appHash})).toBe('ABORT');
  });

  it('keep the newest, and drop what a crash left unfinished', async () => {
    const place = folder();
    mkdirSync(join(place, 'unfinished-8'));
    writeFileSync(join(place, 'unfinished-8', 'chunk-0'), 'half');
    const chain = await newChain(alloc, {snapshots: {folder: place, interval: 2n, keepRecent: 2}});
    expect(readdirSync(place)).toEqual([]);
    for (const height of [2n, 4n, 6n]) {
      await produce(chain, 2, height - 2n);
      await snapshotAt(chain, height);
    }
    await chain.close();
    expect((await chain.app.listSnapshots()).map(({height}) => height)).toEqual([6n, 4n]);
    expect(existsSync(join(place, '2'))).toBe(false);
    expect(await chain.app.loadSnapshotChunk({height: 2n, format: 1, chunk: 0})).toBeUndefined();
    const reopened = await openChain(chain.db, {snapshots: {folder: place, interval: 2n, keepRecent: 2}});
    expect(await reopened.app.listSnapshots()).toEqual(await chain.app.listSnapshots());
  });

  it('are refused when their description cannot be true', async () => {
    const {snapshot, appHash} = await prepared();
    const to = await empty();
    const offer = (changed: Partial<Snapshot>): Promise<string> => to.app.offerSnapshot({snapshot: {...snapshot, ...changed}, appHash});
    expect(await offer({format: 2})).toBe('REJECT_FORMAT');
    expect(await offer({chunks: 0, metadata: new Uint8Array(0)})).toBe('REJECT_SENDER');
    expect(await offer({chunks: 1_985, metadata: new Uint8Array(1_985 * 32)})).toBe('REJECT_SENDER');
    expect(await offer({chunks: 2 ** 32 - 1})).toBe('REJECT_SENDER');
    expect(await offer({metadata: new Uint8Array(32)})).toBe('REJECT_SENDER');
    expect(await offer({metadata: new Uint8Array(1 << 20)})).toBe('REJECT_SENDER');
    expect(await offer({hash: new Uint8Array(32)})).toBe('REJECT_SENDER');
    expect(await offer({height: 5n})).toBe('REJECT_SENDER');
  });

  it('a bad or truncated chunk is asked of others, and its sender is named', async () => {
    const {snapshot, chunks, appHash} = await prepared();
    const to = await empty();
    await to.app.offerSnapshot({snapshot, appHash});
    for (const chunk of [chunks[0]!.subarray(1), chunks[0]!.map((byte, i) => (i === 100 ? byte ^ 1 : byte)), new Uint8Array(0)]) {
      expect(await to.app.applySnapshotChunk({index: 0, chunk, sender: 'liar'})).toEqual({result: 'RETRY', refetchChunks: [0], rejectSenders: ['liar']});
    }
    expect((await to.app.applySnapshotChunk({index: 1, chunk: chunks[0]!, sender: 'peer'})).result).toBe('RETRY_SNAPSHOT');
    expect((await to.app.applySnapshotChunk({index: 0, chunk: chunks[0]!, sender: 'peer'})).result).toBe('ACCEPT');
    expect((await to.app.info()).lastBlockHeight).toBe(4n);
  });

  it('of another app hash is discarded whole, and genesis can follow', async () => {
    const {snapshot, chunks} = await prepared();
    const to = await empty();
    expect(await restore(to, snapshot, chunks, new Uint8Array(32))).toBe('REJECT_SNAPSHOT');
    expect((await to.app.info()).lastBlockHeight).toBe(0n);
    const {initialise} = await import('./support.ts');
    await initialise(to, appStateOf(alloc));
    await produce(to, 1);
  });

  it('are held against the state root: whatever is changed, left out, added or put elsewhere', async () => {
    const {snapshot, chunks, appHash} = await prepared();
    expect(snapshot.chunks).toBe(1);
    const frames = framesOf(chunks[0]!);
    expect([...new Set(frames.map(({kind}) => kind))]).toEqual([1, 2, 3, 4, 5, 6]);
    const liars: Frame[][] = [];
    for (const [index, {kind, payload}] of frames.entries()) {
      liars.push(frames.filter((_, i) => i !== index));
      liars.push(frames.map((frame, i) => (i === index ? {kind, payload: payload.map((byte, at) => (at === payload.length - 1 ? byte ^ 1 : byte))} : frame)));
      liars.push([...frames.slice(0, index), frames[index]!, ...frames.slice(index)]);
      liars.push(frames.map((frame, i) => (i === index ? {kind, payload: new Uint8Array(0)} : frame)));
    }
    liars.push([...frames].reverse(), frames.slice(0, -1), [...frames, {kind: 7, payload: new Uint8Array(1)}], [{kind: 0, payload: new Uint8Array(1)}]);
    const to = await empty();
    for (const liar of liars) {
      const lie = forged(bytesOf(liar));
      expect(await restore(to, lie.snapshot, lie.chunks, appHash)).toBe('REJECT_SNAPSHOT');
      expect((await to.app.info()).lastBlockHeight).toBe(0n);
    }
    const long = forged(new Uint8Array([3, 0xff, 0xff, 0xff, 0xff, 0]));
    expect(await restore(to, long.snapshot, long.chunks, appHash)).toBe('REJECT_SNAPSHOT');
    const cut = forged(chunks[0]!.subarray(0, chunks[0]!.length - 3));
    expect(await restore(to, cut.snapshot, cut.chunks, appHash)).toBe('REJECT_SNAPSHOT');
    expect(await restore(to, snapshot, chunks, appHash)).toBe('ACCEPT');
  });

  it('a crash at any write of a restore leaves a database that starts over', async () => {
    const {from, snapshot, chunks, appHash} = await prepared();
    let crashes = 0;
    for (let writes = 0; ; writes++) {
      const db = memoryStore();
      const inner = db.write.bind(db);
      let left = writes;
      const to = await empty(alloc, db);
      db.write = async (ops, options) => {
        if (left-- <= 0) throw new Error('power is out');
        await inner(ops, options);
      };
      const outcome = await restore(to, snapshot, chunks, appHash).catch((error: Error) => error.message);
      db.write = inner;
      if (outcome === 'ACCEPT') break;
      crashes++;
      const again = await empty(alloc, db);
      expect(await restore(again, snapshot, chunks, appHash)).toBe('ACCEPT');
      expect(await again.app.info()).toEqual(await from.app.info());
    }
    expect(crashes).toBeGreaterThan(3);
  });

  it('restore a state of several chunks, and every hash that BLOCKHASH and EIP-2935 answer with', async () => {
    const wide = `0x${'d1'.repeat(20)}` as const;
    const hashes = `0x${'d2'.repeat(20)}` as const;
    const accounts = Array.from({length: 9_000}, (_, i) => [`0x${(i + 0x10000).toString(16).padStart(40, 'e')}`, {balance: String(i + 1)}] as const);
    const storage = Object.fromEntries(Array.from({length: 14_000}, (_, i) => [`0x${(i + 1).toString(16)}`, `0x${'ab'.repeat(31)}${(i % 256).toString(16).padStart(2, '0')}`]));
    const of: GenesisAlloc = {...alloc, ...Object.fromEntries(accounts), [wide]: {balance: '1', code: '0x00', storage}, [hashes]: {balance: '0', code: HASHES_CODE}};
    const height = 260n;
    const from = await source(of, height);
    while ((await from.app.info()).lastBlockHeight < height) await from.produce([], {skipProposal: true});
    const appHash = await appHashAt(from, height);
    const snapshot = await snapshotAt(from, height);
    expect(snapshot.chunks).toBeGreaterThan(1);
    const to = await empty(of);
    expect(await restore(to, snapshot, await chunksOf(from, snapshot), appHash)).toBe('ACCEPT');
    const options = {gasLimitMax: 10_000_000n};
    const ask = async (chain: TestChain, number: bigint): Promise<unknown> => {
      const all = await chain.backend.call({to: hashes, data: new Uint8Array(0)}, number, options);
      const asked = [1n, 255n, 256n, 257n, 259n].map((back) => bytes(`0x${(number - back).toString(16).padStart(64, '0')}`));
      const history = await Promise.all(asked.map((data) => chain.backend.call({to: HISTORY, data}, number, options)));
      return [all, ...history].map(({status, returnData}) => [status, returnData]);
    };
    expect(await ask(to, height)).toEqual(await ask(from, height));
    // In lockstep, with a transaction that stores what it is told of the last 257 blocks: another hash would be another app hash.
    for (let i = 0n; i < 3n; i++) {
      const tx = transferOf(alice, i, hashes, 0n, {gasLimit: 400_000n});
      for (const chain of [from, to]) expect((await chain.produce([tx]))[0]?.code).toBe(0);
      expect(await to.app.info()).toEqual(await from.app.info());
      expect(await ask(to, height + 1n + i)).toEqual(await ask(from, height + 1n + i));
    }
    expect(to.latest.balance(accounts[8_999]![0] as typeof wide)).toBe(9_000n);
    expect(await to.backend.proof(wide, [SLOT_ONE], height)).toEqual(await from.backend.proof(wide, [SLOT_ONE], height));
    await Promise.all([from.close(), to.close()]);
  }, 120_000);

  it('restore any state', async () => {
    const account = fc.record({
      address: fc.uint8Array({minLength: 20, maxLength: 20}),
      balance: fc.bigInt({min: 1n, max: (1n << 200n) - 1n}),
      nonce: fc.bigInt({min: 0n, max: 1n << 60n}),
      code: fc.uint8Array({maxLength: 60}),
      storage: fc.dictionary(fc.bigInt({min: 0n, max: (1n << 256n) - 1n}).map((slot) => `0x${slot.toString(16)}`), fc.bigInt({min: 1n, max: (1n << 256n) - 1n}).map((value) => `0x${value.toString(16)}`), {maxKeys: 20}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(account, {maxLength: 12}), async (accounts) => {
        const of: GenesisAlloc = {...alloc};
        for (const {address, balance, nonce, code, storage} of accounts) {
          Object.assign(of, {[`0x${Buffer.from(address).toString('hex')}`]: {balance: balance.toString(), nonce: nonce.toString(), code: `0x${Buffer.from(code).toString('hex')}`, storage}});
        }
        const {from, snapshot, chunks, appHash} = await prepared(of);
        const to = await empty(of);
        expect(await restore(to, snapshot, chunks, appHash)).toBe('ACCEPT');
        expect(await to.app.info()).toEqual(await from.app.info());
        await produce(to, 1, 4n);
        await produce(from, 1, 4n);
        expect(await to.app.info()).toEqual(await from.app.info());
      }),
      {numRuns: 15},
    );
  }, 60_000);
});
