/** What is signed off chain (EIP-712), and the terms of shares, as TypeScript values. */
import {encodeAbiParameters, keccak256, parseEther, parseEventLogs} from 'viem';
import type {Address, Hex, Log} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ContributorRole} from './terms.ts';

/** What claiming or contesting a breach costs, in wei, until it is decided: IBreachDisputes.BOND. */
export const BREACH_BOND = parseEther('1');

/** IAttribution.Contribution, where each member is described. */
export interface Contribution {
  readonly assetId: bigint;
  readonly account: Address;
  readonly role: ContributorRole;
  readonly weight: number;
  /** Hash of what was contributed. */
  readonly evidence: Hex;
  /** Last second at which it may be recorded. */
  readonly deadline: bigint;
}

/** IApiMetering.Voucher: all calls of a licence so far. */
export interface Voucher {
  readonly licenseId: bigint;
  /** Greater than that of every voucher before. */
  readonly nonce: bigint;
  /** Since the licence was opened. */
  readonly calls: bigint;
}

export interface SignedVoucher extends Voucher {
  readonly signature: Hex;
}

/** IPartnerships.Agreement, where each member is described. */
export interface Agreement {
  readonly assetId: bigint;
  readonly licensee: Address;
  /** Basis points. */
  readonly revenueShare: number;
  /** Bit k: Right k. */
  readonly rights: number;
  readonly uses: number;
  readonly territories: number;
  readonly startsAt: bigint;
  readonly endsAt: bigint;
  readonly reportingPeriod: number;
  readonly noticePeriod: number;
  /** Wei. */
  readonly upfront: bigint;
  readonly document: Hex;
  readonly salt: Hex;
  readonly deadline: bigint;
}

/** IShares.ShareTerms. */
export interface ShareTerms {
  readonly name: string;
  readonly symbol: string;
  /** Basis points of the share holders' revenue that are kept for burning; at most 5,000. */
  readonly redeemRatio: number;
  readonly allocations: readonly {
    readonly account: Address;
    /** In 10^-18 of a share. */
    readonly amount: bigint;
    /** Seconds before which none may leave, and after which all may. */
    readonly cliff: number;
    readonly duration: number;
  }[];
}

const SHARE_TERMS_TYPE = {
  type: 'tuple',
  components: [
    {name: 'name', type: 'string'},
    {name: 'symbol', type: 'string'},
    {name: 'redeemRatio', type: 'uint16'},
    {
      name: 'allocations',
      type: 'tuple[]',
      components: [
        {name: 'account', type: 'address'},
        {name: 'amount', type: 'uint128'},
        {name: 'cliff', type: 'uint32'},
        {name: 'duration', type: 'uint32'},
      ],
    },
  ],
} as const;

/** What `AssetTerms.shareTerms` is: the hash by which the terms of an asset freeze those of its shares. */
export function hashShareTerms(terms: ShareTerms): Hex {
  return keccak256(encodeAbiParameters([SHARE_TERMS_TYPE], [terms]));
}

const CONTRIBUTION = [
  {name: 'assetId', type: 'uint256'},
  {name: 'account', type: 'address'},
  {name: 'role', type: 'uint8'},
  {name: 'weight', type: 'uint16'},
  {name: 'evidence', type: 'bytes32'},
  {name: 'deadline', type: 'uint64'},
] as const;

const VOUCHER = [
  {name: 'licenseId', type: 'uint256'},
  {name: 'nonce', type: 'uint64'},
  {name: 'calls', type: 'uint64'},
] as const;

const AGREEMENT = [
  {name: 'assetId', type: 'uint256'},
  {name: 'licensee', type: 'address'},
  {name: 'revenueShare', type: 'uint16'},
  {name: 'rights', type: 'uint8'},
  {name: 'uses', type: 'uint16'},
  {name: 'territories', type: 'uint32'},
  {name: 'startsAt', type: 'uint64'},
  {name: 'endsAt', type: 'uint64'},
  {name: 'reportingPeriod', type: 'uint32'},
  {name: 'noticePeriod', type: 'uint32'},
  {name: 'upfront', type: 'uint96'},
  {name: 'document', type: 'bytes32'},
  {name: 'salt', type: 'bytes32'},
  {name: 'deadline', type: 'uint64'},
] as const;

/** The EIP-712 message of a contribution, which the contributor signs. */
export function contributionTypedData(contribution: Contribution, chainId: number) {
  return {
    domain: {name: 'Qanat Attribution', version: '1', chainId, verifyingContract: SYSTEM_ADDRESSES.attribution},
    types: {Contribution: CONTRIBUTION},
    primaryType: 'Contribution',
    message: contribution,
  } as const;
}

/** The EIP-712 message of a voucher, which the holder of an API licence signs. */
export function voucherTypedData(voucher: Voucher, chainId: number) {
  return {
    domain: {name: 'Qanat ApiMetering', version: '1', chainId, verifyingContract: SYSTEM_ADDRESSES.apiMetering},
    types: {Voucher: VOUCHER},
    primaryType: 'Voucher',
    message: voucher,
  } as const;
}

/** The EIP-712 message of a partnership agreement, which both sides sign. */
export function agreementTypedData(agreement: Agreement, chainId: number) {
  return {
    domain: {name: 'Qanat Partnerships', version: '1', chainId, verifyingContract: SYSTEM_ADDRESSES.partnerships},
    types: {Agreement: AGREEMENT},
    primaryType: 'Agreement',
    message: agreement,
  } as const;
}

/** What a settlement's events say became revenue, in wei. */
export function sumOfSettled(logs: readonly Log[]): bigint {
  return parseEventLogs({abi: apiMeteringAbi, eventName: 'CallsSettled', logs: [...logs]}).reduce((sum, {args}) => sum + args.amount, 0n);
}
