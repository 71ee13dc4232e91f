import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingResult, TrainingTemplate, TrainingTerms} from '../training.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RegisterTrainingResultParameters {
  readonly jobId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  /** Exactly as submitted; see Submitted. */
  readonly result: TrainingResult;
  /** Whose hash the terms name. */
  readonly template: TrainingTemplate;
}

export interface RegisterTrainingResultReturnType {
  readonly assetId: bigint;
  /** The share token; zero when there are no shares. */
  readonly shares: Address;
  readonly receipt: TransactionReceipt;
}

/**
 * Registers a job's winning result as an asset, and makes its shares. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, registerTrainingResult} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await registerTrainingResult(client, {jobId: 1n, terms, result, template});
 */
export async function registerTrainingResult(
  client: WritingClient,
  {jobId, terms, result, template}: RegisterTrainingResultParameters,
): Promise<RegisterTrainingResultReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'registerResult',
    args: [jobId, terms, result, template],
  });
  const {assetId, shares} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'ResultRegistered', logs: receipt.logs}));
  return {assetId, shares, receipt};
}
