import {describe, expect, it} from '@jest/globals';
import type {BlockResults, KeyValueOp, KeyValueStore} from '#consensus/engine';
import {DEFAULT_COMET_RPC_LIMITS, Indexer, parseQuery, searchBlocks, searchTxs} from '#node/rpc/comet';
import {memoryStore} from '#node/storage';
import {toHexUpper, txHash, utf8, type AbciEvent, type Block, type ExecTxResult} from '#proto';
import {blockFromJson, rpcResult} from '../proto/comet_json.ts';

const TEMPLATE = blockFromJson(rpcResult('block_at_height_10').block);
const logger = {info() {}, error() {}};

interface TestTx {
  readonly tx: string;
  readonly code?: number;
  readonly events?: readonly AbciEvent[];
}

const event = (type: string, attributes: Record<string, string>, index = true): AbciEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({key, value, index})),
});

/** Blocks of named transactions; heights count from 1. */
class TestChain {
  readonly blocks: {readonly txs: readonly TestTx[]; readonly events?: readonly AbciEvent[]}[] = [];
  lowest = 1n;
  /** Of the last block: the block store is ahead of the results while a block is executed. */
  areResultsThere = true;

  base = (): bigint => this.lowest;
  height = (): bigint => BigInt(this.blocks.length);
  block = (height: bigint): Block | undefined => {
    const found = height < this.lowest ? undefined : this.blocks[Number(height) - 1];
    return found === undefined ? undefined : {...TEMPLATE, header: {...TEMPLATE.header, height}, txs: found.txs.map(({tx}) => utf8(tx))};
  };
  blockResults = (height: bigint): BlockResults | undefined => {
    const found = this.blocks[Number(height) - 1];
    if (found === undefined || (height === this.height() && !this.areResultsThere)) return undefined;
    const txResults = found.txs.map(({code = 0, events}): ExecTxResult => ({code, data: utf8(''), log: '', gasWanted: 0n, gasUsed: 0n, codespace: '', ...(events === undefined ? {} : {events})}));
    return {height, txResults, validatorUpdates: [], appHash: utf8(''), ...(found.events === undefined ? {} : {events: found.events})};
  };
}

async function indexed(chain: TestChain, db: KeyValueStore = memoryStore()): Promise<Indexer> {
  const indexer = new Indexer({db, chain, logger});
  await indexer.follow();
  return indexer;
}

async function find(indexer: Indexer, query: string, limits = DEFAULT_COMET_RPC_LIMITS): Promise<string[]> {
  const places = await searchTxs(indexer, parseQuery(query), limits);
  return places.map((place) => `${place >> 32n}/${place & 0xffffffffn}`);
}

async function findBlocks(indexer: Indexer, query: string): Promise<bigint[]> {
  const {count, at} = await searchBlocks(indexer, parseQuery(query), DEFAULT_COMET_RPC_LIMITS);
  return Array.from({length: count}, (_, i) => at(i));
}

async function entries(db: KeyValueStore): Promise<number> {
  let count = 0;
  for await (const entry of db.range(Uint8Array.of(2), Uint8Array.of(255))) count += entry.length > 0 ? 1 : 0;
  return count;
}

/** A store whose methods can be replaced one by one. */
function bound(store: KeyValueStore): KeyValueStore {
  return {get: (key) => store.get(key), write: (ops, options) => store.write(ops, options), range: (gte, lt, options) => store.range(gte, lt, options), close: () => store.close()};
}

const transfer = (sender: string, recipient: string, amount = '5aqanat'): AbciEvent => event('transfer', {sender, recipient, amount});

function example(): TestChain {
  const chain = new TestChain();
  chain.blocks.push(
    {txs: [{tx: 'a', events: [transfer('alice', 'bob'), event('message', {sender: 'alice'})]}, {tx: 'b', events: [transfer('bob', 'carol', '70aqanat')]}], events: [event('epoch', {number: '1'})]},
    {txs: []},
    {txs: [{tx: 'c', events: [transfer('alice', 'bob'), transfer('carol', 'dave')]}, {tx: 'd', code: 1}], events: [event('epoch', {number: '2'})]},
    {txs: [{tx: 'e', events: [event('transfer', {sender: 'alice'}, false)]}]},
  );
  return chain;
}

