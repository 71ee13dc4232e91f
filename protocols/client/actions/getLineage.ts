import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetLineageParameters {
  readonly assetId: bigint;
}

export interface GetLineageReturnType {
  /** What the asset keeps of one unit of its revenue, in 10^-32. */
  readonly keptShare: bigint;
  /** All ancestors, the parents first, and what each keeps of one unit of the asset's revenue, in 10^-32. */
  readonly ancestors: readonly {readonly assetId: bigint; readonly share: bigint}[];
}

/** One whole share: 10^32. */
export const SHARE_ONE = 10n ** 32n;

/**
 * Where an asset's revenue goes: a constant of the asset. Throws ContractRefusedError (UnknownAsset).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {SHARE_ONE, getLineage, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {keptShare} = await getLineage(client, {assetId: 1n});
 * console.log(`keeps ${(100n * keptShare) / SHARE_ONE} %`);
 */
export async function getLineage(client: ReadingClient, {assetId}: GetLineageParameters): Promise<GetLineageReturnType> {
  const [ids, shares] = await read(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'lineage',
    args: [assetId],
  });
  return {
    keptShare: shares.reduce((kept, share) => kept - share, SHARE_ONE),
    ancestors: ids.map((id, index) => ({assetId: id, share: shares[index] ?? 0n})),
  };
}
