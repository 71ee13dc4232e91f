import type {Address} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import type {LicenseKind, LicenseStatus} from '../terms.ts';

export interface GetLicenseParameters {
  readonly licenseId: bigint;
}

export interface GetLicenseReturnType {
  readonly assetId: bigint;
  readonly kind: LicenseKind;
  readonly status: LicenseStatus;
  /** Bit k: Right k. */
  readonly rights: number;
  /** Seconds. */
  readonly issuedAt: bigint;
  /** Last second; the greatest uint64 when it does not end. */
  readonly expiresAt: bigint;
  /** Wei. */
  readonly price: bigint;
  readonly holder: Address;
  /** Whether it gives its rights now. */
  readonly isValid: boolean;
  /** Bit k: Use k. */
  readonly uses: number;
  /** Bit k: Territory k; 0 is everywhere. */
  readonly territories: number;
}

/**
 * A licence and who holds it. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getLicense, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {holder, isValid} = await getLicense(client, {licenseId: 1n});
 */
export async function getLicense(
  client: ReadingClient,
  {licenseId}: GetLicenseParameters,
): Promise<GetLicenseReturnType> {
  const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
  const [license, holder, isValid, [uses, territories]] = await Promise.all([
    read(client, {...licensing, functionName: 'getLicense', args: [licenseId]}),
    read(client, {...licensing, functionName: 'ownerOf', args: [licenseId]}),
    read(client, {...licensing, functionName: 'isValid', args: [licenseId]}),
    read(client, {...licensing, functionName: 'conditionsOf', args: [licenseId]}),
  ]);
  // The contract's enums hold exactly the values of these types.
  return {...license, holder, isValid, uses, territories} as GetLicenseReturnType;
}
