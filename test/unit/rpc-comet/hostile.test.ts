/** What a hostile client can do over HTTP and WebSocket: every bound is exceeded once, and the server goes on. */
import {afterEach, describe, expect, it} from '@jest/globals';
import {connect} from 'node:net';
import {WebSocket} from 'ws';
import {CometRpcServer, Indexer, type CometRpcLimits, type RpcClock} from '#node/rpc/comet';
import {memoryStore} from '#node/storage';
import {evidenceFromJson, NIL_BLOCK_ID, toBase64, utf8, type Block} from '#proto';
import {blockFromJson, rpcResult} from '../proto/comet_json.ts';
import {RecordedChain} from './recorded_chain.ts';
import {openSocket, type TestSocket} from './socket.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const BLOCK = blockFromJson(rpcResult('block_at_height_10').block);
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Setting {
  readonly chain: RecordedChain;
  readonly port: number;
  readonly errors: string[];
  readonly timers: {delayMs: number; fn: () => void; isCancelled: boolean}[];
  post(body: unknown): Promise<{status: number; json: Json}>;
  open(): Promise<TestSocket>;
}

async function serve(limits: Partial<CometRpcLimits> = {}, options: {corsOrigins?: string[]} = {}): Promise<Setting> {
  const chain = new RecordedChain();
  const errors: string[] = [];
  const timers: Setting['timers'] = [];
  const clock: RpcClock = {
    setTimer(delayMs, fn) {
      const timer = {delayMs, fn, isCancelled: false};
      timers.push(timer);
      return () => void (timer.isCancelled = true);
    },
  };
  const logger = {debug() {}, info() {}, warn() {}, error: (_fields: object, message: string) => void errors.push(message)};
  const server = new CometRpcServer({port: 0, limits, ...options}, {backend: chain, logger, clock});
  const {port} = await server.listen();
  closers.push(() => server.close());
  return {
    chain,
    port,
    errors,
    timers,
    post: async (body) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body)});
      return {status: response.status, json: await response.json()};
    },
    open: async () => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/websocket`);
      closers.push(() => socket.close());
      return socket;
    },
  };
}

const request = (method: string, params: unknown = {}, id: string | number = 1): Json => ({jsonrpc: '2.0', id, method, params});
const subscribe = (query: string, id: string | number = query): Json => request('subscribe', {query}, id);

function newBlock(chain: RecordedChain, txs: readonly Uint8Array[] = []): void {
  const block: Block = {...BLOCK, txs};
  const txResults = txs.map(() => ({code: 0, data: utf8(''), log: '', gasWanted: 1n, gasUsed: 1n, codespace: ''}));
  chain.commitBlock({block, blockId: NIL_BLOCK_ID, results: {height: 10n, txResults, validatorUpdates: [], appHash: utf8('')}, validatorUpdates: []});
}

describe('subscriptions', () => {
  it('ten thousand of one client: all but the first five are refused', async () => {
    const {open, chain} = await serve();
    const socket = await open();
    const answers = await Promise.all(Array.from({length: 10_000}, async (_, i) => socket.call(subscribe(`tm.event = 'Tx' AND tx.height > ${i}`, i))));
    expect(answers.filter(({result}) => result !== undefined)).toHaveLength(5);
    expect(answers[9_999].error).toEqual({code: -32603, message: 'Internal error', data: 'max_subscriptions_per_client 5 reached'});
    newBlock(chain, [utf8('tx')]);
    expect((await socket.next(0)).result.query).toBe("tm.event = 'Tx' AND tx.height > 0");
  });

  it('so many clients; who goes makes room', async () => {
    const {open} = await serve({subscriptionClientsMax: 2});
    const [a, b, c] = [await open(), await open(), await open()];
    expect((await a.call(subscribe("tm.event = 'Tx'"))).result).toEqual({});
    expect((await b.call(subscribe("tm.event = 'Tx'"))).result).toEqual({});
    expect((await c.call(subscribe("tm.event = 'Tx'"))).error.data).toBe('max_subscription_clients 2 reached');
    expect((await a.call(request('unsubscribe_all', {}, 'u'))).result).toEqual({});
    expect((await c.call(subscribe("tm.event = 'Tx'"))).result).toEqual({});
  });

  it('unsubscribe', async () => {
    const {open, chain} = await serve();
    const socket = await open();
    const query = "tm.event = 'NewBlock'";
    expect((await socket.call(request('unsubscribe', {query}, 'x'))).error.data).toBe('subscription not found');
    expect((await socket.call(request('unsubscribe_all', {}, 'x'))).error.data).toBe('subscription not found');
    expect((await socket.call(request('unsubscribe', {query: '??'}, 'x'))).error.data).toContain('failed to parse query');
    await socket.call(subscribe(query, 's'));
    expect((await socket.call(subscribe(query, 't'))).error.data).toBe('already subscribed');
    expect((await socket.call(request('unsubscribe', {query}, 'x'))).result).toEqual({});
    await socket.call(subscribe("tm.event = 'NewBlockHeader'", 'h'));
    newBlock(chain);
    expect((await socket.next('h')).result.data.type).toBe('tendermint/event/NewBlockHeader');
    const first = await Promise.race([socket.next('s'), socket.call(request('health', {}, 'now'))]);
    expect(first.id).toBe('now');
  });

  it('are for WebSockets alone', async () => {
    const {post, port} = await serve();
    for (const method of ['subscribe', 'unsubscribe', 'unsubscribe_all']) {
      expect((await post(request(method, {query: "tm.event = 'Tx'"}))).json.error.code).toBe(-32601);
      const response = await fetch(`http://127.0.0.1:${port}/${method}`);
      expect([response.status, ((await response.json()) as Json).error.code]).toEqual([404, -32601]);
    }
  });

  it('a query that is too long', async () => {
    const {open} = await serve();
    const socket = await open();
    expect((await socket.call(subscribe('a'.repeat(513), 1))).error.data).toBe('maximum query length exceeded');
    expect((await socket.call(request('subscribe', {}, 2))).error.data).toBe('failed to parse query: offset 0: EOF');
  });

  it('a client that does not read is dropped, the others hear on', async () => {
    const {open, chain, port} = await serve({webSocketBufferBytesMax: 200_000});
    const reader = await open();
    await reader.call(subscribe("tm.event = 'NewBlock'", 'r'));
    const slow = await openSocket(`ws://127.0.0.1:${port}/websocket`);
    await slow.call(subscribe("tm.event = 'NewBlock'", 's'));
    const closed = new Promise((resolve) => slow.webSocket.once('close', resolve));
    slow.webSocket.pause();
    const big = new Uint8Array(100_000);
    let isGone = false;
    void closed.then(() => (isGone = true));
    for (let i = 0; i < 200 && !isGone; i++) {
      newBlock(chain, [big]);
      await reader.next('r');
      if (i === 150) slow.webSocket.resume();
    }
    await closed;
    newBlock(chain);
    expect((await reader.next('r')).result.query).toBe("tm.event = 'NewBlock'");
  });
});

