import type {
  AccessListOutcome,
  AccountProof,
  CallOptions,
  CallOutcome,
  CallRequest,
  ChainBackend,
  ChainFork,
  SimulatedBlock,
  SimulationRequest,
} from '../rpc/eth/backend.ts';
import {createAccessList} from './access-list.ts';
import type {BloomIndex, LogFilter} from './block/bloom-index.ts';
import {blobBaseFee} from './block/blob-fee.ts';
import {nextExcessBlobGas} from './block/excess-blob-gas.ts';
import {ZERO_HASH} from './block/header.ts';
import {executeCall} from './call.ts';
import type {CallContext} from './call.ts';
import type {Chain} from './chain.ts';
import type {Engines} from './engines.ts';
import type {BlockEnvironment} from './engine.ts';
import {ChainError} from './errors.ts';
import {bytesToBigInt, EMPTY} from './hex.ts';
import {intrinsicGas} from './intrinsic-gas.ts';
import {GAS_PER_BLOB, PROOF_SLOTS_MAX} from './limits.ts';
import {overrideBlock} from './overrides.ts';
import {simulate} from './simulate/simulator.ts';
import {stateReader} from './state/reader.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {Tracing} from './trace/tracing.ts';
import type {Address, BlockEvent, EthBlock, EthHeader, Hash, Receipt, StateReader} from './types.ts';

export interface ChainBackendModules {
  readonly chain: Chain;
  readonly blooms: BloomIndex;
  readonly engines: Engines;
  /** EIP-7910. */
  readonly forks: readonly ChainFork[];
  readonly tracing: Tracing;
  /** EIP-6110; undefined: the chain has no deposits. */
  readonly depositContract: Address | undefined;
  now(): number;
  yieldTurn(): Promise<void>;
  onBlock(fn: (event: BlockEvent) => void): () => void;
}

/** The chain as the Ethereum JSON-RPC sees it. Reads only. */
export class EvmChainBackend implements ChainBackend {
  readonly #modules: ChainBackendModules;

  constructor(modules: ChainBackendModules) {
    this.#modules = modules;
  }

  get tracing(): Tracing {
    return this.#modules.tracing;
  }

  get chainId(): bigint {
    return this.#modules.chain.parameters.chainId;
  }

  /** A snapshot has no receipts: what is here in full begins after its block. */
  get firstBlock(): bigint {
    const {base} = this.#modules.chain;
    return base === 0n ? 0n : base + 1n;
  }

  oldest(): {readonly state: bigint; readonly bodies: bigint; readonly stateWindow: bigint | undefined} {
    const {state, base} = this.#modules.chain;
    return {state: state.oldest(base), bodies: base, stateWindow: state.historyBlocks};
  }

  head(): EthBlock {
    return this.#modules.chain.head.block;
  }

  async blockByNumber(number: bigint): Promise<EthBlock | undefined> {
    const {chain} = this.#modules;
    if (number < 0n || number > chain.head.block.header.number) return undefined;
    this.#refusePruned(number, chain.base);
    return chain.blocks.block(number);
  }

  async blockByHash(hash: Hash): Promise<EthBlock | undefined> {
    const {head, blocks} = this.#modules.chain;
    if (head.block.header.hash === hash) return head.block;
    const number = blocks.numberOf(hash);
    return number === undefined ? undefined : this.blockByNumber(number);
  }

  async receipts(number: bigint): Promise<readonly Receipt[] | undefined> {
    const {chain} = this.#modules;
    if (number < 0n || number > chain.head.block.header.number) return undefined;
    this.#refusePruned(number, this.firstBlock);
    return chain.blocks.receipts(number);
  }

  async transactionLocation(hash: Hash): Promise<{readonly blockNumber: bigint; readonly index: number} | undefined> {
    return this.#modules.chain.blocks.location(hash);
  }

  async stateAt(number: bigint): Promise<StateReader> {
    const source = this.#modules.chain.stateAt(number);
    return stateReader(() => source);
  }

  async call(request: CallRequest, number: bigint, options: CallOptions): Promise<CallOutcome> {
    const context = this.#callContext(number, options);
    return this.#modules.engines.pool(context.rules).use((engine) => executeCall(request, context, options.stateOverrides, engine));
  }

