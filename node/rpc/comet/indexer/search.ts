/**
 * Which transactions, or blocks, a query means. Conditions on attributes of one event type must hold within one event, as in
 * CometBFT; conditions on different types must each hold somewhere, where CometBFT 0.38 finds nothing. Work is bounded: a search
 * that would read or open more than the limits is refused with the advice to narrow it.
 * Source: CometBFT `state/txindex/kv/kv.go`, `state/indexer/block/kv/kv.go`.
 */
import {fromHex, type AbciEvent, type TxResult} from '#proto';
import type {CometRpcLimits} from '../limits.ts';
import {QueryError} from '../query/lexer.ts';
import {matchesValue, parseDecimal, type Condition, type Query} from '../query/query.ts';
import type {Indexer} from './indexer.ts';
import {attributeRange, BLOCK_EVENT, heightOf, placeKey, placeOf, placeOfKey, readAttributeKey, TX_EVENT, type AttributeEntry, type EventPrefix, type Place} from './keys.ts';

export type SearchLimits = Pick<CometRpcLimits, 'searchEntriesMax' | 'searchOpenedMax'>;

/** Inclusive. */
interface Heights {
  readonly low: bigint;
  readonly high: bigint;
}

const TX_HEIGHT = 'tx.height';
const TX_HASH = 'tx.hash';
const BLOCK_HEIGHT = 'block.height';

/** Ascending. @throws QueryError when the search is too wide. */
export async function searchTxs(indexer: Indexer, query: Query, limits: SearchLimits): Promise<Place[]> {
  const hash = query.conditions.find(({tag, operator}) => tag === TX_HASH && operator === '=');
  if (hash !== undefined) return searchByHash(indexer, query, hash);
  if (query.conditions.some(({tag}) => tag === TX_HASH)) throw new QueryError('tx.hash can only be compared by =');
  const heights = heightBounds(query, TX_HEIGHT, indexer);
  const conditions = query.conditions.filter(({tag}) => tag !== TX_HEIGHT);
  const search = new Search(indexer, TX_EVENT, heights, limits);
  if (conditions.length === 0) return search.all();
  return search.matching(conditions, (place) => txAt(indexer, place)?.result.events ?? []);
}

/** Ascending heights. @throws QueryError when the search is too wide. */
export async function searchBlocks(indexer: Indexer, query: Query, limits: SearchLimits): Promise<{readonly count: number; at(position: number): bigint}> {
  const heights = heightBounds(query, BLOCK_HEIGHT, indexer);
  const conditions = query.conditions.filter(({tag}) => tag !== BLOCK_HEIGHT);
  if (conditions.length === 0) {
    return {count: heights.low > heights.high ? 0 : Number(heights.high - heights.low + 1n), at: (position) => heights.low + BigInt(position)};
  }
  const places = await new Search(indexer, BLOCK_EVENT, heights, limits).matching(conditions, (place) => indexer.blockEvents(heightOf(place)));
  return {count: places.length, at: (position) => heightOf(places[position] as Place)};
}

export function txAt(indexer: Indexer, place: Place): TxResult | undefined {
  const hash = indexer.db.get(placeKey(place));
  return hash === undefined ? undefined : indexer.tx(hash);
}

function searchByHash(indexer: Indexer, query: Query, {operand}: Condition): Place[] {
  if (operand?.kind !== 'string' || !/^(0[xX])?[0-9a-fA-F]{64}$/.test(operand.text)) throw new QueryError('tx.hash is a quoted string of 64 hex digits');
  const found = indexer.tx(fromHex(operand.text.replace(/^0[xX]/, '')));
  if (found === undefined || found.height < indexer.base) return [];
  const heights = heightBounds(query, TX_HEIGHT, indexer);
  if (found.height < heights.low || found.height > heights.high) return [];
  const others = query.conditions.filter(({tag}) => tag !== TX_HASH && tag !== TX_HEIGHT);
  return satisfies(others, found.result.events ?? []) ? [placeOf(found.height, found.index)] : [];
}

class Search {
  readonly #indexer: Indexer;
  readonly #prefix: EventPrefix;
  readonly #heights: Heights;
  readonly #limits: SearchLimits;
  #entriesLeft: number;

  constructor(indexer: Indexer, prefix: EventPrefix, heights: Heights, limits: SearchLimits) {
    this.#indexer = indexer;
    this.#prefix = prefix;
    this.#heights = heights;
    this.#limits = limits;
    this.#entriesLeft = limits.searchEntriesMax;
  }

