import {describe, expect, it} from '@jest/globals';
import {getAddress} from 'viem';
import {accountBech32} from '../../../node/execution/bech32.ts';
import {checksummed, transactionEvents} from '../../../node/execution/block/events.ts';
import type {TransactionOutcome} from '../../../node/execution/processor.ts';
import type {Address, Transaction} from '../../../node/execution/types.ts';

const SENDER: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const RECIPIENT: Address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';

const tx = {hash: `0x${'ab'.repeat(32)}`, sender: SENDER, to: RECIPIENT, value: 5n, type: 2, raw: new Uint8Array([1])} as unknown as Transaction;
const outcome = {status: 'success', error: undefined, gasUsed: 21_000n, createdAddress: undefined} as unknown as TransactionOutcome;

const attributesOf = (type: string, ...args: Parameters<typeof transactionEvents>): Record<string, string> | undefined => {
  const event = transactionEvents(...args).find((each) => each.type === type);
  return event === undefined ? undefined : Object.fromEntries(event.attributes.map(({key, value}) => [key, value]));
};

describe('addresses', () => {
  it('EIP-55 as viem writes it', () => {
    for (let i = 0; i < 200; i++) {
      const address = `0x${(BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn % (1n << 160n)).toString(16).padStart(40, '0')}` as Address;
      expect(checksummed(address)).toBe(getAddress(address));
    }
  });

  it('Bech32 as CosmJS writes it', () => {
    // Made with @cosmjs/encoding's toBech32('qanat', …).
    expect(accountBech32(SENDER)).toBe('qanat17w0adeg64ky0daxwd2ugyuneellmjgnxqlhaaq');
    expect(accountBech32(RECIPIENT)).toBe('qanat1wzvhjux9rqfdcwspp37srdgwp5tac7wgg5nzfx');
    expect(accountBech32(`0x${'00'.repeat(20)}`)).toBe('qanat1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqspvs3a');
    expect(accountBech32(`0x${'ff'.repeat(20)}`)).toBe('qanat1llllllllllllllllllllllllllllllllusdlkh');
  });
});

describe('events of a transaction', () => {
  it('a transfer of value', () => {
    expect(attributesOf('ethereum_tx', tx, outcome)).toEqual({
      amount: '5',
      ethereumTxHash: tx.hash,
      txGasUsed: '21000',
      txHash: '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a',
      recipient: getAddress(RECIPIENT),
    });
    expect(attributesOf('message', tx, outcome)).toEqual({module: 'evm', sender: getAddress(SENDER), txType: '2'});
    expect(attributesOf('transfer', tx, outcome)).toEqual({recipient: accountBech32(RECIPIENT), sender: accountBech32(SENDER), amount: '5aqanat'});
  });

  it('no transfer without value, nor when it failed', () => {
    expect(attributesOf('transfer', {...tx, value: 0n}, outcome)).toBeUndefined();
    const failed = {...outcome, status: 'failure', error: 'x'.repeat(1000)} as TransactionOutcome;
    expect(attributesOf('transfer', tx, failed)).toBeUndefined();
    expect(attributesOf('ethereum_tx', tx, failed)?.['ethereumTxFailed']).toBe('x'.repeat(256));
  });

  it('a creation names its contract, and pays it', () => {
    const created = {...outcome, createdAddress: RECIPIENT};
    const creation = {...tx, to: undefined};
    expect(attributesOf('ethereum_tx', creation, created)).toMatchObject({contract: getAddress(RECIPIENT)});
    expect(attributesOf('ethereum_tx', creation, created)).not.toHaveProperty('recipient');
    expect(attributesOf('transfer', creation, created)?.['recipient']).toBe(accountBech32(RECIPIENT));
  });
});
