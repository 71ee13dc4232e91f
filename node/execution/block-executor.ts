import type {ExecTxResult, Timestamp} from '#proto';
import {buildBlock, prevRandaoOf} from './block/eth-block.ts';
import {transactionEvents} from './block/events.ts';
import {ZERO_HASH} from './block/header.ts';
import {makeReceipt} from './block/receipt.ts';
import type {PendingReceipt} from './block/receipt.ts';
import {appHashOf} from './chain.ts';
import type {Chain} from './chain.ts';
import {applyAmendments} from './dev/amendments.ts';
import type {BlockEnvironment, ExecutionEngine} from './engine.ts';
import {DecodeError, TransactionError} from './errors.ts';
import {bytesToHex, EMPTY} from './hex.ts';
import {YIELD_EVERY_GAS} from './limits.ts';
import {processTransaction} from './processor.ts';
import type {TransactionOutcome} from './processor.ts';
import type {ForkRules} from './rules.ts';
import {StateOverlay} from './state/overlay.ts';
import type {PreparedState} from './state/state-database.ts';
import {beginBlock} from './system-contracts.ts';
import type {EthBlock, Receipt, Transaction} from './types.ts';
import {blockWorkMax, WorkMeter} from './work.ts';

/** What execution takes from a decided (or proposed) Comet block. */
export interface BlockRequest {
  readonly txs: readonly Uint8Array[];
  readonly hash: Uint8Array;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly proposerAddress: Uint8Array;
}

export interface ExecutedBlock {
  readonly cometHash: Uint8Array;
  readonly block: EthBlock;
  readonly receipts: readonly Receipt[];
  readonly txResults: readonly ExecTxResult[];
  readonly prepared: PreparedState;
  readonly appHash: Uint8Array;
  readonly executionMs: number;
}

/** Result codes of ExecTxResult. 2: the transaction is in the Comet block but could not be executed, and is not in the Ethereum block. */
export const ResultCode = {Success: 0, Reverted: 1, Excluded: 2} as const;

export interface BlockExecutorModules {
  readonly chain: Chain;
  /** docs/adr/0018. */
  readonly hasWorkLimit: boolean;
  engineFor(rules: ForkRules): Promise<ExecutionEngine>;
  decode(raw: Uint8Array): Transaction;
  now(): number;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

export class ExecutionAborted extends Error {
  constructor() {
    super('the execution was given up for another block');
    this.name = 'ExecutionAborted';
  }
}

/** Executes on the committed state into memory only. Throws ExecutionAborted when `signal` says so at a pause. */
export async function executeBlock(request: BlockRequest, modules: BlockExecutorModules, signal: {readonly aborted: boolean}): Promise<ExecutedBlock> {
  const {chain} = modules;
  const started = modules.now();
  const parent = chain.head;
  const parentHeader = parent.block.header;
  if (request.height !== parentHeader.number + 1n) throw new Error(`block ${request.height} does not follow block ${parentHeader.number}`);
  const block: BlockEnvironment = {
    number: request.height,
    timestamp: request.time.seconds,
    miner: chain.minerOf(request.proposerAddress),
    gasLimit: chain.nextGasLimit(),
    baseFeePerGas: chain.nextBaseFee(),
    prevRandao: prevRandaoOf(request.hash),
    difficulty: 0n,
    blobBaseFee: 1n,
    blockHash: (number) => chain.blocks.hashOf(number) ?? ZERO_HASH,
  };
  const rules = chain.schedule.rulesAt(block.number, block.timestamp);
  const engine = await modules.engineFor(rules);
  const state = new StateOverlay(chain.state.newest);
  applyAmendments(state, chain.amendments);
  const parentBeaconBlockRoot = bytesToHex(parent.cometHash);
  beginBlock(state, {number: block.number, timestamp: block.timestamp, parentHash: parentHeader.hash, parentBeaconBlockRoot}, rules);

  const included: Transaction[] = [];
  const receipts: PendingReceipt[] = [];
  const txResults: ExecTxResult[] = [];
  let gasUsed = 0n;
  let gasAtPause = 0n;
  let logs = 0;
  const work = modules.hasWorkLimit ? new WorkMeter(blockWorkMax(block.gasLimit)) : undefined;
  const context = {engine, rules, chainId: chain.parameters.chainId, block, state, work};
  for (const raw of request.txs) {
    let tx: Transaction | undefined;
    try {
      tx = modules.decode(raw);
      if (tx.gasLimit > block.gasLimit - gasUsed) throw new TransactionError('block-gas-exceeded', 'gas limit reached');
      const pending = processTransaction(tx, context);
      const outcome: TransactionOutcome = 'then' in pending ? await pending : pending;
      const place = {index: included.length, blockNumber: block.number, blockTimestamp: block.timestamp, gasUsedBefore: gasUsed, firstLogIndex: logs};
      receipts.push(makeReceipt(tx, outcome, place));
      included.push(tx);
      txResults.push(resultOf(tx, outcome));
      gasUsed += outcome.gasUsed;
      logs += outcome.logs.length;
    } catch (error) {
      if (!(error instanceof TransactionError || error instanceof DecodeError)) throw error;
      txResults.push({code: ResultCode.Excluded, data: EMPTY, gasWanted: tx?.gasLimit ?? 0n, gasUsed: 0n, log: error.message, codespace: 'evm'});
    }
    if (gasUsed - gasAtPause >= YIELD_EVERY_GAS) {
      gasAtPause = gasUsed;
      await modules.yieldTurn();
      if (signal.aborted) throw new ExecutionAborted();
    }
  }
  const prepared = await chain.state.prepare(state);
  const ethBlock = buildBlock(
    {
      parentHash: parentHeader.hash,
      miner: block.miner,
      number: block.number,
      gasLimit: block.gasLimit,
      timestamp: block.timestamp,
      baseFeePerGas: block.baseFeePerGas,
      stateRoot: prepared.stateRoot,
      extraData: request.hash,
      prevRandao: block.prevRandao,
      parentBeaconBlockRoot,
    },
    included,
    receipts,
  );
  const blockHash = ethBlock.header.hash;
  return {
    cometHash: request.hash,
    block: ethBlock,
    receipts: receipts.map((receipt) => ({...receipt, blockHash})),
    txResults,
    prepared,
    appHash: appHashOf(ethBlock),
    executionMs: modules.now() - started,
  };
}

function resultOf(tx: Transaction, outcome: TransactionOutcome): ExecTxResult {
  const succeeded = outcome.status === 'success';
  return {
    code: succeeded ? ResultCode.Success : ResultCode.Reverted,
    data: outcome.status === 'revert' ? outcome.returnData : EMPTY,
    gasWanted: tx.gasLimit,
    gasUsed: outcome.gasUsed,
    log: succeeded ? '' : (outcome.error ?? 'execution reverted'),
    codespace: succeeded ? '' : 'evm',
    events: transactionEvents(tx, outcome),
  };
}
