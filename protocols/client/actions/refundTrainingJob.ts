import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingTerms} from '../training.ts';

export interface RefundTrainingJobParameters {
  readonly jobId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
}

export interface RefundTrainingJobReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Gives a job's bounty back to its opener, when nothing won it in time. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, refundTrainingJob} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await refundTrainingJob(client, {jobId: 1n, terms});
 */
export async function refundTrainingJob(
  client: WritingClient,
  {jobId, terms}: RefundTrainingJobParameters,
): Promise<RefundTrainingJobReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'refund',
    args: [jobId, terms],
  });
  return {receipt};
}
