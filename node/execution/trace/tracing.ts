import type {AccountOverride, BlockOverrides, CallRequest, StateOverrides} from '../../rpc/eth/backend.ts';
import {recoverAuthority} from '../authorization.ts';
import {executeCall} from '../call.ts';
import {applyAmendments} from '../dev/amendments.ts';
import type {Chain} from '../chain.ts';
import {generatedAddress} from '../created-address.ts';
import type {Engines} from '../engines.ts';
import type {BlockEnvironment, ExecutionEngine} from '../engine.ts';
import {ChainError, TransactionError} from '../errors.ts';
import {environmentOf} from '../import/execute-block.ts';
import {TRANSACTION_GAS} from '../intrinsic-gas.ts';
import {overrideBlock} from '../overrides.ts';
import {processTransaction} from '../processor.ts';
import type {ProcessorContext, TransactionOutcome} from '../processor.ts';
import type {ForkRules} from '../rules.ts';
import {StateOverlay} from '../state/overlay.ts';
import {beginBlock} from '../system-contracts.ts';
import {ZERO_HASH} from '../block/header.ts';
import type {Address, Authorization, EthBlock, Hash, Transaction} from '../types.ts';
import {blockWorkMax, WorkMeter} from '../work.ts';
import {TraceBudget} from './budget.ts';
import {createTracer} from './tracers.ts';
import type {Json, TraceOptions, Tracer} from './types.ts';

export interface TracingModules {
  readonly chain: Chain;
  readonly engines: Engines;
  /** docs/adr/0018. */
  readonly hasWorkLimit: boolean;
  /** Milliseconds. */
  now(): number;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

export interface TraceCallOptions extends TraceOptions {
  readonly stateOverrides?: ReadonlyMap<Address, AccountOverride>;
  readonly blockOverrides?: BlockOverrides;
  readonly gasLimitMax: bigint;
  /** The call stands after so many transactions of the block; absent: after all of them. */
  readonly transactionIndex?: number;
}

export interface TransactionTrace {
  readonly txHash: Hash;
  readonly result: Json;
}

interface Replay {
  readonly block: EthBlock;
  readonly engine: ExecutionEngine;
  readonly environment: BlockEnvironment;
  readonly rules: ForkRules;
  readonly state: StateOverlay;
}

/** Executes blocks and calls of the past once more, watched by a tracer. */
export class Tracing {
  readonly #modules: TracingModules;

  constructor(modules: TracingModules) {
    this.#modules = modules;
  }

  async block(block: EthBlock, options: TraceOptions): Promise<readonly TransactionTrace[]> {
    const budget = new TraceBudget(() => this.#modules.now());
    return this.#replay(block, async (replay) => {
      const traces: TransactionTrace[] = [];
      let logs = 0;
      for (const tx of block.transactions) {
        const {result, outcome} = await this.#trace(tx, replay, logs, options, budget);
        traces.push({txHash: tx.hash, result});
        logs += outcome.logs.length;
        await this.#modules.yieldTurn();
      }
      return traces;
    });
  }

  async transaction(block: EthBlock, index: number, options: TraceOptions): Promise<Json> {
    const budget = new TraceBudget(() => this.#modules.now());
    return this.#replay(block, async (replay) => {
      const logs = await this.#executeFirst(index, replay, options, budget);
      return (await this.#trace(block.transactions[index]!, replay, logs, options, budget)).result;
    });
  }

