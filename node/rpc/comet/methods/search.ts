/** What the index finds. */
import {base64OrNull, blockIdToJson, blockToJson, execTxResultToJson, merkleProofs, toBase64, toHexUpper, txHash, type Json, type MerkleProof, type TxResult} from '#proto';
import type {CometBackend} from '../backend.ts';
import {internalError} from '../errors.ts';
import type {Indexer} from '../indexer/indexer.ts';
import {searchBlocks, searchTxs, txAt} from '../indexer/search.ts';
import {method} from '../method.ts';
import {isDescending, pageRange} from '../pages.ts';
import {boolean, bytes, optionalInt64, string} from '../parameters.ts';
import {QueryError} from '../query/lexer.ts';
import {parseQuery, type Query} from '../query/query.ts';

export const tx = method({
  name: 'tx',
  purpose: 'The transaction of this hash (SHA-256 of its bytes) with its result, and the Merkle proof that it is in its block.',
  parameters: {hash: bytes, prove: boolean},
  heavy: true,
  call({backend}, {hash, prove}) {
    const index = indexOf(backend);
    const found = index.tx(hash);
    if (found === undefined || found.height < index.base) throw internalError(`tx (${toHexUpper(hash.subarray(0, 32))}) not found`);
    return txToJson(found, prove ? new Prover(backend) : undefined);
  },
});

export const txSearch = method({
  name: 'tx_search',
  purpose: 'Transactions whose events match the query, for example `transfer.sender = \'qanat1…\' AND tx.height > 5`. order_by is asc (default) or desc.',
  parameters: {query: string, prove: boolean, page: optionalInt64, per_page: optionalInt64, order_by: string},
  heavy: true,
  async call({backend, limits}, {query, prove, page, per_page: perPage, order_by: order}) {
    const index = indexOf(backend);
    const descending = isDescending(order, 'asc');
    const places = await explained(async () => searchTxs(index, queryOf(query), limits));
    const {start, end} = pageRange(places.length, page, perPage, limits);
    const prover = prove ? new Prover(backend) : undefined;
    const txs: Json[] = [];
    let bytesLeft = limits.searchResponseBytesMax;
    for (let i = start; i < end; i++) {
      const found = txAt(index, places[descending ? places.length - 1 - i : i] as bigint);
      // Pruned since the search.
      if (found === undefined) continue;
      bytesLeft -= found.tx.length + found.result.data.length;
      if (bytesLeft < 0 && txs.length > 0) throw tooLarge(limits.searchResponseBytesMax);
      txs.push(txToJson(found, prover));
    }
    return {txs, total_count: String(places.length)};
  },
});

export const blockSearch = method({
  name: 'block_search',
  purpose: 'Blocks whose events match the query, for example `block.height > 5` or `ethereum_block.hash = \'0x…\'`. order_by is desc (default) or asc.',
  parameters: {query: string, page: optionalInt64, per_page: optionalInt64, order_by: string},
  heavy: true,
  async call({backend, limits}, {query, page, per_page: perPage, order_by: order}) {
    const index = indexOf(backend);
    const descending = isDescending(order, 'desc');
    const heights = await explained(async () => searchBlocks(index, queryOf(query), limits));
    const {start, end} = pageRange(heights.count, page, perPage, limits);
    const blocks: Json[] = [];
    let bytesLeft = BigInt(limits.searchResponseBytesMax);
    for (let i = start; i < end; i++) {
      const height = heights.at(descending ? heights.count - 1 - i : i);
      const meta = backend.blockMeta(height);
      if (meta === undefined) continue;
      bytesLeft -= meta.blockSize;
      if (bytesLeft < 0n && blocks.length > 0) throw tooLarge(limits.searchResponseBytesMax);
      const block = backend.block(height);
      if (block !== undefined) blocks.push({block_id: blockIdToJson(meta.blockId), block: blockToJson(block)});
    }
    return {blocks, total_count: String(heights.count)};
  },
});

interface BlockProofs {
  readonly height: bigint;
  readonly root: Uint8Array;
  readonly proofs: readonly MerkleProof[];
}

/** Proofs of the transactions of a page; those of one block are made together. */
class Prover {
  readonly #backend: CometBackend;
  #made: BlockProofs | undefined;

  constructor(backend: CometBackend) {
    this.#backend = backend;
  }

  prove({height, index, tx: raw}: TxResult): Json {
    const {root, proofs} = this.#made?.height === height ? this.#made : this.#make(height);
    const proof = proofs[index];
    if (proof === undefined) throw internalError(`block ${height} has no transaction ${index}`);
    return {
      root_hash: toHexUpper(root),
      data: toBase64(raw),
      proof: {total: proof.total.toString(), index: proof.index.toString(), leaf_hash: toBase64(proof.leafHash), aunts: proof.aunts.map(toBase64)},
    };
  }

  #make(height: bigint): BlockProofs {
    const block = this.#backend.block(height);
    if (block === undefined) throw internalError(`block ${height} is not available for a proof`);
    this.#made = {height, ...merkleProofs(block.txs.map(txHash))};
    return this.#made;
  }
}

function txToJson(found: TxResult, prover: Prover | undefined): Json {
  return {
    hash: toHexUpper(txHash(found.tx)),
    height: found.height.toString(),
    index: found.index,
    tx_result: execTxResultToJson(found.result),
    tx: base64OrNull(found.tx),
    ...(prover === undefined ? {} : {proof: prover.prove(found)}),
  };
}

function indexOf({index}: CometBackend): Indexer {
  if (index === undefined) throw internalError('transaction indexing is disabled');
  return index;
}

function queryOf(text: string): Query {
  if (text === '') throw new QueryError('query cannot be empty');
  return parseQuery(text);
}

async function explained<T>(search: () => Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (error) {
    if (error instanceof QueryError) throw internalError(error.message);
    throw error;
  }
}

function tooLarge(bytesMax: number): Error {
  return internalError(`the page is larger than ${bytesMax} bytes: ask for fewer per page`);
}
