/** An asset's terms as TypeScript values, and as the EIP-712 message that its contributors sign. */
import type {Address, Hex} from 'viem';
import {size, sha256, keccak256, concatHex, zeroAddress, zeroHash} from 'viem';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';

/** IAssetRegistry.AssetKind. */
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

/** ILicensing.LicenseKind. */
export const LicenseKind = {partnership: 0, api: 1, fullAccess: 2, longTerm: 3} as const;
export type LicenseKind = (typeof LicenseKind)[keyof typeof LicenseKind];

/** ILicensing.Right. */
export const Right = {call: 0, access: 1, derive: 2} as const;
export type Right = (typeof Right)[keyof typeof Right];

/** ILicensing.LicenseStatus. */
export const LicenseStatus = {none: 0, pending: 1, active: 2, revoked: 3, refunded: 4, ended: 5} as const;
export type LicenseStatus = (typeof LicenseStatus)[keyof typeof LicenseStatus];

/** ILicensing.Use: what a licensee may use an asset for, as bits of `LicenseTerms.uses`; see `bits`. */
export const Use = {research: 0, internal: 1, commercial: 2, redistribution: 3, training: 4, publicSector: 5} as const;

/** ILicensing.Territory: where, as bits of `LicenseTerms.territories`; none is everywhere. */
export const Territory = {africa: 0, asia: 1, europe: 2, northAmerica: 3, southAmerica: 4, oceania: 5} as const;

/** IAttribution.RevenueSource. */
export const RevenueSource = {direct: 0, license: 1, inference: 2, resale: 3, partnership: 4, reward: 5, api: 6} as const;
export type RevenueSource = (typeof RevenueSource)[keyof typeof RevenueSource];

export interface Contributor {
  readonly account: Address;
  readonly role: ContributorRole;
  /** Basis points of what the asset's contributors get; 10,000 over all that the terms name. */
  readonly weight: number;
  /** Hash of what was contributed; zero for the asset's content itself. */
  readonly contribution: Hex;
}

/** IAssetRegistry.LicenseTerms, where each member is described. */
export interface LicenseTerms {
  /** Bit k: LicenseKind k is for sale. See `licenseMenu`. */
  readonly menu: number;
  /** Bit k: licences of kind k may change hands. */
  readonly transferable: number;
  /** Basis points of a resale's price; at most 5,000. */
  readonly resaleCommission: number;
  /** Bit k: Use k. */
  readonly uses: number;
  /** Bit k: Territory k; 0 is everywhere. */
  readonly territories: number;
  /** Least share of a partner's revenue, in basis points. */
  readonly partnershipShare: number;
  /** Length of a long-term licence in seconds. */
  readonly period: number;
  /** Seconds in which the content's key is delivered; 0 when there is none. */
  readonly deliveryTimeout: number;
  /** Wei. */
  readonly fullAccessPrice: bigint;
  readonly callPrice: bigint;
  readonly periodPrice: bigint;
  /** Hash of the criteria for API licences; zero when everyone is approved. */
  readonly eligibility: Hex;
  /** Who decides contested claims of breach; the zero address is governance. */
  readonly arbiter: Address;
}

/** IAssetRegistry.AssetTerms, where each member is described. */
export interface AssetTerms {
  readonly kind: AssetKind;
  readonly creator: Address;
  /** CIDv1 in binary. */
  readonly contentId: Hex;
  /** keccak256 of the content. */
  readonly contentDigest: Hex;
  /** Bytes. */
  readonly contentSize: bigint;
  readonly kindData: Hex;
  readonly accessUri: string;
  readonly parents: readonly bigint[];
  readonly contributors: readonly Contributor[];
  /** Basis points of a direct derivative's revenue; at most 5,000. */
  readonly royalty: number;
  readonly derivatives: DerivativePolicy;
  /** Weight that contributions after registration may have in all; at most 10,000. */
  readonly laterWeight: number;
  readonly licenses: LicenseTerms;
  /** Basis points of what the asset keeps that go to share holders. */
  readonly sharesRatio: number;
  /** See `hashShareTerms`; zero without shares. */
  readonly shareTerms: Hex;
  /** 32 bytes that tell otherwise equal terms apart. */
  readonly salt: Hex;
  /** Last second at which the terms may be registered. */
  readonly deadline: bigint;
}

