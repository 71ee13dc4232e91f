import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {bytesToHex, concatBytes, hexToBytes} from '../hex.ts';
import {blockKey, bloomKey, hashOfNumberKey, headerKey, locationKey, numberOfHashKey, readUint64, receiptsKey, uint64} from '../keys.ts';
import {BLOCK_CACHE_MAX, BLOCK_HASH_CACHE_MAX, FOREIGN_TRANSACTION_BYTES_MAX} from '../limits.ts';
import {decodeRlp, encodeRlp, firstItemOf} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import {decodeTransaction} from '../transaction.ts';
import type {EthBlock, EthHeader, Hash, Receipt} from '../types.ts';
import {uncleBlock} from './eth-block.ts';
import {headerItem, headerOfItem} from './header.ts';
import {decodeReceipts, encodeReceipts} from './receipt.ts';
import {withdrawalItem, withdrawalOfItem} from './withdrawal.ts';

interface CachedBlock {
  readonly block: EthBlock;
  receipts?: readonly Receipt[];
}

/** Blocks, receipts and where transactions stand. Cosmos wrappers will join the same body. */
export class EthBlockStore {
  readonly #db: KeyValueStore;
  readonly #cache = new Map<bigint, CachedBlock>();
  readonly #hashes = new Map<bigint, Hash>();
  /** Indexes of the cached blocks that came by `put`: they are readable while their batch is still being written. */
  readonly #recentNumbers = new Map<Hash, bigint>();
  readonly #recentLocations = new Map<Hash, {blockNumber: bigint; index: number}>();

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  /** Readable at once; durable with the batch that the records go into. */
  put(block: EthBlock, receipts: readonly Receipt[]): KeyValueOp[] {
    const {header, transactions} = block;
    this.#remember(header.number, {block, receipts});
    this.#rememberHash(header.number, header.hash);
    this.#recentNumbers.set(header.hash, header.number);
    transactions.forEach(({hash}, index) => this.#recentLocations.set(hash, {blockNumber: header.number, index}));
    const ops: KeyValueOp[] = [
      {
        type: 'put',
        key: blockKey(header.number),
        value: encodeBlock(block),
      },
      {type: 'put', key: numberOfHashKey(header.hash), value: uint64(header.number)},
      {type: 'put', key: hashOfNumberKey(header.number), value: hexToBytes(header.hash)},
    ];
    if (receipts.length > 0) ops.push({type: 'put', key: receiptsKey(header.number), value: encodeReceipts(receipts)});
    if (receipts.some(({logs}) => logs.length > 0)) ops.push({type: 'put', key: bloomKey(header.number), value: header.logsBloom});
    const number = uint64(header.number);
    transactions.forEach(({hash}, index) => {
      ops.push({type: 'put', key: locationKey(hash), value: concatBytes(number, uint64(BigInt(index)).subarray(4))});
    });
    return ops;
  }

  /** Writes that take a block and all that points to it out. */
  static removeOps({header, transactions}: EthBlock): KeyValueOp[] {
    return [
      blockKey(header.number),
      receiptsKey(header.number),
      bloomKey(header.number),
      hashOfNumberKey(header.number),
      numberOfHashKey(header.hash),
      ...transactions.map(({hash}) => locationKey(hash)),
    ].map((key) => ({type: 'del', key}));
  }

  block(number: bigint): EthBlock | undefined {
    return this.#load(number)?.block;
  }

  /** Also of the blocks right before the one that a restored chain begins with. */
  header(number: bigint): EthHeader | undefined {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached.block.header;
    const block = this.#db.get(blockKey(number));
    if (block !== undefined) return decodeBlockHeader(block);
    const header = this.#db.get(headerKey(number));
    return header === undefined ? undefined : headerOfItem(decodeRlp(header));
  }

  /** What a restored chain begins with; its receipts and its ancestors' bodies are not known. */
  static restoreOps(block: EthBlock, ancestors: readonly EthHeader[]): KeyValueOp[] {
    const {header} = block;
    const lowest = ancestors.at(-1) ?? header;
    return [
      {type: 'put', key: blockKey(header.number), value: encodeBlock(block)},
      {type: 'put', key: numberOfHashKey(header.hash), value: uint64(header.number)},
      {type: 'put', key: hashOfNumberKey(header.number), value: hexToBytes(header.hash)},
      // A call in the place of the snapshot's own block reaches one further back than the next block does.
      ...(lowest.number === 0n ? [] : [{type: 'put', key: hashOfNumberKey(lowest.number - 1n), value: hexToBytes(lowest.parentHash)} as const]),
      ...ancestors.flatMap((ancestor): KeyValueOp[] => [
        {type: 'put', key: headerKey(ancestor.number), value: encodeRlp(headerItem(ancestor))},
        {type: 'put', key: hashOfNumberKey(ancestor.number), value: hexToBytes(ancestor.hash)},
      ]),
    ];
  }

  receipts(number: bigint): readonly Receipt[] | undefined {
    const cached = this.#load(number);
    if (cached === undefined) return undefined;
    if (cached.receipts === undefined) {
      const bytes = this.#db.get(receiptsKey(number));
      cached.receipts = bytes === undefined ? [] : decodeReceipts(bytes, cached.block);
    }
    return cached.receipts;
  }

  numberOf(hash: Hash): bigint | undefined {
    const recent = this.#recentNumbers.get(hash);
    if (recent !== undefined) return recent;
    const bytes = this.#db.get(numberOfHashKey(hash));
    return bytes === undefined ? undefined : readUint64(bytes);
  }

  /** Without reading the block: BLOCKHASH costs 20 gas. */
  hashOf(number: bigint): Hash | undefined {
    const cached = this.#hashes.get(number);
    if (cached !== undefined) return cached;
    const bytes = this.#db.get(hashOfNumberKey(number));
    if (bytes === undefined) return undefined;
    const hash = bytesToHex(bytes);
    this.#rememberHash(number, hash);
    return hash;
  }

  location(hash: Hash): {blockNumber: bigint; index: number} | undefined {
    const recent = this.#recentLocations.get(hash);
    if (recent !== undefined) return recent;
    const bytes = this.#db.get(locationKey(hash));
    if (bytes === undefined) return undefined;
    return {blockNumber: readUint64(bytes), index: new DataView(bytes.buffer, bytes.byteOffset).getUint32(8)};
  }

  #load(number: bigint): CachedBlock | undefined {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const bytes = this.#db.get(blockKey(number));
    if (bytes === undefined) return undefined;
    const loaded = {block: decodeBlock(bytes)};
    this.#remember(number, loaded);
    return loaded;
  }

