/** An asset's terms as TypeScript values, and as the EIP-712 message that its contributors sign. */
import type {Address, Hex} from 'viem';
import {size, sha256, keccak256, concatHex} from 'viem';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';

/** IAssetRegistry.AssetKind. The first three can be registered so far. */
export const AssetKind = {
  dataset: 0,
  model: 1,
  adapter: 2,
  agent: 3,
  knowledgeBase: 4,
  computeOffer: 5,
  application: 6,
} as const;
export type AssetKind = (typeof AssetKind)[keyof typeof AssetKind];

/** IAssetRegistry.AssetStatus. */
export const AssetStatus = {none: 0, active: 1, retired: 2} as const;
export type AssetStatus = (typeof AssetStatus)[keyof typeof AssetStatus];

/** IAssetRegistry.ContributorRole. */
export const ContributorRole = {
  dataProvider: 0,
  annotator: 1,
  reviewer: 2,
  trainer: 3,
  tuner: 4,
  computeProvider: 5,
  other: 6,
} as const;
export type ContributorRole = (typeof ContributorRole)[keyof typeof ContributorRole];

/** IAssetRegistry.DerivativePolicy: who may register assets made from this one. */
export const DerivativePolicy = {forbidden: 0, licensed: 1, open: 2} as const;
export type DerivativePolicy = (typeof DerivativePolicy)[keyof typeof DerivativePolicy];

/** ILicensing.LicenseKind. Full access is for sale so far. */
export const LicenseKind = {partnership: 0, api: 1, fullAccess: 2, longTerm: 3} as const;
export type LicenseKind = (typeof LicenseKind)[keyof typeof LicenseKind];

/** ILicensing.Right. */
export const Right = {call: 0, access: 1, derive: 2} as const;
export type Right = (typeof Right)[keyof typeof Right];

/** IAttribution.RevenueSource. */
export const RevenueSource = {direct: 0, license: 1, inference: 2, resale: 3, partnership: 4, reward: 5} as const;
export type RevenueSource = (typeof RevenueSource)[keyof typeof RevenueSource];

export interface Contributor {
  readonly account: Address;
  readonly role: ContributorRole;
  /** Basis points of what the asset keeps of its revenue; 10,000 over all contributors. */
  readonly weight: number;
}

/** IAssetRegistry.AssetTerms. */
export interface AssetTerms {
  readonly kind: AssetKind;
  readonly creator: Address;
  /** CIDv1 in binary. */
  readonly contentId: Hex;
  /** keccak256 of the content. */
  readonly contentDigest: Hex;
  /** Bytes. */
  readonly contentSize: bigint;
  readonly parents: readonly bigint[];
  readonly contributors: readonly Contributor[];
  /** Basis points of a direct derivative's revenue; at most 5,000. */
  readonly royalty: number;
  readonly derivatives: DerivativePolicy;
  /** Bit k: LicenseKind k is for sale. See `licenseMenu`. */
  readonly licenseMenu: number;
  /** Of a full-access licence, in wei. */
  readonly licensePrice: bigint;
  /** 32 bytes that tell otherwise equal terms apart. */
  readonly salt: Hex;
  /** Last second at which the terms may be registered. */
  readonly deadline: bigint;
}

/** The licence menu that offers these kinds. */
export function licenseMenu(...kinds: readonly LicenseKind[]): number {
  return kinds.reduce<number>((menu, kind) => menu | (1 << kind), 0);
}

/**
 * The fields of terms that say what the content is: a CIDv1 (raw codec, sha2-256) of it as one block, its keccak256 and
 * its length.
 */
export function describeContent(content: Uint8Array | Hex): Pick<AssetTerms, 'contentId' | 'contentDigest' | 'contentSize'> {
  // Version 1, codec raw (0x55), hash function sha2-256 (0x12), 32 bytes (0x20).
  const prefix = '0x01551220';
  return {
    contentId: concatHex([prefix, sha256(content)]),
    contentDigest: keccak256(content),
    contentSize: BigInt(size(content)),
  };
}

const TERMS_TYPES = {
  AssetTerms: [
    {name: 'kind', type: 'uint8'},
    {name: 'creator', type: 'address'},
    {name: 'contentId', type: 'bytes'},
    {name: 'contentDigest', type: 'bytes32'},
    {name: 'contentSize', type: 'uint64'},
    {name: 'parents', type: 'uint256[]'},
    {name: 'contributors', type: 'Contributor[]'},
    {name: 'royalty', type: 'uint16'},
    {name: 'derivatives', type: 'uint8'},
    {name: 'licenseMenu', type: 'uint8'},
    {name: 'licensePrice', type: 'uint128'},
    {name: 'salt', type: 'bytes32'},
    {name: 'deadline', type: 'uint64'},
  ],
  Contributor: [
    {name: 'account', type: 'address'},
    {name: 'role', type: 'uint8'},
    {name: 'weight', type: 'uint16'},
  ],
} as const;

/** The EIP-712 message of an asset's terms, for `signTypedData` and `hashTypedData`. */
export function assetTermsTypedData(terms: AssetTerms, chainId: number) {
  return {
    domain: {
      name: 'Qanat AssetRegistry',
      version: '1',
      chainId,
      verifyingContract: SYSTEM_ADDRESSES.assetRegistry,
    },
    types: TERMS_TYPES,
    primaryType: 'AssetTerms',
    message: terms,
  } as const;
}
