/** Verified RPC over nodes that tell the truth, and over nodes that change one thing. */
import {describe, expect, it} from '@jest/globals';
import {ProviderError, RpcFailure} from '#consensus/light';
import {
  blockIdToJson,
  blockToJson,
  commitToJson,
  consensusParamsHash,
  consensusParamsToJson,
  dataHash,
  DEFAULT_CONSENSUS_PARAMS,
  execTxResultToJson,
  headerToJson,
  lastResultsHash,
  merkleProofs,
  NIL_BLOCK_ID,
  toBase64,
  toHexUpper,
  txHash,
  utf8,
  type ExecTxResult,
} from '#proto';
import {Dispatcher} from '../../../node/rpc/comet/dispatcher.ts';
import {Gate} from '../../../node/rpc/comet/gate.ts';
import {DEFAULT_COMET_RPC_LIMITS} from '../../../node/rpc/comet/limits.ts';
import {LIGHT_METHODS} from '../../../node/light/methods.ts';
import {chainIdOf, VerifiedRpc, type NodeRpc} from '../../../node/light/verified.ts';
import {RESULTS_MAX, SEARCH_PAGE_MAX} from '../../../node/light/limits.ts';
import {address, duration, fraction} from '../../../node/cli/light.ts';
import {CHAIN_ID, LightChain, steady} from '../../support/light-chain.ts';
import {SILENT_LOGGER} from '../../support/light-provider.ts';
import {world} from '../consensus/light/support.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const TXS = [utf8('one'), utf8('two'), utf8('three')];
const RESULTS: ExecTxResult[] = TXS.map((data, code) => ({code, data, gasWanted: 5n, gasUsed: 4n, log: 'ignored', codespace: ''}));
/** Height 3 has transactions, so height 4 has their results. */
const chain = new LightChain({heights: 8, powersAt: steady('a', 'b', 'c', 'd')}).fork({
  at: 1,
  change: ({height}) => ({
    consensusHash: consensusParamsHash(DEFAULT_CONSENSUS_PARAMS),
    ...(height === 3n && {dataHash: dataHash(TXS)}),
    ...(height === 4n && {lastResultsHash: lastResultsHash(RESULTS)}),
  }),
});
const HEADER = (height: number): Json => headerToJson(chain.at(height).signedHeader.header);

function truth(method: string, params: Json): Json {
  switch (method) {
    case 'status':
      return {node_info: {network: CHAIN_ID}, sync_info: {latest_block_height: '999', catching_up: false}};
    case 'block':
    case 'block_by_hash': {
      const height = Number(params.height ?? 3);
      const lastCommit = height === 1 ? {height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: []} : chain.at(height - 1).signedHeader.commit;
      const block = {header: chain.at(height).signedHeader.header, txs: height === 3 ? TXS : [], evidence: [], lastCommit};
      return {block_id: {hash: '', parts: {total: 0, hash: ''}}, block: blockToJson(block)};
    }
    case 'blockchain':
      return {
        last_height: '8',
        block_metas: [5, 4, 3].map((height) => ({block_id: blockIdToJson(chain.at(height).signedHeader.commit.blockId), block_size: '1', header: HEADER(height), num_txs: '0'})),
      };
    case 'block_results':
      return {height: '3', txs_results: RESULTS.map(execTxResultToJson)};
    case 'consensus_params':
      return {block_height: params.height, consensus_params: consensusParamsToJson(DEFAULT_CONSENSUS_PARAMS)};
    case 'tx':
      return txJson(TXS.findIndex((tx) => toBase64(txHash(tx)) === params.hash));
    case 'tx_search':
      return {txs: TXS.map((_, index) => txJson(index)), total_count: '3'};
    default:
      return {passed: [method, params]};
  }
}

