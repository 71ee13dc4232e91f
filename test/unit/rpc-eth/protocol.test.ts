import {createServer} from 'node:net';
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {ask, post, startNode, transfer, type TestNode} from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const send = async (body: string, headers?: Record<string, string>) => {
  const {status, text} = await post(node.url, body, headers);
  return {status, answer: text === '' ? undefined : JSON.parse(text)};
};
const call = (change: object) => JSON.stringify({jsonrpc: '2.0', id: 7, method: 'eth_chainId', params: [], ...change});

describe('JSON-RPC 2.0', () => {
  it.each<[string, string, number, number | null, RegExp]>([
    ['bad JSON', '{"jsonrpc": "2.0", "method"', -32700, null, /^parse error/],
    ['nothing', '', -32700, null, /^parse error/],
    ['a truncated batch', '[{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}', -32700, null, /^parse error/],
    ['a number', '1', -32600, null, /not an object/],
    ['null', 'null', -32600, null, /not an object/],
    ['a string', '"eth_chainId"', -32600, null, /not an object/],
    ['an empty object', '{}', -32600, null, /"jsonrpc" must be "2.0"/],
    ['an empty batch', '[]', -32600, null, /^empty batch$/],
    ['another version', call({jsonrpc: '1.0'}), -32600, 7, /"jsonrpc" must be "2.0"/],
    ['no method', call({method: undefined}), -32600, 7, /"method" must be a string/],
    ['a method that is a number', call({method: 1}), -32600, 7, /"method" must be a string/],
    ['an id that is an object', call({id: {}}), -32600, null, /"id" must be/],
    ['an id that is a boolean', call({id: true}), -32600, null, /"id" must be/],
    ['an unknown method', call({method: 'eth_nonsense'}), -32601, 7, /^the method eth_nonsense does not exist\/is not available$/],
    ['a method of a namespace that is off', call({method: 'debug_traceTransaction'}), -32601, 7, /does not exist/],
    ['a method named like a property', call({method: 'toString'}), -32601, 7, /does not exist/],
    ['params by name', call({params: {a: 1}}), -32602, 7, /^non-array args/],
    ['params that are a string', call({params: 'x'}), -32602, 7, /^non-array args/],
    ['too many params', call({params: [1]}), -32602, 7, /^too many arguments, want at most 0$/],
  ])('%s', async (_name, body, code, id, message) => {
    const {status, answer} = await send(body);
    expect(status).toBe(200);
    expect(answer).toEqual({jsonrpc: '2.0', id, error: {code, message: expect.stringMatching(message)}});
  });

  it.each([1, 0, -5, 1.5, 'abc', '', null])('gives back the id %p', async (id) => {
    expect((await send(call({id}))).answer).toEqual({jsonrpc: '2.0', id, result: '0x11b8e'});
  });

  it('answers without params, and with null in their place', async () => {
    expect((await send('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')).answer.result).toBe('0x11b8e');
    expect((await send('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":null}')).answer.result).toBe('0x11b8e');
  });

  it('does not answer notifications, not even wrong ones', async () => {
    expect(await send('{"jsonrpc":"2.0","method":"eth_chainId"}')).toEqual({status: 204, answer: undefined});
    expect(await send('[{"jsonrpc":"2.0","method":"eth_nonsense"},{"jsonrpc":"2.0","method":"eth_chainId","params":[1]}]')).toEqual({status: 204, answer: undefined});
  });

  it('answers a batch item by item', async () => {
    const batch = [{jsonrpc: '2.0', id: 'a', method: 'eth_chainId'}, 1, [], {jsonrpc: '2.0', method: 'eth_chainId'}, {jsonrpc: '2.0', id: 'b', method: 'eth_getBalance', params: ['0x12']}];
    const {answer} = await send(JSON.stringify(batch));
    expect(answer.map(({id, result, error}: {id: unknown; result?: string; error?: {code: number}}) => [id, result ?? error?.code])).toEqual([
      ['a', '0x11b8e'],
      [null, -32600],
      [null, -32600],
      ['b', -32602],
    ]);
  });

  it('takes a batch of 1,000 and refuses one more, with one error', async () => {
    const item = {jsonrpc: '2.0', id: 1, method: 'eth_chainId'};
    const full = await send(JSON.stringify(Array.from({length: 1_000}, () => item)));
    expect(full.answer).toHaveLength(1_000);
    const over = await send(JSON.stringify(Array.from({length: 1_001}, () => item)));
    expect(over.answer).toEqual({jsonrpc: '2.0', id: null, error: {code: -32600, message: 'batch too large: 1001 requests, limit 1000'}});
  });

  it('begins the items of a batch in order: a query sees the transaction before it', async () => {
    const fresh = await startNode();
    const raw = [await transfer(0), await transfer(1)];
    const batch = [
      {jsonrpc: '2.0', id: 0, method: 'eth_sendRawTransaction', params: [raw[0]]},
      {jsonrpc: '2.0', id: 1, method: 'eth_getTransactionCount', params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'pending']},
      {jsonrpc: '2.0', id: 2, method: 'eth_sendRawTransaction', params: [raw[1]]},
      {jsonrpc: '2.0', id: 3, method: 'eth_getTransactionCount', params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'pending']},
    ];
    const {text} = await post(fresh.url, JSON.stringify(batch));
    const answers = JSON.parse(text);
    expect(answers.map(({id}: {id: number}) => id)).toEqual([0, 1, 2, 3]);
    expect([answers[1].result, answers[3].result]).toEqual(['0x1', '0x2']);
    await fresh.close();
  });

  it('bounds the results of a batch', async () => {
    const small = await startNode({limits: {batchResponseBytesMax: 150}});
    const {text} = await post(small.url, JSON.stringify(Array.from({length: 5}, (_, id) => ({jsonrpc: '2.0', id, method: 'eth_chainId'}))));
    const codes = JSON.parse(text).map(({id, error}: {id: number; error?: {code: number}}) => [id, error?.code ?? 0]);
    expect(codes).toEqual([[0, 0], [1, 0], [2, 0], [3, -32003], [4, -32003]]);
    await small.close();
  });
});

