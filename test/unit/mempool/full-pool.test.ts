import {describe, expect, it} from '@jest/globals';
import {decodeTransaction} from '../../../node/execution/transaction.ts';
import {GWEI, senderOf, signed, testPool, Unsigned, unsignedSender} from './support.ts';

const fee = (gwei: number) => ({cap: 100n * GWEI, tip: BigInt(gwei) * GWEI});

describe('a full pool', () => {
  it('gives up the cheapest for a better one, and refuses a worse one', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolCountMax: 3}, {}, unsigned.decode);
    const [five, two, nine] = [unsigned.make(0, 0n, fee(5)), unsigned.make(1, 0n, fee(2)), unsigned.make(2, 0n, fee(9))];
    for (const tx of [five, two, nine]) await pool.submit(tx.raw);
    await expect(pool.submit(unsigned.make(3, 0n, fee(2)).raw)).rejects.toThrow('transaction underpriced');
    const three = unsigned.make(4, 0n, fee(3));
    await pool.submit(three.raw);
    expect(pool.get(two.hash)).toBeUndefined();
    expect([five, nine, three].every((tx) => pool.get(tx.hash) === tx)).toBe(true);
  });

  it('gives up what cannot be executed before what can, and takes no gapped one for it', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolCountMax: 2}, {}, unsigned.decode);
    const gapped = unsigned.make(0, 7n, fee(50));
    const cheap = unsigned.make(1, 0n, fee(1));
    await pool.submit(gapped.raw);
    await pool.submit(cheap.raw);
    await pool.submit(unsigned.make(2, 0n, fee(1)).raw);
    expect(pool.get(gapped.hash)).toBeUndefined();
    expect(pool.get(cheap.hash)).toBeDefined();
    await expect(pool.submit(unsigned.make(3, 9n, fee(90)).raw)).rejects.toThrow('txpool is full');
  });

  it('does not value a transaction above those that must come before it', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolCountMax: 3}, {}, unsigned.decode);
    const head = unsigned.make(0, 0n, fee(1));
    const dear = unsigned.make(0, 1n, fee(99));
    await pool.submit(head.raw);
    await pool.submit(dear.raw);
    await pool.submit(unsigned.make(1, 0n, fee(2)).raw);
    await pool.submit(unsigned.make(2, 0n, fee(2)).raw);
    expect(pool.get(dear.hash)).toBeUndefined();
    expect(pool.get(head.hash)).toBeDefined();
  });

  it('takes from one sender\'s excess before it takes from others', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolCountMax: 5, senderFairCount: 2}, {}, unsigned.decode);
    const bulk = Array.from({length: 4}, (_, nonce) => unsigned.make(0, BigInt(nonce), fee(9)));
    const small = unsigned.make(1, 0n, fee(1));
    for (const tx of [...bulk, small]) await pool.submit(tx.raw);
    await pool.submit(unsigned.make(2, 0n, fee(1)).raw);
    expect(pool.get(bulk[3]!.hash)).toBeUndefined();
    expect(pool.get(small.hash)).toBeDefined();
  });

  it('makes room by bytes, and leaves all in place when even that is not enough', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolBytesMax: 1_000}, {}, unsigned.decode);
    const small = Array.from({length: 4}, (_, i) => unsigned.make(i, 0n, fee(i + 1), 250));
    for (const tx of small) await pool.submit(tx.raw);
    await expect(pool.submit(unsigned.make(9, 0n, fee(3), 700).raw)).rejects.toThrow('transaction underpriced');
    expect(small.every((tx) => pool.get(tx.hash) === tx)).toBe(true);
    expect(pool.counts()).toEqual({pending: 4, queued: 0});
    await pool.submit(unsigned.make(9, 0n, fee(4), 700).raw);
    expect(small.map((tx) => pool.get(tx.hash) !== undefined)).toEqual([false, false, false, true]);
  });

  it('does not evict a sender\'s own predecessors', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({poolCountMax: 2}, {}, unsigned.decode);
    const own = [unsigned.make(0, 0n, fee(1)), unsigned.make(0, 1n, fee(1))];
    for (const tx of own) await pool.submit(tx.raw);
    await expect(pool.submit(unsigned.make(0, 2n, fee(90)).raw)).rejects.toThrow('transaction underpriced');
    expect(own.every((tx) => pool.get(tx.hash) === tx)).toBe(true);
  });

  it('bounds a sender, and what of it waits behind a gap', async () => {
    const unsigned = new Unsigned();
    const {pool} = testPool({senderCountMax: 4, senderQueuedCountMax: 2}, {}, unsigned.decode);
    for (const nonce of [5n, 6n]) await pool.submit(unsigned.make(0, nonce, fee(1)).raw);
    await expect(pool.submit(unsigned.make(0, 7n, fee(1)).raw)).rejects.toThrow('account limit exceeded: pooled 2 txs');
    for (const nonce of [0n, 1n]) await pool.submit(unsigned.make(0, nonce, fee(1)).raw);
    await expect(pool.submit(unsigned.make(0, 2n, fee(1)).raw)).rejects.toThrow('account limit exceeded: pooled 4 txs');
  });
});

