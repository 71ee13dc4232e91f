/** Chains of others: the chain of execution-apis, which goes through all forks, and what is refused of it. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {createExecution, decodeRlp, encodeRlp, parseImportedGenesis} from '#node/execution';
import type {Execution, RlpItem} from '#node/execution';
import type {KeyValueStore} from '#consensus/engine';
import {memoryStore} from '#node/storage';
import {blobBaseFee} from '../../../node/execution/block/blob-fee.ts';
import {nextExcessBlobGas} from '../../../node/execution/block/excess-blob-gas.ts';
import {blocksOfFile, decodeImportedBlock} from '../../../node/execution/import/decode-block.ts';
import {difficultyAfter} from '../../../node/execution/import/difficulty.ts';
import {forkRules} from '../../../node/execution/rules.ts';
import type {EthHeader} from '../../../node/execution/types.ts';
import {silent} from './support.ts';

const DATA = new URL('../../conformance/data/execution-apis/', import.meta.url);
const GENESIS = JSON.parse(readFileSync(new URL('genesis.json', DATA), 'utf8')) as {config: Record<string, unknown>; alloc: Record<string, unknown>};
const BLOCKS = [...blocksOfFile(readFileSync(new URL('chain.rlp', DATA)))];
const HEAD = '0xd226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7';
const TIMEOUT_MS = 120_000;

async function open(db: KeyValueStore = memoryStore()): Promise<Execution> {
  const genesis = parseImportedGenesis(GENESIS);
  const {schedule, depositContract} = genesis;
  const execution = await createExecution({db, logger: silent, archive: true, chainOptions: {schedule, depositContract, baseFeeFloor: 0n, precompiles: false}});
  const {lastBlockHeight} = await execution.app.info();
  if (lastBlockHeight === 0n) await execution.importer.initialise(genesis);
  return execution;
}

/** Jest compares long byte arrays byte by byte, which takes minutes here. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (ArrayBuffer.isView(item)) return Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString('hex');
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The block with one of its parts as `change` makes it. */
function changed(block: Uint8Array, change: (parts: RlpItem[]) => void): Uint8Array {
  const parts = [...(decodeRlp(block) as RlpItem[])].map((part) => (part instanceof Uint8Array ? part : [...part]));
  change(parts);
  return encodeRlp(parts);
}

const setField = (index: number, value: Uint8Array) => (block: Uint8Array) => changed(block, ([header]) => void ((header as RlpItem[])[index] = value));

describe('an imported chain', () => {
  const db = memoryStore();
  let execution: Execution;
  beforeAll(async () => {
    execution = await open(db);
    for (const block of BLOCKS) await execution.importer.importBlock(block);
  }, TIMEOUT_MS);

  it('comes to the head that its makers have, whose roots commit to all of it', () => {
    expect(execution.backend.head().header).toMatchObject({number: 54n, hash: HEAD});
  });

  it('has its uncles, withdrawals and receipts, also after a restart from the database', async () => {
    const {backend} = await open(db);
    expect(backend.head().header.hash).toBe(HEAD);
    for (const [index, bytes] of BLOCKS.entries()) {
      const decoded = decodeImportedBlock(bytes);
      const block = await backend.blockByNumber(BigInt(index + 1));
      expect(textOf(block!.header)).toBe(textOf(decoded.header));
      expect(block!.size).toBe(bytes.length);
      expect(textOf(block!.uncles ?? [])).toBe(textOf(decoded.uncles));
      expect(textOf(block!.withdrawals ?? [])).toBe(textOf(decoded.withdrawals ?? []));
      expect(textOf(block!.transactions.map(({raw}) => raw))).toBe(textOf(decoded.transactions));
      expect(textOf(await backend.receipts(BigInt(index + 1)))).toBe(textOf(await execution.backend.receipts(BigInt(index + 1))));
    }
    const [withRoot] = (await backend.receipts(1n))!;
    expect(withRoot).toMatchObject({root: '0x9d6eec3457f11763a235d68c58367a740f429f01fd310692736b54e0019df44b'});
    const [withBlob] = (await backend.receipts(42n))!;
    expect(withBlob).toMatchObject({type: 3, blobGasUsed: 131_072n, blobGasPrice: 1n});
  });

  it('is passed over where it is known, and goes on where it ended', async () => {
    expect(await execution.importer.importFile(readFileSync(new URL('chain.rlp', DATA)))).toBe(0);
    await expect(execution.importer.importBlock(BLOCKS[0]!)).rejects.toMatchObject({name: 'ImportError', code: 'header'});
  });

  it('tells subscribers of each block', async () => {
    const other = await open();
    const numbers: bigint[] = [];
    other.onBlock(({block}) => numbers.push(block.header.number));
    for (const block of BLOCKS.slice(0, 2)) await other.importer.importBlock(block);
    expect(numbers).toEqual([1n, 2n]);
  });
});