describe('WebSockets', () => {
  const refusal = (url: string, options: object = {}): Promise<number | undefined> =>
    new Promise((resolve) => {
      const webSocket = new WebSocket(url, options);
      webSocket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode);
        webSocket.terminate();
      });
      webSocket.on('error', () => undefined);
    });

  it('are refused elsewhere, from foreign pages, under foreign names, and beyond their number', async () => {
    const {port, open} = await serve({webSocketConnectionsMax: 1}, {corsOrigins: ['https://wallet.example']});
    expect(await refusal(`ws://127.0.0.1:${port}/`)).toBe(404);
    expect(await refusal(`ws://127.0.0.1:${port}/websocket`, {origin: 'https://evil.example'})).toBe(403);
    expect(await refusal(`ws://127.0.0.1:${port}/websocket`, {headers: {host: 'evil.example'}})).toBe(403);
    const own = await openSocket(`ws://127.0.0.1:${port}/websocket`, {origin: 'https://wallet.example'});
    expect(await refusal(`ws://127.0.0.1:${port}/websocket`)).toBe(503);
    const closed = new Promise((resolve) => own.webSocket.once('close', resolve));
    own.webSocket.close();
    await closed;
    expect((await (await open()).call(request('health'))).result).toEqual({});
  });

  it('a message over the limit ends the connection, not the server', async () => {
    const {open, post} = await serve({bodyBytesMax: 1000});
    const socket = await open();
    const closed = new Promise((resolve) => socket.webSocket.once('close', resolve));
    socket.webSocket.on('error', () => undefined);
    socket.webSocket.send('x'.repeat(1001));
    expect(await closed).toBe(1009);
    expect((await post(request('health'))).status).toBe(200);
  });

  it('garbage is answered, batches too, notifications are silent', async () => {
    const {open} = await serve();
    const socket = await open();
    socket.webSocket.send('{');
    expect((await socket.next(null)).error.code).toBe(-32700);
    socket.webSocket.send(Buffer.from([0xff, 0x00]));
    expect((await socket.next(null)).error.code).toBe(-32700);
    socket.webSocket.send(JSON.stringify({jsonrpc: '2.0', method: 'health'}));
    socket.webSocket.send(JSON.stringify([request('health', {}, 1), request('health', {}, 2)]));
    expect(await socket.next('batch')).toEqual([1, 2].map((id) => ({jsonrpc: '2.0', id, result: {}})));
  });

  it('a client that answers no ping is dropped', async () => {
    const {port, timers} = await serve();
    const socket = connect(port, '127.0.0.1');
    closers.push(() => socket.destroy());
    const upgraded = new Promise((resolve) => socket.once('data', resolve));
    socket.write('GET /websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    await upgraded;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    timers.at(-1)?.fn();
    timers.at(-1)?.fn();
    await closed;
  });

  it('more messages than are answered at once all get their answer', async () => {
    const {open} = await serve({webSocketInFlightMax: 2});
    const socket = await open();
    const answers = await Promise.all(Array.from({length: 200}, async (_, id) => socket.call(request('block', {}, id))));
    expect(answers.every(({result}) => result.block !== undefined)).toBe(true);
  });
});

