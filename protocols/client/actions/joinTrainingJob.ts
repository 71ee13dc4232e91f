import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {TrainingRole, TrainingTerms} from '../training.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface JoinTrainingJobParameters {
  readonly jobId: bigint;
  /** Exactly as the job was opened with; see JobOpened. */
  readonly terms: TrainingTerms;
  readonly role: TrainingRole;
  /** A dataset of the client's own, for a data provider. Default: none. */
  readonly assetId?: bigint;
  /** Hash of what is contributed, or of the evidence for it. */
  readonly evidence: Hex;
}

export interface JoinTrainingJobReturnType {
  /** Its index in the job, which results name. */
  readonly participant: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Joins a training job under its terms, in a role. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {joinTrainingJob, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * // The terms (and result) as they stand in the job's events.
 * await joinTrainingJob(client, {jobId: 1n, terms, role: TrainingRole.tuner, evidence: `0x${'11'.repeat(32)}`});
 */
export async function joinTrainingJob(
  client: WritingClient,
  {jobId, terms, role, assetId = 0n, evidence}: JoinTrainingJobParameters,
): Promise<JoinTrainingJobReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'join',
    args: [jobId, terms, role, assetId, evidence],
  });
  const {participant} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'Joined', logs: receipt.logs}));
  return {participant, receipt};
}
