/** How a request names a block (EIP-1898), and which block that is. */
import type {EthBlock, Hash} from '#node/execution';
import type {ChainBackend} from './backend.ts';
import {rpcErrors} from './errors.ts';
import {boolean, fail, hash, optionalField, record, uint64, type Parser} from './schema.ts';

export type BlockTag = 'latest' | 'safe' | 'finalized' | 'pending' | 'earliest';
export type BlockRef = {readonly tag: BlockTag} | {readonly number: bigint} | {readonly hash: Hash};

const TAGS: ReadonlySet<string> = new Set(['latest', 'safe', 'finalized', 'pending', 'earliest']);
const NUMBER_MAX = 2n ** 63n - 1n;
const WANTED = '"latest", "safe", "finalized", "pending", "earliest" or a block number in hex';

export const LATEST: BlockRef = {tag: 'latest'};

/** A tag or a number. */
export const blockNumber: Parser<BlockRef> = (value, where) => {
  if (typeof value === 'string' && TAGS.has(value)) return {tag: value as BlockTag};
  if (typeof value === 'string' && !value.startsWith('0x')) return fail(where, WANTED, `hex string without 0x prefix`);
  const number = uint64(value, where);
  if (number > NUMBER_MAX) return fail(where, WANTED, 'block number larger than int64');
  return {number};
};

/** A tag, a number, a hash, or an object of EIP-1898. `requireCanonical` changes nothing: this chain has no forks. */
export const blockNumberOrHash: Parser<BlockRef> = (value, where) => {
  if (typeof value === 'string') return value.length === 66 && value.startsWith('0x') ? {hash: hash(value, where)} : blockNumber(value, where);
  const object = record(value, where);
  const byNumber = optionalField(object, 'blockNumber', blockNumber, where);
  const byHash = optionalField(object, 'blockHash', hash, where);
  optionalField(object, 'requireCanonical', boolean, where);
  if (byNumber !== undefined && byHash !== undefined) {
    return fail(where, 'one of them', 'cannot specify both BlockHash and BlockNumber, choose one or the other');
  }
  if (byHash !== undefined) return {hash: byHash};
  return byNumber ?? fail(where, 'blockNumber or blockHash', 'neither is given');
};

export const isPending = (ref: BlockRef): boolean => 'tag' in ref && ref.tag === 'pending';

/** Finality is one block: `latest`, `safe` and `finalized` are the same. `pending` stands on the head. */
function numberOf(chain: ChainBackend, ref: {readonly tag: BlockTag} | {readonly number: bigint}): bigint {
  if ('number' in ref) return ref.number;
  return ref.tag === 'earliest' ? 0n : chain.head().header.number;
}

/** undefined when there is no such block. */
export async function findBlock(chain: ChainBackend, ref: BlockRef): Promise<EthBlock | undefined> {
  if ('hash' in ref) return chain.blockByHash(ref.hash);
  const head = chain.head();
  const number = numberOf(chain, ref);
  if (number === head.header.number) return head;
  return number > head.header.number ? undefined : chain.blockByNumber(number);
}

/** The number of an existing block; throws "header not found". */
export async function existingNumber(chain: ChainBackend, ref: BlockRef): Promise<bigint> {
  if ('hash' in ref) {
    const block = await chain.blockByHash(ref.hash);
    if (block === undefined) throw rpcErrors.server('header for hash not found');
    return block.header.number;
  }
  const number = numberOf(chain, ref);
  if (number > chain.head().header.number) throw rpcErrors.headerNotFound();
  return number;
}
