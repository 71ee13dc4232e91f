import type {Address, Hex} from 'viem';
import {vaultAccessAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetVaultParameters {
  readonly assetId: bigint;
}

export interface GetVaultReturnType {
  readonly custodian: Address;
  readonly keyVersion: number;
  readonly logLength: bigint;
  readonly keyCommitment: Hex;
  /** Head of the hash chain of all grants. */
  readonly logHead: Hex;
  readonly endpoint: string;
}

/**
 * The vault of an asset. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getVault, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {custodian} = await getVault(client, {assetId: 1n});
 */
export async function getVault(
  client: ReadingClient,
  {assetId}: GetVaultParameters,
): Promise<GetVaultReturnType> {
  const vaultAccess = {address: SYSTEM_ADDRESSES.vaultAccess, abi: vaultAccessAbi} as const;
  return read(client, {...vaultAccess, functionName: 'getVault', args: [assetId]});
}