function txJson(index: number): Json {
  const {proofs, root} = merkleProofs(TXS.map(txHash));
  const {total, leafHash, aunts} = proofs[index]!;
  const proof = {total: String(total), index: String(index), leaf_hash: toBase64(leafHash), aunts: aunts.map(toBase64)};
  return {hash: toHexUpper(txHash(TXS[index]!)), height: '3', index, tx: toBase64(TXS[index]!), tx_result: {code: 0}, proof: {root_hash: toHexUpper(root), data: '', proof}};
}

/** Calls a method of the light server; `lie` changes what the primary answers. */
async function ask(method: string, params: Json = {}, lie: (answer: Json) => Json = (answer) => answer): Promise<Json> {
  const {client} = await world(chain);
  const node = (name: string): NodeRpc => ({name, call: async (asked, given) => lie(JSON.parse(JSON.stringify(truth(asked, given))))});
  const rpc = new VerifiedRpc(client, ['primary', 'witness0', 'witness1'].map(node), new AbortController().signal);
  return dispatch(rpc, method, params);
}

async function dispatch(rpc: VerifiedRpc, method: string, params: Json): Promise<Json> {
  const dispatcher = new Dispatcher({limits: DEFAULT_COMET_RPC_LIMITS, gate: new Gate(1, 1), rpc}, SILENT_LOGGER, LIGHT_METHODS);
  const {result, error} = JSON.parse((await dispatcher.body(JSON.stringify({jsonrpc: '2.0', id: 1, method, params}))).body!);
  return error === undefined ? result : {error: `${error.message}: ${error.data}`};
}

describe('a light server over honest nodes', () => {
  it('serves headers, commits and validators from what it verified itself', async () => {
    expect((await ask('header', {height: '5'})).header).toEqual(HEADER(5));
    expect((await ask('commit')).signed_header).toEqual({header: HEADER(8), commit: commitToJson(chain.at(8).signedHeader.commit)});
    expect(await ask('validators', {height: '4', page: '2', per_page: '3'})).toMatchObject({block_height: '4', count: '1', total: '4'});
    expect(await ask('status')).toMatchObject({node_info: {network: CHAIN_ID}, sync_info: {latest_block_height: '8', catching_up: false}});
  });

  it('serves blocks under the block id that was signed', async () => {
    const {block_id: id, block} = await ask('block', {height: '3'});
    expect(id).toEqual(blockIdToJson(chain.at(3).signedHeader.commit.blockId));
    expect(block.data.txs).toEqual(TXS.map(toBase64));
    expect((await ask('block_by_hash', {hash: toBase64(chain.hash(3))})).block.header).toEqual(HEADER(3));
    expect((await ask('blockchain', {minHeight: '3', maxHeight: '5'})).block_metas).toHaveLength(3);
  });

  it('serves results, parameters and transactions that hash to a header', async () => {
    expect((await ask('block_results', {height: '3'})).txs_results).toHaveLength(3);
    expect((await ask('consensus_params', {height: '3'})).block_height).toBe('3');
    const hash = toBase64(txHash(TXS[1]!));
    expect(await ask('tx', {hash, prove: true})).toMatchObject({index: 1, proof: {}});
    expect((await ask('tx', {hash})).proof).toBeUndefined();
    expect((await ask('tx_search', {query: 'tx.height = 3'})).txs).toHaveLength(3);
  });

  it('passes on what claims nothing, and refuses what cannot be proven', async () => {
    expect(await ask('broadcast_tx_sync', {tx: toBase64(utf8('x'))})).toEqual({passed: ['broadcast_tx_sync', {tx: toBase64(utf8('x'))}]});
    expect((await ask('abci_query', {path: '/x', data: '', height: '1', prove: true})).error).toMatch(/with a proof only/);
    expect((await ask('subscribe', {query: 'x'})).error).toMatch(/Method not found/);
    expect((await ask('header', {height: '99'})).error).toMatch(/NO_PROVIDER/);
  });
});