describe('update', () => {
  it('reads each of a bounded number of senders once, however many transactions they have', async () => {
    const unsigned = new Unsigned();
    const {pool, state} = testPool({sweepSendersMax: 10}, {}, unsigned.decode);
    for (let sender = 0; sender < 200; sender++) {
      for (let nonce = 0n; nonce < 5n; nonce++) await pool.submit(unsigned.make(sender, nonce, fee(1)).raw);
    }
    const block = pool.reap(-1n, 63_000n);
    expect(block).toHaveLength(3);
    state.reads = 0;
    await pool.update(1n, block, []);
    // Ten in turn, the block's senders besides, and none twice.
    expect(state.reads).toBeLessThanOrEqual(13);
  });

  it('finds in turn also what no transaction names', async () => {
    const unsigned = new Unsigned();
    const {pool, state} = testPool({sweepSendersMax: 10}, {}, unsigned.decode);
    for (let sender = 0; sender < 40; sender++) await pool.submit(unsigned.make(sender, 0n, fee(1)).raw);
    state.balanceDefault = 0n; // Spent by internal calls.
    for (let height = 1n; height <= 5n; height++) await pool.update(height, [], []);
    expect(pool.counts()).toEqual({pending: 0, queued: 40});
    expect(pool.hasTransactions()).toBe(false);
  });

  it('never offers a proposer what the state has overtaken, even before its turn', async () => {
    const unsigned = new Unsigned();
    const {pool, state} = testPool({sweepSendersMax: 0}, {}, unsigned.decode);
    for (let sender = 0; sender < 3; sender++) {
      await pool.submit(unsigned.make(sender, 0n, fee(1)).raw);
      await pool.submit(unsigned.make(sender, 1n, fee(1)).raw);
    }
    state.nonces.set(unsignedSender(1), 1n); // An authorization of EIP-7702 used the nonce.
    state.balances.set(unsignedSender(2), 0n);
    await pool.update(1n, [], []);
    const offered = pool.reap(-1n, -1n).map((raw) => unsigned.decode(raw));
    expect(offered.map(({sender, nonce}) => [sender, nonce])).toEqual([
      [unsignedSender(0), 0n],
      [unsignedSender(0), 1n],
      [unsignedSender(1), 1n],
    ]);
  });

  it('drops gapped transactions of senders that stay silent', async () => {
    const unsigned = new Unsigned();
    const {pool, clock} = testPool({queuedLifetimeMs: 1_000}, {}, unsigned.decode);
    await pool.submit(unsigned.make(0, 0n, fee(1)).raw);
    await pool.submit(unsigned.make(0, 5n, fee(1)).raw);
    clock.advance(1_001);
    await pool.update(1n, [], []);
    expect(pool.counts()).toEqual({pending: 1, queued: 0});
  });

  it('announces work once per block', async () => {
    const unsigned = new Unsigned();
    const {pool, state} = testPool({}, {}, unsigned.decode);
    let announced = 0;
    const stop = pool.onAvailable(() => announced++);
    await pool.submit(unsigned.make(0, 1n, fee(1)).raw);
    expect(announced).toBe(0);
    await pool.submit(unsigned.make(0, 0n, fee(1)).raw);
    await pool.submit(unsigned.make(1, 0n, fee(1)).raw);
    expect(announced).toBe(1);
    const block = pool.reap(-1n, 21_000n);
    state.nonces.set(unsignedSender(0), 1n);
    await pool.update(1n, block, []);
    expect(announced).toBe(2);
    stop();
    await pool.update(2n, [], []);
    expect(announced).toBe(2);
  });

  it('does not decode a block\'s transactions again, except those that the pool has not', async () => {
    let decoded = 0;
    const {pool, state} = testPool({}, {}, (raw) => {
      decoded++;
      return decodeTransaction(raw);
    });
    const raws = Array.from({length: 10}, (_, nonce) => signed(0, BigInt(nonce)));
    for (const raw of raws) await pool.submit(raw);
    state.nonces.set(senderOf(0), 10n);
    decoded = 0;
    await pool.update(1n, [...raws.map((raw) => raw.slice()), signed(1, 0n)], []);
    expect(decoded).toBe(1);
    expect(pool.size()).toEqual({count: 0, bytes: 0});
  });

  it('survives transactions of a block that the decoder does not know', async () => {
    const {pool} = testPool();
    await pool.update(1n, [Uint8Array.of(0x0a, 1, 2, 3), new Uint8Array(0)], []);
    expect(pool.counts()).toEqual({pending: 0, queued: 0});
  });
});
