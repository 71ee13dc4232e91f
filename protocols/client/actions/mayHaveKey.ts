import type {Address} from 'viem';
import {vaultAccessAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface MayHaveKeyParameters {
  readonly account: Address;
  readonly assetId: bigint;
}

/**
 * Whether an account may have an asset's key.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {mayHaveKey, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * console.log(await mayHaveKey(client, {account, assetId: 1n}));
 */
export async function mayHaveKey(
  client: ReadingClient,
  {account, assetId}: MayHaveKeyParameters,
): Promise<boolean> {
  const vaultAccess = {address: SYSTEM_ADDRESSES.vaultAccess, abi: vaultAccessAbi} as const;
  return read(client, {...vaultAccess, functionName: 'mayHaveKey', args: [account, assetId]});
}
