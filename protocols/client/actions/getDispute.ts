import type {Address, Hex} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetDisputeParameters {
  readonly disputeId: bigint;
}

export interface GetDisputeReturnType {
  readonly licenseId: bigint;
  readonly claimant: Address;
  readonly respondent: Address;
  readonly byLicensor: boolean;
  /** IBreachDisputes.DisputeStatus: none, filed, contested, upheld, dismissed, lapsed. */
  readonly status: number;
  /** Last second of its window. */
  readonly until: bigint;
  /** Wei. */
  readonly bond: bigint;
  readonly evidence: Hex;
  readonly defence: Hex;
}

/**
 * A claim of breach. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getDispute, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {status} = await getDispute(client, {disputeId: 1n});
 */
export async function getDispute(
  client: ReadingClient,
  {disputeId}: GetDisputeParameters,
): Promise<GetDisputeReturnType> {
  const breachDisputes = {address: SYSTEM_ADDRESSES.breachDisputes, abi: breachDisputesAbi} as const;
  return read(client, {...breachDisputes, functionName: 'getDispute', args: [disputeId]});
}
