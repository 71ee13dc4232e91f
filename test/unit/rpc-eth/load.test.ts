import {describe, expect, it} from '@jest/globals';
import {Semaphore} from '../../../node/rpc/eth/semaphore.ts';
import {EncodedCache} from '../../../node/rpc/eth/encode/encoded.ts';
import {ask, post, result, startNode, TOKEN, transfer} from './support.ts';

describe('a semaphore', () => {
  it('runs so many at once, the others in order, and refuses what exceeds the queue', async () => {
    const semaphore = new Semaphore(2, 2);
    const started: number[] = [];
    const release: (() => void)[] = [];
    const task = (index: number) =>
      semaphore.run(async () => {
        started.push(index);
        await new Promise<void>((resolve) => release.push(resolve));
        return index;
      });
    const tasks = [task(0), task(1), task(2), task(3)];
    await expect(task(4)).rejects.toMatchObject({code: -32005});
    expect(started).toEqual([0, 1]);
    release[0]!();
    expect(await tasks[0]).toBe(0);
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2]);
    release[1]!();
    release[2]!();
    await Promise.all(tasks.slice(1, 3));
    release[3]!();
    expect(await tasks[3]).toBe(3);
  });

  it('gives its place back when a task fails', async () => {
    const semaphore = new Semaphore(1, 1);
    await expect(semaphore.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(semaphore.run(() => Promise.resolve(1))).resolves.toBe(1);
  });
});

describe('the store of encoded results', () => {
  it('keeps to its count and its size, and what was used last', () => {
    let made = 0;
    const cache = new EncodedCache(2, 100);
    const get = (key: string, length = 1) => cache.get(key, () => (made++, 'x'.repeat(length)));
    get('a');
    get('b');
    get('a');
    get('c'); // b goes.
    expect(made).toBe(3);
    get('a');
    expect(made).toBe(3);
    get('b');
    expect(made).toBe(4);
    get('large', 200); // Larger than all of it: kept out, as is everything else for the moment.
    get('a');
    expect(made).toBe(6);
  });
});

describe('under load', () => {
  it('one batch of calls does not fill the queue of the others', async () => {
    const node = await startNode({limits: {heavyConcurrencyMax: 2, heavyWaitingMax: 4}});
    const batch = Array.from({length: 100}, (_, id) => ({jsonrpc: '2.0', id, method: 'eth_call', params: [{to: TOKEN, data: '0x70a08231'}]}));
    const [answers, other] = await Promise.all([post(node.url, JSON.stringify(batch)), ask(node, 'eth_call', [{to: TOKEN, data: '0x70a08231'}])]);
    expect(JSON.parse(answers.text).every(({result}: {result?: string}) => result !== undefined)).toBe(true);
    expect(other.result).toBeDefined();
    await node.close();
  });

  it('a batch of 100 transactions is in the pool before anyone hears of the first', async () => {
    const node = await startNode();
    const raws = await Promise.all(Array.from({length: 100}, (_, nonce) => transfer(nonce)));
    const heard: number[] = [];
    node.pool.onAvailable(() => queueMicrotask(() => heard.push(node.pool.counts().pending)));
    const batch = raws.map((raw, id) => ({jsonrpc: '2.0', id, method: 'eth_sendRawTransaction', params: [raw]}));
    const {text} = await post(node.url, JSON.stringify(batch));
    expect(JSON.parse(text)).toHaveLength(100);
    expect(heard).toEqual([100]);
    await node.close();
  });

  it('deep nesting is an invalid request, not a fall', async () => {
    const node = await startNode();
    const {text} = await post(node.url, `${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(JSON.parse(text)).toMatchObject([{error: {code: -32600}}]);
    expect(await result(node, 'eth_chainId')).toBe('0x11b8e');
    await node.close();
  });
});
