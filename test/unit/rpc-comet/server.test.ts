import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {createServer, request as httpRequest} from 'node:http';
import {connect} from 'node:net';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {CometRpcServer} from '#node/rpc/comet';
import {fromHex, toBase64, toHex, toHexUpper, txHash, utf8} from '#proto';
import {readVector, rpcResult} from '../proto/comet_json.ts';
import {RecordedChain} from './recorded_chain.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const logger = {debug() {}, info() {}, warn() {}, error() {}};

let chain: RecordedChain;
let server: CometRpcServer;
let port: number;

beforeEach(async () => {
  chain = new RecordedChain();
  server = new CometRpcServer({port: 0}, {backend: chain, logger});
  ({port} = await server.listen());
});

afterEach(async () => {
  await server.close();
});

async function post(body: unknown, path = '/'): Promise<{status: number; json: Json; text: string}> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body)});
  const text = await response.text();
  return {status: response.status, text, json: response.headers.get('content-type') === 'application/json' && text !== '' ? JSON.parse(text) : undefined};
}

async function get(path: string): Promise<{status: number; json: Json; text: string}> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await response.text();
  return {status: response.status, text, json: response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : undefined};
}

const call = async (method: string, params: unknown = {}): Promise<Json> => (await post({jsonrpc: '2.0', id: 1, method, params})).json;

describe('answers equal to those of a CometBFT 0.38 node', () => {
  it.each([
    'abci_info',
    'abci_query_with_existing_key',
    'abci_query_with_non_existent_key',
    'block_at_height_0',
    'block_at_height_1',
    'block_at_height_10',
    'block_results_at_height_10',
    'consensus_params',
    'net_info',
  ])('%s', async (name) => {
    const request = readVector(`rpc-v0_38/outgoing/${name}.json`);
    const expected = readVector(`rpc-v0_38/incoming/${name}.json`);
    // The recorded application calls itself by its state.
    if (name === 'abci_info') expected.result.response.data = 'qanat';
    expect((await post(request)).json).toEqual({...expected, id: request.id});
  });

  it('block_by_hash', async () => {
    const expected = rpcResult('block_at_height_10');
    expect((await call('block_by_hash', {hash: toBase64(fromHex(expected.block_id.hash))})).result).toEqual(expected);
  });

  it('blockchain_from_1_to_10', async () => {
    const {json} = await post(readVector('rpc-v0_38/outgoing/blockchain_from_1_to_10.json'));
    expect(json.result).toEqual({...rpcResult('blockchain_from_1_to_10'), last_height: '10'});
  });

  it('genesis', async () => {
    const {app_state: appState, ...rest} = (await call('genesis', null)).result.genesis;
    expect(rest).toEqual(rpcResult('genesis').genesis);
    expect(appState).toEqual({});
    const {chunk, total, data} = (await call('genesis_chunked', {chunk: '0'})).result;
    expect([chunk, total, JSON.parse(Buffer.from(data, 'base64').toString()).chain_id]).toEqual(['0', '1', 'dockerchain']);
    expect((await call('genesis_chunked', {chunk: '1'})).error.code).toBe(-32603);
  });

  it('commit_at_height_10, canonical once there is a next block', async () => {
    expect((await call('commit', {height: '10'})).result).toEqual({...rpcResult('commit_at_height_10'), canonical: false});
    chain.latest = 11n;
    expect((await call('commit', {height: '10'})).result).toEqual(rpcResult('commit_at_height_10'));
    expect((await call('commit', {height: '5'})).error).toEqual({code: -32603, message: 'Internal error', data: 'there is no commit of height 5'});
  });

  it('status', async () => {
    const expected = rpcResult('status');
    const {result} = await call('status');
    expect(result.node_info).toEqual({...expected.node_info, other: {...expected.node_info.other, tx_index: 'off'}});
    expect(result.validator_info).toEqual(expected.validator_info);
    const latest = rpcResult('block_at_height_10');
    expect(result.sync_info).toEqual({
      ...expected.sync_info,
      latest_app_hash: latest.block.header.app_hash,
      latest_block_hash: latest.block_id.hash,
      latest_block_height: '10',
      latest_block_time: latest.block.header.time,
    });
  });

  it('broadcast_tx_sync and _async', async () => {
    for (const method of ['broadcast_tx_sync', 'broadcast_tx_async']) {
      const request = readVector(`rpc-v0_38/outgoing/${method}.json`);
      const expected = readVector(`rpc-v0_38/incoming/${method}.json`);
      expect((await post(request)).json).toEqual({...expected, id: request.id});
    }
    expect(chain.submitted.map((tx) => Buffer.from(tx).toString())).toEqual(['sync-key=value', 'async-key=value']);
  });
});