  #rememberHash(number: bigint, hash: Hash): void {
    this.#hashes.set(number, hash);
    if (this.#hashes.size > BLOCK_HASH_CACHE_MAX) {
      const oldest = this.#hashes.keys().next();
      if (oldest.done !== true) this.#hashes.delete(oldest.value);
    }
  }

  #remember(number: bigint, cached: CachedBlock): void {
    this.#cache.delete(number);
    this.#cache.set(number, cached);
    if (this.#cache.size > BLOCK_CACHE_MAX) {
      const oldest = this.#cache.entries().next();
      if (oldest.done !== true) this.#forget(...oldest.value);
    }
  }

  #forget(number: bigint, {block}: CachedBlock): void {
    this.#cache.delete(number);
    this.#recentNumbers.delete(block.header.hash);
    for (const {hash} of block.transactions) this.#recentLocations.delete(hash);
  }
}

/** The last two fields are of imported blocks that have uncles or withdrawals. */
function encodeBlock({header, transactions, size, uncles, withdrawals}: EthBlock): Uint8Array {
  const item: RlpItem[] = [headerItem(header), transactions.map(({raw}) => raw), transactions.map(({sender}) => hexToBytes(sender)), uint64(BigInt(size))];
  if (uncles !== undefined || withdrawals !== undefined) item.push((uncles ?? []).map(({header: uncle}) => headerItem(uncle)), (withdrawals ?? []).map(withdrawalItem));
  return encodeRlp(item);
}

function decodeBlockHeader(bytes: Uint8Array): EthHeader {
  const item = decodeRlp(bytes, {itemsMax: Number.MAX_SAFE_INTEGER});
  if (item instanceof Uint8Array) throw new Error('database record: block expected');
  return headerOfItem(item[0]!, firstItemOf(bytes));
}

function decodeBlock(bytes: Uint8Array): EthBlock {
  const item = decodeRlp(bytes, {itemsMax: Number.MAX_SAFE_INTEGER});
  if (item instanceof Uint8Array) throw new Error('database record: block expected');
  const [header, raws, senders, size, uncles, withdrawals] = item;
  if (!Array.isArray(raws) || !Array.isArray(senders) || !(size instanceof Uint8Array)) throw new Error('database record: block expected');
  return {
    header: headerOfItem(header!, firstItemOf(bytes)),
    transactions: raws.map((raw, index) => decodeTransaction(raw as Uint8Array, {sender: bytesToHex(senders[index] as Uint8Array), bytesMax: FOREIGN_TRANSACTION_BYTES_MAX})),
    size: Number(readUint64(size)),
    ...(Array.isArray(uncles) && uncles.length > 0 && {uncles: uncles.map((uncle) => uncleBlock(headerOfItem(uncle)))}),
    ...(Array.isArray(withdrawals) && withdrawals.length > 0 && {withdrawals: withdrawals.map(withdrawalOfItem)}),
  };
}
