/** Raw bytes on a connection: what takes the short way, what goes to Node's server, and that nobody can tell which. */
import {connect, type Socket} from 'node:net';
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {ALICE, result, startNode, transfer, type TestNode} from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode({limits: {bodyBytesMax: 200_000, syncWaitersMax: 1}});
});
afterAll(() => node.close());

const CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
const RESULT = '{"jsonrpc":"2.0","id":1,"result":"0x11b8e"}';

const request = (body: string, fields: readonly string[] = []): string =>
  [`POST / HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, ...fields, '', body].join('\r\n');

interface Peer {
  readonly socket: Socket;
  send(text: string): void;
  /** Resolves when what came holds `count` matches; rejects when the connection ends before. */
  until(pattern: RegExp, count?: number): Promise<string>;
  readonly ended: Promise<string>;
}

async function open(): Promise<Peer> {
  const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
  let text = '';
  let look = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    look();
  });
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    ended,
    until: (pattern, count = 1) =>
      new Promise((resolve, reject) => {
        look = () => {
          if ([...text.matchAll(new RegExp(pattern, 'g'))].length >= count) resolve(text);
        };
        look();
        void ended.then(() => reject(new Error(`the connection ended after: ${text}`)));
      }),
  };
}

const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!);

describe('the short way of HTTP', () => {
  it('answers request after request on one connection, with the fields that Node sends', async () => {
    const peer = await open();
    peer.send(request(CALL));
    const text = await peer.until(/0x11b8e/);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toContain(`\r\nContent-Length: ${RESULT.length}\r\n`);
    expect(text).toContain('\r\nContent-Type: application/json\r\n');
    expect(text).toMatch(/\r\nDate: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=120\r\n/);
    expect(text.endsWith(`\r\n\r\n${RESULT}`)).toBe(true);
    peer.send(request(CALL));
    expect(await peer.until(/0x11b8e/, 2)).toContain('200 OK');
    peer.socket.destroy();
  });

  it('answers requests that come at once in their order, also when the first takes long', async () => {
    const peer = await open();
    const ids = Array.from({length: 50}, (_, i) => i);
    peer.send(ids.map((id) => request(JSON.stringify({jsonrpc: '2.0', id, method: id % 2 === 0 ? 'eth_feeHistory' : 'eth_chainId', params: id % 2 === 0 ? ['0x4', 'latest', [50]] : []}))).join(''));
    const text = await peer.until(/HTTP\/1\.1 200 OK/, ids.length);
    expect([...text.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))).toEqual(ids);
    peer.socket.destroy();
  });

  it('takes bodies in pieces, in UTF-8 and up to the limit', async () => {
    const peer = await open();
    const body = JSON.stringify({jsonrpc: '2.0', id: 'ü→𝄞', method: 'web3_sha3', params: [`0x${'00'.repeat(30_000)}`]});
    const bytes = Buffer.from(request(body));
    for (let at = 0; at < bytes.length; at += 7_001) {
      peer.socket.write(bytes.subarray(at, at + 7_001));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const text = await peer.until(/"result":"0x[0-9a-f]{64}"/);
    expect(text).toContain('"id":"ü→𝄞"');
    peer.send(request('x'.repeat(200_001)));
    expect(await peer.ended).toContain('content length too large, limit 200000 bytes');
  });

  it('gives to Node what is not plain, and the rest of the connection with it', async () => {
    const chunked = ['POST / HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked', '', CALL.length.toString(16), CALL, '0', '', ''].join('\r\n');
    const peer = await open();
    peer.send(request(CALL) + chunked + request(CALL));
    expect(statuses(await peer.until(/0x11b8e/, 3))).toEqual(['200', '200', '200']);
    peer.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await peer.until(/JSON-RPC 2\.0 by POST/)).toContain('200');
    peer.socket.destroy();
  });

  it('takes a head in pieces', async () => {
    const peer = await open();
    for (const piece of request(CALL).match(/[^]{1,9}/g)!) {
      peer.send(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(statuses(await peer.until(/0x11b8e/))).toEqual(['200']);
    peer.socket.destroy();
  });

  it.each<[string, readonly string[], string]>([
    ['a browser of this machine', ['Origin: http://localhost:3000'], 'Access-Control-Allow-Origin: http://localhost:3000'],
    ['Connection: close', ['Connection: close'], 'Connection: close'],
    ['Expect: 100-continue', ['Expect: 100-continue'], 'HTTP/1.1 100 Continue'],
  ])('leaves %s to Node', async (_name, fields, wanted) => {
    const peer = await open();
    peer.send(request(CALL, fields));
    expect(await peer.until(/0x11b8e/)).toContain(wanted);
    peer.socket.destroy();
  });

  it.each<[string, string, string]>([
    ['two lengths', request(CALL, ['Content-Length: 3']), '400'],
    ['a length and chunks', request(CALL, ['Transfer-Encoding: chunked']), '400'],
    ['a folded line', request(CALL, ['X-A: b', ' folded']), '400'],
    ['a space before the colon', request(CALL, ['Content-Length : 3']), '400'],
    ['a length with a sign', `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: +3\r\n\r\n{}{`, '400'],
    ['no host', `POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`, '400'],
    ['another host', request(CALL).replace('localhost', 'evil.example'), '403'],
    ['another type', request(CALL).replace('application/json', 'text/plain'), '415'],
    ['no type', request(CALL).replace('Content-Type: application/json\r\n', ''), '415'],
    ['compression', request(CALL, ['Content-Encoding: gzip']), '415'],
  ])('refuses %s as Node does', async (_name, bytes, status) => {
    const peer = await open();
    peer.send(bytes);
    expect(statuses(await peer.until(/HTTP\/1\.1 \d{3} .*\r\n/))[0]).toBe(status);
    peer.socket.destroy();
  });

  it('frees the place of a client that waits for a receipt and hangs up', async () => {
    const [first, second] = [await transfer(0), await transfer(1)];
    const wait = (raw: string): string => request(JSON.stringify({jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [raw, '0xea60']}));
    const gone = await open();
    const pooled = new Promise<void>((resolve) => void node.pool.onPending(() => resolve()));
    gone.send(wait(first));
    await pooled;
    gone.socket.destroy();
    // There is one place. Until the server hears that it is free, the next one is refused.
    let answer: string;
    do {
      const peer = await open();
      const mined = new Promise<void>((resolve) => void node.pool.onPending(() => resolve()));
      peer.send(wait(second));
      const refused = peer.until(/"error"/);
      await Promise.race([mined.then(() => node.mine()), refused]);
      answer = await peer.until(/"result"|"error"/);
      peer.socket.destroy();
    } while (answer.includes('too many requests wait'));
    expect(answer).toContain('"status":"0x1"');
  });

  it('does nothing more for a client that is gone, not even what it had sent already', async () => {
    const nonce = Number(await result(node, 'eth_getTransactionCount', ALICE, 'latest'));
    const [waited, later] = [await transfer(nonce), await transfer(nonce + 1)];
    const gone = await open();
    const pooled = new Promise<void>((resolve) => void node.pool.onPending(() => resolve()));
    gone.send(request(JSON.stringify({jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [waited, '0xea60']}))
      + request(JSON.stringify({jsonrpc: '2.0', id: 2, method: 'eth_sendRawTransaction', params: [later]})));
    await pooled;
    gone.socket.resetAndDestroy();
    // The place that it held is free once the server has heard of it; by then the second request would have been begun.
    let answer: string;
    do {
      const peer = await open();
      peer.send(request(JSON.stringify({jsonrpc: '2.0', id: 3, method: 'eth_sendRawTransactionSync', params: [waited, '0x1']})));
      answer = await peer.until(/"result"|"error"/);
      peer.socket.destroy();
    } while (answer.includes('too many requests wait'));
    expect(await result(node, 'eth_getTransactionCount', ALICE, 'pending')).toBe(`0x${(nonce + 1).toString(16)}`);
  });
});
