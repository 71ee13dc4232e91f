import type {TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface DepositForCallsParameters {
  readonly licenseId: bigint;
  /** Wei. */
  readonly amount: bigint;
}

export interface DepositForCallsReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Adds to the prepaid balance of an API licence. Anyone may. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {depositForCalls, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await depositForCalls(client, {licenseId: 1n, amount: 10n ** 18n});
 */
export async function depositForCalls(
  client: WritingClient,
  {licenseId, amount}: DepositForCallsParameters,
): Promise<DepositForCallsReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'deposit',
    args: [licenseId],
    value: amount,
  });
  return {receipt};
}
