import type {Address, Hex} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetTrainingParticipantsParameters {
  readonly jobId: bigint;
}

/**
 * Who has joined a training job, by index.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTrainingParticipants, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getTrainingParticipants(client, {jobId: 1n}));
 */
export async function getTrainingParticipants(
  client: ReadingClient,
  {jobId}: GetTrainingParticipantsParameters,
): Promise<readonly {readonly account: Address; readonly role: number; readonly assetId: bigint; readonly evidence: Hex}[]> {
  return read(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'participantsOf',
    args: [jobId],
  });
}
