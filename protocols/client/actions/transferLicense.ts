import type {Address, TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface TransferLicenseParameters {
  readonly licenseId: bigint;
  readonly to: Address;
}

export interface TransferLicenseReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Transfers a licence, where its terms let it change hands and no resale commission is due. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, transferLicense} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await transferLicense(client, {licenseId: 1n, to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'});
 */
export async function transferLicense(
  client: WritingClient,
  {licenseId, to}: TransferLicenseParameters,
): Promise<TransferLicenseReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'safeTransferFrom',
    args: [client.account.address, to, licenseId],
  });
  return {receipt};
}