describe('CosmJS', () => {
  it('reads everything it asks for, alone and in batches of twenty', async () => {
    const script = fileURLToPath(new URL('./cosmjs_reader.ts', import.meta.url));
    const {stdout} = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, `http://127.0.0.1:${port}`]);
    expect(JSON.parse(stdout)).toEqual({
      version: '0.38.0-alpha.1',
      latestHeight: 10,
      blockHash: rpcResult('block_at_height_10').block_id.hash.toLowerCase(),
      firstLastCommit: null,
      signatures: 1,
      validators: 1,
      headers: [3, 2, 1],
      genesis: 'dockerchain',
      health: null,
      waiting: 3,
      appHeight: 198,
      results: [],
      query: ['value', 254],
      sent: toHex(txHash(utf8('a transaction'))),
      batch: Array.from({length: 20}, (_, i) => (i % 2 === 0 ? 1 : 10)),
    });
  });

  it('gets 503 for a status before the first block, which it could not read', async () => {
    chain.latest = 0n;
    const response = await post({jsonrpc: '2.0', id: 1, method: 'status', params: {}});
    expect(response.status).toBe(503);
    expect(response.json.error).toEqual({code: -32603, message: 'Internal error', data: 'the chain has no block yet'});
    expect((await get('/status')).status).toBe(503);
  });
});

describe('parameters', () => {
  it.each([
    [{height: '1'}, '1'],
    [{height: 1}, '1'],
    [['1'], '1'],
    [{}, '10'],
    [{height: null}, '10'],
    [undefined, '10'],
    [[], '10'],
  ])('block %j is block %s', async (params, height) => {
    expect((await call('block', params)).result.block.header.height).toBe(height);
  });

  it.each([
    ['/block?height=1', '1'],
    ['/block?height="1"', '1'],
    ['/block/?height=1', '1'],
    ['/block', '10'],
    ['/block?height=', '10'],
  ])('GET %s is block %s', async (path, height) => {
    const {status, json} = await get(path);
    expect([status, json.id, json.result.block.header.height]).toEqual([200, -1, height]);
  });

  it('bytes in URIs: 0x-hex or a quoted string', async () => {
    const {block_id: id} = rpcResult('block_at_height_1');
    expect((await get(`/block_by_hash?hash=0x${id.hash}`)).json.result.block_id).toEqual(id);
    expect((await get(`/header_by_hash?hash=0x${id.hash}`)).json.result.header.height).toBe('1');
    expect((await get('/abci_query?path="/key"&data="tx0"&prove=false')).json.result.response.log).toBe('exists');
    expect((await get('/abci_query?path="/key"&data=0x747830&height=5&prove=true')).json.result.response.log).toBe('exists');
    expect(chain.queries).toEqual([
      {path: '/key', data: utf8('tx0'), height: 0n, prove: false},
      {path: '/key', data: utf8('tx0'), height: 5n, prove: true},
    ]);
    expect((await get('/broadcast_tx_sync?tx="name=value"')).json.result.hash).toBe(toHexUpper(txHash(utf8('name=value'))));
  });

  it.each([
    ['block', {height: 'ten'}],
    ['block', {height: 1.5}],
    ['block', {height: {}}],
    ['block', {height: '9223372036854775808'}],
    ['block', ['1', '2']],
    ['block', 'height'],
    ['block_by_hash', {hash: 'not base64!'}],
    ['block_by_hash', {hash: 7}],
    ['abci_query', {data: 'xyz'}],
    ['abci_query', {prove: 'yes'}],
    ['abci_query', {path: 1}],
    ['broadcast_tx_sync', {}],
    ['broadcast_tx_sync', {tx: ''}],
  ])('%s %j gets -32602', async (method, params) => {
    const {error} = await call(method, params);
    expect(error).toEqual({code: -32602, message: 'Invalid params', data: expect.any(String)});
  });

  it.each(['/block?height=ten', '/abci_query?prove=7', '/block_by_hash?hash=abc', '/abci_query?path=/key'])('GET %s gets -32602 with status 500', async (path) => {
    const {status, json} = await get(path);
    expect([status, json.id, json.error.code]).toEqual([500, -1, -32602]);
  });
});

