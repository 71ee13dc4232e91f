/** Sending transactions, and what waits. */
import {base64OrNull, EMPTY_BYTES, execTxResultToJson, toBase64, toHexUpper, txHash, type ExecTxResult, type Json} from '#proto';
import type {TxCheck} from '../backend.ts';
import {internalError, RpcError} from '../errors.ts';
import {method, type RpcContext} from '../method.ts';
import {bytes, optionalInt64} from '../parameters.ts';

/** Answers with the outcome of the pool's check. */
export const broadcastTxSync = method({
  name: 'broadcast_tx_sync',
  purpose: "Hands in a transaction and answers with the outcome of the pool's check.",
  parameters: {tx: bytes},
  async call(context, {tx}) {
    assertOpen(context, tx);
    const {code, log, codespace} = await context.backend.submit(tx);
    return {code, data: '', log, codespace, hash: toHexUpper(txHash(tx))};
  },
});

/** Answers at once; the check goes on. */
export const broadcastTxAsync = method({
  name: 'broadcast_tx_async',
  purpose: 'Hands in a transaction and answers at once.',
  parameters: {tx: bytes},
  call(context, {tx}) {
    assertOpen(context, tx);
    // Its outcome is nobody's: who wants it calls broadcast_tx_sync.
    context.backend.submit(tx).catch(() => undefined);
    return {code: 0, data: '', log: '', codespace: '', hash: toHexUpper(txHash(tx))};
  },
});

/** For tests and people; programs subscribe, and then call broadcast_tx_sync. */
export const broadcastTxCommit = method({
  name: 'broadcast_tx_commit',
  purpose: 'Hands in a transaction and waits for the block that includes it, for a bounded time.',
  parameters: {tx: bytes},
  async call(context, {tx}) {
    assertOpen(context, tx);
    const {included, cancel} = context.commitWaiters.wait(tx);
    let check: TxCheck;
    try {
      check = await context.backend.submit(tx);
    } catch (error) {
      cancel();
      throw error;
    }
    const hash = toHexUpper(txHash(tx));
    if (check.code !== 0) {
      cancel();
      return {check_tx: checkToJson(check), tx_result: execTxResultToJson(NO_RESULT), hash, height: '0'};
    }
    const {height, result} = await included;
    return {check_tx: checkToJson(check), tx_result: execTxResultToJson(result), hash, height: height.toString()};
  },
});

export const checkTx = method({
  name: 'check_tx',
  purpose: "The pool's check of a transaction, without handing it in.",
  parameters: {tx: bytes},
  async call(context, {tx}) {
    assertOpen(context, tx);
    return checkToJson(await context.backend.checkTx(tx));
  },
});

export const unconfirmedTxs = method({
  name: 'unconfirmed_txs',
  purpose: 'Transactions that wait, at most `limit` (30 unless given, 100 at the most).',
  parameters: {limit: optionalInt64},
  heavy: true,
  call({backend, limits}, {limit}) {
    const most = limit === undefined || limit < 1n ? limits.perPageDefault : Number(limit > BigInt(limits.perPageMax) ? limits.perPageMax : limit);
    const {count, bytes: size} = backend.pool();
    const txs = backend.unconfirmed(most);
    return {n_txs: String(txs.length), total: String(count), total_bytes: String(size), txs: txs.map(toBase64)};
  },
});

export const numUnconfirmedTxs = method({
  name: 'num_unconfirmed_txs',
  purpose: 'How many transactions wait.',
  parameters: {},
  call({backend}) {
    const {count, bytes: size} = backend.pool();
    return {n_txs: String(count), total: String(count), total_bytes: String(size), txs: null};
  },
});

/** Of a transaction that was refused. */
const NO_RESULT: ExecTxResult = {code: 0, data: EMPTY_BYTES, log: '', gasWanted: 0n, gasUsed: 0n, codespace: ''};

/** ResponseCheckTx. */
function checkToJson({code, log, codespace, gasWanted = 0n}: TxCheck): Json {
  return {code, data: base64OrNull(EMPTY_BYTES), log, info: '', gas_wanted: gasWanted.toString(), gas_used: '0', events: [], codespace};
}

function assertOpen({backend}: RpcContext, tx: Uint8Array): void {
  if (tx.length === 0) throw new RpcError(-32602, 'tx is empty');
  if (backend.isCatchingUp()) throw internalError('endpoint is closed while node is catching up');
}
