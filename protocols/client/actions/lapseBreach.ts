import type {TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface LapseBreachParameters {
  readonly disputeId: bigint;
}

export interface LapseBreachReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Closes a claim of breach that the arbiter did not decide in time. Anyone may. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {lapseBreach, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await lapseBreach(client, {disputeId: 1n});
 */
export async function lapseBreach(
  client: WritingClient,
  {disputeId}: LapseBreachParameters,
): Promise<LapseBreachReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'lapse',
    args: [disputeId],
  });
  return {receipt};
}
