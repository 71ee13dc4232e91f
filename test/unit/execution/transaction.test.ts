import {describe, expect, it} from '@jest/globals';
import {createCustomCommon, Mainnet} from '@ethereumjs/common';
import {createTxFromRLP} from '@ethereumjs/tx';
import {hashAuthorization} from 'viem/utils';
import {privateKeyToAccount} from 'viem/accounts';
import {bytesToHex, DecodeError, decodeRlp, decodeTransaction, encodeRlp, hexToBytes, limits, signTransaction, TransactionError} from '#node/execution';
import type {RlpItem} from '#node/execution';
import {recoverAuthority} from '../../../node/execution/authorization.ts';
import {CHAIN_ID, GWEI, signerOf} from './support.ts';

const account = privateKeyToAccount('0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318');
const to = `0x${'35'.repeat(20)}` as const;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TransactionError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('decodeTransaction', () => {
  it('reads what viem signs, as @ethereumjs/tx reads it', async () => {
    const common = createCustomCommon({chainId: Number(CHAIN_ID)}, Mainnet, {hardfork: 'osaka'});
    const base = {chainId: Number(CHAIN_ID), nonce: 3, gas: 90_000n, to, value: 12n, data: '0x0102' as const};
    const accessList = [{address: to, storageKeys: [`0x${'07'.repeat(32)}` as const]}];
    const authorization = await account.signAuthorization({chainId: Number(CHAIN_ID), contractAddress: to, nonce: 4});
    const signed = await Promise.all([
      account.signTransaction({...base, type: 'legacy', gasPrice: 5n}),
      account.signTransaction({...base, type: 'eip2930', gasPrice: 5n, accessList}),
      account.signTransaction({...base, type: 'eip1559', maxFeePerGas: 7n, maxPriorityFeePerGas: 2n, accessList}),
      account.signTransaction({...base, type: 'eip7702', maxFeePerGas: 7n, maxPriorityFeePerGas: 2n, authorizationList: [authorization]}),
    ]);
    for (const raw of signed.map(hexToBytes)) {
      const tx = decodeTransaction(raw, {chainId: CHAIN_ID});
      const theirs = createTxFromRLP(raw, {common});
      expect(tx.hash).toBe(bytesToHex(theirs.hash()));
      expect(tx.sender).toBe(theirs.getSenderAddress().toString());
      expect([tx.nonce, tx.gasLimit, tx.value, bytesToHex(tx.data), tx.to, tx.r, tx.s, tx.v]).toEqual([
        theirs.nonce, theirs.gasLimit, theirs.value, bytesToHex(theirs.data), theirs.to!.toString(), theirs.r, theirs.s, theirs.v,
      ]);
      expect(tx.raw).toEqual(raw);
      // What the decoder read, the encoder writes again.
      expect(decodeTransaction(signTransaction({...tx, type: tx.type as 0}, signerOf(1).key)).sender).toBe(signerOf(1).address);
    }
    const setCode = decodeTransaction(hexToBytes(signed[3]!));
    expect(setCode.accessList).toEqual([]);
    expect(recoverAuthority(setCode.authorizationList[0]!)).toBe(account.address.toLowerCase());
    expect(hashAuthorization(authorization)).toHaveLength(66);
    expect(decodeTransaction(hexToBytes(signed[1]!)).accessList).toEqual(accessList);
  });

  it('accepts legacy transactions without EIP-155 on every chain', () => {
    const raw = signTransaction({type: 0, chainId: undefined, nonce: 0n, gasLimit: 21_000n, to, maxFeePerGas: GWEI}, signerOf(1).key);
    const tx = decodeTransaction(raw, {chainId: CHAIN_ID});
    expect([tx.sender, tx.chainId]).toEqual([signerOf(1).address, undefined]);
  });

  it('names what is wrong', () => {
    const signer = signerOf(1);
    const base = {type: 2, chainId: CHAIN_ID, nonce: 0n, gasLimit: 21_000n, to, maxFeePerGas: GWEI} as const;
    const good = signTransaction(base, signer.key);
    const decode = (raw: Uint8Array): string => codeOf(() => decodeTransaction(raw, {chainId: CHAIN_ID}));
    expect(decode(good)).toBe('accepted');
    expect(decode(new Uint8Array(0))).toBe('empty');
    expect(decode(new Uint8Array(limits.TRANSACTION_BYTES_MAX + 1).fill(2))).toBe('oversize');
    const large = signTransaction({...base, data: new Uint8Array(limits.TRANSACTION_BYTES_MAX)}, signer.key);
    expect([decode(large), decodeTransaction(large, {bytesMax: limits.FOREIGN_TRANSACTION_BYTES_MAX}).data.length]).toEqual(['oversize', limits.TRANSACTION_BYTES_MAX]);
    expect(codeOf(() => decodeTransaction(new Uint8Array(limits.FOREIGN_TRANSACTION_BYTES_MAX + 1), {bytesMax: limits.FOREIGN_TRANSACTION_BYTES_MAX}))).toBe('oversize');
    expect(decode(Uint8Array.of(3, 0xc0))).toBe('malformed-field');
    expect(decode(Uint8Array.of(0x7e, 0xc0))).toBe('unsupported-type');
    expect(decode(good.subarray(0, good.length - 1))).toBe('malformed-rlp');
    expect(decode(Uint8Array.from([...good, 0]))).toBe('malformed-rlp');
    expect(decode(signTransaction({...base, chainId: 1n}, signer.key))).toBe('wrong-chain-id');
    const change = (index: number, item: RlpItem): Uint8Array => {
      const fields = [...(decodeRlp(good.subarray(1)) as RlpItem[])];
      fields[index] = item;
      return Uint8Array.from([2, ...encodeRlp(fields)]);
    };
    expect(decode(change(1, Uint8Array.of(0)))).toBe('malformed-field');
    expect(decode(change(1, new Uint8Array(9).fill(1)))).toBe('malformed-field');
    expect(decode(change(5, new Uint8Array(19)))).toBe('malformed-field');
    expect(decode(change(8, [[new Uint8Array(20), [new Uint8Array(31)]]]))).toBe('malformed-field');
    expect(decode(change(9, Uint8Array.of(2)))).toBe('invalid-signature');
    expect(decode(change(10, new Uint8Array(0)))).toBe('invalid-signature');
    const {s, yParity} = decodeTransaction(good);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = hexToBytes(`0x${(order - s).toString(16).padStart(64, '0')}`);
    const malleable = [...(decodeRlp(good.subarray(1)) as RlpItem[])];
    malleable[9] = yParity === 1 ? new Uint8Array(0) : Uint8Array.of(1);
    malleable[11] = high;
    expect(decode(Uint8Array.from([2, ...encodeRlp(malleable)]))).toBe('invalid-signature');
  });

  it('never throws anything but DecodeError on damaged bytes', () => {
    const good = signTransaction(
      {type: 4, chainId: CHAIN_ID, nonce: 1n, gasLimit: 90_000n, to, maxFeePerGas: GWEI, accessList: [{address: to, storageKeys: [`0x${'01'.repeat(32)}`]}], authorizationList: [{chainId: 1n, address: to, nonce: 0n, yParity: 0, r: 1n, s: 1n}]},
      signerOf(1).key,
    );
    for (let i = 0; i < good.length; i++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = good.slice();
        damaged[i]! ^= flip;
        codeOf(() => decodeTransaction(damaged));
      }
    }
  });
});

