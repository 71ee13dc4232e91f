import type {Hex} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetVersionParameters {
  readonly assetId: bigint;
  readonly version: bigint;
}

export interface GetVersionReturnType {
  /** Seconds. */
  readonly publishedAt: bigint;
  /** Bytes. */
  readonly contentSize: bigint;
  readonly contentDigest: Hex;
  readonly contentId: Hex;
  readonly accessUri: string;
}

/**
 * A version of an asset's content; 1 is what was registered. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getVersion, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {contentId} = await getVersion(client, {assetId: 1n, version: 1n});
 */
export async function getVersion(
  client: ReadingClient,
  {assetId, version}: GetVersionParameters,
): Promise<GetVersionReturnType> {
  const assetRegistry = {address: SYSTEM_ADDRESSES.assetRegistry, abi: assetRegistryAbi} as const;
  return read(client, {...assetRegistry, functionName: 'versionOf', args: [assetId, version]});
}
