/** How long a payment takes on an idle chain, from sending to its receipt. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Hex} from 'viem';
import {parseGwei} from 'viem';
import type {Reader, Sender} from './chain.ts';

const TRANSFER_COUNT = 11;
/** Between transfers, so that the chain is idle again: more than the pause between empty blocks would be. */
const PAUSE_MS = 300;
const POLL_MS = 5;
const RECEIPT_TIMEOUT_MS = 30_000;

/**
 * Sends payments of nothing to oneself, one at a time.
 * @returns milliseconds from eth_sendRawTransaction to the receipt: the median and the longest
 */
export async function measureLatency(reader: Reader, sender: Sender): Promise<{medianMs: number; longestMs: number; count: number}> {
  const {address} = sender.account;
  let nonce = await reader.getTransactionCount({address});
  const {baseFeePerGas} = await reader.getBlock();
  const times: number[] = [];
  for (let index = 0; index < TRANSFER_COUNT; index++) {
    const serializedTransaction = await sender.signTransaction({
      to: address, value: 0n, gas: 21_000n, nonce: nonce++, type: 'eip1559',
      maxFeePerGas: 2n * (baseFeePerGas ?? 0n) + parseGwei('2'), maxPriorityFeePerGas: parseGwei('1'),
    });
    await sleep(PAUSE_MS);
    const started = performance.now();
    const hash = await reader.sendRawTransaction({serializedTransaction});
    await receipt(reader, hash);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return {medianMs: times[Math.floor(times.length / 2)] as number, longestMs: times.at(-1) as number, count: times.length};
}

async function receipt(reader: Reader, hash: Hex): Promise<void> {
  const limit = AbortSignal.timeout(RECEIPT_TIMEOUT_MS);
  while ((await reader.request({method: 'eth_getTransactionReceipt', params: [hash]})) === null) {
    if (limit.aborted) throw new Error(`no receipt of ${hash} within ${RECEIPT_TIMEOUT_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}
