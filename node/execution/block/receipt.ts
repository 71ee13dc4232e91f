import {bigIntToBytes, bytesToBigInt, bytesToHex, concatBytes, EMPTY, hexToBytes} from '../hex.ts';
import {decodeRlp, encodeRlp} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import type {EthBlock, Hash, Log, Receipt, Transaction} from '../types.ts';
import type {TransactionOutcome} from '../processor.ts';
import {blobGasOf} from '../validity.ts';
import {bloomOfLogs} from './bloom.ts';

/** A receipt before its block has a hash. */
export type PendingReceipt = Omit<Receipt, 'blockHash'>;

export function makeReceipt(
  tx: Transaction,
  outcome: TransactionOutcome,
  place: {readonly index: number; readonly blockNumber: bigint; readonly blockTimestamp: bigint; readonly gasUsedBefore: bigint; readonly firstLogIndex: number},
): PendingReceipt {
  return {
    type: tx.type,
    status: outcome.status === 'success' ? 1 : 0,
    transactionHash: tx.hash,
    transactionIndex: place.index,
    blockNumber: place.blockNumber,
    blockTimestamp: place.blockTimestamp,
    from: tx.sender,
    to: tx.to,
    contractAddress: tx.to === undefined ? outcome.createdAddress : undefined,
    gasUsed: outcome.gasUsed,
    cumulativeGasUsed: place.gasUsedBefore + outcome.gasUsed,
    effectiveGasPrice: outcome.effectiveGasPrice,
    logs: outcome.logs,
    firstLogIndex: place.firstLogIndex,
    logsBloom: bloomOfLogs(outcome.logs),
  };
}

/** EIP-2718 receipt: what the receipts trie holds. Before EIP-658 it had the state root in the place of the status. */
export function consensusReceipt(receipt: Pick<Receipt, 'type' | 'status' | 'cumulativeGasUsed' | 'logsBloom' | 'logs' | 'root'>): Uint8Array {
  const list = encodeRlp([
    receipt.root === undefined ? statusOf(receipt) : hexToBytes(receipt.root),
    bigIntToBytes(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    receipt.logs.map(logItem),
  ]);
  return receipt.type === 0 ? list : concatBytes(Uint8Array.of(receipt.type), list);
}

function statusOf({status}: Pick<Receipt, 'status'>): Uint8Array {
  return status === 1 ? Uint8Array.of(1) : EMPTY;
}

/** The database record: only what the block does not say. A sixth field is of imported blocks: a state root, or a blob gas price. */
export function encodeReceipts(receipts: readonly PendingReceipt[]): Uint8Array {
  return encodeRlp(
    receipts.map((receipt) => [
      statusOf(receipt),
      bigIntToBytes(receipt.gasUsed),
      bigIntToBytes(receipt.effectiveGasPrice),
      receipt.contractAddress === undefined ? EMPTY : hexToBytes(receipt.contractAddress),
      receipt.logs.map(logItem),
      ...(receipt.root === undefined ? [] : [hexToBytes(receipt.root)]),
      ...(receipt.blobGasPrice === undefined ? [] : [bigIntToBytes(receipt.blobGasPrice)]),
    ]),
  );
}

export function decodeReceipts(bytes: Uint8Array, block: EthBlock): Receipt[] {
  let cumulativeGasUsed = 0n;
  let firstLogIndex = 0;
  return listOf(decodeRlp(bytes, {itemsMax: Number.MAX_SAFE_INTEGER})).map((item, index) => {
    const [status, gas, price, contract, logItems, extra] = listOf(item);
    const tx = block.transactions[index]!;
    const logs = listOf(logItems).map(logOf);
    const gasUsed = bytesToBigInt(stringOf(gas));
    cumulativeGasUsed += gasUsed;
    const receipt: Receipt = {
      type: tx.type,
      status: stringOf(status).length === 1 ? 1 : 0,
      transactionHash: tx.hash,
      transactionIndex: index,
      blockNumber: block.header.number,
      blockHash: block.header.hash,
      blockTimestamp: block.header.timestamp,
      from: tx.sender,
      to: tx.to,
      contractAddress: stringOf(contract).length === 0 ? undefined : bytesToHex(stringOf(contract)),
      gasUsed,
      cumulativeGasUsed,
      effectiveGasPrice: bytesToBigInt(stringOf(price)),
      logs,
      firstLogIndex,
      logsBloom: bloomOfLogs(logs),
      ...(extra !== undefined && tx.type !== 3 && {root: bytesToHex(stringOf(extra))}),
      ...(extra !== undefined && tx.type === 3 && {blobGasUsed: blobGasOf(tx), blobGasPrice: bytesToBigInt(stringOf(extra))}),
    };
    firstLogIndex += logs.length;
    return receipt;
  });
}

function logItem(log: Log): RlpItem {
  return [hexToBytes(log.address), log.topics.map(hexToBytes), log.data];
}

function logOf(item: RlpItem): Log {
  const [address, topics, data] = listOf(item);
  return {address: bytesToHex(stringOf(address)), topics: listOf(topics).map((topic): Hash => bytesToHex(stringOf(topic))), data: stringOf(data)};
}

function listOf(item: RlpItem | undefined): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw new Error('database record: list expected');
  return item;
}

function stringOf(item: RlpItem | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new Error('database record: string expected');
  return item;
}
