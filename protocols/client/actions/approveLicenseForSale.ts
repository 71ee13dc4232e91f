import type {TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ApproveLicenseForSaleParameters {
  readonly licenseId: bigint;
}

export interface ApproveLicenseForSaleReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets the Marketplace move a licence of the sender when it is bought from a listing. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {approveLicenseForSale, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await approveLicenseForSale(client, {licenseId: 1n});
 */
export async function approveLicenseForSale(
  client: WritingClient,
  {licenseId}: ApproveLicenseForSaleParameters,
): Promise<ApproveLicenseForSaleReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'approve',
    args: [SYSTEM_ADDRESSES.marketplace, licenseId],
  });
  return {receipt};
}
