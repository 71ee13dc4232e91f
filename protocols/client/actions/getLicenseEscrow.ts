import type {Address, Hex} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetLicenseEscrowParameters {
  readonly licenseId: bigint;
}

export interface GetLicenseEscrowReturnType {
  readonly buyer: Address;
  /** Wei. */
  readonly amount: bigint;
  /** ILicensing.EscrowStatus: none, awaiting the key, delivered, contested, released, refunded. */
  readonly status: number;
  /** Last second for the delivery, then for contesting it. */
  readonly until: bigint;
  readonly publicKeyHash: Hex;
  readonly keyCommitment: Hex;
  readonly deliveryHash: Hex;
}

/**
 * The payment for full access while the key is awaited or can be contested.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getLicenseEscrow, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {status} = await getLicenseEscrow(client, {licenseId: 1n});
 */
export async function getLicenseEscrow(
  client: ReadingClient,
  {licenseId}: GetLicenseEscrowParameters,
): Promise<GetLicenseEscrowReturnType> {
  const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
  return read(client, {...licensing, functionName: 'getEscrow', args: [licenseId]});
}
