import type {Hex, TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RecordTrainingStepsParameters {
  readonly submissionId: bigint;
  /** Number of steps recorded so far. */
  readonly first: bigint;
  /** 1 to 256 commitments, in order. */
  readonly states: readonly Hex[];
}

export interface RecordTrainingStepsReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Appends states after training steps to a submission's native record. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, recordTrainingSteps} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await recordTrainingSteps(client, {submissionId: 1n, first: 0n, states: [`0x${'22'.repeat(32)}`]});
 */
export async function recordTrainingSteps(
  client: WritingClient,
  {submissionId, first, states}: RecordTrainingStepsParameters,
): Promise<RecordTrainingStepsReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'recordSteps',
    args: [submissionId, first, states],
  });
  return {receipt};
}
