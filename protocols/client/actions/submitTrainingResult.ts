import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingResult, TrainingTerms} from '../training.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface SubmitTrainingResultParameters {
  readonly jobId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  /** Exactly as submitted; see Submitted. */
  readonly result: TrainingResult;
}

export interface SubmitTrainingResultReturnType {
  readonly submissionId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Submits a result to a training job, by one of its tuners. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, submitTrainingResult} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await submitTrainingResult(client, {jobId: 1n, terms, result});
 */
export async function submitTrainingResult(
  client: WritingClient,
  {jobId, terms, result}: SubmitTrainingResultParameters,
): Promise<SubmitTrainingResultReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'submit',
    args: [jobId, terms, result],
    value: terms.reviewPay * BigInt(terms.reviewerCount),
  });
  const {submissionId} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'Submitted', logs: receipt.logs}));
  return {submissionId, receipt};
}