describe('HTTP', () => {
  it('greets people', async () => {
    const response = await fetch(node.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('JSON-RPC 2.0 by POST');
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('does not know %s', async (method) => {
    expect((await fetch(node.url, {method})).status).toBe(405);
  });

  it('refuses bodies over the limit, whether announced or not', async () => {
    const small = await startNode({limits: {bodyBytesMax: 1_000}});
    const body = 'x'.repeat(1_001);
    const announced = await post(small.url, body);
    expect(announced.status).toBe(413);
    expect(JSON.parse(announced.text)).toEqual({jsonrpc: '2.0', id: null, error: {code: -32600, message: 'content length too large, limit 1000 bytes'}});
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    const streamed = await fetch(small.url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: stream, duplex: 'half'} as RequestInit);
    expect(streamed.status).toBe(413);
    expect((await ask(small, 'eth_chainId')).result).toBe('0x11b8e');
    await small.close();
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', ''])('refuses the content type %p', async (type) => {
    const {status, answer} = await send(call({}), {'Content-Type': type});
    expect([status, answer.error.code]).toEqual([415, -32600]);
  });

  it('takes JSON with a charset', async () => {
    expect((await send(call({}), {'Content-Type': 'application/json; charset=utf-8'})).answer.result).toBe('0x11b8e');
  });

  it('refuses compressed bodies', async () => {
    expect((await send(call({}), {'Content-Encoding': 'gzip'})).status).toBe(415);
  });

  it('names a port that is in use', async () => {
    const port = Number(new URL(node.url).port);
    await expect(startNode({port})).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `the Ethereum RPC cannot listen: port ${port} on 127.0.0.1 is in use`,
    });
  });

  it('survives clients that break off, and bytes that are not HTTP', async () => {
    const {connect} = await import('node:net');
    const port = Number(new URL(node.url).port);
    for (const text of ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"json', '\x16\x03\x01garbage\r\n\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text, () => socket.end()));
        socket.on('close', () => resolve()).on('error', () => resolve()).resume();
      });
    }
    expect((await ask(node, 'eth_chainId')).result).toBe('0x11b8e');
  });

  it('does not fill the log with clients that break off', async () => {
    const {connect} = await import('node:net');
    const lines: string[] = [];
    const note = (_fields: object, message: string): void => void lines.push(message);
    const other = await startNode({}, {logger: {debug: () => {}, info: note, warn: note, error: note}});
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
      socket.on('close', () => resolve()).on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n{"json');
      // The server's "go on" says that it is reading the body.
      socket.once('data', () => socket.destroy());
    });
    await ask(other, 'eth_chainId');
    await other.close();
    expect(lines).toEqual([]);
  });

  it('closes with clients connected, twice without harm', async () => {
    const other = await startNode();
    await ask(other, 'eth_chainId');
    await other.server.close();
    await other.server.close();
    await expect(ask(other, 'eth_chainId')).rejects.toThrow();
    const reused = createServer();
    await new Promise<void>((resolve) => reused.listen(Number(new URL(other.url).port), '127.0.0.1', resolve));
    await new Promise((resolve) => reused.close(resolve));
  });
});
