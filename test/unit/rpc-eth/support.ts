/** A server on a free port over a chain in memory and the real pool; blocks are sealed when a test says so, or at once. */
import {privateKeyToAccount} from 'viem/accounts';
import {Mempool} from '../../../node/mempool/index.ts';
import {EthRpcServer, type DevBackend, type EthRpcClock, type EthRpcLogger, type EthRpcOptions, type NetworkStatus} from '../../../node/rpc/eth/index.ts';
import {decodeTransaction} from '../../../node/execution/transaction.ts';
import {TransactionCache} from '../../../node/execution/transaction-cache.ts';
import type {Address, EthBlock} from '../../../node/execution/types.ts';
import {intrinsicGasOf} from '../mempool/intrinsic.ts';
import {CHAIN_ID, GWEI, hex, TestChain, unhex, type Program} from './test-chain.ts';

/** Hardhat's and anvil's first accounts. */
export const KEYS = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
] as const;
export const ACCOUNTS = KEYS.map((key) => privateKeyToAccount(key));
export const [ALICE, BOB] = ACCOUNTS.map(({address}) => address.toLowerCase() as Address) as [Address, Address];

export const TOKEN: Address = `0x${'70'.repeat(20)}`;
export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

const word = (value: bigint): Uint8Array => unhex(`0x${value.toString(16).padStart(64, '0')}`);
const errorString = (reason: string): Uint8Array => {
  const text = Buffer.from(reason);
  const padded = Buffer.alloc(Math.ceil(text.length / 32) * 32);
  text.copy(padded);
  return Uint8Array.from(Buffer.concat([Buffer.from('08c379a0', 'hex'), word(32n), word(BigInt(text.length)), padded]));
};

/** transfer(address,uint256) logs; balanceOf(address) gives 7; fail() reverts with a reason, panic() panics, deny() reverts bare, burn() takes all gas, refund() gives gas back. */
export const token: Program = (input) => {
  switch (hex(input.subarray(0, 4))) {
    case '0xa9059cbb':
      return {
        status: 'success',
        gas: 30_000n,
        returnData: word(1n),
        logs: [{topics: [TRANSFER_TOPIC, hex(word(1n)), hex(input.subarray(4, 36))], data: input.slice(36, 68)}],
      };
    case '0x70a08231':
      return {status: 'success', gas: 2_000n, returnData: word(7n)};
    case '0xa9cc4718':
      return {status: 'revert', gas: 500n, returnData: errorString('not today')};
    case '0x4700d305':
      return {status: 'revert', gas: 500n, returnData: Uint8Array.from(Buffer.concat([Buffer.from('4e487b71', 'hex'), word(0x11n)]))};
    case '0x44df8e70':
      return {status: 'failure', error: 'invalid opcode: INVALID', gas: 0n};
    case '0x590e1ae3':
      return {status: 'success', gas: 50_000n, refund: 10_000n};
    default:
      return {status: 'revert', returnData: new Uint8Array(0)};
  }
};

export const silent = {debug() {}, info() {}, warn() {}, error() {}};

export interface TestNode {
  readonly chain: TestChain;
  readonly pool: Mempool;
  readonly server: EthRpcServer;
  readonly url: string;
  readonly wsUrl: string;
  network: NetworkStatus;
  /** Seals what the pool offers. */
  mine(): Promise<EthBlock>;
  close(): Promise<void>;
}

export async function startNode(options: Partial<EthRpcOptions> = {}, modules: {clock?: EthRpcClock; autoMine?: boolean; logger?: EthRpcLogger; dev?: DevBackend} = {}): Promise<TestNode> {
  const chain = new TestChain([ALICE, BOB], {[TOKEN]: token});
  const transactions = new TransactionCache(() => CHAIN_ID);
  const pool = new Mempool(
    {chainId: CHAIN_ID, feeCapMin: GWEI / 10n},
    {
      decode: (raw) => transactions.decode(raw),
      state: () => chain.latest,
      baseFee: () => chain.baseFee,
      blockGasLimit: () => 60_000_000n,
      intrinsicGas: intrinsicGasOf,
      publish: () => {},
      clock: {nowMs: () => 0, setTimer: () => () => {}},
      logger: silent,
    },
  );
  const node = {network: {peerCount: 3, listening: true, syncing: undefined} as NetworkStatus};
  const server = new EthRpcServer(
    {port: 0, clientVersion: 'Qanat/v0.1.0/test', ...options},
    {chain, pool, network: () => node.network, logger: modules.logger ?? silent, ...(modules.clock !== undefined && {clock: modules.clock}), ...(modules.dev !== undefined && {dev: modules.dev})},
  );
  const {port} = await server.listen();
  const mine = async (): Promise<EthBlock> => {
    const reaped = pool.reap(-1n, 60_000_000n);
    const block = chain.seal(reaped.map((raw) => decodeTransaction(raw)));
    await pool.update(block.header.number, reaped, []);
    return block;
  };
  if (modules.autoMine === true) pool.onAvailable(() => queueMicrotask(() => void mine()));
  return Object.assign(node, {
    chain,
    pool,
    server,
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    mine,
    close: async () => {
      pool.close();
      await server.close();
    },
  });
}

export interface Answer {
  readonly jsonrpc: string;
  readonly id: unknown;
  readonly result?: any; // eslint-disable-line @typescript-eslint/no-explicit-any
  readonly error?: {readonly code: number; readonly message: string; readonly data?: string};
}

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<{status: number; headers: Headers; text: string}> {
  const response = await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json', ...headers}, body});
  return {status: response.status, headers: response.headers, text: await response.text()};
}

/** One call; the whole answer. */
export async function ask(node: {readonly url: string}, method: string, params: readonly unknown[] = []): Promise<Answer> {
  const {text} = await post(node.url, JSON.stringify({jsonrpc: '2.0', id: 1, method, params}));
  return JSON.parse(text) as Answer;
}

/** One call that must succeed; its result. */
export async function result(node: {readonly url: string}, method: string, ...params: readonly unknown[]): Promise<any> { // eslint-disable-line @typescript-eslint/no-explicit-any
  const answer = await ask(node, method, params);
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
  return answer.result;
}

export async function transfer(nonce: number, value = 1n, from: 0 | 1 = 0, tip = GWEI): Promise<`0x${string}`> {
  return ACCOUNTS[from]!.signTransaction({
    type: 'eip1559',
    chainId: Number(CHAIN_ID),
    nonce,
    gas: 21_000n,
    to: BOB,
    value,
    maxFeePerGas: 10n * GWEI,
    maxPriorityFeePerGas: tip,
  });
}

export async function tokenTransfer(nonce: number, amount: bigint): Promise<`0x${string}`> {
  const data = `0xa9059cbb${BOB.slice(2).padStart(64, '0')}${amount.toString(16).padStart(64, '0')}` as const;
  return ACCOUNTS[0]!.signTransaction({type: 'eip1559', chainId: Number(CHAIN_ID), nonce, gas: 100_000n, to: TOKEN, data, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI});
}