describe('broadcast_tx_commit', () => {
  const tx = toBase64(utf8('tx'));

  it('gives up after its time, and at the end of the node', async () => {
    const {open, timers, chain} = await serve();
    const socket = await open();
    const late = socket.call(request('broadcast_tx_commit', {tx}, 1));
    await socket.call(request('health', {}, 'barrier'));
    timers.find(({delayMs}) => delayMs === 10_000)?.fn();
    expect((await late).error).toEqual({code: -32603, message: 'Internal error', data: 'timed out waiting for tx to be included in a block'});
    chain.check = {code: 5, log: 'nonce too low', codespace: 'mempool'};
    const {result} = await socket.call(request('broadcast_tx_commit', {tx}, 2));
    expect([result.check_tx.code, result.check_tx.log, result.height]).toEqual([5, 'nonce too low', '0']);
    chain.refusal = new Error('the pool is closed');
    expect((await socket.call(request('broadcast_tx_commit', {tx}, 3))).error.data).toBe('the pool is closed');
    expect(timers.filter(({delayMs}) => delayMs === 10_000).slice(1).every(({isCancelled}) => isCancelled)).toBe(true);
  });

  it('so many callers wait', async () => {
    const {open, chain} = await serve({commitWaitersMax: 1});
    const socket = await open();
    const first = socket.call(request('broadcast_tx_commit', {tx}, 1));
    await socket.call(request('health', {}, 'barrier'));
    expect((await socket.call(request('broadcast_tx_commit', {tx}, 2))).error.data).toContain('1 callers of broadcast_tx_commit wait already');
    newBlock(chain, [utf8('other'), utf8('tx')]);
    expect((await first).result.height).toBe('10');
  });
});

