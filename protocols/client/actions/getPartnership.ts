import type {Address, Hex} from 'viem';
import {partnershipsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetPartnershipParameters {
  readonly licenseId: bigint;
}

export interface GetPartnershipReturnType {
  readonly assetId: bigint;
  readonly licensee: Address;
  /** Basis points. */
  readonly revenueShare: number;
  /** Seconds. */
  readonly startsAt: bigint;
  readonly endsAt: bigint;
  readonly lastReportAt: bigint;
  readonly reportCount: number;
  /** Wei. */
  readonly reportedRevenue: bigint;
  /** Wei. */
  readonly paid: bigint;
  readonly document: Hex;
  readonly agreementHash: Hex;
  /** Head of the hash chain of all reports. */
  readonly auditTrail: Hex;
  readonly isInForce: boolean;
}

/**
 * A partnership. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getPartnership, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {paid} = await getPartnership(client, {licenseId: 1n});
 */
export async function getPartnership(
  client: ReadingClient,
  {licenseId}: GetPartnershipParameters,
): Promise<GetPartnershipReturnType> {
  const partnerships = {address: SYSTEM_ADDRESSES.partnerships, abi: partnershipsAbi} as const;
  const [partnership, isInForce] = await Promise.all([
    read(client, {...partnerships, functionName: 'getPartnership', args: [licenseId]}),
    read(client, {...partnerships, functionName: 'isInForce', args: [licenseId]}),
  ]);
  return {...partnership, isInForce};
}
