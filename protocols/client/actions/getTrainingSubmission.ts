import type {Address, Hex} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetTrainingSubmissionParameters {
  readonly submissionId: bigint;
}

export interface GetTrainingSubmissionReturnType {
  readonly jobId: bigint;
  readonly tuner: Address;
  /** 1 under review or decided, 2 appealed, 3 won, 4 closed. */
  readonly status: number;
  /** Second. */
  readonly reviewUntil: bigint;
  /** Second; 0n while it is not known. */
  readonly appealUntil: bigint;
  readonly accepts: number;
  readonly rejects: number;
  readonly isOverruled: boolean;
  readonly appellant: Address;
  /** Second. */
  readonly ruleUntil: bigint;
  readonly resultHash: Hex;
}

/**
 * A submission and how it stands. Throws ContractRefusedError (UnknownSubmission).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTrainingSubmission, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getTrainingSubmission(client, {submissionId: 1n}));
 */
export async function getTrainingSubmission(
  client: ReadingClient,
  {submissionId}: GetTrainingSubmissionParameters,
): Promise<GetTrainingSubmissionReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'getSubmission',
    args: [submissionId],
  });
}
