/** The chain that the demo runs on: one that is there, or a devnet of its own. */
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {createPublicClient, createWalletClient, http} from 'viem';
import type {Account, Chain, PublicClient, Transport, WalletClient} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import type {HDAccount} from 'viem/accounts';
import {qanatDevnet} from '#protocols/client';
import {say} from './print.ts';
import {DEVNET, start} from './processes.ts';

const DEFAULT_RPC = 'http://127.0.0.1:8545';
const VALIDATORS = 4;
const PORTS_PER_VALIDATOR = 10;
const FIRST_BLOCK_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
/** The mnemonic of local development networks everywhere. Its keys are public. */
const MNEMONIC = 'test test test test test test test test test test test junk';

export type Sender = WalletClient<Transport, Chain, HDAccount>;
export type Reader = PublicClient<Transport, Chain>;

export type DemoChain = {
  readonly rpcUrl: string;
  readonly reader: Reader;
  /** A wallet of the i-th development account. */
  wallet(index: number): Sender;
  /** Stops what was started. */
  stop(): Promise<void>;
};

async function call<T>(rpcUrl: string, method: string): Promise<T | undefined> {
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST', headers: {'content-type': 'application/json'}, signal: AbortSignal.timeout(2_000),
      body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params: []}),
    });
    return ((await response.json()) as {result?: T}).result;
  } catch {
    return undefined;
  }
}

const chainIdOf = async (rpcUrl: string): Promise<number | undefined> => {
  const id = await call<string>(rpcUrl, 'eth_chainId');
  return id === undefined ? undefined : Number(id);
};

/** @param rpcUrl a node to use; undefined looks at the devnet's usual port and otherwise starts a devnet. */
export async function openChain(rpcUrl: string | undefined): Promise<DemoChain> {
  const asked = rpcUrl ?? DEFAULT_RPC;
  const chainId = await chainIdOf(asked);
  if (chainId === qanatDevnet.id) {
    say(`Using the devnet at ${asked}.`);
    return connect(asked, async () => {});
  }
  if (rpcUrl !== undefined) {
    throw new Error(chainId === undefined
      ? `no node answers at ${rpcUrl}`
      : `the chain at ${rpcUrl} has id ${chainId}; the demo signs with public test keys, so it only runs on a devnet (${qanatDevnet.id})`);
  }
  return startOwn();
}

async function startOwn(): Promise<DemoChain> {
  const home = mkdtempSync(join(tmpdir(), 'qanat-demo-chain-'));
  const basePort = await freeBasePort(VALIDATORS * PORTS_PER_VALIDATOR);
  say(`No devnet is running; starting ${VALIDATORS} validators for this demo.`);
  const devnet = start([...DEVNET, '--validators', String(VALIDATORS), '--home', home, '--base-port', String(basePort)]);
  const stop = async (): Promise<void> => {
    await devnet.stop();
    rmSync(home, {recursive: true, force: true});
  };
  try {
    const rpcUrl = `http://127.0.0.1:${basePort}`;
    const ended = devnet.exited.then((code) => {
      throw new Error(`the devnet ended with code ${code}:\n${devnet.tail()}`);
    });
    await Promise.race([ended, firstBlock(rpcUrl)]);
    ended.catch(() => {});
    say(`The devnet answers at ${rpcUrl}.`);
    return connect(rpcUrl, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstBlock(rpcUrl: string): Promise<void> {
  const limit = AbortSignal.timeout(FIRST_BLOCK_TIMEOUT_MS);
  while (BigInt((await call<string>(rpcUrl, 'eth_blockNumber')) ?? 0) < 1n) {
    if (limit.aborted) throw new Error(`no block within ${FIRST_BLOCK_TIMEOUT_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}

function connect(rpcUrl: string, stop: () => Promise<void>): DemoChain {
  const chain = {...qanatDevnet, rpcUrls: {default: {http: [rpcUrl]}}};
  const transport = http(rpcUrl, {retryCount: 2});
  return {
    rpcUrl,
    reader: createPublicClient({chain, transport, pollingInterval: POLL_MS, cacheTime: 0}),
    wallet: (addressIndex) => createWalletClient({
      account: mnemonicToAccount(MNEMONIC, {addressIndex}), chain, transport, pollingInterval: POLL_MS,
    }) as WalletClient<Transport, Chain, HDAccount & Account>,
    stop,
  };
}

async function freeBasePort(count: number): Promise<number> {
  for (let base = 30_000; base + count < 32_000; base += count) {
    const free = await Promise.all(Array.from({length: count}, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no ${count} free ports in a row from 30000 to 32000`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
