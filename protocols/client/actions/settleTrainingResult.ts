import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingResult, TrainingTerms} from '../training.ts';

export interface SettleTrainingResultParameters {
  readonly submissionId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  /** Exactly as submitted; see Submitted. */
  readonly result: TrainingResult;
}

export interface SettleTrainingResultReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Settles a submission that is decided beyond appeal. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, settleTrainingResult} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await settleTrainingResult(client, {submissionId: 1n, terms, result});
 */
export async function settleTrainingResult(
  client: WritingClient,
  {submissionId, terms, result}: SettleTrainingResultParameters,
): Promise<SettleTrainingResultReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'settle',
    args: [submissionId, terms, result],
  });
  return {receipt};
}
