import type {Address, Hex} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetTrainingJobParameters {
  readonly jobId: bigint;
}

export interface GetTrainingJobReturnType {
  readonly opener: Address;
  /** 1 open, 2 won, 3 refunded. */
  readonly status: number;
  /** Wei. */
  readonly bounty: bigint;
  readonly participantCount: number;
  /** Submissions that are not settled. */
  readonly openSubmissions: number;
  /** The winning submission; 0n while there is none. */
  readonly winner: bigint;
  /** The asset that the result became; 0n before. */
  readonly assetId: bigint;
  readonly termsHash: Hex;
}

/**
 * A training job and how it stands. Throws ContractRefusedError (UnknownJob).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTrainingJob, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getTrainingJob(client, {jobId: 1n}));
 */
export async function getTrainingJob(
  client: ReadingClient,
  {jobId}: GetTrainingJobParameters,
): Promise<GetTrainingJobReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'getJob',
    args: [jobId],
  });
}