describe('heights and pages', () => {
  it.each([
    ['block', {height: '-1'}, 'height must be greater than 0, but got -1'],
    ['block', {height: '11'}, 'height 11 must be less than or equal to the current blockchain height 10'],
    ['header', {height: '11'}, 'height 11 must be less than or equal to the current blockchain height 10'],
    ['validators', {height: '12'}, 'height 12 must be less than or equal to the current blockchain height 11'],
    ['consensus_params', {height: '12'}, 'height 12 must be less than or equal to the current blockchain height 11'],
    ['validators', {page: '2'}, 'page should be within [1, 1] range, given 2'],
    ['validators', {page: '0'}, 'page should be within [1, 1] range, given 0'],
    ['blockchain', {minHeight: '-1', maxHeight: '3'}, 'heights must be non-negative'],
    ['blockchain', {minHeight: '5', maxHeight: '3'}, "min height 5 can't be greater than max height 3"],
    ['abci_query', {height: '-1'}, 'height must be non-negative'],
    ['abci_query', {data: 'ff'}, 'the store is gone'],
  ])('%s %j: %s', async (method, params, data) => {
    expect((await call(method, params)).error).toEqual({code: -32603, message: 'Internal error', data});
  });

  it('pruned heights name the lowest', async () => {
    chain.lowest = 5n;
    expect((await call('block', {height: '4'})).error.data).toBe('height 4 is not available, lowest height is 5');
    expect((await call('blockchain', {})).result.block_metas.map((meta: Json) => meta.header.height)).toEqual(['10', '9', '8', '7', '6', '5']);
  });

  it('at most twenty headers at a time', async () => {
    const small = new CometRpcServer({port: 0, limits: {blockMetasMax: 3n}}, {backend: chain, logger});
    const address = await small.listen();
    const json: Json = await (await fetch(`http://127.0.0.1:${address.port}/blockchain`)).json();
    expect(json.result.block_metas.map((meta: Json) => meta.header.height)).toEqual(['10', '9', '8']);
    await small.close();
  });

  it('validators of the next height are known', async () => {
    expect((await call('validators')).result).toEqual({
      block_height: '11',
      validators: [{...rpcResult('status').validator_info, voting_power: '10', proposer_priority: '0'}],
      count: '1',
      total: '1',
    });
    chain.catchingUp = true;
    expect((await call('validators')).result.block_height).toBe('10');
  });

  it('what is not there is null or an error, never a crash', async () => {
    expect((await call('block_by_hash', {hash: toBase64(new Uint8Array(32))})).result).toEqual({
      block_id: {hash: '', parts: {total: 0, hash: ''}},
      block: null,
    });
    expect((await call('header_by_hash', {hash: '00'})).result).toEqual({header: null});
    chain.answers = 'broken';
    expect((await call('block_results', {height: '3'})).error.data).toBe('could not find results for height #3');
  });
});

describe('transactions', () => {
  it('a refusal by the check is an answer', async () => {
    chain.check = {code: 5, log: 'insufficient funds', codespace: 'evm'};
    expect((await call('broadcast_tx_sync', {tx: toBase64(utf8('tx'))})).result).toEqual({
      code: 5,
      data: '',
      log: 'insufficient funds',
      codespace: 'evm',
      hash: toHexUpper(txHash(utf8('tx'))),
    });
  });

  it('a pool that cannot answer is an error; asynchronously, nobody hears of it', async () => {
    chain.refusal = new Error('mempool is full');
    expect((await call('broadcast_tx_sync', {tx: toBase64(utf8('tx'))})).error).toEqual({code: -32603, message: 'Internal error', data: 'mempool is full'});
    expect((await call('broadcast_tx_async', {tx: toBase64(utf8('tx'))})).result.code).toBe(0);
  });

  it('none while the node is catching up', async () => {
    chain.catchingUp = true;
    expect((await call('broadcast_tx_sync', {tx: toBase64(utf8('tx'))})).error.data).toBe('endpoint is closed while node is catching up');
  });

  it('num_unconfirmed_txs', async () => {
    expect((await call('num_unconfirmed_txs')).result).toEqual({n_txs: '3', total: '3', total_bytes: '420', txs: null});
  });
});

describe('peers', () => {
  it('are listed', async () => {
    chain.connected = [{id: 'aa'.repeat(20), moniker: 'node1', listenAddress: 'tcp://127.0.0.1:1', remoteIp: '127.0.0.1', isOutbound: true}];
    const {result} = await call('net_info');
    expect([result.n_peers, result.peers[0].node_info.id, result.peers[0].is_outbound, result.peers[0].remote_ip]).toEqual(['1', 'aa'.repeat(20), true, '127.0.0.1']);
  });
});

