import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetReputationParameters {
  readonly identityId: bigint;
}

export interface GetReputationReturnType {
  /** In ten-thousandths; 5,000n without ratings. */
  readonly score: bigint;
  /** Sum of the ratings' weights, in wei. */
  readonly weight: bigint;
  /** Pieces of settled work. */
  readonly workCount: bigint;
  /** Paid for them, in wei. */
  readonly paid: bigint;
  /** Wei of paid, staked-for and best rated work that would move the score a hundredth up; 2^256 - 1 when none can. */
  readonly costOfPointUp: bigint;
  /** Likewise of worst rated work, down. */
  readonly costOfPointDown: bigint;
}

/**
 * An identity's reputation, and what it would cost to move it. Throws ContractRefusedError (UnknownIdentity).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getReputation, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getReputation(client, {identityId: 1n}));
 */
export async function getReputation(
  client: ReadingClient,
  {identityId}: GetReputationParameters,
): Promise<GetReputationReturnType> {
  const contract = {address: SYSTEM_ADDRESSES.identity, abi: identityAbi} as const;
  const [reputation, [costOfPointUp, costOfPointDown]] = await Promise.all([
    read(client, {...contract, functionName: 'reputationOf', args: [identityId]}),
    read(client, {...contract, functionName: 'costOfPoint', args: [identityId]}),
  ]);
  return {...reputation, costOfPointUp, costOfPointDown};
}
