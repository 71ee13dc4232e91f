import type {Hex, TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface DeliverLicenseKeyParameters {
  readonly licenseId: bigint;
  /** At most 512 bytes. */
  readonly encryptedKey: Hex;
}

export interface DeliverLicenseKeyReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Delivers the content's key for a licence that waits for it, as the asset's creator or its vault's custodian. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {deliverLicenseKey, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await deliverLicenseKey(client, {licenseId: 1n, encryptedKey: '0xabcd'});
 */
export async function deliverLicenseKey(
  client: WritingClient,
  {licenseId, encryptedKey}: DeliverLicenseKeyParameters,
): Promise<DeliverLicenseKeyReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'deliverKey',
    args: [licenseId, encryptedKey],
  });
  return {receipt};
}
