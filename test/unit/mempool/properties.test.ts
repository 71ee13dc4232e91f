import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import type {Address, Transaction} from '../../../node/execution/types.ts';
import {GWEI, testPool, Unsigned, unsignedSender, type TestPool} from './support.ts';

const SENDERS = 5;
const NONCES = 12;
const LIMITS = {poolCountMax: 20, poolBytesMax: 3_000, senderCountMax: 9, senderQueuedCountMax: 4, senderFairCount: 3};

type Step =
  | {type: 'submit'; sender: number; nonce: number; cap: number; tip: number; bytes: number}
  | {type: 'block'; gas: number; bytes: number}
  | {type: 'balance'; sender: number; balance: number}
  | {type: 'baseFee'; fee: number};

const submitStep = fc.record({
  type: fc.constant('submit' as const),
  sender: fc.nat(SENDERS - 1),
  nonce: fc.nat(NONCES),
  cap: fc.integer({min: 1, max: 20}),
  tip: fc.nat(20),
  bytes: fc.integer({min: 50, max: 400}),
});
const steps = fc.array(
  fc.oneof(
    {weight: 12, arbitrary: submitStep},
    {weight: 2, arbitrary: fc.record({type: fc.constant('block' as const), gas: fc.integer({min: 0, max: 8}), bytes: fc.integer({min: 100, max: 2_000})})},
    {weight: 1, arbitrary: fc.record({type: fc.constant('balance' as const), sender: fc.nat(SENDERS - 1), balance: fc.integer({min: 0, max: 200})})},
    {weight: 1, arbitrary: fc.record({type: fc.constant('baseFee' as const), fee: fc.integer({min: 1, max: 15})})},
  ),
  {maxLength: 120},
);

const costOf = (tx: Transaction): bigint => tx.gasLimit * tx.maxFeePerGas + tx.value;
const sizeOf = (tx: Transaction): number => tx.raw.length + (tx.raw.length < 128 ? 2 : 3);
const tipOf = (tx: Transaction, baseFee: bigint): bigint =>
  tx.maxFeePerGas - baseFee < tx.maxPriorityFeePerGas ? tx.maxFeePerGas - baseFee : tx.maxPriorityFeePerGas;

/** What the pool says of itself must hold together, and with the state. */
function checkInvariants({pool, state}: TestPool, all: readonly Transaction[]): void {
  const {pending, queued} = pool.content();
  const count = (side: ReadonlyMap<Address, readonly Transaction[]>): number => [...side.values()].reduce((sum, txs) => sum + txs.length, 0);
  expect(pool.counts()).toEqual({pending: count(pending), queued: count(queued)});
  const held = [...pending.values(), ...queued.values()].flat();
  expect(held.length).toBeLessThanOrEqual(LIMITS.poolCountMax);
  expect(held.reduce((sum, tx) => sum + tx.raw.length, 0)).toBeLessThanOrEqual(LIMITS.poolBytesMax);
  expect(pool.size()).toEqual({count: held.length, bytes: held.reduce((sum, tx) => sum + tx.raw.length, 0)});
  for (const tx of held) expect(pool.get(tx.hash)).toBe(tx);
  expect(all.filter((tx) => pool.get(tx.hash) !== undefined)).toHaveLength(held.length);
  for (let i = 0; i < SENDERS; i++) {
    const sender = unsignedSender(i);
    const own = pending.get(sender) ?? [];
    const waiting = queued.get(sender) ?? [];
    const next = state.nonce(sender);
    expect(own.map(({nonce}) => nonce)).toEqual(own.map((_, index) => next + BigInt(index)));
    expect(own.reduce((sum, tx) => sum + costOf(tx), 0n)).toBeLessThanOrEqual(state.balance(sender));
    const nonces = [...own, ...waiting].map(({nonce}) => nonce);
    expect(nonces).toEqual([...new Set(nonces)].sort((a, b) => (a < b ? -1 : 1)));
    expect(nonces.length).toBeLessThanOrEqual(LIMITS.senderCountMax);
    expect(pool.pendingNonce(sender)).toBe(next + BigInt(own.length));
  }
}