describe('a block is refused, and nothing of it kept,', () => {
  const zeros = (length: number): Uint8Array => new Uint8Array(length);
  let execution: Execution;
  beforeAll(async () => {
    execution = await open();
    for (const block of BLOCKS.slice(0, 2)) await execution.importer.importBlock(block);
  }, TIMEOUT_MS);

  // Block 3 has an uncle and is of Tangerine Whistle; its header fields by their place.
  it.each([
    ['with another parent', setField(0, zeros(32)), 'header', /its parent is/],
    ['with another number', setField(8, Uint8Array.of(4)), 'header', /does not follow block 2/],
    ['that is older than its parent', setField(11, Uint8Array.of(1)), 'header', /timestamp 1 is not after/],
    ['with another gas limit', setField(9, Uint8Array.of(1, 0, 0, 0)), 'header', /gas limit .* too far/],
    ['that used more gas than it may', setField(10, Uint8Array.of(0xff, 0, 0, 0)), 'header', /above the limit/],
    ['with another difficulty', setField(7, Uint8Array.of(3)), 'header', /difficulty 3, 131072 expected/],
    ['with a field of a later fork', (block: Uint8Array) => changed(block, ([header]) => void (header as RlpItem[]).push(Uint8Array.of(7))), 'header', /baseFeePerGas is there/],
    ['with another state root', setField(3, zeros(32)), 'outcome', /state root/],
    ['with another receipts root', setField(5, zeros(32)), 'outcome', /receipts root/],
    ['with another bloom', setField(6, zeros(256)), 'outcome', /bloom/],
    ['that claims other gas', setField(10, Uint8Array.of(1)), 'outcome', /gas used/],
    ['with other transactions', setField(4, zeros(32)), 'outcome', /transactions root/],
    ['without its uncle', (block: Uint8Array) => changed(block, (parts) => void (parts[2] = [])), 'outcome', /uncles hash/],
    ['with withdrawals before their time', (block: Uint8Array) => changed(block, (parts) => void parts.push([])), 'outcome', /withdrawals root/],
    ['that is cut off', (block: Uint8Array) => block.subarray(0, -1), 'malformed', /not a block/],
    ['of too few parts', (block: Uint8Array) => changed(block, (parts) => void parts.pop()), 'malformed', /a block of 2 parts/],
    ['with a short hash', setField(0, zeros(31)), 'malformed', /31 bytes, not 32/],
    ['with a leading zero', setField(8, Uint8Array.of(0, 3)), 'malformed', /leading zero/],
    ['with much extra data', setField(12, zeros(33)), 'malformed', /extraData of 33 bytes/],
  ] as const)('%s', async (_name, change, code, message) => {
    const {importer, backend} = execution;
    const refused: unknown = await importer.importBlock(change(BLOCKS[2]!)).catch((error: unknown) => error);
    expect(refused).toMatchObject({name: 'ImportError', code, message: expect.stringMatching(message)});
    expect(backend.head().header.number).toBe(2n);
  });

  it('and the right one is taken after all of them', async () => {
    await execution.importer.importBlock(BLOCKS[2]!);
    expect(execution.backend.head().header.number).toBe(3n);
  });

  it('file by file: one that ends in the middle of a block, or is none', () => {
    expect(() => [...blocksOfFile(BLOCKS[0]!.subarray(0, 100))]).toThrow('the file ends in the middle of a block');
    expect(() => [...blocksOfFile(Uint8Array.of(0x80))]).toThrow('no block begins at byte 0');
  });
});

