import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'smol-toml';
import {createPublicClient, createWalletClient, http, parseEther} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {rpc, startDevnet, startNode, untilHeight, type TestDevnet} from '../support/devnet.ts';
import {freeBasePort} from '../support/ports.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const INTERVAL = 'QANAT_STATE_SYNC_SNAPSHOT_INTERVAL';
const account = mnemonicToAccount(MNEMONIC, {addressIndex: 1});
const receiver = mnemonicToAccount(MNEMONIC, {addressIndex: 2}).address;

describe('a network whose validators make snapshots', () => {
  let net: TestDevnet;
  let home: string;
  beforeAll(async () => {
    net = await startDevnet({validators: 4, args: ['--block-interval', '300'], env: {[INTERVAL]: '5'}});
    home = mkdtempSync(join(tmpdir(), 'qanat-state-sync-'));
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
    rmSync(home, {recursive: true, force: true});
  }, 60_000);

  const transfer = async (url: string): Promise<bigint> => {
    const client = createPublicClient({transport: http(url), pollingInterval: 50});
    const wallet = createWalletClient({account, transport: http(url)});
    const hash = await wallet.sendTransaction({chain: null, to: receiver, value: parseEther('1')});
    return (await client.waitForTransactionReceipt({hash, timeout: 30_000})).blockNumber;
  };

  it('is joined by a node that was killed in the middle of its state sync', async () => {
    const sent = await transfer(net.rpcUrl(0));
    await untilHeight(net.rpcUrl(0), sent + 12n);
    const source = net.network.validators[0]!.home;
    mkdirSync(join(home, 'config'));
    mkdirSync(join(home, 'data'));
    cpSync(join(source, 'config', 'genesis.json'), join(home, 'config', 'genesis.json'));
    const config = parse(readFileSync(join(source, 'config', 'config.toml'), 'utf8')) as {p2p: {persistent_peers: string[]}};
    const commit = (await (await fetch(`${net.cometUrl(0)}/commit?height=1`)).json()) as {result: {signed_header: {commit: {block_id: {hash: string}}}}};
    const port = await freeBasePort(4);
    const args = Object.entries({
      'eth.port': port,
      'comet.port': port + 1,
      'p2p.port': port + 2,
      'metrics.port': port + 3,
      'p2p.persistent_peers': config.p2p.persistent_peers.join(','),
      'state_sync.enable': 'true',
      'state_sync.rpc_servers': [net.cometUrl(0), net.cometUrl(1)].join(','),
      'state_sync.trust_height': 1,
      'state_sync.trust_hash': commit.result.signed_header.commit.block_id.hash,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const url = `http://127.0.0.1:${port}`;

    const first = startNode(home, args);
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (/offered to the application/.test(first.output())) resolve();
      };
      first.process.stdout?.on('data', look);
      void first.exited.then(() => reject(new Error(first.output())));
    });
    first.process.kill('SIGKILL');
    await first.exited;

    const node = startNode(home, args);
    try {
      const head = await untilHeight(net.rpcUrl(0), 0n);
      await untilHeight(url, head).catch((error: Error) => {
        throw new Error(`${error.message}\n${node.output()}`);
      });
      expect(node.output()).toContain('state is synced');
      const mined = await transfer(url);
      await untilHeight(net.rpcUrl(0), mined);
      for (const method of ['eth_getBalance', 'eth_getTransactionCount']) {
        expect(await rpc(url, method, [receiver, `0x${mined.toString(16)}`])).toBe(await rpc(net.rpcUrl(0), method, [receiver, `0x${mined.toString(16)}`]));
      }
      const at = `0x${mined.toString(16)}`;
      expect(await rpc(url, 'eth_getProof', [receiver, [], at])).toEqual(await rpc(net.rpcUrl(0), 'eth_getProof', [receiver, [], at]));
      await expect(rpc(url, 'eth_getBlockByNumber', ['0x1', false])).rejects.toThrow('pruned history unavailable');

      node.process.kill('SIGINT');
      await node.exited;
      const again = startNode(home, args);
      try {
        await untilHeight(url, mined + 3n);
        expect(again.output()).toContain('no state sync');
      } finally {
        again.process.kill('SIGINT');
        await again.exited;
      }
    } finally {
      node.process.kill('SIGKILL');
      await node.exited;
    }
  }, 180_000);
});
