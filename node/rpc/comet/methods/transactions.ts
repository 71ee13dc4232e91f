/** Sending transactions, and what waits. */
import {toHexUpper, txHash} from '#proto';
import {internalError, RpcError} from '../errors.ts';
import {method, type RpcContext} from '../method.ts';
import {bytes} from '../parameters.ts';

/** Answers with the outcome of the pool's check. */
export const broadcastTxSync = method({
  name: 'broadcast_tx_sync',
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
  parameters: {tx: bytes},
  call(context, {tx}) {
    assertOpen(context, tx);
    // Its outcome is nobody's: who wants it calls broadcast_tx_sync.
    context.backend.submit(tx).catch(() => undefined);
    return {code: 0, data: '', log: '', codespace: '', hash: toHexUpper(txHash(tx))};
  },
});

export const numUnconfirmedTxs = method({
  name: 'num_unconfirmed_txs',
  parameters: {},
  call({backend}) {
    const {count, bytes: size} = backend.pool();
    return {n_txs: String(count), total: String(count), total_bytes: String(size), txs: null};
  },
});

function assertOpen({backend}: RpcContext, tx: Uint8Array): void {
  if (tx.length === 0) throw new RpcError(-32602, 'tx is empty');
  if (backend.isCatchingUp()) throw internalError('endpoint is closed while node is catching up');
}
