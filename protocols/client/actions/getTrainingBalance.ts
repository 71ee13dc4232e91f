import type {Address} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetTrainingBalanceParameters {
  readonly account: Address;
}

/**
 * What an account earned in training jobs and has not withdrawn, in wei.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTrainingBalance, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getTrainingBalance(client, {account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'}));
 */
export async function getTrainingBalance(client: ReadingClient, {account}: GetTrainingBalanceParameters): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'balanceOf',
    args: [account],
  });
}
