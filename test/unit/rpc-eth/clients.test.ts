import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {Contract, JsonRpcProvider, Wallet, WebSocketProvider} from 'ethers';
import {
  type BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  InsufficientFundsError,
  NonceTooLowError,
  parseAbi,
  webSocket,
  type Log as ViemLog,
} from 'viem';
import {ACCOUNTS, BOB, KEYS, result, startNode, TOKEN, type TestNode} from './support.ts';
import {COIN, GWEI} from './test-chain.ts';

const ABI = parseAbi([
  'function transfer(address to, uint256 amount) returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
  'function fail()',
  'function panic()',
  'event Transfer(address indexed from, address indexed to, uint256 amount)',
]);
const [alice] = ACCOUNTS as [(typeof ACCOUNTS)[number]];

let node: TestNode;
beforeAll(async () => {
  node = await startNode({}, {autoMine: true});
});
afterAll(() => node.close());

const clients = () => {
  const chain = defineChain({id: 72590, name: 'qanat', nativeCurrency: {name: 'QANAT', symbol: 'QANAT', decimals: 18}, rpcUrls: {default: {http: [node.url]}}});
  const transport = http(node.url);
  return {
    chain,
    reader: createPublicClient({chain, transport, pollingInterval: 20}),
    wallet: createWalletClient({account: alice, chain, transport}),
  };
};

describe('viem', () => {
  it.each(['legacy', 'eip2930', 'eip1559'] as const)('sends a transfer of type %s', async (type) => {
    const {reader, wallet} = clients();
    const hash = await wallet.sendTransaction({to: BOB, value: COIN, type, ...(type === 'eip2930' && {accessList: []})} as never);
    const receipt = await reader.waitForTransactionReceipt({hash});
    expect(receipt).toMatchObject({status: 'success', gasUsed: 21_000n, type});
    expect(receipt.effectiveGasPrice).toBeGreaterThan(0n);
    const tx = await reader.getTransaction({hash});
    expect(tx).toMatchObject({type, from: alice.address.toLowerCase(), value: COIN});
  });

  it('sends a delegation (EIP-7702)', async () => {
    const {reader, wallet} = clients();
    const authorization = await wallet.signAuthorization({contractAddress: TOKEN, executor: 'self'});
    const hash = await wallet.sendTransaction({to: alice.address, authorizationList: [authorization], gas: 100_000n});
    await reader.waitForTransactionReceipt({hash});
    expect(await reader.getTransaction({hash})).toMatchObject({type: 'eip7702', authorizationList: [{address: TOKEN, chainId: 72590}]});
  });

  it('deploys, reads, writes, and finds the log', async () => {
    const {reader, wallet} = clients();
    const deployment = await reader.waitForTransactionReceipt({hash: await wallet.deployContract({abi: [], bytecode: '0x600a'})});
    expect(await reader.getCode({address: deployment.contractAddress!})).toBe('0x600a');
    expect(await reader.readContract({address: TOKEN, abi: ABI, functionName: 'balanceOf', args: [alice.address]})).toBe(7n);
    const {request} = await reader.simulateContract({account: alice, address: TOKEN, abi: ABI, functionName: 'transfer', args: [BOB, 12n]});
    const receipt = await reader.waitForTransactionReceipt({hash: await wallet.writeContract(request)});
    const [event] = await reader.getContractEvents({address: TOKEN, abi: ABI, eventName: 'Transfer', fromBlock: receipt.blockNumber, args: {to: BOB}});
    expect(event).toMatchObject({args: {amount: 12n}, transactionHash: receipt.transactionHash, logIndex: 0});
  });

  it('understands reverts', async () => {
    const {reader} = clients();
    const failure = await reader.simulateContract({account: alice, address: TOKEN, abi: ABI, functionName: 'fail'}).catch((error: unknown) => error);
    expect((failure as BaseError).walk((error) => error instanceof ContractFunctionRevertedError)).toMatchObject({reason: 'not today'});
    await expect(reader.estimateContractGas({account: alice, address: TOKEN, abi: ABI, functionName: 'panic'})).rejects.toThrow(/underflow or overflow/);
  });

  it('understands the pool\'s refusals', async () => {
    const {wallet} = clients();
    const low = await wallet.sendTransaction({to: BOB, nonce: 0, gas: 21_000n}).catch((error: unknown) => error);
    expect((low as BaseError).walk((error) => error instanceof NonceTooLowError)).toBeInstanceOf(NonceTooLowError);
    const poor = await wallet.sendTransaction({to: BOB, value: 10n ** 30n, gas: 21_000n}).catch((error: unknown) => error);
    expect((poor as BaseError).walk((error) => error instanceof InsufficientFundsError)).toBeInstanceOf(InsufficientFundsError);
  });

  it('reads blocks, fees and proofs', async () => {
    const {reader} = clients();
    const block = await reader.getBlock({includeTransactions: true});
    expect(block.transactions.length).toBeGreaterThan(0);
    expect((await reader.getBlock({blockTag: 'pending'})).number).toBe(block.number + 1n);
    const fees = await reader.estimateFeesPerGas();
    expect(fees.maxFeePerGas).toBeGreaterThan(fees.maxPriorityFeePerGas);
    const history = await reader.getFeeHistory({blockCount: 3, rewardPercentiles: [10, 90]});
    expect(history.reward).toHaveLength(3);
    expect((await reader.getProof({address: TOKEN, storageKeys: [`0x${'00'.repeat(32)}`]})).nonce).toBe(1);
    expect(await reader.estimateGas({account: alice, to: BOB, value: 1n, stateOverride: [{address: alice.address, balance: 5n * COIN}]})).toBe(21_000n);
  });

  it('watches blocks and logs over WebSocket', async () => {
    const {chain, wallet} = clients();
    const reader = createPublicClient({chain, transport: webSocket(node.wsUrl)});
    const block = new Promise<bigint>((resolve) => reader.watchBlocks({onBlock: ({number}) => resolve(number)}));
    const logs = new Promise<readonly ViemLog[]>((resolve) => reader.watchContractEvent({address: TOKEN, abi: ABI, eventName: 'Transfer', onLogs: resolve}));
    await reader.getChainId(); // Both subscriptions were sent before this.
    await wallet.writeContract({address: TOKEN, abi: ABI, functionName: 'transfer', args: [BOB, 3n], gas: 100_000n});
    expect(await block).toBe(node.chain.head().header.number);
    expect((await logs)[0]).toMatchObject({args: {amount: 3n}});
    await (await reader.transport.getRpcClient()).close();
  });

  it('watches by polling filters over HTTP', async () => {
    const {reader, wallet} = clients();
    const seen = new Promise<readonly ViemLog[]>((resolve) => {
      const stop = reader.watchContractEvent({address: TOKEN, abi: ABI, eventName: 'Transfer', pollingInterval: 10, poll: true, onLogs: (logs) => (stop(), resolve(logs))});
    });
    const poll = setInterval(() => void wallet.writeContract({address: TOKEN, abi: ABI, functionName: 'transfer', args: [BOB, 9n], gas: 100_000n}).catch(() => undefined), 30);
    expect((await seen)[0]).toMatchObject({args: {amount: 9n}});
    clearInterval(poll);
  });
});

