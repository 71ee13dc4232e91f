/**
 * The demo's own books. Every movement of coin that the story expects is written down; at the end each account's balance
 * must be what it had, plus and minus those movements, minus the gas that its transactions paid, to the wei.
 */
import type {Address, Hex} from 'viem';
import type {Reader} from './chain.ts';
import {coins} from './print.ts';

type Entry = {readonly name: string; readonly before: bigint; received: bigint; sent: bigint};

export type Line = {
  readonly name: string;
  readonly address: Address;
  readonly before: bigint;
  readonly received: bigint;
  readonly sent: bigint;
  readonly gas: bigint;
  readonly expected: bigint;
  readonly actual: bigint;
};

export type Reconciliation = {
  readonly lines: readonly Line[];
  readonly transactionCount: number;
  /** Transactions of accounts that are not in the books, between first and last block. */
  readonly strangerCount: number;
  readonly isExact: boolean;
};

const BLOCKS_AT_A_TIME = 16n;

export class Ledger {
  private readonly reader: Reader;
  private readonly entries = new Map<Address, Entry>();
  private readonly firstBlock: bigint;

  private constructor(reader: Reader, firstBlock: bigint) {
    this.reader = reader;
    this.firstBlock = firstBlock;
  }

  /** Opens the books at the newest block. */
  static async open(reader: Reader, accounts: Readonly<Record<string, Address>>): Promise<Ledger> {
    const blockNumber = await reader.getBlockNumber();
    const ledger = new Ledger(reader, blockNumber);
    for (const [name, address] of Object.entries(accounts)) await ledger.add(name, address);
    return ledger;
  }

  /** Enters an account with what it has now. */
  async add(name: string, address: Address): Promise<void> {
    const before = await this.reader.getBalance({address});
    this.entries.set(address.toLowerCase() as Address, {name, before, received: 0n, sent: 0n});
  }

  /** Writes down an expected movement. Both sides must be in the books. */
  move(from: Address, to: Address, wei: bigint): void {
    this.entry(from).sent += wei;
    this.entry(to).received += wei;
  }

  private entry(address: Address): Entry {
    const entry = this.entries.get(address.toLowerCase() as Address);
    if (!entry) throw new Error(`${address} is not in the books`);
    return entry;
  }

  /** Closes the books at the newest block. Gas is read from the receipts of every transaction since the first. */
  async reconcile(): Promise<Reconciliation> {
    const lastBlock = await this.reader.getBlockNumber();
    const gas = new Map<Address, bigint>();
    let transactionCount = 0;
    let strangerCount = 0;
    const take = async (hash: Hex, from: Address): Promise<void> => {
      transactionCount++;
      const sender = from.toLowerCase() as Address;
      if (!this.entries.has(sender)) strangerCount++;
      const {gasUsed, effectiveGasPrice} = await this.reader.getTransactionReceipt({hash});
      gas.set(sender, (gas.get(sender) ?? 0n) + gasUsed * effectiveGasPrice);
    };
    for (let start = this.firstBlock + 1n; start <= lastBlock; start += BLOCKS_AT_A_TIME) {
      const numbers = Array.from({length: Number(BLOCKS_AT_A_TIME)}, (_, k) => start + BigInt(k)).filter((number) => number <= lastBlock);
      const blocks = await Promise.all(numbers.map((blockNumber) => this.reader.getBlock({blockNumber, includeTransactions: true})));
      for (const {hash, from} of blocks.flatMap(({transactions}) => transactions)) await take(hash, from);
    }
    const lines = await Promise.all([...this.entries].map(async ([address, {name, before, received, sent}]): Promise<Line> => {
      const paid = gas.get(address) ?? 0n;
      const actual = await this.reader.getBalance({address});
      return {name, address, before, received, sent, gas: paid, expected: before + received - sent - paid, actual};
    }));
    return {lines, transactionCount, strangerCount, isExact: lines.every(({expected, actual}) => expected === actual)};
  }
}

/** The books in words. */
export function describeLines(lines: readonly Line[]): string[] {
  return lines.flatMap(({name, before, received, sent, gas, expected, actual}) => [
    [
      `${name}: had ${coins(before)}`,
      ...(received > 0n ? [`received ${coins(received)}`] : []),
      ...(sent > 0n ? [`paid ${coins(sent)}`] : []),
      ...(gas > 0n ? [`gas ${coins(gas)}`] : []),
    ].join(', '),
    expected === actual
      ? `  has ${coins(actual)}, exact to the wei`
      : `  should have ${coins(expected)}, but has ${coins(actual)}: ${actual - expected} wei differ`,
  ]);
}
