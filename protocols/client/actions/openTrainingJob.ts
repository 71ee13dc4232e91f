import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingTerms} from '../training.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface OpenTrainingJobParameters {
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  /** Wei. */
  readonly bounty: bigint;
}

export interface OpenTrainingJobReturnType {
  readonly jobId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Opens a training job; its terms freeze. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {openTrainingJob, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await openTrainingJob(client, {terms, bounty: 10n ** 18n});
 */
export async function openTrainingJob(
  client: WritingClient,
  {terms, bounty}: OpenTrainingJobParameters,
): Promise<OpenTrainingJobReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'open',
    args: [terms],
    value: bounty,
  });
  const {jobId} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'JobOpened', logs: receipt.logs}));
  return {jobId, receipt};
}
