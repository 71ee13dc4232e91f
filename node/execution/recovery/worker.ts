/** The thread that recovers senders: takes transactions as `packTransactions` packs them and gives back 20 bytes for each, zeros where there is no sender. */
import {parentPort} from 'node:worker_threads';
import {hexToBytes} from '../hex.ts';
import {decodeTransaction} from '../transaction.ts';
import {ADDRESS_BYTES, unpackTransactions, type PackedTransactions} from './packing.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the body of a thread');

port.on('message', ({id, packed}: {readonly id: number; readonly packed: PackedTransactions}) => {
  const transactions = unpackTransactions(packed);
  const senders = new Uint8Array(ADDRESS_BYTES * transactions.length);
  for (const [index, raw] of transactions.entries()) {
    try {
      senders.set(hexToBytes(decodeTransaction(raw).sender), index * ADDRESS_BYTES);
    } catch {
      // Whoever asked decodes it again, and hears what is wrong with it.
    }
  }
  port.postMessage({id, senders});
});
