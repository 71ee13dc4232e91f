/** A block of another chain: held against the rules of its fork, executed by this node's own processor, and the outcome held against its header. */
import {blobBaseFee} from '../block/blob-fee.ts';
import {EMPTY_BLOOM, mergeBloom} from '../block/bloom.ts';
import {EMPTY_UNCLES_HASH, headerItem, ZERO_HASH} from '../block/header.ts';
import {consensusReceipt, makeReceipt} from '../block/receipt.ts';
import type {PendingReceipt} from '../block/receipt.ts';
import {withdrawalItem} from '../block/withdrawal.ts';
import type {Chain} from '../chain.ts';
import type {BlockEnvironment, ExecutionEngine} from '../engine.ts';
import {DecodeError, TransactionError} from '../errors.ts';
import {bytesEqual, bytesToHex} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import {BLOCK_RLP_BYTES_MAX, FOREIGN_TRANSACTION_BYTES_MAX} from '../limits.ts';
import {processTransaction} from '../processor.ts';
import {encodeRlp} from '../rlp.ts';
import type {ForkRules} from '../rules.ts';
import {StateOverlay} from '../state/overlay.ts';
import type {PreparedState} from '../state/state-database.ts';
import {beginBlock} from '../system-contracts.ts';
import {decodeTransaction} from '../transaction.ts';
import {orderedTrieRoot} from '../trie/ordered.ts';
import type {Address, EthBlock, EthHeader, Receipt, Transaction, Withdrawal} from '../types.ts';
import {blobGasOf} from '../validity.ts';
import type {DecodedBlock} from './decode-block.ts';
import {ImportError} from './errors.ts';
import {validateHeader} from './header-rules.ts';
import {requestsHash} from './requests.ts';
import {pay, payRewards, validateUncles} from './uncles.ts';

const WEI_PER_GWEI = 10n ** 9n;

