import type {Hex, TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {BREACH_BOND} from '../messages.ts';

export interface ContestBreachParameters {
  readonly disputeId: bigint;
  /** Hash. */
  readonly defence: Hex;
}

export interface ContestBreachReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Contests a claim of breach, with the same bond, as the accused. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {contestBreach, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await contestBreach(client, {disputeId: 1n, defence: `0x${'22'.repeat(32)}`});
 */
export async function contestBreach(
  client: WritingClient,
  {disputeId, defence}: ContestBreachParameters,
): Promise<ContestBreachReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'contest',
    args: [disputeId, defence],
    value: BREACH_BOND,
  });
  return {receipt};
}