describe('searches', () => {
  async function withIndex(limits: Partial<CometRpcLimits> = {}): Promise<Setting> {
    const setting = await serve(limits);
    const block = (height: bigint): Block => ({...BLOCK, header: {...BLOCK.header, height}, txs: [utf8(`tx${height}`)]});
    const index = new Indexer({
      db: memoryStore(),
      chain: {
        base: () => 1n,
        height: () => 40n,
        block,
        blockResults: (height) => ({height, txResults: [{code: 0, data: utf8(''), log: '', gasWanted: 0n, gasUsed: 0n, codespace: ''}], validatorUpdates: [], appHash: utf8('')}),
      },
      logger: {info() {}, error() {}},
    });
    await index.follow();
    for (let height = 1n; height <= 40n; height++) setting.chain.add(NIL_BLOCK_ID, block(height));
    setting.chain.index = index;
    return setting;
  }

  it('pages and orders', async () => {
    const {post} = await withIndex();
    const heights = async (params: object): Promise<string[]> =>
      (await post(request('tx_search', {query: 'tx.height > 0', ...params}))).json.result.txs.map((tx: Json) => tx.height);
    expect(await heights({})).toHaveLength(30);
    expect(await heights({page: '2'})).toHaveLength(10);
    expect(await heights({per_page: '1000'})).toHaveLength(40);
    expect(await heights({page: '2', per_page: '3'})).toEqual(['4', '5', '6']);
    expect(await heights({page: '2', per_page: '3', order_by: 'desc'})).toEqual(['37', '36', '35']);
  });

  it.each<[string, object, string]>([
    ['tx_search', {query: 'tx.height > 0', page: '3'}, 'page should be within [1, 2] range, given 3'],
    ['tx_search', {query: 'tx.height > 0', page: '9223372036854775807'}, 'page should be within [1, 2] range, given 9223372036854775807'],
    ['tx_search', {query: 'tx.height > 0', order_by: 'up'}, 'expected order_by to be either `asc` or `desc` or empty'],
    ['tx_search', {query: ''}, 'query cannot be empty'],
    ['tx_search', {query: 'x'.repeat(513)}, 'maximum query length exceeded'],
    ['block_search', {query: 'block.height >'}, 'offset 14: EOF'],
    ['tx', {hash: toBase64(new Uint8Array(32))}, `tx (${'00'.repeat(32)}) not found`],
  ])('%s %j is refused', async (method, params, data) => {
    const {post} = await withIndex();
    expect((await post(request(method, params))).json.error).toEqual({code: -32603, message: 'Internal error', data});
  });

  it('a page has so many bytes', async () => {
    const {post} = await withIndex({searchResponseBytesMax: 10});
    expect((await post(request('tx_search', {query: 'tx.height > 0'}))).json.error.data).toContain('ask for fewer per page');
    expect((await post(request('tx_search', {query: 'tx.height = 1'}))).json.result.total_count).toBe('1');
  });

  it('without an index there is nothing to search', async () => {
    const {post} = await serve();
    for (const method of ['tx', 'tx_search', 'block_search']) {
      expect((await post(request(method, {}))).json.error.data).toBe('transaction indexing is disabled');
    }
  });

  it('a transaction by hash in a URI', async () => {
    const {port} = await withIndex();
    const {result} = (await (await fetch(`http://127.0.0.1:${port}/tx_search?query="tx.height=7"&prove=true`)).json()) as Json;
    const {hash} = result.txs[0];
    const found = (await (await fetch(`http://127.0.0.1:${port}/tx?hash=0x${hash}&prove=false`)).json()) as Json;
    expect([found.result.height, found.result.proof]).toEqual(['7', undefined]);
    expect(result.txs[0].proof.proof.total).toBe('1');
  });
});