/** The obvious way: take the best head again and again. Gives back the tips in order, which ties do not change. */
function naiveReap({pool, chain}: TestPool, maxBytes: number, maxGas: bigint): {tips: bigint[]; count: number} {
  const queues = [...pool.content().pending.values()].map((txs) => [...txs]);
  const tips: bigint[] = [];
  let bytes = 0;
  let gas = 0n;
  for (;;) {
    const heads = queues.filter((queue) => queue.length > 0 && tipOf(queue[0]!, chain.baseFee) >= 0n);
    if (heads.length === 0 || maxGas - gas < 21_000n || bytes >= maxBytes) return {tips, count: tips.length};
    const best = heads.reduce((a, b) => {
      const difference = tipOf(b[0]!, chain.baseFee) - tipOf(a[0]!, chain.baseFee);
      return difference > 0n || (difference === 0n && b[0]!.hash < a[0]!.hash) ? b : a;
    });
    const tx = best[0]!;
    if (bytes + sizeOf(tx) > maxBytes || gas + tx.gasLimit > maxGas) {
      best.length = 0;
      continue;
    }
    best.shift();
    bytes += sizeOf(tx);
    gas += tx.gasLimit;
    tips.push(tipOf(tx, chain.baseFee));
  }
}

async function play(sequence: readonly Step[]): Promise<void> {
  const unsigned = new Unsigned();
  const test = testPool(LIMITS, {feeCapMin: 0n}, unsigned.decode);
  const {pool, state, chain} = test;
  const all: Transaction[] = [];
  let height = 0n;
  for (let i = 0; i < SENDERS; i++) state.balances.set(unsignedSender(i), 100n * 21_000n * GWEI);
  for (const step of sequence) {
    switch (step.type) {
      case 'submit': {
        const tip = BigInt(Math.min(step.tip, step.cap)) * GWEI;
        const tx = unsigned.make(step.sender, BigInt(step.nonce), {cap: BigInt(step.cap) * GWEI, tip}, step.bytes);
        all.push(tx);
        const before = pool.counts();
        await pool.submit(tx.raw).catch((error: Error) => {
          expect(error.name).toBe('PoolError');
          // A refusal leaves the pool as it was.
          expect(pool.counts()).toEqual(before);
        });
        break;
      }
      case 'block': {
        const maxGas = BigInt(step.gas) * 21_000n;
        const expected = naiveReap(test, step.bytes, maxGas);
        const reaped = pool.reap(BigInt(step.bytes), maxGas);
        const block = reaped.map((raw) => unsigned.decode(raw));
        expect(block.map((tx) => tipOf(tx, chain.baseFee))).toEqual(expected.tips);
        expect(block.reduce((sum, tx) => sum + sizeOf(tx), 0)).toBeLessThanOrEqual(step.bytes);
        for (const tx of block) {
          expect(tx.nonce).toBe(state.nonce(tx.sender));
          state.nonces.set(tx.sender, tx.nonce + 1n);
          state.balances.set(tx.sender, state.balance(tx.sender) - 21_000n * tx.maxFeePerGas);
        }
        await pool.update(++height, reaped, []);
        break;
      }
      case 'balance':
        state.balances.set(unsignedSender(step.sender), BigInt(step.balance) * 21_000n * GWEI);
        await pool.update(++height, [], []);
        break;
      case 'baseFee':
        chain.baseFee = BigInt(step.fee) * GWEI;
        await pool.update(++height, [], []);
        break;
    }
    checkInvariants(test, all);
  }
}

describe('the pool under any sequence of submissions and blocks', () => {
  it('keeps its limits, its counts and its order', async () => {
    await fc.assert(fc.asyncProperty(steps, play), {numRuns: 150});
  }, 60_000);
});
