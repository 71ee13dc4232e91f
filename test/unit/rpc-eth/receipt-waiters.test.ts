/** eth_sendRawTransactionSync against a pool and a chain that answer when the test says so. */
import {describe, expect, it} from '@jest/globals';
import {keccak256, type BlockEvent, type Hash, type Receipt} from '#node/execution';
import {DEFAULT_ETH_RPC_LIMITS} from '../../../node/rpc/eth/limits.ts';
import {ANYONE} from '../../../node/rpc/eth/client.ts';
import type {RpcContext} from '../../../node/rpc/eth/method.ts';
import {eth_sendRawTransactionSync} from '../../../node/rpc/eth/methods/eth_sendRawTransactionSync.ts';
import {ReceiptWaiters} from '../../../node/rpc/eth/receipt-waiters.ts';
import {signed, TestClock} from '../mempool/support.ts';

const hex = (bytes: Uint8Array): Hash => `0x${Buffer.from(bytes).toString('hex')}`;
const method = eth_sendRawTransactionSync(DEFAULT_ETH_RPC_LIMITS);

const receiptOf = (transactionHash: Hash): Receipt => ({
  type: 2,
  status: 1,
  transactionHash,
  transactionIndex: 0,
  blockNumber: 1n,
  blockHash: `0x${'22'.repeat(32)}`,
  blockTimestamp: 1n,
  from: `0x${'01'.repeat(20)}`,
  to: `0x${'02'.repeat(20)}`,
  contractAddress: undefined,
  gasUsed: 21_000n,
  cumulativeGasUsed: 21_000n,
  effectiveGasPrice: 1n,
  logs: [],
  logsBloom: new Uint8Array(256),
  firstLogIndex: 0,
});

interface Fake {
  readonly waiters: ReceiptWaiters;
  readonly clock: TestClock;
  send(raw: Uint8Array): Promise<unknown>;
  announce(raw: Uint8Array): void;
}

function fake({waitersMax = 2, submit = async () => undefined, receipt = async () => undefined}: {
  waitersMax?: number;
  submit?: (raw: Uint8Array, announce: (raw: Uint8Array) => void) => Promise<void>;
  receipt?: (announce: (raw: Uint8Array) => void) => Promise<Receipt | undefined>;
}): Fake {
  const clock = new TestClock();
  const waiters = new ReceiptWaiters({clock, waitersMax});
  const announce = (raw: Uint8Array): void => waiters.onBlock({receipts: [receiptOf(hex(keccak256(raw)))]} as unknown as BlockEvent);
  const context = {
    limits: DEFAULT_ETH_RPC_LIMITS,
    waiters,
    pool: {
      pendingNonce: () => 1_000n,
      submit: async (raw: Uint8Array) => {
        await submit(raw, announce);
        return hex(keccak256(raw));
      },
    },
    recent: {receipt: () => receipt(announce)},
  } as unknown as RpcContext;
  return {waiters, clock, announce, send: async (raw) => method.run(context, [hex(raw), '0x64'], ANYONE)};
}

describe('eth_sendRawTransactionSync', () => {
  it('hears of a block that is told of while the submission is answered', async () => {
    const {send} = fake({submit: async (raw, announce) => announce(raw)});
    expect(await send(signed(0, 0n))).toMatchObject({status: '0x1'});
  });

  it('hears of a block that is told of while the chain looks for the receipt', async () => {
    const raw = signed(0, 0n);
    const {send} = fake({
      receipt: async (announce) => {
        announce(raw);
        return undefined;
      },
    });
    expect(await send(raw)).toMatchObject({status: '0x1'});
  });

  it('has no more that wait than places, also when they come in one turn', async () => {
    const {send, announce, clock} = fake({waitersMax: 2});
    const raws = [0n, 1n, 2n, 3n].map((nonce) => signed(0, nonce));
    const outcomes = Promise.allSettled(raws.map(send));
    // Those that were let in wait by the next turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    for (const raw of raws) announce(raw);
    clock.advance(100);
    expect((await outcomes).map(({status}) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('gives the place back when the transaction is refused, when it has its receipt, and when it took too long', async () => {
    const {waiters, clock, send} = fake({
      waitersMax: 1,
      submit: async (raw, announce) => {
        if (raw.at(-1) === refused.at(-1)) throw new Error('refused');
        if (raw.at(-1) === found.at(-1)) announce(raw);
      },
    });
    await expect(send(refused)).rejects.toThrow('refused');
    expect(await send(found)).toMatchObject({status: '0x1'});
    const late = send(Uint8Array.of(0));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
    await expect(late).rejects.toMatchObject({code: 4});
    const last = waiters.wait(`0x${'00'.repeat(32)}`, 100);
    expect(() => waiters.wait(`0x${'00'.repeat(32)}`, 100)).toThrow('too many requests');
    last.cancel();
    last.cancel();
    waiters.wait(`0x${'00'.repeat(32)}`, 100).cancel();
  });
});

/** No transactions at all: the pool would say so, and this one decides by the last byte. */
const refused = Uint8Array.of(1);
const found = Uint8Array.of(2);
