import {describe, expect, it} from '@jest/globals';
import {GWEI, senderOf, signed, testPool} from './support.ts';

describe('what comes from the network', () => {
  it('is accepted when something in it is new, and not published again', () => {
    const {pool, published, clock} = testPool();
    expect(pool.receive([signed(0, 0n), signed(0, 1n)])).toBe('accept');
    expect(pool.receive([signed(0, 1n), signed(0, 2n)])).toBe('accept');
    clock.advance(1_000);
    expect(published).toEqual([]);
    expect(pool.counts().pending).toBe(3);
  });

  it('is ignored when only this node, or only now, has no use for it', () => {
    const {pool, state} = testPool();
    pool.receive([signed(0, 0n)]);
    state.nonces.set(senderOf(1), 1n);
    state.balances.set(senderOf(2), 0n);
    const useless = {
      known: signed(0, 0n),
      'with a used nonce': signed(1, 0n),
      'without funds': signed(2, 0n),
      'too cheap': signed(3, 0n, {maxFeePerGas: 1n, maxPriorityFeePerGas: 0n}),
      'without a chain id': signed(3, 0n, {type: 0, chainId: undefined}),
      'of an unknown type': Uint8Array.of(0x7f, 1, 2),
    };
    const outcomes = Object.entries(useless).map(([name, raw]) => [name, pool.receive([raw])]);
    expect(outcomes).toEqual(Object.keys(useless).map((name) => [name, 'ignore']));
  });

  it.each([
    ['nothing at all', []],
    ['rubbish', [Uint8Array.of(0xf8, 0xff, 0x00)]],
    ['a transaction of another chain', [signed(0, 0n, {chainId: 1n})]],
    ['a transaction without enough gas', [signed(0, 0n, {gasLimit: 1n})]],
    ['an oversize transaction', [new Uint8Array(200_000)]],
    ['too many transactions', Array.from({length: 1_001}, () => signed(0, 0n))],
  ])('is rejected when it is %s', (_name, batch) => {
    expect(testPool().pool.receive(batch)).toBe('reject');
  });
});

describe('what is submitted here', () => {
  it('is published in one batch after a moment', async () => {
    const {pool, published, clock} = testPool();
    for (let nonce = 0n; nonce < 3n; nonce++) await pool.submit(signed(0, nonce));
    expect(published).toEqual([]);
    clock.advance(5);
    expect(published).toEqual([[signed(0, 0n), signed(0, 1n), signed(0, 2n)]]);
    clock.advance(100);
    expect(published).toHaveLength(1);
  });

  it('is published again after a while, as long as it waits', async () => {
    const {pool, published, clock, state} = testPool({rebroadcastIntervalMs: 1_000, rebroadcastCountMax: 2});
    for (let nonce = 0n; nonce < 3n; nonce++) await pool.submit(signed(0, nonce));
    pool.receive([signed(1, 0n)]);
    clock.advance(999);
    await pool.update(1n, [], []);
    clock.advance(10);
    expect(published.splice(0)).toHaveLength(1);

    await pool.update(2n, [], []);
    await pool.update(3n, [], []);
    clock.advance(10);
    expect(published.splice(0)).toEqual([[signed(0, 0n), signed(0, 1n), signed(0, 2n)]]);

    state.nonces.set(senderOf(0), 2n);
    await pool.update(4n, [signed(0, 0n), signed(0, 1n)], []);
    clock.advance(1_000);
    await pool.update(5n, [], []);
    clock.advance(10);
    expect(published).toEqual([[signed(0, 2n)]]);
  });

  it('goes out at once when a batch is full, by count or by bytes', async () => {
    const byCount = testPool({gossipBatchCountMax: 2});
    for (let nonce = 0n; nonce < 5n; nonce++) await byCount.pool.submit(signed(0, nonce));
    expect(byCount.published.map((batch) => batch.length)).toEqual([2, 2]);
    const byBytes = testPool({gossipBatchBytesMax: 300});
    for (let nonce = 0n; nonce < 5n; nonce++) await byBytes.pool.submit(signed(0, nonce));
    expect(byBytes.published.map((batch) => batch.length)).toEqual([2, 2]);
  });

  it('is published when the pool closes, which then takes no more', async () => {
    const {pool, published} = testPool();
    await pool.submit(signed(0, 0n));
    pool.close();
    expect(published).toHaveLength(1);
    await expect(pool.submit(signed(0, 1n))).rejects.toThrow('transaction pool is stopped');
    expect(pool.receive([signed(0, 1n)])).toBe('ignore');
  });

  it('reaches listeners even when one of them fails', async () => {
    const {pool} = testPool();
    const heard: bigint[] = [];
    pool.onPending(() => {
      throw new Error('a broken listener');
    });
    pool.onPending((tx) => heard.push(tx.maxFeePerGas));
    await pool.submit(signed(0, 0n));
    expect(heard).toEqual([3n * GWEI]);
  });
});
