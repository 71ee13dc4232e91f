import {request} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {WebSocket} from 'ws';
import {startNode, type TestNode} from './support.ts';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';

/** `fetch` sets Host by itself; this does not. */
async function raw(node: TestNode, method: string, headers: Record<string, string>): Promise<{status: number; headers: Record<string, unknown>}> {
  return new Promise((resolve, reject) => {
    const sent = request(node.url, {method, headers: {'Content-Type': 'application/json', ...headers}}, (response) => {
      response.resume();
      response.on('end', () => resolve({status: response.statusCode ?? 0, headers: response.headers}));
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? BODY : undefined);
  });
}

/** 'open', or the HTTP status with which the upgrade was refused. */
async function upgrade(node: TestNode, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(node.wsUrl, {headers});
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    socket.on('error', () => undefined);
  });
}

describe('by default', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node.close());

  it.each([
    ['localhost', 200],
    ['localhost:8545', 200],
    ['127.0.0.1:8545', 200],
    ['192.168.1.5', 200],
    ['[::1]:8545', 200],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['not a host', 403],
  ])('Host %p gives %i', async (host, status) => {
    expect((await raw(node, 'POST', {Host: host})).status).toBe(status);
  });

  it.each([
    ['http://localhost:3000', true],
    ['http://127.0.0.1:5173', true],
    ['https://localhost', true],
    ['http://[::1]:3000', true],
    ['https://evil.example', false],
    ['http://localhost.evil.example', false],
    ['chrome-extension://abcdef', false],
    ['null', false],
  ])('pages of %p may read: %p', async (origin, may) => {
    const {status, headers} = await raw(node, 'OPTIONS', {Origin: origin, 'Access-Control-Request-Method': 'POST'});
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe(may ? origin : undefined);
    expect((await raw(node, 'POST', {Origin: origin})).headers['access-control-allow-origin']).toBe(may ? origin : undefined);
    expect(await upgrade(node, {Origin: origin})).toBe(may ? 'open' : '403');
  });

  it('WebSocket clients that are no browsers need no origin, but a host', async () => {
    expect(await upgrade(node, {})).toBe('open');
    expect(await upgrade(node, {Host: 'evil.example'})).toBe('403');
  });
});

describe('as configured', () => {
  it('takes named hosts and origins, and no others', async () => {
    const node = await startNode({allowedHosts: ['rpc.qanat.example'], corsOrigins: ['https://app.qanat.example']});
    expect((await raw(node, 'POST', {Host: 'RPC.qanat.example:443'})).status).toBe(200);
    expect((await raw(node, 'POST', {Host: 'localhost'})).status).toBe(403);
    expect((await raw(node, 'POST', {Origin: 'https://app.qanat.example'})).headers['access-control-allow-origin']).toBe('https://app.qanat.example');
    expect((await raw(node, 'POST', {Origin: 'http://localhost:3000'})).headers['access-control-allow-origin']).toBeUndefined();
    await node.close();
  });

  it('takes all with a star', async () => {
    const node = await startNode({allowedHosts: ['*'], corsOrigins: ['*']});
    expect((await raw(node, 'POST', {Host: 'any.example', Origin: 'https://any.example'})).headers['access-control-allow-origin']).toBe('https://any.example');
    await node.close();
  });

  it('serves the namespaces that are on', async () => {
    const node = await startNode({namespaces: ['eth']});
    const answer = await (await fetch(node.url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"jsonrpc":"2.0","id":1,"method":"txpool_status"}'})).json();
    expect(answer).toMatchObject({error: {code: -32601}});
    await node.close();
  });

  it('bounds WebSocket connections', async () => {
    const node = await startNode({limits: {webSocketConnectionsMax: 1}});
    const first = new WebSocket(node.wsUrl);
    await new Promise((resolve) => first.on('open', resolve));
    expect(await upgrade(node, {})).toBe('503');
    first.terminate();
    await node.close();
  });
});