  async call(request: CallRequest, block: EthBlock, options: TraceCallOptions): Promise<Json> {
    const {chain, engines} = this.#modules;
    const {header} = block;
    const {transactionIndex: index} = options;
    if (index !== undefined && index < block.transactions.length) {
      return this.#replay(block, async (replay) => {
        await this.#executeFirst(index, replay, options, new TraceBudget(() => this.#modules.now()));
        return this.#traceCall(request, options, replay);
      });
    }
    const rules = chain.schedule.rulesAt(header.number, header.timestamp);
    const state = new StateOverlay(chain.stateAt(header.number));
    return engines.pool(rules).use((engine) => this.#traceCall(request, options, {block, engine, rules, state, environment: environmentOf(header, rules, chain)}));
  }

  async #traceCall(request: CallRequest, options: TraceCallOptions, {engine, environment, rules, state}: Replay): Promise<Json> {
    const budget = new TraceBudget(() => this.#modules.now());
    const block = overrideBlock(environment, options.blockOverrides);
    let tracer: Tracer | undefined;
    const context = {
      state,
      block,
      rules,
      chainId: this.#modules.chain.parameters.chainId,
      gasLimitMax: options.gasLimitMax,
      observer: (start: {readonly state: StateOverlay; readonly sender: Address; readonly nonce: bigint; readonly gasLimit: bigint}): Tracer => {
        tracer = createTracer(
          options.tracer,
          {
            state: start.state,
            from: start.sender,
            to: request.to ?? generatedAddress(start.sender, start.nonce),
            isCreation: request.to === undefined,
            gasLimit: start.gasLimit,
            miner: block.miner,
            authorities: authoritiesOf(request.authorizationList ?? []),
            firstLogIndex: 0,
            isPrecompile: (address) => engine.isPrecompile(address),
          },
          budget,
        );
        budget.start(options.timeoutMs);
        return tracer;
      },
    };
    try {
      const outcome = await executeCall(request, context, options.stateOverrides as StateOverrides | undefined, engine);
      return tracer!.result(outcome);
    } catch (error) {
      if (error instanceof ChainError && error.code === 'call-rejected') throw new ChainError('call-rejected', `tracing failed: ${error.message}`);
      throw error;
    }
  }

  async #trace(tx: Transaction, replay: Replay, firstLogIndex: number, options: TraceOptions, budget: TraceBudget): Promise<{readonly result: Json; readonly outcome: TransactionOutcome}> {
    const {state, engine, environment} = replay;
    const tracer = createTracer(
      options.tracer,
      {
        state,
        from: tx.sender,
        to: tx.to ?? generatedAddress(tx.sender, tx.nonce),
        isCreation: tx.to === undefined,
        gasLimit: tx.gasLimit,
        miner: environment.miner,
        authorities: authoritiesOf(tx.authorizationList),
        firstLogIndex,
        isPrecompile: (address) => engine.isPrecompile(address),
      },
      budget,
    );
    budget.start(options.timeoutMs);
    const outcome = await this.#execute(tx, {...contextOf(replay, this.#modules), observer: tracer});
    return {result: tracer.result(outcome), outcome};
  }

  /** The transactions before `index`, unwatched but for their time: together they have as much as the one that is traced. @returns the number of their logs. */
  async #executeFirst(index: number, replay: Replay, {timeoutMs}: TraceOptions, budget: TraceBudget): Promise<number> {
    const observer = {turn: (): void => budget.check()};
    let logs = 0;
    budget.start(timeoutMs);
    for (const tx of replay.block.transactions.slice(0, index)) {
      const context = contextOf(replay, this.#modules);
      // What has gas for a transfer only keeps its short way, which an observer would close.
      logs += (await this.#execute(tx, tx.gasLimit > TRANSACTION_GAS ? {...context, observer} : context)).logs.length;
      await this.#modules.yieldTurn();
      budget.check();
    }
    return logs;
  }

  async #execute(tx: Transaction, context: ProcessorContext): Promise<TransactionOutcome> {
    try {
      return await processTransaction(tx, context);
    } catch (error) {
      if (error instanceof TransactionError) throw new ChainError('call-aborted', `tracing failed: ${error.message}`);
      throw error;
    }
  }

  /** On the state of the block's parent, which must not be pruned. */
  async #replay<T>(block: EthBlock, work: (replay: Replay) => Promise<T>): Promise<T> {
    const {chain, engines} = this.#modules;
    const {number, timestamp, parentHash, parentBeaconBlockRoot = ZERO_HASH} = block.header;
    if (number === 0n) throw new ChainError('call-rejected', 'genesis is not traceable');
    const rules = chain.schedule.rulesAt(number, timestamp);
    const state = new StateOverlay(chain.state.at(number - 1n));
    applyAmendments(state, chain.amendmentsOf(number));
    return engines.pool(rules).use((engine) => {
      if (rules.isCancun) beginBlock(state, {number, timestamp, parentHash, parentBeaconBlockRoot}, rules);
      return work({block, engine, environment: environmentOf(block.header, rules, chain), rules, state});
    });
  }
}

/** Of one transaction. It stood in the block, so it fitted; what it alone must not exceed is looked at again. */
function contextOf({engine, environment, rules, state}: Replay, {chain, hasWorkLimit}: TracingModules): ProcessorContext {
  const work = hasWorkLimit ? new WorkMeter(blockWorkMax(environment.gasLimit)) : undefined;
  return {engine, rules, chainId: chain.parameters.chainId, block: environment, state, work};
}

function authoritiesOf(list: readonly Authorization[]): Address[] {
  return list.map(recoverAuthority).filter((authority) => authority !== undefined);
}
