import {zeroHash} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingTerms} from '../training.ts';

export interface ReviewTrainingResultParameters {
  readonly submissionId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  readonly accepts: boolean;
  /** Hash of the reasons. Default: zero. */
  readonly reason?: Hex;
}

export interface ReviewTrainingResultReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Accepts or rejects a submission, by someone with enough at stake who is no party to the job. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, reviewTrainingResult} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await reviewTrainingResult(client, {submissionId: 1n, terms, accepts: true});
 */
export async function reviewTrainingResult(
  client: WritingClient,
  {submissionId, terms, accepts, reason = zeroHash}: ReviewTrainingResultParameters,
): Promise<ReviewTrainingResultReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'review',
    args: [submissionId, terms, accepts, reason],
  });
  return {receipt};
}