describe('expensive calls', () => {
  it('so many run, so many wait, the rest is told so', async () => {
    const {chain, post, errors} = await serve({heavyConcurrencyMax: 1, heavyWaitingMax: 1});
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const query = chain.abciQuery.bind(chain);
    chain.abciQuery = async (asked) => {
      entered.resolve(undefined);
      await gate.promise;
      return query(asked);
    };
    const first = post(request('abci_query', {data: '747830'}));
    await entered.promise;
    // Of the two others one waits and one is refused, whichever arrives last.
    const others = [post(request('abci_query', {data: '747830'})), post(request('abci_query', {data: '747830'}))];
    const refused = await Promise.race(others);
    expect([refused.status, refused.json.error.data]).toEqual([503, 'the node is busy: too many expensive calls are waiting']);
    gate.resolve(undefined);
    const all = await Promise.all([first, ...others]);
    expect(all.map(({status}) => status).sort()).toEqual([200, 200, 503]);
    expect((await post(request('health'))).status).toBe(200);
    expect(errors).toEqual([]);
  });

  it('a batch has so many bytes of answers', async () => {
    const {post} = await serve({batchResponseBytesMax: 100});
    expect((await post([request('block'), request('health')])).json.error.data).toBe('the answers to this batch are larger than 100 bytes');
  });
});

describe('odd values', () => {
  it.each<[string, unknown]>([
    ['deep arrays as a body', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deep arrays as a parameter', `{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
    ['deep objects as evidence', `{"jsonrpc":"2.0","id":1,"method":"broadcast_evidence","params":{"evidence":${'{"value":'.repeat(50_000)}1${'}'.repeat(50_000)}}}`],
    ['a huge number', {jsonrpc: '2.0', id: 1, method: 'block', params: {height: '9'.repeat(100_000)}}],
    ['a number of JSON beyond its range', '{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":1e400}}'],
    ['a height beyond 64 bits', request('block', {height: '18446744073709551616'})],
    ['a prototype', '{"jsonrpc":"2.0","id":1,"method":"block","params":{"__proto__":{"height":"1"},"height":{}}}'],
    ['a negative page', request('validators', {page: '-1'})],
    ['no evidence', request('broadcast_evidence')],
    ['evidence of no kind', request('broadcast_evidence', {evidence: {type: 'x', value: {}}})],
  ])('%s', async (_name, body) => {
    const {post, errors} = await serve();
    const {json} = await post(body);
    expect((Array.isArray(json) ? json[0] : json).error.code).toBeLessThan(0);
    expect((await post(request('health'))).json.result).toEqual({});
    expect(errors).toEqual([]);
  });
});

describe('evidence', () => {
  it('is decoded, checked and handed on; a refusal is an error', async () => {
    const {chain, post} = await serve();
    const recorded = rpcResult('block_search_evidence').blocks[0].block.evidence.evidence[0];
    const evidence = evidenceFromJson(recorded);
    const {json} = await post(request('broadcast_evidence', {evidence: recorded}));
    expect(json.result.hash).toMatch(/^[0-9A-F]{64}$/);
    expect(chain.evidence).toEqual([evidence]);
    chain.evidenceRefusal = {refusal: {kind: 'invalid', problem: 'the signature is wrong'}} as typeof chain.evidenceRefusal;
    expect((await post(request('broadcast_evidence', {evidence: recorded}))).json.error.data).toBe('failed to add evidence: the signature is wrong');
  });
});

describe('the pool', () => {
  it('unconfirmed_txs and check_tx', async () => {
    const {chain, post} = await serve();
    chain.waiting = Array.from({length: 150}, (_, i) => utf8(String(i)));
    expect((await post(request('unconfirmed_txs'))).json.result).toMatchObject({n_txs: '30', total: '3', total_bytes: '420'});
    expect((await post(request('unconfirmed_txs', {limit: '2'}))).json.result.txs).toEqual(['MA==', 'MQ==']);
    expect((await post(request('unconfirmed_txs', {limit: '1000'}))).json.result.n_txs).toBe('100');
    chain.check = {code: 0, log: '', codespace: '', gasWanted: 21_000n};
    expect((await post(request('check_tx', {tx: 'AA=='}))).json.result).toMatchObject({code: 0, gas_wanted: '21000', events: []});
    expect(chain.submitted).toEqual([]);
  });

  it('no round state before the engine runs', async () => {
    const {post} = await serve();
    for (const method of ['consensus_state', 'dump_consensus_state']) expect((await post(request(method))).json.error.data).toBe('consensus is not running');
  });
});