describe('a node that changes one thing', () => {
  it.each<[string, Json, (answer: Json) => void]>([
    ['block', {height: '3'}, ({block}) => block.data.txs.pop()],
    ['block', {height: '3'}, ({block}) => (block.header.app_hash = '00')],
    ['block', {height: '3'}, (answer) => (answer.block = null)],
    ['block', {height: '4'}, (answer) => (answer.block = truth('block', {height: '3'}).block)],
    ['block_by_hash', {hash: toBase64(new Uint8Array(32))}, () => {}],
    ['blockchain', {}, ({block_metas: metas}) => (metas[1].header.app_hash = '00')],
    ['blockchain', {}, ({block_metas: metas}) => (metas[2].block_id.hash = '00'.repeat(32))],
    ['blockchain', {}, (answer) => (answer.block_metas = Array(SEARCH_PAGE_MAX + 1).fill(answer.block_metas[0]))],
    ['block_results', {height: '3'}, ({txs_results: results}) => (results[0].gas_used = '1')],
    ['block_results', {height: '3'}, ({txs_results: results}) => results.pop()],
    ['block_results', {height: '3'}, (answer) => (answer.txs_results = Array(RESULTS_MAX + 1).fill(0))],
    ['consensus_params', {height: '3'}, ({consensus_params: params}) => (params.block.max_gas = '7')],
    ['tx', {hash: toBase64(txHash(TXS[0]!))}, (answer) => (answer.tx = toBase64(utf8('other')))],
    ['tx', {hash: toBase64(txHash(TXS[0]!))}, (answer) => (answer.height = '4')],
    ['tx', {hash: toBase64(txHash(TXS[0]!))}, (answer) => Object.assign(answer, txJson(1))],
    ['tx', {hash: toBase64(txHash(TXS[0]!))}, (answer) => delete answer.proof],
    ['tx_search', {query: 'x'}, ({txs}) => (txs[2].tx = toBase64(utf8('invented')))],
    ['status', {}, ({node_info: info}) => (info.network = 'another')],
  ])('%s %j is refused', async (method, params, change) => {
    const answer = await ask(method, params, (told) => {
      change(told);
      return told;
    });
    expect(answer.error).toMatch(/^Internal error: /);
  });

  it('an index that the proof does not show is put right', async () => {
    const tx = await ask('tx', {hash: toBase64(txHash(TXS[1]!))}, (told) => ({...told, index: 7}));
    expect(tx.index).toBe(1);
  });
});

describe('nodes that are silent', () => {
  it('are passed over, and an error of the first that answers is its word', async () => {
    const {client} = await world(chain);
    const silent: NodeRpc['call'] = async () => {
      throw new ProviderError('NO_RESPONSE', 'down');
    };
    const at = (second: NodeRpc['call']): VerifiedRpc =>
      new VerifiedRpc(client, [{name: 'primary', call: silent}, {name: 'witness0', call: second}, {name: 'witness1', call: silent}], new AbortController().signal);
    expect(await dispatch(at(async () => ({listening: true})), 'net_info', {})).toEqual({listening: true});
    expect((await dispatch(at(async () => Promise.reject(new RpcFailure(-32603, 'Internal error', 'no such thing'))), 'net_info', {})).error).toMatch(/no such thing/);
    expect((await dispatch(at(silent), 'net_info', {})).error).toMatch(/no node answers: down/);
  });

  it('cannot tell the chain id', async () => {
    await expect(chainIdOf([], 1n, chain.hash(1), new AbortController().signal)).rejects.toThrow(/no node has a header/);
  });
});

describe('flags', () => {
  it('are read as CometBFT writes them, and refused otherwise', () => {
    expect(duration('1h30m')).toBe(5_400_000_000_000n);
    expect(fraction('2/3')).toEqual({numerator: 2n, denominator: 3n});
    expect(address('tcp://[::1]:80')).toEqual({host: '::1', port: 80});
    for (const text of ['', '5', '-1h', '0s', '1h 2m']) expect(() => duration(text)).toThrow();
    for (const text of ['', 'a/b', '1/', '1/2/3']) expect(() => fraction(text)).toThrow();
    for (const text of ['', 'host', 'host:65536', 'http://host:1']) expect(() => address(text)).toThrow();
  });
});
