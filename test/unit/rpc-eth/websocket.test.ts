import {afterEach, describe, expect, it} from '@jest/globals';
import {WebSocket} from 'ws';
import {TestClock} from '../mempool/support.ts';
import {ALICE, result, startNode, tokenTransfer, TOKEN, transfer, TRANSFER_TOPIC, type Answer, type TestNode} from './support.ts';

interface Notification {
  readonly method: string;
  readonly params: {readonly subscription: string; readonly result: any}; // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** A client that hands out answers by id and notifications in order. */
class Client {
  readonly socket: WebSocket;
  readonly notifications: Notification[] = [];
  readonly closed: Promise<number>;
  private readonly waiting = new Map<unknown, (answer: Answer) => void>();
  private wake: () => void = () => {};
  private id = 0;

  private constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise((resolve) => this.socket.on('close', (code) => resolve(code)));
    this.socket.on('error', () => undefined);
    this.socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as Answer & Notification;
      if (message.method === 'eth_subscription') {
        this.notifications.push(message);
        this.wake();
      } else {
        this.waiting.get(message.id)?.(message);
      }
    });
  }

  static async open(node: TestNode): Promise<Client> {
    const client = new Client(node.wsUrl);
    await new Promise((resolve) => client.socket.on('open', resolve));
    return client;
  }

  async ask(method: string, ...params: unknown[]): Promise<Answer> {
    const id = ++this.id;
    this.socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params}));
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  async result(method: string, ...params: unknown[]): Promise<any> { // eslint-disable-line @typescript-eslint/no-explicit-any
    const answer = await this.ask(method, ...params);
    if (answer.error !== undefined) throw new Error(answer.error.message);
    return answer.result;
  }

  async next(count: number): Promise<Notification[]> {
    while (this.notifications.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.notifications.splice(0, count);
  }
}

let node: TestNode;
afterEach(() => node.close());

