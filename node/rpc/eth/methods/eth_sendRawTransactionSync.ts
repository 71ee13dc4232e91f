/** Hands a signed transaction to the pool and waits for its receipt (EIP-7966), for so many milliseconds at most. */
import {decodeTransaction, keccak256, type Transaction} from '#node/execution';
import {receiptJson} from '../encode/receipt.ts';
import {rpcErrors} from '../errors.ts';
import {data, quantity} from '../hex.ts';
import {defineMethod, maybe, required, type RpcContext} from '../method.ts';
import {bytes, count} from '../schema.ts';

export const eth_sendRawTransactionSync = defineMethod({
  name: 'eth_sendRawTransactionSync',
  params: [required('transaction', bytes), maybe('timeoutMs', count)],
  example: {
    params: [
      '0x02f87683011b8e80843b9aca008502540be4008252089470997970c51812dc3a010c7d01b50e0d17dc79c8880de0b6b3a764000080c001a0b69bad241f93a513944845207bd2ca76a498b312acc23400fc0e33e98a8b5423a04a68996f1e7d9a4b54a3859a8ade88579206ef57e030b95fd6cb53ab71da16a5',
      5000,
    ],
    result: 'the receipt, as of eth_getTransactionReceipt',
  },
  handler: async (context, [raw, timeout], client) => {
    const {limits, pool} = context;
    checkNonce(context, raw);
    // As in geth: nothing and 0 are the default, and more than the most is the most.
    const wanted = timeout === undefined || timeout === 0n ? BigInt(limits.syncTimeoutMs) : timeout;
    const timeoutMs = wanted > BigInt(limits.syncTimeoutMaxMs) ? limits.syncTimeoutMaxMs : Number(wanted);
    const hash = data(keccak256(raw));
    // Before it is handed in: its block may be told of while the submission is still being answered.
    const waiting = context.waiters.wait(hash, timeoutMs);
    // Whoever hangs up leaves the place to others; the transaction stays handed in.
    const forgetClient = client.onGone?.(() => waiting.cancel());
    try {
      await pool.submit(raw);
      const receipt = (await context.recent.receipt(hash)) ?? (await waiting.receipt);
      if (receipt === undefined) throw rpcErrors.syncTimeout(hash, timeoutMs);
      return receiptJson(receipt);
    } finally {
      forgetClient?.();
      waiting.cancel();
    }
  },
});

/** A transaction that could not be included yet is refused, with the nonce that could. */
function checkNonce({pool}: RpcContext, raw: Uint8Array): void {
  let tx: Transaction;
  try {
    tx = decodeTransaction(raw);
  } catch {
    // The pool says what is wrong with it.
    return;
  }
  const expected = pool.pendingNonce(tx.sender);
  if (tx.nonce > expected) throw rpcErrors.nonceGap(quantity(expected));
}