describe('a genesis document', () => {
  const withConfig = (config: Record<string, unknown>) => () => parseImportedGenesis({...GENESIS, config: {...GENESIS.config, ...config}});

  it.each([
    ['with a fork that nobody here knows', withConfig({amsterdamTime: 1000}), /asks for amsterdamTime/],
    ['of proof of authority', withConfig({clique: {period: 1}}), /clique/],
    ['that parts EIP-155 from EIP-158', withConfig({eip155Block: 5}), /the same block/],
    ['whose forks are out of order', withConfig({pragueTime: 1}), /prague|osaka|cancun/],
    ['that merges nobody knows when', withConfig({mergeNetsplitBlock: null}), /mergeNetsplitBlock/],
    ['without accounts', () => parseImportedGenesis({...GENESIS, alloc: undefined}), /alloc/],
  ])('%s is refused', (_name, parse, message) => {
    expect(parse).toThrow(expect.objectContaining({name: 'ImportError', code: 'genesis', message: expect.stringMatching(message)}) as unknown as Error);
  });

  it('gives block 0 the fields of its fork', () => {
    const now = {chainId: 1, terminalTotalDifficulty: 0, homesteadBlock: 0, londonBlock: 0, shanghaiTime: 0, cancunTime: 0, pragueTime: 0};
    const {header} = parseImportedGenesis({gasLimit: '0x1c9c380', alloc: {}, config: now}).block(`0x${'11'.repeat(32)}`);
    expect(header).toMatchObject({baseFeePerGas: 10n ** 9n, blobGasUsed: 0n, excessBlobGas: 0n, difficulty: 0n});
    expect(header.requestsHash).toMatch(/^0xe3b0c442/);
  });

  it('of another chain is not taken over by a database that has one', async () => {
    const {importer} = await open();
    await expect(importer.initialise(parseImportedGenesis({...GENESIS, extraData: '0x01'}))).rejects.toThrow('another genesis document');
  });
});

describe('difficulty', () => {
  const parent = {difficulty: 2_048n * 1_000n, timestamp: 100n, number: 4_000_000n, sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'} as unknown as EthHeader;
  const withUncles = {...parent, sha3Uncles: `0x${'00'.repeat(32)}`} as EthHeader;
  it.each([
    ['Frontier: a quick block', {...parent, number: 1n}, 112n, 'chainstart', 2_049_000n],
    ['Frontier: a slow one', {...parent, number: 1n}, 113n, 'chainstart', 2_047_000n],
    ['Homestead: steps of ten seconds', {...parent, number: 1n}, 125n, 'homestead', 2_047_000n],
    ['Homestead: never more than 99 steps', {...parent, number: 1n}, 100_000n, 'homestead', 2_048_000n - 99_000n],
    ['Homestead: the bomb', parent, 110n, 'homestead', 2_048_000n + (1n << 38n)],
    ['Byzantium: the bomb of 1,000,001', parent, 109n, 'byzantium', 2_048_000n + (1n << 8n)],
    ['Byzantium: uncles count', withUncles, 109n, 'byzantium', 2_049_000n + (1n << 8n)],
    ['Gray Glacier: no bomb for long', parent, 100n, 'grayGlacier', 2_049_000n],
    ['never below the least', {...parent, difficulty: 131_072n, number: 1n}, 1_000n, 'grayGlacier', 131_072n],
  ] as const)('%s', (_name, before, timestamp, fork, expected) => {
    expect(difficultyAfter(before, timestamp, forkRules(fork))).toBe(expected);
  });
});

describe('excess blob gas', () => {
  const BLOB = 131_072n;
  const blobs = {target: 6n, max: 9n, updateFraction: 5_007_716n};
  const after = (excess: bigint, used: bigint, baseFee: bigint, hasReservePrice: boolean): bigint =>
    nextExcessBlobGas({excessBlobGas: excess, blobGasUsed: used, baseFeePerGas: baseFee}, {blobs, hasReservePrice});

  it('is what goes beyond the target, and never negative', () => {
    expect(after(0n, 6n * BLOB, 7n, false)).toBe(0n);
    expect(after(0n, 5n * BLOB, 7n, false)).toBe(0n);
    expect(after(0n, 9n * BLOB, 7n, false)).toBe(3n * BLOB);
    expect(after(10n * BLOB, 0n, 7n, false)).toBe(4n * BLOB);
    expect(nextExcessBlobGas({excessBlobGas: undefined, blobGasUsed: undefined, baseFeePerGas: 7n}, {blobs, hasReservePrice: false})).toBe(0n);
  });

  it('under EIP-7918 does not fall while a blob is cheaper than the gas that it stands for', () => {
    expect(after(10n * BLOB, 6n * BLOB, 10n ** 9n, true)).toBe(12n * BLOB);
    expect(after(10n * BLOB, 0n, 10n ** 9n, true)).toBe(10n * BLOB);
    // A price of 1 wei per blob gas and a base fee of 16: just the reserve price, which is not above it.
    expect(blobBaseFee(10n * BLOB, blobs)).toBe(1n);
    expect(after(10n * BLOB, 6n * BLOB, 16n, true)).toBe(10n * BLOB);
    expect(after(10n * BLOB, 6n * BLOB, 17n, true)).toBe(12n * BLOB);
  });
});
