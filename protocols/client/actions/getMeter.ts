import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetMeterParameters {
  readonly licenseId: bigint;
}

export interface GetMeterReturnType {
  /** Wei. */
  readonly callPrice: bigint;
  /** Prepaid and not settled, in wei. */
  readonly balance: bigint;
  /** Settled so far. */
  readonly calls: bigint;
  /** Of the last voucher that was settled. */
  readonly nonce: bigint;
  /** Seconds. */
  readonly approvedUntil: bigint;
  /** 0 when it is not being closed. */
  readonly closingSince: bigint;
  /** Whether one more call is paid for. */
  readonly canCall: boolean;
}

/**
 * The state of an API licence. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getMeter, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {balance} = await getMeter(client, {licenseId: 1n});
 */
export async function getMeter(
  client: ReadingClient,
  {licenseId}: GetMeterParameters,
): Promise<GetMeterReturnType> {
  const apiMetering = {address: SYSTEM_ADDRESSES.apiMetering, abi: apiMeteringAbi} as const;
  const [meter, canCall] = await Promise.all([
    read(client, {...apiMetering, functionName: 'getMeter', args: [licenseId]}),
    read(client, {...apiMetering, functionName: 'canCall', args: [licenseId]}),
  ]);
  return {...meter, canCall};
}
