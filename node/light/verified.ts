/**
 * Answers of full nodes, checked against headers that the light client verified. What no header covers is passed on as it came, or
 * refused. Source: CometBFT `light/rpc/client.go`.
 */
import {HttpProvider, LightClientError, ProviderError, RpcFailure, type LightClient, type RpcTransport} from '#consensus/light';
import {
  blockFromJson,
  blockHash,
  consensusParamsFrom,
  consensusParamsHash,
  equalBytes,
  execTxResultFromJson,
  fromBase64,
  fromHex,
  headerFromJson,
  headerHash,
  JsonReader,
  lastResultsHash,
  merkleProofFromJson,
  toBase64,
  toHexUpper,
  txHash,
  validateBlockBasic,
  verifyMerkleProof,
  type Block,
  type Json,
  type LightBlock,
} from '#proto';
import {internalError, type RpcError} from '../rpc/comet/errors.ts';
import {RESULTS_MAX, SEARCH_PAGE_MAX} from './limits.ts';

type Params = Readonly<Record<string, Json>>;

/** A full node's RPC. */
export type NodeRpc = Pick<RpcTransport, 'name' | 'call'>;

export class VerifiedRpc {
  readonly client: LightClient;
  readonly #nodes: ReadonlyMap<string, NodeRpc>;
  readonly #signal: AbortSignal;

  /** @param nodes primary and witnesses, by the name that the client has for them. */
  constructor(client: LightClient, nodes: readonly NodeRpc[], signal: AbortSignal) {
    this.client = client;
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#signal = signal;
  }

  /** The verified light block of a height, or the latest. @throws RpcError */
  async trusted(height: bigint | undefined): Promise<LightBlock> {
    try {
      return await (height === undefined ? this.client.update() : this.client.verifyLightBlockAtHeight(height));
    } catch (error) {
      throw error instanceof LightClientError ? internalError(`the light client cannot verify it: ${error.code}: ${error.message}`) : error;
    }
  }