describe('transactions are found', () => {
  it.each<[string, string[]]>([
    ['tx.height > 0', ['1/0', '1/1', '3/0', '3/1', '4/0']],
    ['tx.height = 3', ['3/0', '3/1']],
    ["tx.height = '3'", ['3/0', '3/1']],
    ['tx.height > 1 AND tx.height < 4', ['3/0', '3/1']],
    ['tx.height >= 2.5 AND tx.height <= 3.5', ['3/0', '3/1']],
    ['tx.height = 2.5', []],
    ['tx.height > 4', []],
    ['tx.height < 1', []],
    ['tx.height = 99999999999999999999999999', []],
    ["transfer.sender = 'alice'", ['1/0', '3/0']],
    ["transfer.sender = 'alice' AND tx.height > 1", ['3/0']],
    ["transfer.sender = 'alice' AND transfer.recipient = 'bob'", ['1/0', '3/0']],
    // In one event, as CometBFT: alice sent nothing to dave.
    ["transfer.sender = 'alice' AND transfer.recipient = 'dave'", []],
    ["transfer.sender = 'alice' AND message.sender = 'alice'", ['1/0']],
    ["transfer.sender CONTAINS 'o'", ['1/1', '3/0']],
    ["transfer.sender CONTAINS 'o' AND transfer.recipient = 'dave'", ['3/0']],
    ['transfer.amount > 5', ['1/1']],
    ['transfer.amount >= 5', ['1/0', '1/1', '3/0']],
    ['message.sender EXISTS', ['1/0']],
    ['nothing.at EXISTS', []],
    [`tx.hash = '${toHexUpper(txHash(utf8('c')))}'`, ['3/0']],
    [`tx.hash = '${toHexUpper(txHash(utf8('c')))}' AND tx.height = 1`, []],
    [`tx.hash = '${toHexUpper(txHash(utf8('c')))}' AND transfer.sender = 'carol'`, ['3/0']],
    [`tx.hash = '${toHexUpper(txHash(utf8('none')))}'`, []],
  ])('%s', async (query, expected) => {
    expect(await find(await indexed(example()), query)).toEqual(expected);
  });

  it.each([
    ["tx.hash = 'zz'", 'tx.hash is a quoted string of 64 hex digits'],
    ['tx.hash EXISTS', 'tx.hash can only be compared by ='],
    ["tx.height CONTAINS '1'", 'tx.height is compared with a number'],
    ['tx.height > DATE 2023-05-17', 'tx.height is compared with a number'],
  ])('%s is refused', async (query, message) => {
    await expect(find(await indexed(example()), query)).rejects.toThrow(message);
  });

  it('nothing in an empty index', async () => {
    expect(await find(await indexed(new TestChain()), 'tx.height > 0')).toEqual([]);
    expect(await findBlocks(await indexed(new TestChain()), 'block.height > 0')).toEqual([]);
  });
});

describe('blocks are found', () => {
  it.each<[string, bigint[]]>([
    ['block.height > 1', [2n, 3n, 4n]],
    ['block.height > 9', []],
    ["epoch.number = '2'", [3n]],
    ['epoch.number >= 1', [1n, 3n]],
    ['epoch.number >= 1 AND block.height < 3', [1n]],
    ["epoch.number EXISTS AND epoch.number = '1'", [1n]],
  ])('%s', async (query, expected) => {
    expect(await findBlocks(await indexed(example()), query)).toEqual(expected);
  });
});

describe('limits', () => {
  it('a search reads so many entries and opens so many transactions', async () => {
    const indexer = await indexed(example());
    const narrow = {...DEFAULT_COMET_RPC_LIMITS, searchEntriesMax: 3};
    await expect(find(indexer, 'tx.height > 0', narrow)).rejects.toThrow('the query reads more than 3 index entries: narrow it by height');
    await expect(find(indexer, 'transfer.sender EXISTS', narrow)).rejects.toThrow('reads more than 3');
    expect(await find(indexer, 'tx.height > 1', narrow)).toEqual(['3/0', '3/1', '4/0']);
    const few = {...DEFAULT_COMET_RPC_LIMITS, searchOpenedMax: 1};
    await expect(find(indexer, "transfer.sender = 'alice' AND transfer.amount > 1", few)).rejects.toThrow('leaves 2 candidates to look into, limit 1');
  });

  it('values and tags that are too long are not indexed, and forge no key', async () => {
    const chain = new TestChain();
    const long = 'x'.repeat(1025);
    chain.blocks.push({txs: [{tx: 'a', events: [event('e', {long, short: 'y'}), event('t'.repeat(300), {k: 'v'}), event('', {k: 'v'}), event('e', {'': 'v'})]}]});
    const indexer = await indexed(chain);
    expect(await find(indexer, 'e.long EXISTS')).toEqual([]);
    expect(await find(indexer, 'e.short EXISTS')).toEqual(['1/0']);
    const forged = new TestChain();
    forged.blocks.push({txs: [{tx: 'a', events: [event('transfer', {sender: `alice\u0000\u0003bob`, 'a.b': 'c'}), event('transfer.a', {b: 'd'})]}]});
    expect(await find(await indexed(forged), "transfer.sender = 'alice'")).toEqual([]);
  });
});

