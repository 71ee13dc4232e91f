import type {TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ReleaseLicensePaymentParameters {
  readonly licenseId: bigint;
}

export interface ReleaseLicensePaymentReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Releases the payment for full access: the buyer at once, anyone when it can be contested no more. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, releaseLicensePayment} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await releaseLicensePayment(client, {licenseId: 1n});
 */
export async function releaseLicensePayment(
  client: WritingClient,
  {licenseId}: ReleaseLicensePaymentParameters,
): Promise<ReleaseLicensePaymentReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'releasePayment',
    args: [licenseId],
  });
  return {receipt};
}
