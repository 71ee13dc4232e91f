/** How the demo speaks. */
import {formatEther} from 'viem';
import type {TransactionReceipt} from 'viem';

export function title(text: string): void {
  console.log(`\n${text}`);
}

export function say(text: string): void {
  console.log(`  ${text}`);
}

/** A sentence and the transaction that made it true. */
export function done(text: string, receipt: Pick<TransactionReceipt, 'transactionHash' | 'blockNumber'>): void {
  console.log(`  ${text}\n    transaction ${receipt.transactionHash}, block ${receipt.blockNumber}`);
}

/** Wei as coins, with the name of the coin. */
export function coins(wei: bigint): string {
  return `${formatEther(wei)} QANAT`;
}
