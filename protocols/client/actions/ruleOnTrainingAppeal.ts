import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingTerms} from '../training.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RuleOnTrainingAppealParameters {
  readonly submissionId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  readonly accepted: boolean;
}

export interface RuleOnTrainingAppealReturnType {
  readonly isOverruled: boolean;
  readonly receipt: TransactionReceipt;
}

/**
 * Rules on an appeal, by the arbiter of the job's terms. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, ruleOnTrainingAppeal} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await ruleOnTrainingAppeal(client, {submissionId: 1n, terms, accepted: true});
 */
export async function ruleOnTrainingAppeal(
  client: WritingClient,
  {submissionId, terms, accepted}: RuleOnTrainingAppealParameters,
): Promise<RuleOnTrainingAppealReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'rule',
    args: [submissionId, terms, accepted],
  });
  const {isOverruled} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'Ruled', logs: receipt.logs}));
  return {isOverruled, receipt};
}
