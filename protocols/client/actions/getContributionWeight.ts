import type {Address} from 'viem';
import {ownershipReceiptsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetContributionWeightParameters {
  readonly account: Address;
  /** Seconds, not in the future. */
  readonly timepoint: bigint;
}

export interface GetContributionWeightReturnType {
  readonly weight: bigint;
  readonly timeWeight: bigint;
}

/**
 * What an account has contributed over all assets: its weights now, and weight times the seconds for which it was held.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getContributionWeight, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * const {weight} = await getContributionWeight(client, {account, timepoint: 1n});
 */
export async function getContributionWeight(
  client: ReadingClient,
  {account, timepoint}: GetContributionWeightParameters,
): Promise<GetContributionWeightReturnType> {
  const ownershipReceipts = {address: SYSTEM_ADDRESSES.ownershipReceipts, abi: ownershipReceiptsAbi} as const;
  const [weight, timeWeight] = await Promise.all([
    read(client, {...ownershipReceipts, functionName: 'totalWeightOf', args: [account]}),
    read(client, {...ownershipReceipts, functionName: 'timeWeightAt', args: [account, timepoint]}),
  ]);
  return {weight, timeWeight};
}
