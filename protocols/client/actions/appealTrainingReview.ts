import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingTerms} from '../training.ts';

export interface AppealTrainingReviewParameters {
  readonly submissionId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
}

export interface AppealTrainingReviewReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Asks for a ruling against what the reviewers decided. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {appealTrainingReview, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await appealTrainingReview(client, {submissionId: 1n, terms});
 */
export async function appealTrainingReview(
  client: WritingClient,
  {submissionId, terms}: AppealTrainingReviewParameters,
): Promise<AppealTrainingReviewReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'appeal',
    args: [submissionId, terms],
    value: terms.appealBond,
  });
  return {receipt};
}
