/**
 * A chain for contract tests: the genesis accounts of a real one on the reference EVM with the native contracts, one
 * transaction per block, gas counted but free, so that balances reconcile to the wei. Time moves when a test says so.
 */
import {createBlock} from '@ethereumjs/block';
import type {Block} from '@ethereumjs/block';
import {Common, Hardfork, Mainnet} from '@ethereumjs/common';
import type {EVM, EVMMockBlockchainInterface} from '@ethereumjs/evm';
import {SimpleStateManager} from '@ethereumjs/statemanager';
import {createLegacyTx} from '@ethereumjs/tx';
import {Account, Address, bytesToHex, hexToBytes} from '@ethereumjs/util';
import {createVM, runTx} from '@ethereumjs/vm';
import type {VM} from '@ethereumjs/vm';
import {decodeErrorResult, encodeDeployData, encodeFunctionData, decodeFunctionResult, keccak256, numberToHex} from 'viem';
import type {
  Abi,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
  EncodeDeployDataParameters,
  EncodeFunctionDataParameters,
  DecodeFunctionResultParameters,
} from 'viem';
import {sapGenesisAccounts} from '#precompiles';
import {createEvm, customCrypto} from '#precompiles/evm';
import {systemContracts} from '#protocols/genesis';
import {allErrorsAbi} from './errors-abi.ts';

type Hex = `0x${string}`;

/** Chain id of development networks. */
export const CHAIN_ID = 72590n;
/** EIP-7825: no transaction may have more. */
export const TRANSACTION_GAS_MAX = 2n ** 24n;
/** What each funded account starts with: 10,000 QANAT, in wei. */
export const FUNDING = 10_000n * 10n ** 18n;
const GENESIS_TIMESTAMP = 1_700_000_000n;
const BLOCK_GAS_LIMIT = 60_000_000n;

export interface ChainLog {
  readonly address: Hex;
  readonly topics: [Hex, ...Hex[]] | [];
  readonly data: Hex;
  readonly blockNumber: bigint;
  readonly logIndex: number;
}

export interface ChainReceipt {
  readonly status: 0 | 1;
  readonly gasUsed: bigint;
  readonly logs: readonly ChainLog[];
  readonly contractAddress: Hex | undefined;
  readonly returnData: Hex;
  readonly blockNumber: bigint;
}

export interface TransactionRequest {
  readonly from: Hex;
  /** undefined: contract creation. */
  readonly to?: Hex;
  readonly data?: Hex;
  readonly value?: bigint;
  readonly gas?: bigint;
}

/** A call or transaction that reverted; `errorName` is that of the contract's error. */
export class Reverted extends Error {
  override readonly name = 'Reverted';
  readonly data: Hex;
  readonly errorName: string;
  readonly args: readonly unknown[];

  constructor(data: Hex, reason: string) {
    const decoded = decode(data);
    super(`${decoded.errorName === '' ? reason : decoded.errorName}(${decoded.args.map(String).join(', ')})`);
    this.data = data;
    this.errorName = decoded.errorName;
    this.args = decoded.args;
  }
}

export class EvmChain {
  readonly #vm: VM;
  readonly #common: Common;
  #blockNumber = 0n;
  #timestamp = GENESIS_TIMESTAMP;

  private constructor(vm: VM, common: Common) {
    this.#vm = vm;
    this.#common = common;
  }

  /** @param funded accounts that start with FUNDING */
  static async create(funded: readonly Hex[]): Promise<EvmChain> {
    const common = new Common({
      chain: {...Mainnet, chainId: Number(CHAIN_ID)},
      hardfork: Hardfork.Osaka,
      customCrypto: await customCrypto(),
    });
    const stateManager = new SimpleStateManager({common});
    const evm = await createEvm({common, stateManager, blockchain: NUMBERED_BLOCKS});
    const chain = new EvmChain(await createVM({common, stateManager, evm}), common);
    for (const account of [...systemContracts(), ...sapGenesisAccounts()]) {
      const address = new Address(hexToBytes(account.address));
      await stateManager.putAccount(address, new Account(account.nonce, account.balance));
      await stateManager.putCode(address, account.code);
      for (const [slot, value] of account.storage) {
        await stateManager.putStorage(address, hexToBytes(slot), hexToBytes(value));
      }
    }
    for (const address of funded) await chain.setBalance(address, FUNDING);
    return chain;
  }

