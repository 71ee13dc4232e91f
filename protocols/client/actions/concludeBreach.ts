import type {TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ConcludeBreachParameters {
  readonly disputeId: bigint;
}

export interface ConcludeBreachReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Upholds a claim of breach that nobody contested in time. Anyone may. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {concludeBreach, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await concludeBreach(client, {disputeId: 1n});
 */
export async function concludeBreach(
  client: WritingClient,
  {disputeId}: ConcludeBreachParameters,
): Promise<ConcludeBreachReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'conclude',
    args: [disputeId],
  });
  return {receipt};
}
