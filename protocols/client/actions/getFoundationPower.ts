import type {Address} from 'viem';
import {foundationAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {FoundationPower} from '../dao.ts';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetFoundationPowerParameters {
  readonly power: FoundationPower;
}

export interface GetFoundationPowerReturnType {
  /** Zero: nobody. */
  readonly holder: Address;
  /** Last second of the power. */
  readonly expiresAt: bigint;
}

/**
 * Who holds one of the foundation's powers, and until when.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {FoundationPower, getFoundationPower, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getFoundationPower(client, {power: FoundationPower.veto}));
 */
export async function getFoundationPower(
  client: ReadingClient,
  {power}: GetFoundationPowerParameters,
): Promise<GetFoundationPowerReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.foundation,
    abi: foundationAbi,
    functionName: 'grantOf',
    args: [power],
  });
}
