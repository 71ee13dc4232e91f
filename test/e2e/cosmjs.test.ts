import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {parseEther} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {rpc, startDevnet, type TestDevnet} from '../support/devnet.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const GWEI = 10n ** 9n;

describe('CosmJS against a devnet', () => {
  let net: TestDevnet;
  beforeAll(async () => {
    net = await startDevnet({validators: 1, args: ['--block-interval', '300']});
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
  }, 60_000);

  const sender = mnemonicToAccount(MNEMONIC, {addressIndex: 7});
  const recipient = mnemonicToAccount(MNEMONIC, {addressIndex: 8}).address;

  const signed = (nonce: number): Promise<string> =>
    sender.signTransaction({
      type: 'eip1559',
      chainId: 72590,
      nonce,
      to: recipient,
      value: parseEther('1'),
      gas: 21_000n,
      maxFeePerGas: 10n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });

  it('every method of Comet38Client is understood, over HTTP, in batches and over WebSocket', async () => {
    const port = new URL(net.cometUrl()).port;
    const nonce = Number(await rpc<string>(net.rpcUrl(), 'eth_getTransactionCount', [sender.address, 'latest']));
    const txs = await Promise.all([signed(nonce), signed(nonce + 1)]);
    const script = fileURLToPath(new URL('./cosmjs_client.ts', import.meta.url));
    const {stdout} = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, port, ...txs.map((tx) => tx.slice(2))], {timeout: 100_000});
    expect(JSON.parse(stdout)).toEqual({
      clients: ['Comet38Client', 'Comet38Client'],
      version: '0.38.17',
      txIndex: 'on',
      committed: {code: 0, check: 0, gasUsed: '21000'},
      txEvent: [true, true, 0],
      blockEvent: [true, 1],
      headerEvent: true,
      proof: [1, true],
      events: ['ethereum_tx', 'message', 'transfer'],
      sender: sender.address,
      transfer: [
        ['recipient', expect.stringMatching(/^qanat1[02-9ac-hj-np-z]{38}$/)],
        ['sender', expect.stringMatching(/^qanat1[02-9ac-hj-np-z]{38}$/)],
        ['amount', '1000000000000000000aqanat'],
      ],
      search: [1, true],
      searchAll: 1,
      byHash: 1,
      later: [0, true],
      repeated: [1, 0],
      repeatedAsync: true,
      blockResults: [1, 3],
      blockSearch: [0],
      blockSearchAll: 1,
      validators: 1,
      validatorsAll: 1,
      blockchain: [2, 1],
      commit: true,
      block: 1,
      genesis: 'qanat-dev-1',
      health: null,
      unconfirmed: 0,
      appHeight: true,
      query: 6,
      overSocket: [true, 1],
      batched: true,
    });
  }, 120_000);
});
