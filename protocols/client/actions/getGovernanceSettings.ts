import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetGovernanceSettingsReturnType {
  /** Seconds from a proposal to its vote. */
  readonly votingDelay: number;
  /** Seconds of a vote. */
  readonly votingPeriod: number;
  /** Power that a proposer needs, in basis points. */
  readonly proposalThreshold: number;
  /** Power that must take part, in basis points. */
  readonly quorum: number;
  /** Power of each side that must take part, in basis points of that side. */
  readonly sideQuorum: number;
  /** Wei. */
  readonly proposalDeposit: bigint;
}

/**
 * What the DAO asks of proposals and votes.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getGovernanceSettings, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getGovernanceSettings(client));
 */
export async function getGovernanceSettings(client: ReadingClient): Promise<GetGovernanceSettingsReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'getSettings',
    args: [],
  });
}
