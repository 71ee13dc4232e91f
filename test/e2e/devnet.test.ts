import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {randomBytes} from 'node:crypto';
import {connect, createServer} from 'node:net';
import {createPublicClient, createWalletClient, http, parseEther} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {freeBasePort} from '../support/ports.ts';
import {rpc, startDevnet, startNode, untilHeight, type TestDevnet} from '../support/devnet.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';

interface BlockView {
  number: string;
  hash: string;
  stateRoot: string;
}

describe('a devnet of four validator processes', () => {
  let net: TestDevnet;
  beforeAll(async () => {
    net = await startDevnet({validators: 4, args: ['--block-interval', '300']});
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
  }, 60_000);

  const send = async (index: number): Promise<bigint> => {
    const account = mnemonicToAccount(MNEMONIC, {addressIndex: 1});
    const client = createPublicClient({transport: http(net.rpcUrl(index)), pollingInterval: 50});
    const wallet = createWalletClient({account, transport: http(net.rpcUrl(index))});
    const hash = await wallet.sendTransaction({chain: null, to: mnemonicToAccount(MNEMONIC, {addressIndex: 2}).address, value: parseEther('1')});
    const receipt = await client.waitForTransactionReceipt({hash, timeout: 30_000});
    expect(receipt.status).toBe('success');
    return receipt.blockNumber;
  };

  const sameBlock = async (height: bigint, indexes: number[]): Promise<void> => {
    const blocks = await Promise.all(
      indexes.map(async (index) => {
        await untilHeight(net.rpcUrl(index), height);
        return rpc<BlockView>(net.rpcUrl(index), 'eth_getBlockByNumber', [`0x${height.toString(16)}`, false]);
      }),
    );
    for (const block of blocks) expect(block).toEqual(blocks[0]);
  };

  it('prints endpoints, chain ids, ten funded accounts, SAPs, SBPs and what to try', () => {
    const output = net.output();
    expect(output).toContain('chain id 72590');
    expect(output).toContain('qanat-dev-1');
    expect(output).toContain(net.rpcUrl(0));
    expect(output).toContain('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
    expect(output).toContain('0x0000000000000000000000000000000000000a01');
    expect(output).toContain('0x0000000000000000000000000000000000001020');
    expect(net.network.accounts).toHaveLength(10);
  });

  it('funds ten accounts with 10,000 QANAT', async () => {
    for (const {address} of net.network.accounts.slice(5)) {
      expect(BigInt(await rpc<string>(net.rpcUrl(0), 'eth_getBalance', [address, 'latest']))).toBe(parseEther('10000'));
    }
  });

  it('gives the same blocks at every validator', async () => {
    const height = await send(2);
    await sameBlock(height, [0, 1, 2, 3]);
  });

  it('goes on without one validator, which catches up when it is started again', async () => {
    const [pid] = net.pids().slice(3);
    if (pid === undefined) throw new Error('no pid was printed');
    process.kill(pid, 'SIGKILL');
    const before = BigInt(await rpc<string>(net.rpcUrl(0), 'eth_blockNumber'));
    await send(0);
    const height = await untilHeight(net.rpcUrl(0), before + 5n);

    const node = startNode(net.network.validators[3]?.home ?? '');
    try {
      await untilHeight(net.rpcUrl(3), height);
      const recent = await send(3);
      await sameBlock(recent, [0, 1, 2, 3]);
    } finally {
      node.process.kill('SIGTERM');
    }
    expect(await node.exited).toBe(0);
  }, 120_000);

  it('refuses a second process on the same home and says why', async () => {
    const second = startNode(net.network.validators[0]?.home ?? '');
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/in use|locked|another process/i);
    expect(second.output()).toContain(String(net.pids()[0]));
  });

  it('goes on after garbage at the peer port', async () => {
    const port = net.network.validators[0]?.ports.p2p ?? 0;
    for (let i = 0; i < 5; i++) {
      const socket = connect(port, '127.0.0.1');
      // A reset is as good an answer as an orderly end.
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(randomBytes(100_000));
      await closed;
    }
    const height = BigInt(await rpc<string>(net.rpcUrl(0), 'eth_blockNumber'));
    await untilHeight(net.rpcUrl(0), height + 2n);
  });

  it('stops at Ctrl-C and goes on with the same chain and home afterwards', async () => {
    const height = await send(0);
    const block = await rpc<BlockView>(net.rpcUrl(0), 'eth_getBlockByNumber', [`0x${height.toString(16)}`, false]);
    expect(await net.interrupt()).toBe(0);

    const again = await startDevnet({validators: 4, home: net.home, basePort: net.basePort});
    await untilHeight(again.rpcUrl(1), height + 1n);
    expect(await rpc(again.rpcUrl(1), 'eth_getBlockByNumber', [`0x${height.toString(16)}`, false])).toEqual(block);
    expect(await again.interrupt()).toBe(0);
  }, 120_000);
});

describe('a devnet whose port is taken', () => {
  it.each([
    ['Ethereum JSON-RPC', 0],
    ['peer-to-peer', 2],
  ])('names the port of %s', async (server, offset) => {
    const basePort = await freeBasePort(10);
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(basePort + offset, '127.0.0.1', listening));
    try {
      const message = new RegExp(`port ${basePort + offset} \\(${server}, 127\\.0\\.0\\.1\\) is in use`);
      await expect(startDevnet({validators: 1, basePort})).rejects.toThrow(message);
    } finally {
      await new Promise((closed) => taken.close(closed));
    }
  }, 60_000);
});

describe('validators killed at any moment', () => {
  it('start again and agree, after kill -9 of all four under load', async () => {
    const first = await startDevnet({validators: 4});
    const account = mnemonicToAccount(MNEMONIC, {addressIndex: 3});
    const wallet = createWalletClient({account, transport: http(first.rpcUrl(0))});
    const nonce = 0;
    const hashes = await Promise.all(
      Array.from({length: 40}, (_, i) =>
        wallet.sendTransaction({chain: null, to: account.address, value: 1n, nonce: nonce + i, gas: 21_000n, maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1n}),
      ),
    );
    for (const pid of first.pids()) process.kill(pid, 'SIGKILL');
    first.process.kill('SIGINT');

    const again = await startDevnet({validators: 4, home: first.home, basePort: first.basePort});
    try {
      const heads = await Promise.all([0, 1, 2, 3].map((index) => untilHeight(again.rpcUrl(index), 2n)));
      const height = heads.reduce((a, b) => (a < b ? a : b));
      const blocks = await Promise.all(
        [0, 1, 2, 3].map((index) => rpc<BlockView>(again.rpcUrl(index), 'eth_getBlockByNumber', [`0x${height.toString(16)}`, false])),
      );
      for (const block of blocks) expect(block).toEqual(blocks[0]);
      expect(hashes).toHaveLength(40);
    } finally {
      await again.dispose();
    }
  }, 180_000);
});
