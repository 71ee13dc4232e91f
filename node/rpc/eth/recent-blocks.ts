/**
 * The blocks and receipts that were asked for last. Clients that wait for the receipts of a full block would otherwise have
 * them all decoded again for each of its transactions.
 */
import type {BlockEvent, EthBlock, Hash, Receipt} from '#node/execution';
import type {ChainBackend} from './backend.ts';

const RECENT_BLOCKS_MAX = 32;

export class RecentBlocks {
  private readonly chain: ChainBackend;
  private readonly blocks = new Map<bigint, EthBlock>();
  private readonly receiptLists = new Map<bigint, readonly Receipt[]>();

  constructor(chain: ChainBackend) {
    this.chain = chain;
  }

  add(event: BlockEvent): void {
    const {number} = event.block.header;
    keep(this.blocks, number, event.block);
    keep(this.receiptLists, number, event.receipts);
  }

  async block(number: bigint): Promise<EthBlock | undefined> {
    const recent = this.blocks.get(number);
    if (recent !== undefined) return recent;
    const block = await this.chain.blockByNumber(number);
    if (block !== undefined) keep(this.blocks, number, block);
    return block;
  }

  async receipts(number: bigint): Promise<readonly Receipt[] | undefined> {
    const recent = this.receiptLists.get(number);
    if (recent !== undefined) return recent;
    const receipts = await this.chain.receipts(number);
    if (receipts !== undefined) keep(this.receiptLists, number, receipts);
    return receipts;
  }

  async receipt(hash: Hash): Promise<Receipt | undefined> {
    const location = await this.chain.transactionLocation(hash);
    return location === undefined ? undefined : (await this.receipts(location.blockNumber))?.[location.index];
  }

  clear(): void {
    this.blocks.clear();
    this.receiptLists.clear();
  }
}

function keep<T>(map: Map<bigint, T>, number: bigint, value: T): void {
  map.delete(number);
  map.set(number, value);
  if (map.size <= RECENT_BLOCKS_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