export interface ImportModules {
  readonly chain: Chain;
  /** EIP-6110. */
  readonly depositContract: Address;
  engineFor(rules: ForkRules): Promise<ExecutionEngine>;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

export interface ImportedBlock {
  readonly block: EthBlock;
  readonly receipts: readonly Receipt[];
  readonly prepared: PreparedState;
}

/** On the committed state, into memory only. Throws ImportError. */
export async function executeImportedBlock(decoded: DecodedBlock, modules: ImportModules): Promise<ImportedBlock> {
  const {chain} = modules;
  const {header} = decoded;
  const rules = chain.schedule.rulesAt(header.number, header.timestamp);
  validateHeader(header, chain.head.block.header, rules);
  const transactions = transactionsOf(decoded, rules, chain.parameters.chainId);
  validateBody(decoded, transactions, rules, chain);

  const block = environmentOf(header, rules, chain);
  const engine = await modules.engineFor(rules);
  const state = new StateOverlay(chain.state.newest);
  const {number, timestamp, parentHash, parentBeaconBlockRoot = ZERO_HASH} = header;
  if (rules.isCancun) beginBlock(state, {number, timestamp, parentHash, parentBeaconBlockRoot}, rules);
  const receipts = await run(header, transactions, {engine, rules, block, state}, modules);
  for (const {address, amount} of decoded.withdrawals ?? []) pay(state, address, amount * WEI_PER_GWEI);
  if (!rules.isMerge) payRewards(state, header, decoded.uncles, rules);
  state.endTransaction(rules.isSpuriousDragon);
  if (rules.isPrague) {
    const logs = receipts.flatMap((receipt) => receipt.logs);
    expect(header, 'requests hash', await requestsHash(logs, {engine, block, state, depositContract: modules.depositContract}), header.requestsHash);
  }
  const prepared = await chain.state.prepare(state);
  checkOutcome(header, receipts, prepared);

  const ethBlock: EthBlock = {
    header,
    transactions,
    size: decoded.size,
    ...(decoded.uncles.length > 0 && {uncles: decoded.uncles}),
    ...(decoded.withdrawals !== undefined && decoded.withdrawals.length > 0 && {withdrawals: decoded.withdrawals}),
  };
  return {block: ethBlock, receipts: receipts.map((receipt) => ({...receipt, blockHash: header.hash})), prepared};
}

function transactionsOf({header, transactions}: DecodedBlock, rules: ForkRules, chainId: bigint): Transaction[] {
  return transactions.map((raw, index) => {
    try {
      return decodeTransaction(raw, {chainId, rules, bytesMax: FOREIGN_TRANSACTION_BYTES_MAX});
    } catch (error) {
      if (error instanceof DecodeError) throw invalid(header, `transaction ${index}: ${error.message}`, error);
      throw error;
    }
  });
}

function validateBody({header, uncles, withdrawals, size}: DecodedBlock, transactions: readonly Transaction[], rules: ForkRules, chain: Chain): void {
  if (rules.isOsaka && size > BLOCK_RLP_BYTES_MAX) throw invalid(header, `${size} bytes, more than ${BLOCK_RLP_BYTES_MAX}`);
  expect(header, 'transactions root', bytesToHex(orderedTrieRoot(transactions.map(({raw}) => raw))), header.transactionsRoot);
  const unclesHash = uncles.length === 0 ? EMPTY_UNCLES_HASH : bytesToHex(keccak256(encodeRlp(uncles.map((uncle) => headerItem(uncle.header)))));
  expect(header, 'uncles hash', unclesHash, header.sha3Uncles);
  validateUncles(header, uncles, chain);
  expect(header, 'withdrawals root', withdrawals === undefined ? undefined : withdrawalsRoot(withdrawals), header.withdrawalsRoot);
  const blobGas = transactions.reduce((sum, tx) => sum + blobGasOf(tx), 0n);
  expect(header, 'blob gas used', rules.isCancun ? blobGas : undefined, header.blobGasUsed);
}

function withdrawalsRoot(withdrawals: readonly Withdrawal[]): string {
  return bytesToHex(orderedTrieRoot(withdrawals.map((withdrawal) => encodeRlp(withdrawalItem(withdrawal)))));
}

export function environmentOf(header: EthHeader, rules: ForkRules, chain: Chain): BlockEnvironment {
  return {
    number: header.number,
    timestamp: header.timestamp,
    miner: header.miner,
    gasLimit: header.gasLimit,
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    difficulty: header.difficulty,
    prevRandao: header.mixHash,
    blobBaseFee: rules.blobs === undefined ? 0n : blobBaseFee(header.excessBlobGas ?? 0n, rules.blobs),
    blockHash: (number) => chain.blocks.hashOf(number) ?? ZERO_HASH,
  };
}

interface RunContext {
  readonly engine: ExecutionEngine;
  readonly rules: ForkRules;
  readonly block: BlockEnvironment;
  readonly state: StateOverlay;
}

async function run(header: EthHeader, transactions: readonly Transaction[], context: RunContext, {chain, yieldTurn}: ImportModules): Promise<PendingReceipt[]> {
  const {rules, block, state} = context;
  const receipts: PendingReceipt[] = [];
  let gasUsed = 0n;
  let logs = 0;
  for (const [index, tx] of transactions.entries()) {
    if (tx.gasLimit > header.gasLimit - gasUsed) throw invalid(header, `transaction ${index}: gas limit reached`);
    let receipt: PendingReceipt;
    try {
      const outcome = await processTransaction(tx, {...context, chainId: chain.parameters.chainId});
      receipt = makeReceipt(tx, outcome, {index, blockNumber: block.number, blockTimestamp: block.timestamp, gasUsedBefore: gasUsed, firstLogIndex: logs});
    } catch (error) {
      if (error instanceof TransactionError) throw invalid(header, `transaction ${index} (${tx.hash}): ${error.message}`, error);
      throw error;
    }
    receipts.push({
      ...receipt,
      ...(!rules.isByzantium && {root: (await chain.state.prepare(state)).stateRoot}),
      ...(tx.type === 3 && {blobGasUsed: blobGasOf(tx), blobGasPrice: block.blobBaseFee}),
    });
    gasUsed += receipt.gasUsed;
    logs += receipt.logs.length;
    await yieldTurn();
  }
  return receipts;
}

function checkOutcome(header: EthHeader, receipts: readonly PendingReceipt[], prepared: PreparedState): void {
  const bloom = EMPTY_BLOOM.slice();
  for (const receipt of receipts) mergeBloom(bloom, receipt.logsBloom);
  expect(header, 'gas used', receipts.at(-1)?.cumulativeGasUsed ?? 0n, header.gasUsed);
  expect(header, 'receipts root', bytesToHex(orderedTrieRoot(receipts.map(consensusReceipt))), header.receiptsRoot);
  if (!bytesEqual(bloom, header.logsBloom)) throw outcome(header, 'the bloom of its logs is another');
  expect(header, 'state root', prepared.stateRoot, header.stateRoot);
}

function expect(header: EthHeader, what: string, computed: string | bigint | undefined, claimed: string | bigint | undefined): void {
  if (computed !== claimed) throw outcome(header, `${what} ${computed ?? 'none'}, its header says ${claimed ?? 'none'}`);
}

function invalid(header: EthHeader, reason: string, cause?: unknown): ImportError {
  return new ImportError('body', `block ${header.number} (${header.hash}): ${reason}`, cause);
}

function outcome(header: EthHeader, reason: string): ImportError {
  return new ImportError('outcome', `block ${header.number} (${header.hash}): ${reason}`);
}