describe('malformed requests', () => {
  it.each<[string, string, number, number]>([
    ['not JSON', '{"jsonrpc"', 500, -32700],
    ['a number', '7', 200, -32600],
    ['null', 'null', 200, -32600],
    ['an empty batch', '[]', 200, -32600],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"health"}', 200, -32600],
    ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"health"}', 200, -32600],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"nope"}', 200, -32601],
    ['no method', '{"jsonrpc":"2.0","id":1}', 200, -32601],
    ['a method of Object', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', 200, -32601],
  ])('%s', async (_name, body, status, code) => {
    const response = await post(body);
    expect([response.status, response.json.error.code]).toEqual([status, code]);
  });

  it('-32601 has no data', async () => {
    expect((await call('nope')).error).toEqual({code: -32601, message: 'Method not found'});
  });

  it('a batch of 21 is refused whole, one of 20 is answered in order', async () => {
    const batch = (count: number) => Array.from({length: count}, (_, id) => ({jsonrpc: '2.0', id, method: 'health'}));
    expect((await post(batch(21))).json).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: {code: -32600, message: 'Invalid Request', data: 'batch of 21 requests exceeds the maximum of 20'},
    });
    expect((await post(batch(20))).json.map((answer: Json) => answer.id)).toEqual(Array.from({length: 20}, (_, id) => id));
  });

  it('a batch mixes answers and errors; notifications are silent', async () => {
    const {json} = await post([7, {id: 'a', method: 'health'}, {method: 'health'}, {id: 'b', method: 'nope'}]);
    expect(json.map((answer: Json) => [answer.id, answer.error?.code])).toEqual([[null, -32600], ['a', undefined], ['b', -32601]]);
    expect(await post({jsonrpc: '2.0', method: 'health'})).toEqual({status: 200, text: '', json: undefined});
    expect((await post([{jsonrpc: '2.0', method: 'health'}])).text).toBe('');
  });

  it('a body over the limit gets 413 and the server goes on', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({host: '127.0.0.1', port, method: 'POST'}, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.write(Buffer.alloc(1_000_001, 0x20));
    });
    expect(status).toBe(413);
    expect((await call('health')).result).toEqual({});
  });

  it('unknown paths and verbs', async () => {
    expect((await get('/nope')).status).toBe(404);
    expect((await post({jsonrpc: '2.0', id: 1, method: 'health'}, '/nope')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/health`, {method: 'DELETE'})).status).toBe(405);
    expect((await get('/')).text).toContain('/abci_query?path=_&amp;data=_&amp;height=_&amp;prove=_');
    expect((await post('')).text).toContain('Available endpoints');
  });

  it('garbage on the socket gets 400', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('\x00\x01garbage\r\n\r\n'));
      socket.on('data', (data) => resolve(data.toString()));
      socket.on('error', reject);
      socket.on('end', () => socket.end());
    });
    expect(answer).toContain('400 Bad Request');
    expect((await call('health')).result).toEqual({});
  });
});

describe('access', () => {
  const withHost = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      httpRequest({host: '127.0.0.1', port, path: '/health', headers: {host}}, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('a name that was made to point here is refused', async () => {
    expect(await withHost('evil.example')).toBe(403);
    expect(await withHost(`localhost:${port}`)).toBe(200);
    expect(await withHost('[::1]:1')).toBe(200);
    expect(await withHost('%%%')).toBe(403);
  });

  it('web pages may read answers only from the origins that are configured', async () => {
    const headers = {origin: 'https://wallet.example'};
    expect((await fetch(`http://127.0.0.1:${port}/health`, {headers})).headers.get('access-control-allow-origin')).toBeNull();
    const open = new CometRpcServer({port: 0, corsOrigins: ['https://wallet.example']}, {backend: chain, logger});
    const address = await open.listen();
    const preflight = await fetch(`http://127.0.0.1:${address.port}/`, {method: 'OPTIONS', headers});
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, 'https://wallet.example']);
    await open.close();
  });
});

describe('life cycle', () => {
  it('a port in use is the system\'s error', async () => {
    const second = new CometRpcServer({port}, {backend: chain, logger});
    await expect(second.listen()).rejects.toMatchObject({code: 'EADDRINUSE', port});
    await second.close();
  });

  it('close frees the port and may be called twice', async () => {
    await call('health');
    await server.close();
    await server.close();
    const next = createServer();
    await new Promise<void>((resolve, reject) => {
      next.on('error', reject);
      next.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => next.close(resolve));
  });
});
