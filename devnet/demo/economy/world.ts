/** Who takes part in the economy, on which chain, and the books that are kept of it. */
import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/client';
import type {ReadingClient, WritingClient} from '#protocols/client';

export const ROLES = [
  'data provider', 'annotator', 'base model owner', 'tuner', 'GPU owner', 'application', 'consumer', 'investor', 'partner', 'arbiter',
] as const;
export type Role = (typeof ROLES)[number];

export interface EconomyWorld {
  readonly reader: ReadingClient;
  wallet(role: Role): WritingClient;
  /** Seconds, of the newest block. */
  now(): Promise<bigint>;
  balance(address: Address): Promise<bigint>;
  /** How many calls are metered, a voucher each; at most 1,250. */
  readonly calls: bigint;
  /** Tells what happened, with its transaction. */
  tell(text: string, receipt?: TransactionReceipt): void;
}

/** A line of the table at the end: who got how much, and why. */
export interface Earning {
  readonly who: string;
  readonly why: string;
  readonly wei: bigint;
}

/** Keeps what came into Attribution, from its own events, and what was paid out of it. */
export class Account {
  readonly earnings: Earning[] = [];
  /** Wei that came in, by asset. */
  readonly revenue = new Map<bigint, bigint>();
  paidOut = 0n;

  /** Takes down what a transaction brought in. */
  take(receipt: TransactionReceipt): void {
    const logs = receipt.logs.filter(({address}) => address.toLowerCase() === SYSTEM_ADDRESSES.attribution);
    for (const {args} of parseEventLogs({abi: attributionAbi, eventName: 'RevenueReceived', logs})) {
      this.revenue.set(args.assetId, (this.revenue.get(args.assetId) ?? 0n) + args.amount);
    }
  }

  /** @param isFromAttribution whether it left Attribution, and not another contract */
  earned(who: string, why: string, wei: bigint, isFromAttribution = true): void {
    this.earnings.push({who, why, wei});
    if (isFromAttribution) this.paidOut += wei;
  }

  get received(): bigint {
    return [...this.revenue.values()].reduce((sum, wei) => sum + wei, 0n);
  }
}
