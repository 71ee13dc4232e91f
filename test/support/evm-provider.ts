/** The JSON-RPC methods that viem needs of a node, served by an EvmChain, so that the SDK can be tested without one. */
import {
  hexToBigInt,
  keccak256,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  toHex,
  zeroHash,
} from 'viem';
import type {EIP1193RequestFn, TransactionSerialized} from 'viem';
import {CHAIN_ID, Reverted, TRANSACTION_GAS_MAX} from './evm-chain.ts';
import type {ChainLog, ChainReceipt, EvmChain, TransactionRequest} from './evm-chain.ts';

type Hex = `0x${string}`;

interface RpcCall {
  readonly from?: Hex;
  readonly to?: Hex;
  readonly data?: Hex;
  readonly value?: Hex;
}

interface RpcRequest {
  readonly method: string;
  readonly params?: readonly never[];
}

interface LogFilter {
  readonly address?: Hex;
  readonly topics?: readonly (Hex | null)[];
  readonly fromBlock?: string;
  readonly toBlock?: string;
}

/** JSON-RPC's code of a reverted call, with the revert data; and that of a method that is not there. */
const REVERTED = 3;
const METHOD_NOT_FOUND = -32601;

export function providerOf(chain: EvmChain): {request: EIP1193RequestFn} {
  const receipts = new Map<Hex, {receipt: ChainReceipt; from: Hex; to: Hex | undefined}>();
  const logs: {log: ChainLog; transactionHash: Hex}[] = [];

  const methods: Record<string, (parameters: readonly never[]) => unknown> = {
    eth_chainId: () => toHex(CHAIN_ID),
    eth_blockNumber: () => toHex(chain.blockNumber),
    eth_maxPriorityFeePerGas: () => '0x0',
    eth_gasPrice: () => '0x0',
    eth_getBlockByNumber: () => ({number: toHex(chain.blockNumber), timestamp: toHex(chain.timestamp), baseFeePerGas: '0x0', gasLimit: '0x3938700', gasUsed: '0x0', transactions: []}),
    eth_getBalance: async ([address]: readonly Hex[]) => toHex(await chain.balance(lower(address))),
    eth_getTransactionCount: async ([address]: readonly Hex[]) => toHex(await chain.nonce(lower(address))),
    eth_call: async ([call]: readonly RpcCall[]) => (await chain.call(requestOf(call))).data,
    eth_estimateGas: async ([call]: readonly RpcCall[]) => toHex(await estimate(chain, requestOf(call))),
    eth_sendRawTransaction: async ([raw]: readonly TransactionSerialized[]) => {
      if (raw === undefined) throw new Error('no transaction');
      const {to, data, value, gas} = parseTransaction(raw);
      const from = lower(await recoverTransactionAddress({serializedTransaction: raw as never}));
      const receipt = await chain.send({
        from,
        ...(typeof to !== 'string' ? {} : {to}),
        ...(data === undefined ? {} : {data}),
        ...(value === undefined ? {} : {value}),
        ...(gas === undefined ? {} : {gas}),
      });
      const hash = keccak256(raw);
      receipts.set(hash, {receipt, from, to: to ?? undefined});
      for (const log of receipt.logs) logs.push({log, transactionHash: hash});
      return hash;
    },
    eth_getTransactionReceipt: ([hash]: readonly Hex[]) => {
      const found = hash === undefined ? undefined : receipts.get(hash);
      if (found === undefined || hash === undefined) return null;
      const {receipt, from, to} = found;
      return {
        transactionHash: hash,
        transactionIndex: '0x0',
        blockHash: zeroHash,
        blockNumber: toHex(receipt.blockNumber),
        from,
        to: to ?? null,
        contractAddress: receipt.contractAddress ?? null,
        status: numberToHex(receipt.status),
        type: '0x2',
        gasUsed: toHex(receipt.gasUsed),
        cumulativeGasUsed: toHex(receipt.gasUsed),
        effectiveGasPrice: '0x0',
        logsBloom: '0x',
        logs: receipt.logs.map((log) => rpcLog(log, hash)),
      };
    },
    eth_getLogs: ([filter]: readonly LogFilter[]) =>
      logs.filter(({log}) => matches(log, filter ?? {}, chain.blockNumber)).map(({log, transactionHash}) => rpcLog(log, transactionHash)),
  };

  const answer = async ({method, params}: RpcRequest): Promise<unknown> => {
    const handler = methods[method];
    if (handler === undefined) throw Object.assign(new Error(`${method} is not available`), {code: METHOD_NOT_FOUND});
    try {
      return await handler(params ?? []);
    } catch (error) {
      if (error instanceof Reverted) throw Object.assign(new Error('execution reverted'), {code: REVERTED, data: error.data});
      throw error;
    }
  };
  // The EVM's journal is shared state: one request at a time.
  let previous: Promise<unknown> = Promise.resolve();
  const request = (asked: RpcRequest): Promise<unknown> => {
    const answered = previous.then(() => answer(asked));
    previous = answered.catch(() => undefined);
    return answered;
  };
  return {request: request as EIP1193RequestFn};
}

/** Gas with which the transaction succeeds, which may be more than it uses (EIP-150), at most a hundredth too much. */
async function estimate(chain: EvmChain, request: TransactionRequest): Promise<bigint> {
  const attempt = async (gas: bigint) => {
    const undo = await chain.snapshot();
    const receipt = await chain.send({...request, gas});
    await undo();
    return receipt;
  };
  const {status, gasUsed, returnData} = await attempt(TRANSACTION_GAS_MAX);
  if (status === 0) throw new Reverted(returnData, 'reverted');
  if ((await attempt(gasUsed)).status === 1) return gasUsed;
  let [tooLittle, enough] = [gasUsed, gasUsed + gasUsed / 8n];
  if ((await attempt(enough)).status === 0) enough = TRANSACTION_GAS_MAX;
  while (enough - tooLittle > enough / 100n) {
    const gas = (tooLittle + enough) / 2n;
    if ((await attempt(gas)).status === 1) enough = gas;
    else tooLittle = gas;
  }
  return enough;
}

function requestOf(call: RpcCall | undefined): TransactionRequest {
  return {
    from: call?.from === undefined ? '0x0000000000000000000000000000000000000001' : lower(call.from),
    ...(call?.to === undefined ? {} : {to: call.to}),
    ...(call?.data === undefined ? {} : {data: call.data}),
    ...(call?.value === undefined ? {} : {value: hexToBigInt(call.value)}),
  };
}

function matches(log: ChainLog, filter: LogFilter, latest: bigint): boolean {
  const bound = (value: string | undefined) => (value?.startsWith('0x') === true ? BigInt(value) : undefined);
  return (
    (filter.address === undefined || lower(filter.address) === log.address) &&
    (filter.topics ?? []).every((topic, index) => topic === null || topic === log.topics[index]) &&
    log.blockNumber >= (bound(filter.fromBlock) ?? 0n) &&
    log.blockNumber <= (bound(filter.toBlock) ?? latest)
  );
}

function rpcLog(log: ChainLog, transactionHash: Hex) {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: toHex(log.blockNumber),
    blockHash: zeroHash,
    transactionHash,
    transactionIndex: '0x0',
    logIndex: numberToHex(log.logIndex),
    removed: false,
  };
}

function lower(address: Hex | undefined): Hex {
  if (address === undefined) throw new Error('no address');
  return address.toLowerCase() as Hex;
}
