/**
 * eth_subscribe: what each WebSocket connection wants to hear of. A notification's content is encoded once, however many
 * connections it goes to.
 */
import type {BlockEvent, Transaction} from '#node/execution';
import type {NetworkStatus} from './backend.ts';
import {headerJson} from './encode/block.ts';
import {transactionJson} from './encode/transaction.ts';
import {rpcErrors} from './errors.ts';
import {quantity} from './hex.ts';
import type {EthRpcLimits} from './limits.ts';
import {matchingLogs, type LogFilter} from './log-search.ts';
import type {EthRpcMetrics} from './options.ts';

export type SubscriptionId = `0x${string}`;

export type SubscriptionKind =
  | {readonly type: 'newHeads'}
  | {readonly type: 'logs'; readonly filter: LogFilter}
  | {readonly type: 'newPendingTransactions'; readonly full: boolean}
  | {readonly type: 'syncing'};

/** One connection, as handlers and the hub see it. */
export interface SubscriptionHost {
  /** Sends a text, or drops the client that does not keep up. Never throws. */
  send(text: string): void;
}

export interface SubscriptionModules {
  readonly limits: EthRpcLimits;
  readonly newId: () => SubscriptionId;
  readonly network: () => NetworkStatus;
  readonly metrics: EthRpcMetrics | undefined;
}

export class Subscriptions {
  private readonly modules: SubscriptionModules;
  private readonly byHost = new Map<SubscriptionHost, Map<SubscriptionId, SubscriptionKind>>();
  private total = 0;
  private wasSyncing: boolean | undefined;

  constructor(modules: SubscriptionModules) {
    this.modules = modules;
  }

  add(host: SubscriptionHost, kind: SubscriptionKind): SubscriptionId {
    const {subscriptionsPerConnectionMax} = this.modules.limits;
    const own = this.byHost.get(host) ?? new Map<SubscriptionId, SubscriptionKind>();
    if (own.size >= subscriptionsPerConnectionMax) {
      throw rpcErrors.limitExceeded(`too many subscriptions: one connection may have ${subscriptionsPerConnectionMax}`);
    }
    const id = this.modules.newId();
    own.set(id, kind);
    this.byHost.set(host, own);
    this.count(1);
    return id;
  }

  /** Throws "subscription not found". */
  remove(host: SubscriptionHost, id: string): boolean {
    if (this.byHost.get(host)?.delete(id as SubscriptionId) !== true) throw rpcErrors.subscriptionUnknown();
    this.count(-1);
    return true;
  }

  removeAll(host: SubscriptionHost): void {
    this.count(-(this.byHost.get(host)?.size ?? 0));
    this.byHost.delete(host);
  }

  onBlock(event: BlockEvent): void {
    let head: string | undefined;
    this.each((kind, notify) => {
      if (kind.type === 'newHeads') notify((head ??= JSON.stringify(headerJson(event.block.header))));
      else if (kind.type === 'logs') for (const log of matchingLogs(event.receipts, kind.filter)) notify(JSON.stringify(log));
    });
    this.tellSyncing();
  }

  onPending(tx: Transaction): void {
    let full: string | undefined;
    this.each((kind, notify) => {
      if (kind.type !== 'newPendingTransactions') return;
      notify(kind.full ? (full ??= JSON.stringify(transactionJson(tx, undefined))) : `"${tx.hash}"`);
    });
  }

  /** Says when synchronisation begins and when it ends. */
  private tellSyncing(): void {
    const {syncing} = this.modules.network();
    const isSyncing = syncing !== undefined;
    if (this.wasSyncing === isSyncing) return;
    const isFirst = this.wasSyncing === undefined;
    this.wasSyncing = isSyncing;
    if (isFirst && !isSyncing) return;
    const text = JSON.stringify(
      syncing === undefined
        ? false
        : {
            syncing: true,
            status: {
              startingBlock: quantity(syncing.startingBlock),
              currentBlock: quantity(syncing.currentBlock),
              highestBlock: quantity(syncing.highestBlock),
            },
          },
    );
    this.each((kind, notify) => {
      if (kind.type === 'syncing') notify(text);
    });
  }

  private each(visit: (kind: SubscriptionKind, notify: (result: string) => void) => void): void {
    for (const [host, own] of this.byHost) {
      for (const [id, kind] of own) {
        visit(kind, (result) => host.send(`{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":${result}}}`));
      }
    }
  }

  private count(change: number): void {
    this.total += change;
    this.modules.metrics?.subscriptions(this.total);
  }
}
