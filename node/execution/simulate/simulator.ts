/** eth_simulateV1 (execution-apis; geth's internal/ethapi/simulate.go): blocks of calls on top of a block, with the headers that they would have. */
import {applyAmendments} from '../dev/amendments.ts';
import type {CallRequest, SimulatedBlock, SimulatedCall, SimulationRequest} from '../../rpc/eth/backend.ts';
import {blobBaseFee} from '../block/blob-fee.ts';
import {EMPTY_REQUESTS_HASH, ZERO_HASH} from '../block/header.ts';
import {makeReceipt} from '../block/receipt.ts';
import type {PendingReceipt} from '../block/receipt.ts';
import {messageOf} from '../call.ts';
import type {Chain} from '../chain.ts';
import type {BlockEnvironment, ExecutionEngine} from '../engine.ts';
import type {Engines} from '../engines.ts';
import {ChainError, TransactionError} from '../errors.ts';
import {EMPTY} from '../hex.ts';
import {ImportError} from '../import/errors.ts';
import {requestsHash} from '../import/requests.ts';
import {pay, payRewards} from '../import/uncles.ts';
import {SIMULATED_BYTES_MAX, SIMULATED_CALLS_PER_TURN, SIMULATION_MS_MAX} from '../limits.ts';
import {applyMessage} from '../message.ts';
import type {Message} from '../message.ts';
import {applyStateOverrides} from '../overrides.ts';
import type {TransactionOutcome} from '../processor.ts';
import type {ForkRules} from '../rules.ts';
import {StateOverlay} from '../state/overlay.ts';
import type {StateFork} from '../state/state-fork.ts';
import {EMPTY_ACCOUNT} from '../state/types.ts';
import {beginBlock, CONSOLIDATION_REQUESTS_ADDRESS, WITHDRAWAL_REQUESTS_ADDRESS} from '../system-contracts.ts';
import type {Address, EthHeader, Hash, Transaction} from '../types.ts';
import {assembleBlock, draftHeader} from './block.ts';
import type {HeaderDraft} from './block.ts';
import {CallLogs} from './call-logs.ts';
import type {CallLog} from './call-logs.ts';
import {refusedMessage, SimulationError} from './errors.ts';
import {planBlocks} from './plan.ts';
import type {PlannedBlock} from './plan.ts';
import {simulatedTransaction} from './transaction.ts';

const WEI_PER_GWEI = 10n ** 9n;
const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

export interface SimulatorModules {
  readonly chain: Chain;
  readonly engines: Engines;
  /** EIP-6110; undefined: the chain has no deposits. */
  readonly depositContract: Address | undefined;
  /** Milliseconds, of any origin. */
  now(): number;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

/** `base`: the block that the first one follows. Throws SimulationError; ChainError when the state of `base` is not there. */
export async function simulate(request: SimulationRequest, base: EthHeader, gasMax: bigint, modules: SimulatorModules): Promise<SimulatedBlock[]> {
  const planned = planBlocks(request.blocks, base);
  const simulation = new Simulation(request, base, gasMax, modules);
  const blocks: SimulatedBlock[] = [];
  for (const block of planned) blocks.push(await simulation.run(block));
  return blocks;
}

/** One block while its calls run. */
interface Running {
  readonly engine: ExecutionEngine;
  readonly rules: ForkRules;
  readonly block: BlockEnvironment;
  readonly state: StateOverlay;
  readonly transactions: Transaction[];
  readonly receipts: PendingReceipt[];
  readonly calls: SimulatedCall[];
  readonly logs: CallLogs;
  gasUsed: bigint;
}

class Simulation {
  readonly #request: SimulationRequest;
  readonly #modules: SimulatorModules;
  readonly #state: StateFork;
  readonly #base: EthHeader;
  /** Of the blocks that are done, by number. */
  readonly #hashes = new Map<bigint, Hash>();
  #parent: EthHeader;
  /** For all blocks together. */
  #gasLeft: bigint;
  #bytesLeft = SIMULATED_BYTES_MAX;
  #msLeft = SIMULATION_MS_MAX;
  /** Of the block that runs, by the clock of `now`. */
  #deadline = Infinity;
  #callsInTurn = 0;

