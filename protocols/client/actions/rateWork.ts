import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RateWorkParameters {
  /** keccak256(abi.encode(reporter, workId)); the oracle reports requests by their ids. */
  readonly workKey: Hex;
  /** 0, the worst, to 10,000, the best. */
  readonly rating: number;
}

export interface RateWorkReturnType {
  /** What the rating weighs, in wei. */
  readonly weight: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Rates work that the client's account paid for, once. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, rateWork} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await rateWork(client, {workKey: `0x${'88'.repeat(32)}`, rating: 9_000});
 */
export async function rateWork(client: WritingClient, {workKey, rating}: RateWorkParameters): Promise<RateWorkReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'rate',
    args: [workKey, rating],
  });
  const {weight} = onlyEvent(parseEventLogs({abi: identityAbi, eventName: 'WorkRated', logs: receipt.logs}));
  return {weight, receipt};
}
