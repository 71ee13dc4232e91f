import type {Address, Hex} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import type {AssetKind, AssetStatus, Contributor, DerivativePolicy, LicenseTerms} from '../terms.ts';

export interface GetAssetParameters {
  readonly assetId: bigint;
}

export interface GetAssetReturnType {
  readonly kind: AssetKind;
  readonly status: AssetStatus;
  readonly creator: Address;
  /** Generations below the oldest ancestor; 0 without parents. */
  readonly depth: number;
  /** Basis points of a direct derivative's revenue. */
  readonly royalty: number;
  readonly derivatives: DerivativePolicy;
  /** Weight that contributions after registration may have in all. */
  readonly laterWeight: number;
  /** Basis points of what the asset keeps that go to share holders. */
  readonly sharesRatio: number;
  /** With prices as they are now. */
  readonly licenses: LicenseTerms;
  /** Bytes. */
  readonly contentSize: bigint;
  /** Seconds. */
  readonly registeredAt: bigint;
  /** 1, and one more for each version that was added. */
  readonly versionCount: number;
  readonly contentDigest: Hex;
  readonly contentId: Hex;
  readonly termsHash: Hex;
  /** Hash of the shares' terms; zero without shares. */
  readonly shareTerms: Hex;
  readonly parents: readonly bigint[];
  readonly contributors: readonly Contributor[];
}

/**
 * An asset with its parents, contributors and licence terms. Throws ContractRefusedError (UnknownAsset).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getAsset, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {creator, parents, contributors} = await getAsset(client, {assetId: 1n});
 */
export async function getAsset(client: ReadingClient, {assetId}: GetAssetParameters): Promise<GetAssetReturnType> {
  const registry = {address: SYSTEM_ADDRESSES.assetRegistry, abi: assetRegistryAbi, args: [assetId]} as const;
  const [asset, parents, contributors, licenses] = await Promise.all([
    read(client, {...registry, functionName: 'getAsset'}),
    read(client, {...registry, functionName: 'parentsOf'}),
    read(client, {...registry, functionName: 'contributorsOf'}),
    read(client, {...registry, functionName: 'licenseTermsOf'}),
  ]);
  // The contract's enums hold exactly the values of these types.
  return {...asset, parents, contributors, licenses} as GetAssetReturnType;
}
