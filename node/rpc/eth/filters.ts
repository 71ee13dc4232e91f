/** Filters that clients poll (eth_newFilter and its kin): bounded in number, in what they hold, and in time. */
import type {BlockEvent, Hash, Transaction} from '#node/execution';
import type {Json} from './encode/transaction.ts';
import {rpcErrors} from './errors.ts';
import type {EthRpcLimits} from './limits.ts';
import {matchingLogs, type LogQuery} from './log-search.ts';
import type {EthRpcClock} from './options.ts';

export type FilterId = `0x${string}`;

type FilterKind = {readonly type: 'blocks'} | {readonly type: 'pendingTransactions'} | {readonly type: 'logs'; readonly query: LogQuery};

interface Filter {
  readonly kind: FilterKind;
  items: Json[];
  lastPolledMs: number;
}

export interface FilterModules {
  readonly clock: EthRpcClock;
  readonly limits: EthRpcLimits;
  readonly newId: () => FilterId;
}

export class Filters {
  private readonly modules: FilterModules;
  private readonly filters = new Map<FilterId, Filter>();

  constructor(modules: FilterModules) {
    this.modules = modules;
  }

  get count(): number {
    return this.filters.size;
  }

  add(kind: FilterKind): FilterId {
    this.expire();
    const {filtersMax} = this.modules.limits;
    if (this.filters.size >= filtersMax) throw rpcErrors.limitExceeded(`too many filters: this node keeps ${filtersMax}`);
    const id = this.modules.newId();
    this.filters.set(id, {kind, items: [], lastPolledMs: this.modules.clock.nowMs()});
    return id;
  }

  remove(id: string): boolean {
    return this.filters.delete(id as FilterId);
  }

  /** What came since the last poll. Throws "filter not found". */
  changes(id: string): readonly Json[] {
    const filter = this.touch(id);
    const {items} = filter;
    filter.items = [];
    return items;
  }

  /** Throws "filter not found" also for filters that are not of logs. */
  logQueryOf(id: string): LogQuery {
    const {kind} = this.touch(id);
    if (kind.type !== 'logs') throw rpcErrors.filterNotFound();
    return kind.query;
  }

  onBlock(event: BlockEvent): void {
    this.expire();
    const {header} = event.block;
    for (const [id, filter] of this.filters) {
      if (filter.kind.type === 'blocks') this.append(id, filter, [header.hash]);
      else if (filter.kind.type === 'logs' && isInRange(filter.kind.query, header.number)) {
        this.append(id, filter, [...matchingLogs(event.receipts, filter.kind.query.filter)]);
      }
    }
  }

  onPending(tx: Transaction): void {
    for (const [id, filter] of this.filters) {
      if (filter.kind.type === 'pendingTransactions') this.append(id, filter, [tx.hash satisfies Hash]);
    }
  }

  clear(): void {
    this.filters.clear();
  }

  /** A client that does not fetch what it asked for loses the filter, and hears so at its next poll. */
  private append(id: FilterId, filter: Filter, items: readonly Json[]): void {
    if (filter.items.length + items.length > this.modules.limits.filterItemsMax) this.filters.delete(id);
    else for (const item of items) filter.items.push(item);
  }

  private touch(id: string): Filter {
    this.expire();
    const filter = this.filters.get(id as FilterId);
    if (filter === undefined) throw rpcErrors.filterNotFound();
    filter.lastPolledMs = this.modules.clock.nowMs();
    return filter;
  }

  private expire(): void {
    const before = this.modules.clock.nowMs() - this.modules.limits.filterTimeoutMs;
    for (const [id, filter] of this.filters) {
      if (filter.lastPolledMs < before) this.filters.delete(id);
    }
  }
}

function isInRange({range}: LogQuery, number: bigint): boolean {
  if ('blockHash' in range) return false;
  const {from, to} = range;
  const isAfterStart = from === undefined || !('number' in from) || number >= from.number;
  const isBeforeEnd = to === undefined || !('number' in to) || number <= to.number;
  return isAfterStart && isBeforeEnd;
}
