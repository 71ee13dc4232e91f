import {describe, expect, it} from '@jest/globals';
import {decodeTransaction} from '../../../node/execution/transaction.ts';
import {CHAIN_ID, COIN, GWEI, key, RECIPIENT, senderOf, signed, testPool} from './support.ts';
import {bytesToBigInt, bigIntToBytes, concatBytes, hexToBytes} from '../../../node/execution/hex.ts';
import {keccak256} from '../../../node/execution/keccak.ts';
import {encodeRlp} from '../../../node/execution/rlp.ts';
import {signDigest, signTransaction} from '../../../node/execution/transaction-encode.ts';
import type {Authorization} from '../../../node/execution/types.ts';

const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);
const AUTHORIZATION = {chainId: CHAIN_ID, address: RECIPIENT, nonce: 0n, yParity: 0, r: 1n, s: 1n};

/** An EIP-7702 tuple signed by account `index`. */
function authorizationBy(index: number, nonce: bigint, chainId = CHAIN_ID): Authorization {
  const tuple = encodeRlp([bigIntToBytes(chainId), hexToBytes(RECIPIENT), bigIntToBytes(nonce)]);
  const signature = signDigest(keccak256(concatBytes(Uint8Array.of(5), tuple)), key(index));
  return {chainId, address: RECIPIENT, nonce, yParity: signature[64]! - 27, r: bytesToBigInt(signature.subarray(0, 32)), s: bytesToBigInt(signature.subarray(32, 64))};
}

describe('what the pool takes', () => {
  it.each([
    ['type 0', {type: 0, maxFeePerGas: 3n * GWEI} as const],
    ['type 1', {type: 1, gasLimit: 30_000n, accessList: [{address: RECIPIENT, storageKeys: []}]} as const],
    ['type 2', {type: 2} as const],
    ['type 4', {type: 4, gasLimit: 60_000n, authorizationList: [AUTHORIZATION]} as const],
    ['a contract creation', {to: undefined, data: bytes(100), gasLimit: 100_000n} as const],
  ])('%s', async (_name, change) => {
    const {pool} = testPool();
    const raw = signed(0, 0n, change);
    const hash = await pool.submit(raw);
    expect(hash).toBe(decodeTransaction(raw).hash);
    expect(pool.get(hash)?.sender).toBe(senderOf(0));
    expect(pool.counts()).toEqual({pending: 1, queued: 0});
    expect(pool.reap(-1n, -1n)).toEqual([raw]);
  });

  it('keeps what cannot pay the base fee now, but could later', async () => {
    const {pool, chain} = testPool();
    await pool.submit(signed(0, 0n, {maxFeePerGas: GWEI / 2n, maxPriorityFeePerGas: 0n}));
    expect(pool.hasTransactions()).toBe(false);
    expect(pool.reap(-1n, -1n)).toHaveLength(0);
    chain.baseFee = GWEI / 2n;
    expect(pool.hasTransactions()).toBe(true);
    expect(pool.reap(-1n, -1n)).toHaveLength(1);
  });
});