  /** An answer as a node gave it: the primary, or while it is silent a witness. @throws RpcError */
  async pass(method: string, params: Params): Promise<Json> {
    let silence: Error | undefined;
    for (const name of [this.client.primary, ...this.client.witnesses]) {
      try {
        return (await this.#nodes.get(name)!.call(method, params, this.#signal)) as Json;
      } catch (error) {
        if (error instanceof RpcFailure) throw internalError(error.data === '' ? error.message : error.data);
        if (!(error instanceof ProviderError)) throw error;
        silence = error;
      }
    }
    throw internalError(`no node answers: ${silence?.message ?? ''}`, 503);
  }

  /** A block with the hash of a verified header; `params` ask for it. */
  async block(method: 'block' | 'block_by_hash', params: Params): Promise<{readonly block: Block; readonly trusted: LightBlock}> {
    const answer = reader(await this.pass(method, params), method);
    if (!answer.has('block')) throw internalError('the node does not have this block');
    const block = parsed(() => blockFromJson(answer.value('block')));
    const problem = validateBlockBasic(block);
    if (problem !== undefined) throw lie(`block: ${problem}`);
    const trusted = await this.trusted(block.header.height);
    requireHash('the block', blockHash(block), headerHash(trusted.signedHeader.header));
    return {block, trusted};
  }

  /** Headers, the highest verified, the others by the hash that the one above holds. Sizes and counts stay the node's word. */
  async blockchain(params: Params): Promise<Json> {
    const answer = await this.pass('blockchain', params);
    let above: LightBlock['signedHeader']['header'] | undefined;
    for (const meta of reader(answer, 'blockchain').objects('block_metas', SEARCH_PAGE_MAX)) {
      const header = parsed(() => headerFromJson(meta.value('header')));
      const hash = headerHash(header);
      requireHash('the block id', parsed(() => meta.object('block_id').convert('hash', fromHex)), hash);
      const isNext = above !== undefined && header.height === above.height - 1n;
      const expected = isNext ? above!.lastBlockId.hash : headerHash((await this.trusted(header.height)).signedHeader.header);
      requireHash(`the header ${header.height}`, hash, expected);
      above = header;
    }
    return answer;
  }

  /** The transactions' results have the hash in the next header; events have none, and are the node's word. */
  async blockResults(height: bigint): Promise<Json> {
    const answer = await this.pass('block_results', {height: height.toString()});
    const {header} = (await this.trusted(height + 1n)).signedHeader;
    const results = parsed(() => reader(answer, 'block_results').list('txs_results', RESULTS_MAX).map(execTxResultFromJson));
    requireHash('the results', lastResultsHash(results), header.lastResultsHash);
    return answer;
  }

  /** Of the parameters, those that decide what a block may hold are hashed; the others are the node's word. */
  async consensusParams(height: bigint | undefined): Promise<Json> {
    const {header} = (await this.trusted(height)).signedHeader;
    const answer = await this.pass('consensus_params', {height: header.height.toString()});
    const params = parsed(() => consensusParamsFrom(reader(answer, 'consensus_params').object('consensus_params')));
    requireHash('the consensus parameters', consensusParamsHash(params), header.consensusHash);
    return answer;
  }

  /** In its block, proven; its result is the node's word (block_results are not). */
  async tx(hash: Uint8Array, prove: boolean): Promise<Json> {
    const answer = await this.pass('tx', {hash: toBase64(hash), prove: true});
    const {found, json} = await this.#proven(answer, prove);
    requireHash('the transaction', found, hash);
    return json;
  }

  /** Every transaction that is shown is proven; that none is missing cannot be. */
  async txSearch(params: Params, prove: boolean): Promise<Json> {
    const answer = await this.pass('tx_search', {...params, prove: true});
    const search = reader(answer, 'tx_search');
    const txs: Json[] = [];
    for (const tx of parsed(() => search.list('txs', SEARCH_PAGE_MAX))) txs.push((await this.#proven(tx as Json, prove)).json);
    return {txs, total_count: parsed(() => search.string('total_count'))};
  }

  async #proven(answer: Json, keepProof: boolean): Promise<{readonly found: Uint8Array; readonly json: Json}> {
    const {tx, height, proof} = parsed(() => {
      const read = JsonReader.root(answer, 'tx');
      return {tx: read.convert('tx', fromBase64), height: read.int64('height'), proof: merkleProofFromJson(read.object('proof').value('proof'))};
    });
    const found = txHash(tx);
    const {header} = (await this.trusted(height)).signedHeader;
    if (!verifyMerkleProof(proof, header.dataHash, found)) throw lie(`transaction ${toHexUpper(found)} is not proven to be in block ${height}`);
    const {proof: shown, ...rest} = answer as Record<string, Json>;
    return {found, json: {...rest, hash: toHexUpper(found), index: Number(proof.index), ...(keepProof && {proof: shown ?? null})}};
  }
}

/** The chain of a header with the trusted hash: the hash covers the name, so any node may tell it. */
export async function chainIdOf(nodes: readonly RpcTransport[], height: bigint, hash: Uint8Array, signal: AbortSignal): Promise<string> {
  const reasons: string[] = [];
  for (const node of nodes) {
    try {
      const {header} = (await new HttpProvider(node).lightBlock(height, signal)).signedHeader;
      if (equalBytes(headerHash(header), hash)) return header.chainId;
      reasons.push(`${node.name} has the hash ${toHexUpper(headerHash(header))}`);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new LightClientError('TRUSTED_HASH_MISMATCH', `no node has a header of height ${height} with the trusted hash ${toHexUpper(hash)}: ${reasons.join('; ')}`, {height});
}

function reader(answer: Json, path: string): JsonReader {
  return parsed(() => JsonReader.root(answer, path));
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw lie((error as Error).message);
  }
}

function requireHash(what: string, found: Uint8Array, expected: Uint8Array): void {
  if (!equalBytes(found, expected)) throw lie(`${what} should have the hash ${toHexUpper(expected)}, but has ${toHexUpper(found)}`);
}

function lie(problem: string): RpcError {
  return internalError(`the node's answer is not what the chain says: ${problem}`);
}
