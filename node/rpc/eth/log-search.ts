/** Which logs a filter wants, and the search for them in past blocks. */
import type {Address, Hash, Log, Receipt} from '#node/execution';
import type {ChainBackend} from './backend.ts';
import {blockNumber, type BlockRef} from './block-ref.ts';
import {EncodedJson} from './encode/encoded.ts';
import {logJson} from './encode/receipt.ts';
import type {Json} from './encode/transaction.ts';
import type {EncodedLog, EncodedReceipts} from './encoded-receipts.ts';
import {rpcErrors} from './errors.ts';
import type {EthRpcLimits} from './limits.ts';
import {address, arrayOf, fail, hash, optionalField, record, type Parser} from './schema.ts';
import {breathe} from './system.ts';

/** A log matches when its address is one of `addresses` (none: any) and each topic is one of its position's (null: any). */
export interface LogFilter {
  readonly addresses: readonly Address[];
  readonly topics: readonly (readonly Hash[] | null)[];
}

export type LogRange = {readonly blockHash: Hash} | {readonly from: BlockRef | undefined; readonly to: BlockRef | undefined};

export interface LogQuery {
  readonly filter: LogFilter;
  readonly range: LogRange;
}

const TOPICS_MAX = 4;
/** Blocks that are searched without letting others in. */
const BLOCKS_PER_BREATH = 32;

export const logQuery =
  (limits: EthRpcLimits): Parser<LogQuery> =>
  (value, where) => {
    const object = record(value, where);
    const blockHash = optionalField(object, 'blockHash', hash, where);
    const from = optionalField(object, 'fromBlock', blockNumber, where);
    const to = optionalField(object, 'toBlock', blockNumber, where);
    if (blockHash !== undefined && (from !== undefined || to !== undefined)) {
      throw rpcErrors.invalidParams('cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other');
    }
    const addresses = optionalField(object, 'address', oneOrMany(address, limits.logsAddressesMax), where) ?? [];
    const topics = optionalField(object, 'topics', topicPositions(limits.logsTopicsPerPositionMax), where) ?? [];
    return {filter: {addresses, topics}, range: blockHash === undefined ? {from, to} : {blockHash}};
  };

const oneOrMany =
  <T>(item: Parser<T>, itemsMax: number): Parser<readonly T[]> =>
  (value, where) =>
    Array.isArray(value) ? arrayOf(item, itemsMax)(value, where) : [item(value, where)];

const topicPositions =
  (perPositionMax: number): Parser<readonly (readonly Hash[] | null)[]> =>
  (value, where) => {
    if (Array.isArray(value) && value.length > TOPICS_MAX) return fail(where, `at most ${TOPICS_MAX} positions`, 'exceed max topics');
    return arrayOf((entry, at) => {
      if (entry === null) return null;
      const alternatives = oneOrMany<Hash | null>((topic, place) => (topic === null ? null : hash(topic, place)), perPositionMax)(entry, at);
      // As in geth, a null among the alternatives, or none at all, means any.
      const given = alternatives.filter((topic) => topic !== null);
      return given.length === 0 || given.length < alternatives.length ? null : given;
    }, TOPICS_MAX)(value, where);
  };

export function matches(log: Log, filter: LogFilter): boolean {
  if (filter.addresses.length > 0 && !filter.addresses.includes(log.address)) return false;
  if (filter.topics.length > log.topics.length) return false;
  return filter.topics.every((wanted, position) => wanted === null || wanted.includes(log.topics[position]!));
}

export function* matchingLogs(receipts: readonly Receipt[], filter: LogFilter): Generator<{readonly [key: string]: Json}> {
  for (const receipt of receipts) {
    for (let index = 0; index < receipt.logs.length; index++) {
      const log = receipt.logs[index]!;
      if (matches(log, filter)) yield logJson(log, index, receipt);
    }
  }
}

/** As geth: blocks that are not there yet are not "without logs". A filter may name them; a search that is answered now may not. */
export function refuseFuture({range}: LogQuery, head: bigint): void {
  if ('blockHash' in range) return;
  const [from, to] = [boundary(range.from, head), boundary(range.to, head)];
  // A range that ends before it begins is another mistake, and wins.
  if (from <= to && to > head) throw rpcErrors.invalidParams('block range extends beyond current head block');
}

export interface LogSearchModules {
  readonly chain: ChainBackend;
  readonly encodedReceipts: EncodedReceipts;
  readonly limits: EthRpcLimits;
}

/** All matching logs as one array, oldest first. Throws RpcError on an unknown block, on a range or a result beyond the limits. */
export async function searchLogs(query: LogQuery, modules: LogSearchModules): Promise<EncodedJson> {
  const {chain, limits, encodedReceipts} = modules;
  const {filter, range} = query;
  const found: string[] = [];
  let dataBytes = 0;
  const collect = (logs: readonly EncodedLog[] = []): void => {
    for (const encoded of logs) {
      const {log} = encoded;
      if (!matches(log, filter)) continue;
      dataBytes += log.data.length;
      if (dataBytes > limits.logsDataBytesMax) {
        throw rpcErrors.limitExceeded(`query returned more than ${limits.logsDataBytesMax} bytes of log data; ask for fewer blocks`);
      }
      if (found.length >= limits.logsResultsMax) {
        throw rpcErrors.limitExceeded(`query returned more than ${limits.logsResultsMax} results; ask for fewer blocks`);
      }
      found.push(encoded.json);
    }
  };
  const answer = (): EncodedJson => new EncodedJson(`[${found.join(',')}]`);

  if ('blockHash' in range) {
    const block = await chain.blockByHash(range.blockHash);
    if (block === undefined) throw rpcErrors.unknownBlock();
    collect(await encodedReceipts.logs(block.header.number));
    return answer();
  }
  const head = chain.head().header.number;
  const from = boundary(range.from, head);
  const to = boundary(range.to, head);
  if (from > to) throw rpcErrors.invalidParams('invalid block range params');
  if (from > head) return answer();
  const last = to > head ? head : to;
  if (last - from >= limits.logsBlockRangeMax) {
    throw rpcErrors.limitExceeded(`exceed maximum block range: ${limits.logsBlockRangeMax}; asked for ${last - from + 1n} blocks`);
  }
  let sinceBreath = 0;
  for await (const number of chain.candidateBlocks(from, last, filter)) {
    if (++sinceBreath % BLOCKS_PER_BREATH === 0) await breathe();
    const logs = encodedReceipts.logs(number);
    collect(logs instanceof Promise ? await logs : logs);
  }
  return answer();
}

function boundary(ref: BlockRef | undefined, head: bigint): bigint {
  if (ref === undefined) return head;
  if ('number' in ref) return ref.number;
  return 'tag' in ref && ref.tag === 'earliest' ? 0n : head;
}
