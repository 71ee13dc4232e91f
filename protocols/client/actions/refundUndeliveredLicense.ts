import type {TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RefundUndeliveredLicenseParameters {
  readonly licenseId: bigint;
}

export interface RefundUndeliveredLicenseReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Gives the payment back to the buyer when the key did not come in time. Anyone may. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, refundUndeliveredLicense} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await refundUndeliveredLicense(client, {licenseId: 1n});
 */
export async function refundUndeliveredLicense(
  client: WritingClient,
  {licenseId}: RefundUndeliveredLicenseParameters,
): Promise<RefundUndeliveredLicenseReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'refundUndelivered',
    args: [licenseId],
  });
  return {receipt};
}