describe('a transaction that stands in two blocks', () => {
  it('is known by the block in which it succeeded', async () => {
    const chain = new TestChain();
    chain.blocks.push({txs: [{tx: 'a', code: 2}]}, {txs: [{tx: 'a'}, {tx: 'a', code: 2}]}, {txs: [{tx: 'a', code: 2}]});
    const indexer = await indexed(chain);
    expect(indexer.tx(txHash(utf8('a')))).toMatchObject({height: 2n, index: 0, result: {code: 0}});
    expect(await find(indexer, 'tx.height > 0')).toEqual(['2/0']);
  });
});

describe('following the chain', () => {
  it('waits for the results of the newest block', async () => {
    const chain = example();
    chain.areResultsThere = false;
    const indexer = await indexed(chain);
    expect(indexer.height).toBe(3n);
    chain.areResultsThere = true;
    await indexer.follow();
    expect(indexer.height).toBe(4n);
  });

  it('indexes after a crash what was missed, at every point where it can happen', async () => {
    const whole = memoryStore();
    await indexed(example(), whole);
    for (let writes = 0; writes <= 4; writes++) {
      const db = memoryStore();
      let left = writes;
      const failing: KeyValueStore = {
        get: (key) => db.get(key),
        range: (gte, lt, options) => db.range(gte, lt, options),
        close: async () => undefined,
        write: async (ops: readonly KeyValueOp[], options) => {
          if (left-- === 0) throw new Error('the disk is full');
          await db.write(ops, options);
        },
      };
      const before = await indexed(example(), failing);
      expect(before.height).toBe(BigInt(Math.min(writes, 4)));
      const after = await indexed(example(), db);
      expect(after.height).toBe(4n);
      expect(await entries(db)).toBe(await entries(whole));
      expect(await find(after, "transfer.sender = 'alice'")).toEqual(['1/0', '3/0']);
    }
  });

  it('writes a full block in pieces, so that consensus has its turn; a crash between two pieces is made good', async () => {
    const chain = new TestChain();
    chain.blocks.push({txs: Array.from({length: 2_800}, (_, i) => ({tx: `tx${i}`, events: [transfer('alice', 'bob')]}))});
    const whole = memoryStore();
    const pieces: number[] = [];
    await indexed(chain, {...bound(whole), write: (ops, options) => (pieces.push(ops.length), whole.write(ops, options))});
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces)).toBeLessThan(1_100);

    const torn = memoryStore();
    let left = 2;
    await indexed(chain, {...bound(torn), write: async (ops, options) => (left-- > 0 ? torn.write(ops, options) : Promise.reject(new Error('crash')))});
    const again = await indexed(chain, torn);
    expect(again.height).toBe(1n);
    expect(await entries(torn)).toBe(await entries(whole));
    expect(await find(again, "transfer.sender = 'alice'")).toHaveLength(2_800);
  });

  it('begins at the lowest block of a store that began at a snapshot', async () => {
    const chain = example();
    chain.lowest = 3n;
    const indexer = await indexed(chain);
    expect([indexer.base, indexer.height]).toEqual([3n, 4n]);
    expect(await find(indexer, 'tx.height > 0')).toEqual(['3/0', '3/1', '4/0']);
  });

  it('lets go of what the block store lets go of, and leaves nothing behind', async () => {
    const chain = example();
    chain.blocks.push({txs: [{tx: 'b', events: [transfer('bob', 'carol')]}]});
    const db = memoryStore();
    const indexer = await indexed(chain, db);
    chain.lowest = 5n;
    await indexer.follow();
    expect(indexer.base).toBe(5n);
    expect(await find(indexer, 'tx.height > 0')).toEqual(['5/0']);
    expect(indexer.tx(txHash(utf8('a')))).toBeUndefined();
    expect(indexer.tx(txHash(utf8('b')))?.height).toBe(5n);
    expect(await findBlocks(indexer, 'block.height > 0')).toEqual([5n]);
    expect(await find(indexer, "transfer.sender = 'bob'")).toEqual(['5/0']);
    // By hash, by place, and by two attributes of the one transfer (the amount too).
    expect(await entries(db)).toBe(5);
  });

  it('stops at close', async () => {
    const chain = example();
    const indexer = new Indexer({db: memoryStore(), chain, logger});
    await indexer.close();
    await indexer.follow();
    expect(indexer.height).toBe(0n);
  });
});
