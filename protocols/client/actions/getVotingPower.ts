import type {Address} from 'viem';
import {votingPowerAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetVotingPowerParameters {
  readonly account: Address;
}

export interface GetVotingPowerReturnType {
  /** Power that it votes with, its own or delegated, of 10^27 in all. */
  readonly votes: bigint;
  /** What it has bonded itself, in wei. */
  readonly stake: bigint;
  /** What it has contributed itself, in wei (see IVotingPower). */
  readonly contribution: bigint;
  /** Who votes for it; itself when it does not delegate. */
  readonly delegate: Address;
}

/**
 * An account's power in the DAO.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getVotingPower, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getVotingPower(client, {account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'}));
 */
export async function getVotingPower(
  client: ReadingClient,
  {account}: GetVotingPowerParameters,
): Promise<GetVotingPowerReturnType> {
  const contract = {address: SYSTEM_ADDRESSES.votingPower, abi: votingPowerAbi} as const;
  const [votes, [stake, contribution], delegate] = await Promise.all([
    read(client, {...contract, functionName: 'getVotes', args: [account]}),
    read(client, {...contract, functionName: 'unitsOf', args: [account]}),
    read(client, {...contract, functionName: 'delegates', args: [account]}),
  ]);
  return {votes, stake, contribution, delegate};
}