  get timestamp(): bigint {
    return this.#timestamp;
  }

  get blockNumber(): bigint {
    return this.#blockNumber;
  }

  /** Lets block time pass. */
  increaseTime(seconds: bigint): void {
    this.#timestamp += seconds;
  }

  async balance(address: Hex): Promise<bigint> {
    return (await this.#account(address)).balance;
  }

  async nonce(address: Hex): Promise<bigint> {
    return (await this.#account(address)).nonce;
  }

  async code(address: Hex): Promise<Hex> {
    return bytesToHex(await this.#vm.stateManager.getCode(toAddress(address)));
  }

  async storage(address: Hex, slot: Hex): Promise<Hex> {
    const value = await this.#vm.stateManager.getStorage(toAddress(address), hexToBytes(slot));
    return `0x${Buffer.from(value).toString('hex').padStart(64, '0')}`;
  }

  async setBalance(address: Hex, balance: bigint): Promise<void> {
    const account = await this.#account(address);
    account.balance = balance;
    await this.#vm.stateManager.putAccount(toAddress(address), account);
  }

  async setCode(address: Hex, code: Hex): Promise<void> {
    await this.#vm.stateManager.putCode(toAddress(address), hexToBytes(code));
  }

  /** Remembers the chain as it is now. Returns what takes it back there; snapshots are undone newest first. */
  async snapshot(): Promise<() => Promise<void>> {
    const [blockNumber, timestamp] = [this.#blockNumber, this.#timestamp];
    await this.#vm.stateManager.checkpoint();
    return async () => {
      await this.#vm.stateManager.revert();
      this.#blockNumber = blockNumber;
      this.#timestamp = timestamp;
    };
  }

  /** Runs a transaction in a block of its own. A revert gives a receipt with status 0. */
  async send(request: TransactionRequest): Promise<ChainReceipt> {
    if ((await this.code(request.from)) !== '0x') return this.#sendAsContract(request);
    this.#blockNumber += 1n;
    const transaction = createLegacyTx(
      {
        nonce: await this.nonce(request.from),
        gasLimit: request.gas ?? TRANSACTION_GAS_MAX,
        gasPrice: 0n,
        value: request.value ?? 0n,
        data: request.data ?? '0x',
        ...(request.to === undefined ? {} : {to: request.to}),
      },
      {common: this.#common, freeze: false},
    );
    // No signature: the sender is who the test says it is.
    transaction.getSenderAddress = () => toAddress(request.from);
    const result = await runTx(this.#vm, {tx: transaction, block: this.#block()});
    return {
      status: result.execResult.exceptionError === undefined ? 1 : 0,
      gasUsed: result.totalGasSpent,
      logs: this.#logsOf(result.execResult.logs),
      contractAddress: result.createdAddress?.toString() as Hex | undefined,
      returnData: bytesToHex(result.execResult.returnValue),
      blockNumber: this.#blockNumber,
    };
  }

  /**
   * What a contract would do by a call of its own, as a block. Contracts send no transactions (EIP-3607), so it has no code
   * meanwhile: nothing can call back into it.
   */
  async #sendAsContract(request: TransactionRequest): Promise<ChainReceipt> {
    const code = await this.code(request.from);
    await this.setCode(request.from, '0x');
    try {
      return await this.send(request);
    } finally {
      await this.setCode(request.from, code);
    }
  }

  #logsOf(logs: readonly [Uint8Array, Uint8Array[], Uint8Array][] | undefined): ChainLog[] {
    return (logs ?? []).map(([address, topics, data], logIndex) => ({
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)) as ChainLog['topics'],
      data: bytesToHex(data),
      blockNumber: this.#blockNumber,
      logIndex,
    }));
  }

  /** Runs a call on the newest state and forgets what it changed. Throws Reverted. */
  async call(request: TransactionRequest): Promise<{data: Hex; gasUsed: bigint}> {
    const evm = this.#vm.evm as EVM;
    await this.#vm.stateManager.checkpoint();
    try {
      const result = await evm.runCall({
        caller: toAddress(request.from),
        ...(request.to === undefined ? {} : {to: toAddress(request.to)}),
        data: hexToBytes(request.data ?? '0x'),
        value: request.value ?? 0n,
        gasLimit: request.gas ?? TRANSACTION_GAS_MAX,
        block: this.#block(),
      });
      const data = bytesToHex(result.execResult.returnValue);
      if (result.execResult.exceptionError !== undefined) {
        throw new Reverted(data, result.execResult.exceptionError.error);
      }
      return {data, gasUsed: result.execResult.executionGasUsed};
    } finally {
      await this.#vm.stateManager.revert();
      await evm.journal.cleanup();
    }
  }

  /** Sends a transaction to a contract's function. Throws Reverted. */
  async write<abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>>(
    from: Hex,
    contract: {readonly address: Hex; readonly abi: abi},
    functionName: name,
    args: ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>,
    options: {readonly value?: bigint; readonly gas?: bigint} = {},
  ): Promise<ChainReceipt> {
    const data = encodeFunctionData({abi: contract.abi, functionName, args} as unknown as EncodeFunctionDataParameters);
    const receipt = await this.send({from, to: contract.address, data, ...options});
    if (receipt.status === 0) throw new Reverted(receipt.returnData, 'reverted');
    return receipt;
  }

  /** Calls a contract's function. Throws Reverted. */
  async read<
    const abi extends Abi,
    name extends ContractFunctionName<abi, 'view' | 'pure'>,
    const args extends ContractFunctionArgs<abi, 'view' | 'pure', name>,
  >(
    contract: {readonly address: Hex; readonly abi: abi},
    functionName: name,
    args: args,
    from: Hex = '0x0000000000000000000000000000000000000001',
  ): Promise<ContractFunctionReturnType<abi, 'view' | 'pure', name, args>> {
    const data = encodeFunctionData({abi: contract.abi, functionName, args} as unknown as EncodeFunctionDataParameters);
    const result = await this.call({from, to: contract.address, data});
    return decodeFunctionResult({
      abi: contract.abi,
      functionName,
      args,
      data: result.data,
    } as unknown as DecodeFunctionResultParameters) as ContractFunctionReturnType<abi, 'view' | 'pure', name, args>;
  }

  /** Deploys a contract. Throws Reverted. */
  async deploy<const abi extends Abi>(
    from: Hex,
    contract: {readonly abi: abi; readonly bytecode: Hex},
    args: readonly unknown[] = [],
    options: {readonly value?: bigint} = {},
  ): Promise<{readonly address: Hex; readonly abi: abi; readonly gasUsed: bigint}> {
    const data = encodeDeployData({
      abi: contract.abi,
      bytecode: contract.bytecode,
      args,
    } as unknown as EncodeDeployDataParameters);
    const receipt = await this.send({from, data, ...options});
    if (receipt.status === 0 || receipt.contractAddress === undefined) {
      throw new Reverted(receipt.returnData, 'deployment reverted');
    }
    return {address: receipt.contractAddress, abi: contract.abi, gasUsed: receipt.gasUsed};
  }

  async #account(address: Hex): Promise<Account> {
    return (await this.#vm.stateManager.getAccount(toAddress(address))) ?? new Account();
  }

  #block(): Block {
    return createBlock(
      {
        header: {
          number: this.#blockNumber,
          timestamp: this.#timestamp,
          gasLimit: BLOCK_GAS_LIMIT,
          baseFeePerGas: 0n,
        },
      },
      {common: this.#common, freeze: false},
    );
  }
}

/** What BLOCKHASH sees: blocks that have hashes and nothing else, keccak256 of their number. */
const NUMBERED_BLOCKS: EVMMockBlockchainInterface = {
  getBlock: (number) => Promise.resolve({hash: () => hexToBytes(keccak256(numberToHex(number, {size: 32})))}),
  putBlock: () => Promise.resolve(),
  shallowCopy: () => NUMBERED_BLOCKS,
};

function toAddress(address: Hex): Address {
  return new Address(hexToBytes(address));
}

function decode(data: Hex): {errorName: string; args: readonly unknown[]} {
  try {
    const {errorName, args} = decodeErrorResult({abi: allErrorsAbi, data});
    return {errorName, args: (args ?? []) as readonly unknown[]};
  } catch {
    return {errorName: '', args: []};
  }
}