describe('ethers', () => {
  it('sends, waits, reads and understands reverts', async () => {
    const provider = new JsonRpcProvider(node.url, undefined, {pollingInterval: 20, cacheTimeout: -1});
    const wallet = new Wallet(KEYS[1], provider);
    const sent = await wallet.sendTransaction({to: alice.address, value: 5n});
    const receipt = await sent.wait();
    expect(receipt).toMatchObject({status: 1, gasUsed: 21_000n, from: wallet.address});
    const contract = new Contract(TOKEN, ['function transfer(address,uint256) returns (bool)', 'function fail()', 'event Transfer(address indexed,address indexed,uint256)'], wallet);
    const moved = await (await contract.getFunction('transfer')(alice.address, 8n)).wait();
    expect(moved.logs).toHaveLength(1);
    await expect(contract.getFunction('fail').staticCall()).rejects.toMatchObject({code: 'CALL_EXCEPTION', reason: 'not today'});
    await expect(wallet.sendTransaction({to: BOB, value: 10n ** 30n, gasLimit: 21_000n})).rejects.toMatchObject({code: 'INSUFFICIENT_FUNDS'});
    await expect(wallet.sendTransaction({to: BOB, nonce: 0, gasLimit: 21_000n})).rejects.toMatchObject({code: 'NONCE_EXPIRED'});
    const block = await provider.getBlock('latest', true);
    expect(block?.prefetchedTransactions.length).toBeGreaterThan(0);
    expect((await provider.getBlock('pending'))?.number).toBeGreaterThan(block!.number);
    expect((await provider.getFeeData()).maxFeePerGas).toBeGreaterThan(0n);
    expect(await provider.getLogs({address: TOKEN, fromBlock: 0})).not.toHaveLength(0);
    provider.destroy();
  });

  it('listens over WebSocket', async () => {
    const provider = new WebSocketProvider(node.wsUrl);
    const heard = new Promise<number>((resolve) => void provider.on('block', resolve));
    await provider.getBlockNumber();
    const wallet = new Wallet(KEYS[1], provider);
    await (await wallet.sendTransaction({to: alice.address, value: 1n})).wait();
    expect(await heard).toBeGreaterThan(0);
    await provider.destroy();
  });
});

describe('a browser wallet', () => {
  it('finds all that it asks for, from adding the network to a confirmed transfer', async () => {
    const call = (method: string, ...params: unknown[]) => result(node, method, ...params);
    const from = alice.address.toLowerCase();
    expect(await call('eth_chainId')).toBe('0x11b8e');
    expect(await call('net_version')).toBe('72590');
    const head = await call('eth_getBlockByNumber', 'latest', false);
    expect(head.baseFeePerGas).toMatch(/^0x/);
    expect(BigInt(await call('eth_getBalance', from, 'latest'))).toBeGreaterThan(COIN);
    expect(await call('eth_getCode', BOB, 'latest')).toBe('0x');
    expect((await call('eth_feeHistory', 5, 'latest', [10, 20, 30])).reward.length).toBeGreaterThan(0); // A JSON number.
    expect(BigInt(await call('eth_gasPrice'))).toBeGreaterThan(0n);
    const gas = await call('eth_estimateGas', {from, to: BOB, value: '0x1', gasPrice: '0x3b9aca00', data: '0x'}, head.number);
    expect(gas).toBe('0x5208');
    const nonce = Number(await call('eth_getTransactionCount', from, 'pending'));
    const raw = await alice.signTransaction({type: 'eip1559', chainId: 72590, nonce, to: BOB, value: 1n, gas: 21_000n, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI});
    const hash = await call('eth_sendRawTransaction', raw);
    const receipt = await call('eth_getTransactionReceipt', hash);
    expect(receipt).toMatchObject({status: '0x1', blockNumber: expect.stringMatching(/^0x/)});
    expect(await call('eth_getTransactionByHash', hash)).toMatchObject({blockHash: receipt.blockHash});
    expect((await call('eth_getBlockByHash', receipt.blockHash, false)).transactions).toContain(hash);
    expect(await call('eth_blockNumber')).toBe(receipt.blockNumber);
  });
});