type Optional = 'kindData' | 'accessUri' | 'laterWeight' | 'sharesRatio' | 'shareTerms';

/** Terms in which what an asset does without may be left out. */
export interface AssetTermsInput extends Omit<AssetTerms, Optional | 'contributors' | 'licenses'>, Partial<Pick<AssetTerms, Optional>> {
  readonly contributors: readonly (Omit<Contributor, 'contribution'> & Partial<Pick<Contributor, 'contribution'>>)[];
  /** Left out: nothing is for sale. */
  readonly licenses?: Partial<LicenseTerms>;
}

/** Licence terms under which nothing is for sale, with what is given in their place. */
export function defineLicenseTerms(terms: Partial<LicenseTerms> = {}): LicenseTerms {
  return {
    menu: 0,
    transferable: 0,
    resaleCommission: 0,
    uses: 0,
    territories: 0,
    partnershipShare: 0,
    period: 0,
    deliveryTimeout: 0,
    fullAccessPrice: 0n,
    callPrice: 0n,
    periodPrice: 0n,
    eligibility: zeroHash,
    arbiter: zeroAddress,
    ...terms,
  };
}

/** Terms with everything that was left out. */
export function defineTerms(terms: AssetTermsInput): AssetTerms {
  return {
    kindData: '0x',
    accessUri: '',
    laterWeight: 0,
    sharesRatio: 0,
    shareTerms: zeroHash,
    ...terms,
    contributors: terms.contributors.map((contributor) => ({contribution: zeroHash, ...contributor})),
    licenses: defineLicenseTerms(terms.licenses),
  };
}

/** A set of numbers below 32 as bits: bit k for each k. */
export function bits(...numbers: readonly number[]): number {
  return numbers.reduce((set, number) => (set | (1 << number)) >>> 0, 0);
}

/** The licence menu that offers these kinds. */
export function licenseMenu(...kinds: readonly LicenseKind[]): number {
  return bits(...kinds);
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
    {name: 'kindData', type: 'bytes'},
    {name: 'accessUri', type: 'string'},
    {name: 'parents', type: 'uint256[]'},
    {name: 'contributors', type: 'Contributor[]'},
    {name: 'royalty', type: 'uint16'},
    {name: 'derivatives', type: 'uint8'},
    {name: 'laterWeight', type: 'uint16'},
    {name: 'licenses', type: 'LicenseTerms'},
    {name: 'sharesRatio', type: 'uint16'},
    {name: 'shareTerms', type: 'bytes32'},
    {name: 'salt', type: 'bytes32'},
    {name: 'deadline', type: 'uint64'},
  ],
  Contributor: [
    {name: 'account', type: 'address'},
    {name: 'role', type: 'uint8'},
    {name: 'weight', type: 'uint16'},
    {name: 'contribution', type: 'bytes32'},
  ],
  LicenseTerms: [
    {name: 'menu', type: 'uint8'},
    {name: 'transferable', type: 'uint8'},
    {name: 'resaleCommission', type: 'uint16'},
    {name: 'uses', type: 'uint16'},
    {name: 'territories', type: 'uint32'},
    {name: 'partnershipShare', type: 'uint16'},
    {name: 'period', type: 'uint32'},
    {name: 'deliveryTimeout', type: 'uint32'},
    {name: 'fullAccessPrice', type: 'uint96'},
    {name: 'callPrice', type: 'uint96'},
    {name: 'periodPrice', type: 'uint96'},
    {name: 'eligibility', type: 'bytes32'},
    {name: 'arbiter', type: 'address'},
  ],
} as const;

/** The EIP-712 message of an asset's terms, for `signTypedData` and `hashTypedData`. */
export function assetTermsTypedData(terms: AssetTermsInput, chainId: number) {
  return {
    domain: {
      name: 'Qanat AssetRegistry',
      version: '1',
      chainId,
      verifyingContract: SYSTEM_ADDRESSES.assetRegistry,
    },
    types: TERMS_TYPES,
    primaryType: 'AssetTerms',
    message: defineTerms(terms),
  } as const;
}
