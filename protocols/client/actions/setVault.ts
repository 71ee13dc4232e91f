import {parseEventLogs} from 'viem';
import type {Address, Hex, TransactionReceipt} from 'viem';
import {vaultAccessAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface SetVaultParameters {
  readonly assetId: bigint;
  readonly custodian: Address;
  /** keccak256 of the key. */
  readonly keyCommitment: Hex;
  /** Where the vault is reached, at most 256 bytes. Default: none. */
  readonly endpoint?: string;
}

export interface SetVaultReturnType {
  readonly keyVersion: number;
  readonly receipt: TransactionReceipt;
}

/**
 * Names the vault that keeps an asset's content and commits to the content's key, as the asset's creator. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setVault} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setVault(client, {assetId: 1n, custodian: account.address, keyCommitment: `0x${'11'.repeat(32)}`});
 */
export async function setVault(
  client: WritingClient,
  {assetId, custodian, keyCommitment, endpoint = ''}: SetVaultParameters,
): Promise<SetVaultReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.vaultAccess,
    abi: vaultAccessAbi,
    functionName: 'setVault',
    args: [assetId, custodian, keyCommitment, endpoint],
  });
  const {keyVersion} = onlyEvent(parseEventLogs({abi: vaultAccessAbi, eventName: 'VaultSet', logs: receipt.logs}));
  return {keyVersion, receipt};
}