describe('refusals, in geth\'s words', () => {
  const balance = COIN;
  const setUp = () => {
    const test = testPool();
    test.state.balances.set(senderOf(0), balance);
    test.state.nonces.set(senderOf(0), 5n);
    return test;
  };

  it.each([
    ['a low nonce', () => signed(0, 4n), 'nonce too low: next nonce 5, tx nonce 4'],
    [
      'no funds',
      () => signed(0, 5n, {value: balance}),
      `insufficient funds for gas * price + value: balance ${balance}, tx cost ${balance + 63_000n * GWEI}, overshot ${63_000n * GWEI}`,
    ],
    ['gas below intrinsic', () => signed(0, 5n, {gasLimit: 20_999n}), 'intrinsic gas too low: gas 20999, minimum needed 21000'],
    ['gas below the calldata floor', () => signed(0, 5n, {data: bytes(100), gasLimit: 24_000n}), 'insufficient gas for floor data gas cost: gas 24000, minimum needed 25000'],
    ['another chain', () => signed(0, 5n, {chainId: 1n}), 'invalid sender: invalid chain id for signer: have 1 want 72590'],
    ['no chain', () => signed(0, 5n, {type: 0, chainId: undefined}), 'only replay-protected (EIP-155) transactions allowed over RPC'],
    ['a tip above the fee cap', () => signed(0, 5n, {maxPriorityFeePerGas: 4n * GWEI}), 'max priority fee per gas higher than max fee per gas'],
    ['a fee cap below the floor', () => signed(0, 5n, {maxFeePerGas: 7n, maxPriorityFeePerGas: 0n}), 'transaction underpriced: gas fee cap 7, minimum needed 100000000'],
    ['gas above EIP-7825', () => signed(0, 5n, {gasLimit: 16_777_217n}), 'transaction gas limit too high (cap: 16777216, tx: 16777217)'],
    ['the last nonce', () => signed(0, 2n ** 64n - 1n), 'nonce has max value'],
    ['too much init code', () => signed(0, 5n, {to: undefined, data: bytes(49_153, 0), gasLimit: 3_000_000n}), 'max initcode size exceeded: code size 49153, limit 49152'],
    ['no authorizations', () => signed(0, 5n, {type: 4}), 'set code tx must have at least one authorization tuple'],
    ['an oversize', () => signed(0, 5n, {data: bytes(131_072), gasLimit: 10_000_000n}), /^oversized data: transaction size 1311\d\d, limit 131072$/],
    ['a blob transaction', () => Uint8Array.of(3, 0xc0), /^transaction type not supported/],
    ['an unknown type', () => Uint8Array.of(0x7f, 0xc0), /^transaction type not supported/],
    ['nothing', () => new Uint8Array(0), 'typed transaction too short'],
    ['rubbish', () => Uint8Array.of(0xf8, 0xff, 1, 2, 3), /^rlp: /],
    [
      'a bad signature',
      () => {
        const raw = signed(0, 5n);
        raw.fill(0xff, raw.length - 32); // s beyond half of the curve's order (EIP-2)
        return raw;
      },
      'invalid sender: invalid transaction v, r, s values',
    ],
  ])('%s', async (_name, make, text) => {
    const {pool} = setUp();
    const submission = pool.submit(make());
    await expect(submission).rejects.toThrow(text instanceof RegExp ? text : new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
    await expect(submission).rejects.toMatchObject({name: 'PoolError'});
    expect(pool.counts()).toEqual({pending: 0, queued: 0});
  });

  it('a gas limit above that of the block', async () => {
    const {pool, chain} = testPool();
    chain.blockGasLimit = 50_000n;
    await expect(pool.submit(signed(0, 0n, {gasLimit: 50_001n}))).rejects.toThrow('exceeds block gas limit');
  });

  it('a tip below the operator\'s minimum', async () => {
    const {pool} = testPool({}, {tipMin: 2n * GWEI});
    await expect(pool.submit(signed(0, 0n))).rejects.toThrow('transaction gas price below minimum: gas tip cap 1000000000, minimum needed 2000000000');
  });

  it('the same again', async () => {
    const {pool} = testPool();
    await pool.submit(signed(0, 0n));
    await expect(pool.submit(signed(0, 0n))).rejects.toThrow('already known');
  });

  it('legacy transactions without a chain id are taken when that is allowed', async () => {
    const {pool} = testPool({}, {allowUnprotected: true});
    await pool.submit(signed(0, 0n, {type: 0, chainId: undefined}));
    expect(pool.counts().pending).toBe(1);
  });

  it('a sender that is a contract', async () => {
    const {pool, state} = testPool();
    state.codes.set(senderOf(0), bytes(7));
    await expect(pool.submit(signed(0, 0n))).rejects.toThrow(`sender not an eoa: address ${senderOf(0)}, len(code): 7`);
  });

  it('a second transaction in flight of a delegated account, but not its replacement', async () => {
    const {pool, state} = testPool();
    state.codes.set(senderOf(0), Uint8Array.of(0xef, 0x01, 0x00, ...bytes(20)));
    await expect(pool.submit(signed(0, 1n))).rejects.toThrow('gapped-nonce tx from delegated accounts');
    await pool.submit(signed(0, 0n));
    await expect(pool.submit(signed(0, 1n))).rejects.toThrow('in-flight transaction limit reached for delegated accounts');
    await pool.submit(signed(0, 0n, {maxFeePerGas: 6n * GWEI, maxPriorityFeePerGas: 2n * GWEI}));
    expect(pool.counts()).toEqual({pending: 1, queued: 0});
  });

  it('more than one in flight of an account that a pooled transaction delegates', async () => {
    const {pool, state} = setUp();
    state.nonces.set(senderOf(0), 0n);
    const hash = await pool.submit(signed(1, 0n, {type: 4, gasLimit: 100_000n, authorizationList: [authorizationBy(0, 1n)]}));
    await expect(pool.submit(signed(0, 1n))).rejects.toThrow('gapped-nonce tx from delegated accounts');
    await pool.submit(signed(0, 0n));
    await expect(pool.submit(signed(0, 1n))).rejects.toThrow('in-flight transaction limit reached for delegated accounts');
    // Once it is gone, so is the limit.
    expect(pool.remove(hash)).toBe(true);
    await pool.submit(signed(0, 1n));
    expect(pool.counts().pending).toBe(2);
  });

  it('a delegation of an account that has several in flight; for another chain it is nobody\'s', async () => {
    const {pool, state} = setUp();
    state.nonces.set(senderOf(0), 0n);
    for (const nonce of [0n, 1n]) await pool.submit(signed(0, nonce));
    const delegating = (chainId: bigint) => signed(1, 0n, {type: 4, gasLimit: 100_000n, authorizationList: [authorizationBy(0, 2n, chainId)]});
    for (const chainId of [CHAIN_ID, 0n]) await expect(pool.submit(delegating(chainId))).rejects.toThrow(/^authority already reserved$/);
    await pool.submit(delegating(1n));
    expect(pool.counts().pending).toBe(3);
  });

  it('a sequence that together costs more than the sender has', async () => {
    const {pool, state} = testPool();
    const cost = 63_000n * GWEI + 1n;
    state.balances.set(senderOf(0), 2n * cost);
    await pool.submit(signed(0, 0n));
    await pool.submit(signed(0, 1n));
    await expect(pool.submit(signed(0, 2n))).rejects.toThrow(
      `insufficient funds for gas * price + value: balance ${2n * cost}, queued cost ${2n * cost}, tx cost ${cost}, overshot ${cost}`,
    );
  });

  it('a replacement that the balance does not cover', async () => {
    const {pool, state} = testPool();
    const cost = 63_000n * GWEI + 1n;
    state.balances.set(senderOf(0), 2n * cost);
    await pool.submit(signed(0, 0n));
    await pool.submit(signed(0, 1n));
    await expect(pool.submit(signed(0, 0n, {maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI}))).rejects.toThrow(/^insufficient funds for gas \* price \+ value: balance \d+, queued cost \d+, tx bumped 21000000000000, overshot 21000000000000$/);
  });
});

describe('replacement', () => {
  it.each([
    ['neither cap is raised', 3n * GWEI, GWEI],
    ['only the fee cap is', 4n * GWEI, GWEI],
    ['only the tip is', 3n * GWEI, 2n * GWEI],
    ['one wei is missing', (33n * GWEI) / 10n - 1n, (11n * GWEI) / 10n],
  ])('is refused when %s', async (_name, maxFeePerGas, maxPriorityFeePerGas) => {
    const {pool} = testPool();
    await pool.submit(signed(0, 0n));
    await expect(pool.submit(signed(0, 0n, {maxFeePerGas, maxPriorityFeePerGas, value: 2n}))).rejects.toThrow('replacement transaction underpriced');
  });

  it('takes the place at ten percent more', async () => {
    const {pool} = testPool();
    const first = await pool.submit(signed(0, 0n));
    await pool.submit(signed(0, 1n));
    const raw = signed(0, 0n, {maxFeePerGas: (33n * GWEI) / 10n, maxPriorityFeePerGas: (11n * GWEI) / 10n});
    const second = await pool.submit(raw);
    expect(pool.get(first)).toBeUndefined();
    expect(pool.get(second)).toBeDefined();
    expect(pool.counts()).toEqual({pending: 2, queued: 0});
    expect(pool.reap(-1n, -1n)[0]).toEqual(raw);
  });
});

describe('nonces', () => {
  it('wait behind a gap until it closes', async () => {
    const {pool} = testPool();
    const pending: bigint[] = [];
    pool.onPending((tx) => pending.push(tx.nonce));
    await pool.submit(signed(0, 2n));
    await pool.submit(signed(0, 1n));
    expect(pool.counts()).toEqual({pending: 0, queued: 2});
    expect(pool.pendingNonce(senderOf(0))).toBe(0n);
    expect(pool.hasTransactions()).toBe(false);
    await pool.submit(signed(0, 0n));
    expect(pool.counts()).toEqual({pending: 3, queued: 0});
    expect(pool.pendingNonce(senderOf(0))).toBe(3n);
    expect(pending).toEqual([0n, 1n, 2n]);
    expect(pool.reap(-1n, -1n).map((raw) => decodeTransaction(raw).nonce)).toEqual([0n, 1n, 2n]);
  });

  it('of one sender stand in content by state', async () => {
    const {pool} = testPool();
    await pool.submit(signed(0, 0n));
    await pool.submit(signed(0, 4n));
    const {pending, queued} = pool.content();
    expect(pending.get(senderOf(0))?.map(({nonce}) => nonce)).toEqual([0n]);
    expect(queued.get(senderOf(0))?.map(({nonce}) => nonce)).toEqual([4n]);
    expect(pool.contentFrom(senderOf(0)).queued).toHaveLength(1);
    expect(pool.contentFrom(RECIPIENT)).toEqual({pending: [], queued: []});
  });

  it('are signed by the key that the decoder recovers', () => {
    expect(decodeTransaction(signTransaction({type: 2, chainId: CHAIN_ID, nonce: 0n, gasLimit: 21_000n, maxFeePerGas: 1n}, key(3))).sender).toBe(senderOf(3));
  });
});