describe('decodeRlp', () => {
  // Yellow Paper appendix B and ethereum/tests RLPTests/invalidRLPTest.json.
  it.each([
    ['0xbf0f000000000000021111', 'int32Overflow'],
    ['0xff0f000000000000021111', 'int32Overflow2'],
    ['0x8100', 'bytesShouldBeSingleByte00'],
    ['0x8101', 'bytesShouldBeSingleByte01'],
    ['0x817f', 'bytesShouldBeSingleByte7F'],
    ['0xb90000', 'leadingZerosInLongLengthArray'],
    ['0xb800', 'nonOptimalLongLengthArray1'],
    ['0xb801', 'nonOptimalLongLengthArray2'],
    ['0xf90000', 'leadingZerosInLongLengthList'],
    ['0xf803112233', 'nonOptimalLongLengthList'],
    ['0xc0', ''],
    ['0x', 'emptyEncoding'],
    ['0x81', 'lessThanShortLengthArray1'],
    ['0xa0000102', 'lessThanShortLengthArray2'],
    ['0xc5010203', 'lessThanShortLengthList'],
    ['0xb83c0001', 'lessThanLongLengthArray'],
    ['0xc00000', 'bytes after'],
    [`0x${'c1'.repeat(6)}c0`, 'too deep'],
  ])('%s %s', (hex, problem) => {
    if (problem === '') expect(decodeRlp(hexToBytes(hex))).toEqual([]);
    else expect(() => decodeRlp(hexToBytes(hex))).toThrow();
  });

  it('reads what it wrote', () => {
    const item: RlpItem = [new Uint8Array(0), Uint8Array.of(0x7f), Uint8Array.of(0x80), new Uint8Array(55).fill(1), new Uint8Array(56).fill(2), [new Uint8Array(300).fill(3), []], new Uint8Array(70_000)];
    expect(decodeRlp(encodeRlp(item))).toEqual(item);
    expect(() => decodeRlp(encodeRlp(item), {itemsMax: 3})).toThrow('too many items');
  });
});
