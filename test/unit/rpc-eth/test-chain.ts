/**
 * A chain in memory behind the RPC's own interface: real transactions and signatures, transfers, and contracts that are
 * functions of this file. What it leaves out is the EVM.
 */
import type {AccessListOutcome, CallOutcome, CallRequest, ChainBackend, SimulatedBlock, SimulationRequest, ChainFork, StateOverrides} from '../../../node/rpc/eth/index.ts';
import {keccak256} from '../../../node/execution/keccak.ts';
import type {Address, BlockEvent, EthBlock, EthHeader, Hash, Hex, Log, Receipt, StateReader, Transaction} from '../../../node/execution/types.ts';
import {intrinsicGasOf} from '../mempool/intrinsic.ts';

export const CHAIN_ID = 72590n;
export const GWEI = 10n ** 9n;
export const COIN = 10n ** 18n;
export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`;
const EMPTY_UNCLES: Hash = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const EMPTY_CODE_HASH: Hash = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
const BLOCK_GAS_LIMIT = 60_000_000n;

export interface ProgramOutcome {
  readonly status: CallOutcome['status'];
  readonly returnData?: Uint8Array;
  readonly error?: string;
  readonly logs?: readonly Omit<Log, 'address'>[];
  readonly gas?: bigint;
  /** Part of `gas` that is refunded after. */
  readonly refund?: bigint;
}
export type Program = (input: Uint8Array, state: StateReader) => ProgramOutcome;

interface Account {
  nonce: bigint;
  balance: bigint;
  code: Uint8Array;
}
type Accounts = ReadonlyMap<Address, Account>;

export const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;
export const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
const hashOf = (text: string): Hash => hex(keccak256(Buffer.from(text)));

class Reader implements StateReader {
  private readonly accounts: () => Accounts;
  constructor(accounts: () => Accounts) {
    this.accounts = accounts;
  }
  nonce = (address: Address): bigint => this.accounts().get(address)?.nonce ?? 0n;
  balance = (address: Address): bigint => this.accounts().get(address)?.balance ?? 0n;
  code = (address: Address): Uint8Array => this.accounts().get(address)?.code ?? new Uint8Array(0);
  codeHash = (address: Address): Hash => (this.code(address).length === 0 ? EMPTY_CODE_HASH : hex(keccak256(this.code(address))));
  storage = (_address: Address, slot: Hash): Uint8Array => (BigInt(slot) === 1n ? unhex(`0x${'00'.repeat(31)}2a`) : new Uint8Array(32));
}

class ChainError extends Error {
  override readonly name = 'ChainError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class TestChain implements ChainBackend {
  readonly chainId = CHAIN_ID;
  readonly programs = new Map<Address, Program>();
  readonly latest: StateReader = new Reader(() => this.accounts);
  baseFee = GWEI;
  /** States of blocks below this are gone. */
  prunedBelow = 0n;
  calls: CallRequest[] = [];
  simulations: SimulationRequest[] = [];
  private accounts = new Map<Address, Account>();
  private readonly blocks: {block: EthBlock; receipts: readonly Receipt[]; accounts: Accounts}[] = [];
  private readonly locations = new Map<Hash, {blockNumber: bigint; index: number}>();
  private readonly listeners = new Set<(event: BlockEvent) => void>();

  constructor(funded: readonly Address[] = [], programs: Readonly<Record<Address, Program>> = {}) {
    for (const address of funded) this.accounts.set(address, {nonce: 0n, balance: 10_000n * COIN, code: new Uint8Array(0)});
    for (const [address, program] of Object.entries(programs)) {
      this.programs.set(address as Address, program);
      this.accounts.set(address as Address, {nonce: 1n, balance: 0n, code: Uint8Array.of(0xfe)});
    }
    this.append([], [], 1_700_000_000n);
  }

  oldest(): {readonly state: bigint; readonly bodies: bigint; readonly stateWindow: bigint | undefined} {
    return {state: this.prunedBelow, bodies: 0n, stateWindow: undefined};
  }

  /** Executes and commits a block. */
  seal(transactions: readonly Transaction[]): EthBlock {
    const accounts = new Map([...this.accounts].map(([address, account]) => [address, {...account}]));
    const at = (address: Address): Account => {
      const present = accounts.get(address) ?? {nonce: 0n, balance: 0n, code: new Uint8Array(0)};
      accounts.set(address, present);
      return present;
    };
    const results = transactions.map((tx) => {
      const program = tx.to === undefined ? undefined : this.programs.get(tx.to);
      const outcome = program?.(tx.data, this.latest) ?? {status: 'success' as const};
      const succeeded = outcome.status === 'success';
      const gasUsed = intrinsicGasOf(tx).regular + (outcome.gas ?? 0n) - (outcome.refund ?? 0n);
      const tip = tx.maxFeePerGas - this.baseFee < tx.maxPriorityFeePerGas ? tx.maxFeePerGas - this.baseFee : tx.maxPriorityFeePerGas;
      const price = this.baseFee + tip;
      const sender = at(tx.sender);
      sender.nonce = tx.nonce + 1n;
      sender.balance -= gasUsed * price + (succeeded ? tx.value : 0n);
      let contractAddress: Address | undefined;
      if (succeeded && tx.to !== undefined) at(tx.to).balance += tx.value;
      if (succeeded && tx.to === undefined) {
        contractAddress = `0x${hashOf(`${tx.sender}${tx.nonce}`).slice(26)}`;
        Object.assign(at(contractAddress), {nonce: 1n, code: tx.data, balance: tx.value});
      }
      return {tx, outcome, gasUsed, price, succeeded, contractAddress};
    });
    this.accounts = accounts;
    const parent = this.head().header;
    return this.append(transactions, results, parent.timestamp + 1n);
  }

  private append(
    transactions: readonly Transaction[],
    results: readonly {tx: Transaction; outcome: ProgramOutcome; gasUsed: bigint; price: bigint; succeeded: boolean; contractAddress: Address | undefined}[],
    timestamp: bigint,
  ): EthBlock {
    const number = BigInt(this.blocks.length);
    const blockHash = hashOf(`block ${number}`);
    let cumulativeGasUsed = 0n;
    let firstLogIndex = 0;
    const receipts = results.map(({tx, outcome, gasUsed, price, succeeded, contractAddress}, transactionIndex): Receipt => {
      cumulativeGasUsed += gasUsed;
      const logs = succeeded ? (outcome.logs ?? []).map((log) => ({...log, address: tx.to!})) : [];
      const receipt: Receipt = {
        type: tx.type,
        status: succeeded ? 1 : 0,
        transactionHash: tx.hash,
        transactionIndex,
        blockNumber: number,
        blockHash,
        blockTimestamp: timestamp,
        from: tx.sender,
        to: tx.to,
        contractAddress,
        gasUsed,
        cumulativeGasUsed,
        effectiveGasPrice: price,
        logs,
        firstLogIndex,
        logsBloom: new Uint8Array(256),
      };
      firstLogIndex += logs.length;
      this.locations.set(tx.hash, {blockNumber: number, index: transactionIndex});
      return receipt;
    });
    const header: EthHeader = {
      hash: blockHash,
      parentHash: this.blocks.at(-1)?.block.header.hash ?? ZERO_HASH,
      sha3Uncles: EMPTY_UNCLES,
      miner: `0x${'11'.repeat(20)}`,
      stateRoot: hashOf(`state ${number}`),
      transactionsRoot: EMPTY_ROOT,
      receiptsRoot: EMPTY_ROOT,
      logsBloom: new Uint8Array(256),
      difficulty: 0n,
      number,
      gasLimit: BLOCK_GAS_LIMIT,
      gasUsed: cumulativeGasUsed,
      timestamp,
      extraData: new Uint8Array(32),
      mixHash: hashOf(`randao ${number}`),
      nonce: '0x0000000000000000',
      baseFeePerGas: this.baseFee,
      withdrawalsRoot: EMPTY_ROOT,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: hashOf(`beacon ${number}`),
      requestsHash: hashOf('requests'),
    };
    const block: EthBlock = {header, transactions, size: 600};
    this.blocks.push({block, receipts, accounts: this.accounts});
    for (const listener of this.listeners) listener({block, receipts, cometHash: new Uint8Array(32), executionMs: 1});
    return block;
  }

  head(): EthBlock {
    return this.blocks.at(-1)!.block;
  }
  async blockByNumber(number: bigint): Promise<EthBlock | undefined> {
    return this.blocks[Number(number)]?.block;
  }
  async blockByHash(hash: Hash): Promise<EthBlock | undefined> {
    return this.blocks.find(({block}) => block.header.hash === hash)?.block;
  }
  async receipts(number: bigint): Promise<readonly Receipt[] | undefined> {
    return this.blocks[Number(number)]?.receipts;
  }
  async transactionLocation(hash: Hash): Promise<{readonly blockNumber: bigint; readonly index: number} | undefined> {
    return this.locations.get(hash);
  }
  async stateAt(number: bigint): Promise<StateReader> {
    if (number < this.prunedBelow) throw new ChainError('state-unavailable', `required historical state unavailable: block ${number}`);
    const entry = this.blocks[Number(number)]!;
    return new Reader(() => entry.accounts);
  }
  async call(request: CallRequest, number: bigint, options: {stateOverrides?: StateOverrides; gasLimitMax: bigint}): Promise<CallOutcome> {
    this.calls.push(request);
    const state = await this.stateAt(number);
    const gas = request.gas ?? options.gasLimitMax;
    const from = request.from ?? `0x${'00'.repeat(20)}`;
    const balance = options.stateOverrides?.get(from)?.balance ?? state.balance(from);
    const value = request.value ?? 0n;
    if (balance < value) throw new ChainError('call-rejected', `insufficient funds for gas * price + value: address ${from} have ${balance} want ${value}`);
    const {regular} = this.intrinsicGas(request);
    const outcome = (request.to === undefined ? undefined : this.programs.get(request.to))?.(request.data ?? new Uint8Array(0), state) ?? {status: 'success' as const};
    const peak = regular + (outcome.gas ?? 0n);
    if (peak > gas) return {status: 'failure', returnData: new Uint8Array(0), error: 'out of gas', gasUsed: gas, gasUsedBeforeRefund: gas, logs: []};
    return {
      status: outcome.status,
      returnData: outcome.returnData ?? new Uint8Array(0),
      ...(outcome.error !== undefined && {error: outcome.error}),
      gasUsed: peak - (outcome.refund ?? 0n),
      gasUsedBeforeRefund: peak,
      logs: [],
    };
  }
  /** Programs touch nothing but themselves. */
  async createAccessList(request: CallRequest, number: bigint, options: {stateOverrides?: StateOverrides; gasLimitMax: bigint}): Promise<AccessListOutcome> {
    const {status, error, gasUsed} = await this.call(request, number, options);
    const failure = status === 'revert' ? 'execution reverted' : error;
    return {accessList: request.accessList ?? [], gasUsed, ...(failure !== undefined && {error: failure})};
  }
  /** Takes note of what is asked and answers with the head, once per block. */
  async simulate(request: SimulationRequest, number: bigint): Promise<readonly SimulatedBlock[]> {
    await this.stateAt(number);
    this.simulations.push(request);
    return request.blocks.map(() => ({block: this.head(), calls: []}));
  }
  intrinsicGas(request: CallRequest): {readonly regular: bigint; readonly floor: bigint} {
    return intrinsicGasOf({to: request.to, data: request.data ?? new Uint8Array(0), accessList: request.accessList ?? [], authorizationList: []} as unknown as Transaction);
  }
  blobGas(): {readonly price: bigint; readonly max: bigint} {
    return {price: 1n, max: 9n * 131_072n};
  }

  blobBaseFeeOfNextBlock(): bigint {
    return 1n;
  }

  forks(): readonly ChainFork[] {
    return [{activation: {block: 0n}, blobs: {target: 6n, max: 9n, updateFraction: 5_007_716n}, precompiles: new Map(), systemContracts: new Map()}];
  }

  baseFeeOfNextBlock(): bigint {
    return this.baseFee;
  }
  async *candidateBlocks(from: bigint, to: bigint): AsyncIterable<bigint> {
    for (let number = from; number <= to; number++) if (this.blocks[Number(number)]!.receipts.some(({logs}) => logs.length > 0)) yield number;
  }
  async proof(address: Address, slots: readonly Hash[], number: bigint) {
    const state = await this.stateAt(number);
    return {
      address,
      balance: state.balance(address),
      nonce: state.nonce(address),
      codeHash: state.codeHash(address),
      storageHash: EMPTY_ROOT,
      accountProof: [Uint8Array.of(0xc0)],
      storageProof: slots.map((key) => ({key, value: BigInt(hex(state.storage(address, key))), proof: [Uint8Array.of(0x80)]})),
    };
  }
  onBlock(fn: (event: BlockEvent) => void): () => void {
    this.listeners.add(fn);
    return () => void this.listeners.delete(fn);
  }
}
