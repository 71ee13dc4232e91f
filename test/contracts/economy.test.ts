import {expect, it} from '@jest/globals';
import {createClient, custom, publicActions} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {qanatDevnet} from '#protocols/client';
import {runEconomy} from '../../devnet/demo/economy/index.ts';
import {ROLES} from '../../devnet/demo/economy/world.ts';
import {EvmChain} from '../support/evm-chain.ts';
import {providerOf} from '../support/evm-provider.ts';
import type {Hex} from './world.ts';

it('the demo of the economy pays everyone, to the wei', async () => {
  const mnemonic = 'test test test test test test test test test test test junk';
  const accounts = ROLES.map((_, addressIndex) => mnemonicToAccount(mnemonic, {addressIndex}));
  const chain = await EvmChain.create(accounts.map(({address}) => address.toLowerCase() as Hex));
  const transport = custom(providerOf(chain), {retryCount: 0});
  const clients = accounts.map((account) => createClient({account, chain: qanatDevnet, transport, pollingInterval: 10}).extend(publicActions));
  const result = await runEconomy({
    reader: clients[0]!,
    wallet: (role) => clients[ROLES.indexOf(role)]!,
    now: () => Promise.resolve(chain.timestamp),
    balance: (address) => chain.balance(address.toLowerCase() as Hex),
    // A signature each: fewer than in the demo, which makes no other difference.
    calls: 20n,
    tell: () => {},
  });
  expect(result.isExact).toBe(true);
  expect(result.earnings.find(({who}) => who === 'treasury')?.wei).toBe(result.received / 100n);
  // Of the 10 QANAT that the application was paid: 15 % to the adapter, of which 20 % to the base model.
  const net = 99n * 10n ** 17n;
  expect(result.earnings.find(({who, why}) => who === 'application' && why.startsWith('contribution'))?.wei).toBe((net * 85n) / 100n);
  expect(result.earnings.find(({who}) => who === 'GPU owner')?.wei).toBe((net * 15n * 80n * 40n) / 1_000_000n);
  expect(result.lineage).toContain('flowchart');
});
