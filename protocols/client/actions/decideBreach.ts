import type {TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface DecideBreachParameters {
  readonly disputeId: bigint;
  readonly upheld: boolean;
}

export interface DecideBreachReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Decides a contested claim of breach, as the arbiter of the asset's terms. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {decideBreach, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await decideBreach(client, {disputeId: 1n, upheld: true});
 */
export async function decideBreach(
  client: WritingClient,
  {disputeId, upheld}: DecideBreachParameters,
): Promise<DecideBreachReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'decide',
    args: [disputeId, upheld],
  });
  return {receipt};
}
