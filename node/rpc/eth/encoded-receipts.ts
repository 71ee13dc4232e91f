/**
 * Receipts and logs as JSON text: each is encoded once, for the first who asks, and kept by block within a bound of memory. A search of
 * logs over many blocks is then a look at what is here and a join of texts.
 */
import type {Hash, Log, Receipt} from '#node/execution';
import type {ChainBackend} from './backend.ts';
import {EncodedJson} from './encode/encoded.ts';
import {logJson, receiptJson} from './encode/receipt.ts';
import type {RecentBlocks} from './recent-blocks.ts';

/** Its text is made when it is first asked for: most logs of a block are not what a search looks for. */
export class EncodedLog {
  readonly log: Log;
  readonly #index: number;
  readonly #receipt: Receipt;
  #json: string | undefined;

  constructor(log: Log, index: number, receipt: Receipt) {
    this.log = log;
    this.#index = index;
    this.#receipt = receipt;
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(logJson(this.log, this.#index, this.#receipt)));
  }
}

interface BlockEntry {
  readonly receipts: readonly Receipt[];
  readonly texts: (EncodedJson | undefined)[];
  logs: readonly EncodedLog[] | undefined;
  readonly bytes: number;
}

/** About what a receipt and a log take in memory with their texts, the data of a log apart: that stands in it once as bytes and in both texts as hex. */
const RECEIPT_BYTES = 2_500;
const LOG_BYTES = 2_000;
const DATA_COPIES = 5;

export class EncodedReceipts {
  readonly #chain: ChainBackend;
  readonly #recent: RecentBlocks;
  readonly #bytesMax: number;
  /** In the order in which they were first asked for, which is the order in which they are dropped. By numbers, which are found faster than bigints. */
  readonly #blocks = new Map<number, BlockEntry>();
  #bytes = 0;

  constructor(chain: ChainBackend, recent: RecentBlocks, bytesMax: number) {
    this.#chain = chain;
    this.#recent = recent;
    this.#bytesMax = bytesMax;
  }

  /** Of an included transaction; null before it is in a block. */
  async receipt(hash: Hash): Promise<EncodedJson | null> {
    const location = await this.#chain.transactionLocation(hash);
    if (location === undefined) return null;
    const entry = this.#blocks.get(Number(location.blockNumber)) ?? (await this.#load(location.blockNumber));
    return entry === undefined ? null : textOf(entry, location.index);
  }

  /** Of a block, in order; undefined when there is no such block. At once where they are here. */
  logs(number: bigint): readonly EncodedLog[] | undefined | Promise<readonly EncodedLog[] | undefined> {
    const present = this.#blocks.get(Number(number));
    if (present !== undefined) return logsOf(present);
    return this.#load(number).then((entry) => (entry === undefined ? undefined : logsOf(entry)));
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }

  async #load(number: bigint): Promise<BlockEntry | undefined> {
    const receipts = await this.#recent.receipts(number);
    // Another request may have loaded it meanwhile.
    const present = this.#blocks.get(Number(number));
    if (present?.receipts === receipts) return present;
    if (receipts === undefined) return undefined;
    const entry: BlockEntry = {receipts, texts: new Array<EncodedJson | undefined>(receipts.length).fill(undefined), logs: undefined, bytes: bytesOf(receipts)};
    // One that is too large by itself would only drive out all others.
    if (entry.bytes > this.#bytesMax) return entry;
    this.#bytes += entry.bytes - (present?.bytes ?? 0);
    this.#blocks.set(Number(number), entry);
    for (const [oldest, {bytes}] of this.#blocks) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#blocks.delete(oldest);
      this.#bytes -= bytes;
    }
    return entry;
  }
}

function textOf(entry: BlockEntry, index: number): EncodedJson | null {
  const receipt = entry.receipts[index];
  return receipt === undefined ? null : (entry.texts[index] ??= new EncodedJson(JSON.stringify(receiptJson(receipt))));
}

function logsOf(entry: BlockEntry): readonly EncodedLog[] {
  entry.logs ??= entry.receipts.flatMap((receipt) => receipt.logs.map((log, index) => new EncodedLog(log, index, receipt)));
  return entry.logs;
}

function bytesOf(receipts: readonly Receipt[]): number {
  let bytes = RECEIPT_BYTES * receipts.length;
  for (const {logs} of receipts) for (const {data} of logs) bytes += LOG_BYTES + DATA_COPIES * data.length;
  return bytes;
}