  constructor(request: SimulationRequest, base: EthHeader, gasMax: bigint, modules: SimulatorModules) {
    this.#request = request;
    this.#modules = modules;
    this.#base = base;
    this.#parent = base;
    this.#gasLeft = gasMax;
    this.#state = modules.chain.state.fork(base.number);
  }

  async run(planned: PlannedBlock): Promise<SimulatedBlock> {
    const {chain, engines} = this.#modules;
    const rules = chain.schedule.rulesAt(planned.number, planned.timestamp);
    if (planned.blockOverrides.withdrawals !== undefined && !rules.isShanghai) throw new SimulationError('invalid-override', 'withdrawals before shanghai');
    const draft = draftHeader(planned, this.#parent, {rules, validation: this.#request.validation, baseFeeFloor: chain.baseFeeFloor});
    const outcome = await engines.pool(rules).use(async (engine) => {
      try {
        return await this.#timed(() => this.#execute(planned, draft, engine, rules));
      } catch (error) {
        // A refusal is no failure of the engine; a timeout may have stopped it half way.
        if (error instanceof SimulationError && error.code !== 'timeout') return error;
        throw error;
      }
    });
    if (outcome instanceof SimulationError) throw outcome;
    this.#parent = outcome.block.header;
    this.#hashes.set(planned.number, this.#parent.hash);
    await this.#modules.yieldTurn();
    return outcome;
  }

  async #execute(planned: PlannedBlock, draft: HeaderDraft, engine: ExecutionEngine, rules: ForkRules): Promise<SimulatedBlock> {
    const state = new StateOverlay(this.#state);
    if (this.#parent === this.#base) applyAmendments(state, this.#modules.chain.amendmentsAfter(this.#base.number));
    const {withdrawals = []} = planned.blockOverrides;
    const block: BlockEnvironment = {...this.#environment(planned, draft, rules), precompiles: this.#override(planned, state, engine)};
    const {number, timestamp, parentHash, parentBeaconBlockRoot = ZERO_HASH} = draft;
    beginBlock(state, {number, timestamp, parentHash, parentBeaconBlockRoot}, rules);
    const running: Running = {engine, rules, block, state, transactions: [], receipts: [], calls: [], gasUsed: 0n, logs: new CallLogs(this.#request.traceTransfers, () => this.#checkTime())};
    for (const call of planned.calls) await this.#call(call, running);
    const requests = rules.isPrague ? await this.#requestsHash(running) : undefined;
    for (const {address, amount} of withdrawals) pay(state, address, amount * WEI_PER_GWEI);
    if (!rules.isMerge) payRewards(state, draft, [], rules);
    state.endTransaction(rules.isSpuriousDragon);
    const {transactions, receipts, calls} = running;
    this.#checkTime();
    const stateRoot = this.#state.adopt(state);
    return {block: assembleBlock(draft, {transactions, receipts, withdrawals, stateRoot, requestsHash: requests}, rules), calls};
  }

  #override({stateOverrides}: PlannedBlock, state: StateOverlay, engine: ExecutionEngine): BlockEnvironment['precompiles'] {
    try {
      return applyStateOverrides(state, stateOverrides, (address) => engine.isPrecompile(address));
    } catch (error) {
      if (error instanceof ChainError) throw new SimulationError('invalid-override', error.message);
      throw error;
    }
  }

  #environment({blockOverrides}: PlannedBlock, draft: HeaderDraft, rules: ForkRules): BlockEnvironment {
    const {chain} = this.#modules;
    const price = rules.blobs === undefined ? 0n : blobBaseFee(draft.excessBlobGas ?? 0n, rules.blobs);
    return {
      number: draft.number,
      timestamp: draft.timestamp,
      miner: draft.miner,
      gasLimit: draft.gasLimit,
      baseFeePerGas: draft.baseFeePerGas ?? 0n,
      difficulty: draft.difficulty,
      prevRandao: draft.mixHash,
      blobBaseFee: blockOverrides.blobBaseFee ?? price,
      blockHash: (number) => (number > this.#base.number ? this.#hashes.get(number) : chain.blocks.hashOf(number)) ?? ZERO_HASH,
    };
  }

  async #call(request: CallRequest, running: Running): Promise<void> {
    const {rules, block, state, engine} = running;
    await this.#takeTurns();
    this.#checkTime();
    const {chainId} = this.#modules.chain.parameters;
    const message = this.#messageOf(request, running);
    const tx = simulatedTransaction(request, message, {chainId, isLondon: rules.isLondon});
    const {validation} = this.#request;
    let outcome: TransactionOutcome;
    try {
      outcome = await applyMessage(message, {engine, rules, chainId, block, state, observer: running.logs, checksNonce: validation, waivesFees: !validation});
    } catch (error) {
      if (error instanceof TransactionError) throw refusedMessage(error, message.gasLimit);
      throw error;
    }
    const logs = running.logs.take();
    this.#count(outcome, logs);
    const place = {index: running.receipts.length, blockNumber: block.number, blockTimestamp: block.timestamp, gasUsedBefore: running.gasUsed, firstLogIndex: 0};
    running.receipts.push({...makeReceipt(tx, outcome, place), ...(!rules.isByzantium && {root: this.#state.rootOf(state)})});
    running.transactions.push(tx);
    running.calls.push(simulatedCall(outcome, logs));
    running.gasUsed += outcome.gasUsed;
    this.#gasLeft -= outcome.gasUsed;
  }

  #messageOf(request: CallRequest, {block, state, gasUsed}: Running): Message {
    const gas = request.gas ?? block.gasLimit - gasUsed;
    if (gasUsed + gas > block.gasLimit) throw new SimulationError('block-gas-limit', `block gas limit reached: ${gasUsed + gas} > ${block.gasLimit}`);
    const nonce = request.nonce ?? (state.account(request.from ?? ZERO_ADDRESS) ?? EMPTY_ACCOUNT).nonce;
    return messageOf({...request, gas, nonce}, this.#gasLeft);
  }

  /** EIP-7685, as far as the chain has the contracts for it. */
  async #requestsHash({engine, block, state, calls}: Running): Promise<Hash> {
    const hasQueues = state.code(WITHDRAWAL_REQUESTS_ADDRESS).length > 0 && state.code(CONSOLIDATION_REQUESTS_ADDRESS).length > 0;
    if (!hasQueues) return EMPTY_REQUESTS_HASH;
    const {depositContract} = this.#modules;
    const logs = depositContract === undefined ? [] : calls.flatMap((call) => call.logs.map(({log}) => log));
    try {
      return await requestsHash(logs, {engine, block, state, depositContract: depositContract ?? ZERO_ADDRESS});
    } catch (error) {
      if (error instanceof ImportError) throw new SimulationError('invalid-message', error.message);
      throw error;
    }
  }

  #count({returnData}: TransactionOutcome, logs: readonly CallLog[]): void {
    this.#bytesLeft -= returnData.length;
    for (const {log: {data, topics}} of logs) this.#bytesLeft -= data.length + 32 * topics.length;
    if (this.#bytesLeft < 0) throw new SimulationError('limit-exceeded', `the calls return more than ${SIMULATED_BYTES_MAX} bytes`);
  }

  async #takeTurns(): Promise<void> {
    if (++this.#callsInTurn < SIMULATED_CALLS_PER_TURN) return;
    this.#callsInTurn = 0;
    await this.#modules.yieldTurn();
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    this.#deadline = this.#modules.now() + this.#msLeft;
    const result = await work();
    this.#msLeft = this.#deadline - this.#modules.now();
    return result;
  }

  #checkTime(): void {
    if (this.#modules.now() > this.#deadline) throw new SimulationError('timeout', `execution aborted (timeout = ${SIMULATION_MS_MAX / 1_000}s)`);
  }
}

function simulatedCall(outcome: TransactionOutcome, logs: readonly CallLog[]): SimulatedCall {
  const {status, error, returnData, gasUsed, gasUsedBeforeRefund} = outcome;
  return {
    status,
    returnData: status === 'failure' ? EMPTY : returnData,
    ...(error !== undefined && {error}),
    gasUsed,
    maxUsedGas: gasUsedBeforeRefund,
    logs,
  };
}