  async all(): Promise<Place[]> {
    const {low, high} = this.#heights;
    const places: Place[] = [];
    if (low > high) return places;
    for await (const [key] of this.#indexer.db.range(placeKey(placeOf(low, 0)), placeKey(placeOf(high + 1n, 0)))) {
      this.#spend();
      places.push(placeOfKey(key));
    }
    return places;
  }

  /** Reads the entries of the conditions that name a value, or of one that does not; opens what is left to look at the rest. */
  async matching(conditions: readonly Condition[], eventsAt: (place: Place) => readonly AbciEvent[]): Promise<Place[]> {
    if (this.#heights.low > this.#heights.high) return [];
    const exact = conditions.filter(isExact);
    const scanned = exact.length > 0 ? exact : conditions.slice(0, 1);
    let places: Set<Place> | undefined;
    for (const condition of scanned) {
      const found = await this.#scan(condition);
      places = places === undefined ? found : new Set([...places].filter((place) => found.has(place)));
      if (places.size === 0) return [];
    }
    const candidates = [...(places ?? [])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (conditions.length === 1) return candidates;
    if (candidates.length > this.#limits.searchOpenedMax) {
      throw new QueryError(`the query leaves ${candidates.length} candidates to look into, limit ${this.#limits.searchOpenedMax}: narrow it by height`);
    }
    const matching: Place[] = [];
    for (const [position, place] of candidates.entries()) {
      if (satisfies(conditions, eventsAt(place))) matching.push(place);
      if (position % OPENED_PER_TURN === OPENED_PER_TURN - 1) await new Promise((resume) => setImmediate(resume));
    }
    return matching;
  }

  async #scan(condition: Condition): Promise<Set<Place>> {
    const {low, high} = this.#heights;
    const range = isExact(condition)
      ? attributeRange(this.#prefix, condition.tag, {value: condition.operand.text, low, high})
      : attributeRange(this.#prefix, condition.tag);
    const places = new Set<Place>();
    for await (const [key] of this.#indexer.db.range(range.gte, range.lt)) {
      this.#spend();
      const {value, place}: AttributeEntry = readAttributeKey(key);
      const height = heightOf(place);
      if (height >= low && height <= high && matchesValue(condition, value)) places.add(place);
    }
    return places;
  }

  #spend(): void {
    if (this.#entriesLeft-- > 0) return;
    throw new QueryError(`the query reads more than ${this.#limits.searchEntriesMax} index entries: narrow it by height, or by an attribute with =`);
  }
}

/** Candidates opened before other work of the process gets a turn. */
const OPENED_PER_TURN = 100;

type ExactCondition = Condition & {readonly operand: {readonly kind: 'string'; readonly text: string}};

function isExact(condition: Condition): condition is ExactCondition {
  return condition.operator === '=' && condition.operand?.kind === 'string';
}

/** For each event type, one event in which all conditions on it hold. Only indexed attributes count. */
function satisfies(conditions: readonly Condition[], events: readonly AbciEvent[]): boolean {
  const byType = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const type = condition.tag.slice(0, Math.max(0, condition.tag.lastIndexOf('.')));
    byType.set(type, [...(byType.get(type) ?? []), condition]);
  }
  return [...byType].every(([type, group]) =>
    events.some(
      (event) =>
        event.type === type &&
        group.every((condition) =>
          event.attributes.some(({key, value, index}) => index && `${type}.${key}` === condition.tag && matchesValue(condition, value)),
        ),
    ),
  );
}

function heightBounds(query: Query, tag: string, indexer: Indexer): Heights {
  let {base: low, height: high} = indexer;
  // Nothing is indexed yet.
  if (high === 0n) return {low: 1n, high: 0n};
  for (const {tag: asked, operator, operand} of query.conditions) {
    if (asked !== tag || operator === 'EXISTS') continue;
    const number = operand?.kind === 'number' ? operand.value : operand?.kind === 'string' && operator === '=' ? parseDecimal(operand.text) : undefined;
    if (number === undefined) throw new QueryError(`${tag} is compared with a number`);
    const divisor = 10n ** BigInt(number.scale);
    const floor = number.units / divisor;
    const isWhole = number.units % divisor === 0n;
    const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
    const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
    if (operator === '=') {
      if (!isWhole) return {low: 1n, high: 0n};
      low = max(low, floor);
      high = min(high, floor);
    } else if (operator === '>') low = max(low, floor + 1n);
    else if (operator === '>=') low = max(low, isWhole ? floor : floor + 1n);
    else if (operator === '<') high = min(high, isWhole ? floor - 1n : floor);
    else high = min(high, floor);
  }
  return {low, high};
}
