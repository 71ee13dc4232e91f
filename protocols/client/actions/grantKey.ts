import {parseEventLogs} from 'viem';
import type {Address, Hex, TransactionReceipt} from 'viem';
import {vaultAccessAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface GrantKeyParameters {
  readonly assetId: bigint;
  readonly account: Address;
  /** At most 512 bytes. */
  readonly encryptedKey: Hex;
}

export interface GrantKeyReturnType {
  readonly keyVersion: number;
  /** Number in the access log. */
  readonly entry: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Gives an account that may have it the key of an asset, as the vault's custodian or the asset's creator. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {grantKey, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await grantKey(client, {assetId: 1n, account: account.address, encryptedKey: '0xabcd'});
 */
export async function grantKey(
  client: WritingClient,
  {assetId, account, encryptedKey}: GrantKeyParameters,
): Promise<GrantKeyReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.vaultAccess,
    abi: vaultAccessAbi,
    functionName: 'grantKey',
    args: [assetId, account, encryptedKey],
  });
  const {keyVersion, entry} = onlyEvent(parseEventLogs({abi: vaultAccessAbi, eventName: 'KeyGranted', logs: receipt.logs}));
  return {keyVersion, entry, receipt};
}