describe('over WebSocket', () => {
  it('calls, batches and errors are answered as over HTTP', async () => {
    node = await startNode();
    const client = await Client.open(node);
    expect(await client.result('eth_chainId')).toBe('0x11b8e');
    expect((await client.ask('eth_nonsense')).error?.code).toBe(-32601);
    const raw = new Promise<string>((resolve) => client.socket.once('message', (bytes: Buffer) => resolve(bytes.toString())));
    client.socket.send('{"jsonrpc');
    expect(JSON.parse(await raw)).toMatchObject({id: null, error: {code: -32700}});
    const batch = new Promise<string>((resolve) => client.socket.once('message', (bytes: Buffer) => resolve(bytes.toString())));
    client.socket.send(JSON.stringify([1, 2].map((id) => ({jsonrpc: '2.0', id: `b${id}`, method: 'eth_chainId'}))));
    expect(JSON.parse(await batch)).toHaveLength(2);
  });

  it('newHeads, logs, newPendingTransactions go to those who subscribed', async () => {
    node = await startNode();
    const client = await Client.open(node);
    const other = await Client.open(node);
    const heads = await client.result('eth_subscribe', 'newHeads');
    const logs = await client.result('eth_subscribe', 'logs', {address: TOKEN, topics: [TRANSFER_TOPIC]});
    await client.result('eth_subscribe', 'logs', {address: ALICE});
    const pending = await client.result('eth_subscribe', 'newPendingTransactions');
    const full = await client.result('eth_subscribe', 'newPendingTransactions', true);
    const hash = await client.result('eth_sendRawTransaction', await tokenTransfer(0, 4n));
    const told = await client.next(2);
    expect(told.map(({params}) => params)).toEqual([
      {subscription: pending, result: hash},
      {subscription: full, result: expect.objectContaining({hash, blockHash: null, from: ALICE})},
    ]);
    const {header} = await node.mine();
    const [head, log] = await client.next(2);
    expect(head!.params).toEqual({subscription: heads, result: expect.objectContaining({number: '0x1', hash: header.hash, baseFeePerGas: '0x3b9aca00', mixHash: header.mixHash})});
    expect(log!.params).toEqual({subscription: logs, result: expect.objectContaining({address: TOKEN, transactionHash: hash, logIndex: '0x0'})});
    await other.result('eth_chainId');
    expect(other.notifications).toEqual([]);
  });

  it('syncing is told when it begins and ends', async () => {
    node = await startNode();
    const client = await Client.open(node);
    const id = await client.result('eth_subscribe', 'syncing');
    node.network = {...node.network, syncing: {startingBlock: 0n, currentBlock: 1n, highestBlock: 9n}};
    await node.mine();
    await node.mine();
    node.network = {...node.network, syncing: undefined};
    await node.mine();
    expect((await client.next(2)).map(({params}) => params)).toEqual([
      {subscription: id, result: {syncing: true, status: {startingBlock: '0x0', currentBlock: '0x1', highestBlock: '0x9'}}},
      {subscription: id, result: false},
    ]);
  });

  it('a subscription ends with eth_unsubscribe, and only for its own connection', async () => {
    node = await startNode();
    const client = await Client.open(node);
    const other = await Client.open(node);
    const id = await client.result('eth_subscribe', 'newHeads');
    expect((await other.ask('eth_unsubscribe', id)).error).toEqual({code: -32000, message: 'subscription not found'});
    expect(await client.result('eth_unsubscribe', id)).toBe(true);
    expect((await client.ask('eth_unsubscribe', id)).error).toEqual({code: -32000, message: 'subscription not found'});
    await node.mine();
    await client.result('eth_chainId');
    expect(client.notifications).toEqual([]);
  });

  it('refuses unknown subscriptions, and too many', async () => {
    node = await startNode({limits: {subscriptionsPerConnectionMax: 2}});
    const client = await Client.open(node);
    expect((await client.ask('eth_subscribe', 'weather')).error).toEqual({code: -32601, message: 'no "weather" subscription in eth namespace'});
    expect((await client.ask('eth_subscribe', 'logs', {address: 1})).error?.code).toBe(-32602);
    for (let i = 0; i < 2; i++) await client.result('eth_subscribe', 'newHeads');
    expect((await client.ask('eth_subscribe', 'newHeads')).error?.code).toBe(-32005);
  });

  it('a client that sends more than the limit is disconnected, and the others go on', async () => {
    node = await startNode({limits: {bodyBytesMax: 1_000}});
    const client = await Client.open(node);
    const other = await Client.open(node);
    client.socket.send('x'.repeat(1_001));
    expect(await client.closed).toBe(1009);
    expect(await other.result('eth_chainId')).toBe('0x11b8e');
  });

  it('a client that does not read is dropped, and the others go on', async () => {
    node = await startNode({limits: {webSocketBufferBytesMax: 1_000_000}});
    const slow = await Client.open(node);
    const other = await Client.open(node);
    for (let i = 0; i < 40; i++) await slow.result('eth_subscribe', 'newPendingTransactions', true);
    const heads = await other.result('eth_subscribe', 'newHeads');
    slow.socket.pause();
    // 40 notifications of 200 kB for each: more than the kernel takes for a client that does not read.
    const data = new Uint8Array(100_000);
    const {ACCOUNTS} = await import('./support.ts');
    for (let nonce = 0; nonce < 3; nonce++) {
      const raw = await ACCOUNTS[0]!.signTransaction({
        type: 'eip1559',
        chainId: 72590,
        nonce,
        gas: 2_000_000n,
        to: TOKEN,
        data: `0x${Buffer.from(data).toString('hex')}`,
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
      });
      await result(node, 'eth_sendRawTransaction', raw);
    }
    slow.socket.resume();
    expect(await slow.closed).toBe(1006);
    await node.mine();
    expect((await other.next(1))[0]!.params.subscription).toBe(heads);
  });

  it('a client that answers no ping is dropped', async () => {
    const clock = new TestClock();
    node = await startNode({}, {clock});
    const client = await Client.open(node);
    await client.result('eth_chainId');
    clock.advance(30_000);
    await client.result('eth_chainId'); // Its pong has arrived before this answer.
    client.socket.pong = () => undefined;
    client.socket.removeAllListeners('ping');
    (client.socket as unknown as {_autoPong: boolean})._autoPong = false;
    clock.advance(30_000);
    await client.result('eth_chainId');
    clock.advance(30_000);
    expect(await client.closed).toBe(1006);
  });

  it('many requests at once are all answered', async () => {
    node = await startNode({limits: {webSocketInFlightMax: 4}});
    const client = await Client.open(node);
    const answers = await Promise.all(Array.from({length: 200}, () => client.result('eth_getBlockByNumber', 'latest', false)));
    expect(new Set(answers.map(({hash}) => hash)).size).toBe(1);
  });

  it('stopping the node tells its clients', async () => {
    node = await startNode();
    const client = await Client.open(node);
    await node.server.close();
    expect([1001, 1006]).toContain(await client.closed);
  });

  it('a closed connection leaves no subscription behind', async () => {
    node = await startNode();
    const client = await Client.open(node);
    await client.result('eth_subscribe', 'newHeads');
    client.socket.close();
    await client.closed;
    await result(node, 'eth_sendRawTransaction', await transfer(0));
    await node.mine();
    expect(await result(node, 'eth_blockNumber')).toBe('0x1');
  });
});