  async createAccessList(request: CallRequest, number: bigint, options: Omit<CallOptions, 'blockOverrides'>): Promise<AccessListOutcome> {
    const context = this.#callContext(number, options);
    const {engines, now} = this.#modules;
    return engines.pool(context.rules).use((engine) => createAccessList(request, context, options.stateOverrides, engine, () => now()));
  }

  async simulate(request: SimulationRequest, number: bigint, {gasMax}: {readonly gasMax: bigint}): Promise<readonly SimulatedBlock[]> {
    return simulate(request, this.#header(number), gasMax, this.#modules);
  }

  #header(number: bigint): EthHeader {
    const header = this.#modules.chain.blocks.block(number)?.header;
    if (header === undefined) throw new ChainError('state-unavailable', 'header not found');
    return header;
  }

  /** The environment of block `number`, or of the one after it. */
  #callContext(number: bigint, options: CallOptions): CallContext {
    const {chain} = this.#modules;
    const state = chain.stateAt(number);
    const header = this.#header(number);
    const pending = options.pending === true;
    const height = pending ? header.number + 1n : header.number;
    const rules = chain.schedule.rulesAt(height, header.timestamp);
    const block: BlockEnvironment = {
      number: height,
      timestamp: header.timestamp,
      miner: header.miner,
      gasLimit: header.gasLimit,
      baseFeePerGas: pending ? chain.nextBaseFee() : (header.baseFeePerGas ?? 0n),
      prevRandao: header.mixHash,
      difficulty: header.difficulty,
      blobBaseFee: this.blobGas(header).price,
      blockHash: (wanted) => chain.blocks.hashOf(wanted) ?? ZERO_HASH,
    };
    return {state, block: overrideBlock(block, options.blockOverrides), rules, chainId: chain.parameters.chainId, gasLimitMax: options.gasLimitMax};
  }

  intrinsicGas(request: CallRequest): {readonly regular: bigint; readonly floor: bigint} {
    return intrinsicGas(
      {
        isCreation: request.to === undefined,
        data: request.data ?? EMPTY,
        accessList: request.accessList ?? [],
        authorizations: request.authorizationList?.length ?? 0,
      },
      this.#modules.chain.nextRules(),
    );
  }

  baseFeeOfNextBlock(): bigint {
    return this.#modules.chain.nextBaseFee();
  }

  blobGas({number, timestamp, excessBlobGas = 0n}: EthHeader): {readonly price: bigint; readonly max: bigint} {
    const {blobs} = this.#modules.chain.schedule.rulesAt(number, timestamp);
    return blobs === undefined ? {price: 0n, max: 0n} : {price: blobBaseFee(excessBlobGas, blobs), max: blobs.max * GAS_PER_BLOB};
  }

  blobBaseFeeOfNextBlock(): bigint {
    const {chain} = this.#modules;
    const {blobs, isOsaka} = chain.nextRules();
    return blobs === undefined ? 0n : blobBaseFee(nextExcessBlobGas(chain.head.block.header, {blobs, hasReservePrice: isOsaka}), blobs);
  }

  forks(): readonly ChainFork[] {
    return this.#modules.forks;
  }

  candidateBlocks(from: bigint, to: bigint, filter: LogFilter): AsyncIterable<bigint> {
    if (this.firstBlock > 0n) this.#refusePruned(from, this.firstBlock);
    return this.#modules.blooms.candidates(from, to, filter, this.head().header);
  }

  async proof(address: Address, slots: readonly Hash[], number: bigint): Promise<AccountProof> {
    if (slots.length > PROOF_SLOTS_MAX) throw new ChainError('limit-exceeded', `too many keys (max ${PROOF_SLOTS_MAX})`);
    const {state} = this.#modules.chain;
    const source = state.at(number);
    const account = source.account(address) ?? EMPTY_ACCOUNT;
    const proofs = state.prove(address, slots, number);
    return {
      address,
      balance: account.balance,
      nonce: account.nonce,
      codeHash: account.codeHash,
      storageHash: account.storageRoot,
      accountProof: proofs.account,
      storageProof: slots.map((key, index) => ({key, value: bytesToBigInt(source.slot(address, key)), proof: proofs.slots[index]!})),
    };
  }

  onBlock(fn: (event: BlockEvent) => void): () => void {
    return this.#modules.onBlock(fn);
  }

  #refusePruned(number: bigint, first: bigint): void {
    if (number < first) throw new ChainError('state-unavailable', `pruned history unavailable: block ${number}; this node was restored from a snapshot and begins at ${first}`);
  }
}
