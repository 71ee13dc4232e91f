import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface PayTrainingAssetParameters {
  readonly assetId: bigint;
}

export interface PayTrainingAssetReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Brings what training jobs owe an asset into its revenue. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {payTrainingAsset, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await payTrainingAsset(client, {assetId: 1n});
 */
export async function payTrainingAsset(
  client: WritingClient,
  {assetId}: PayTrainingAssetParameters,
): Promise<PayTrainingAssetReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.trainingJobs,
    abi: trainingJobsAbi,
    functionName: 'payAsset',
    args: [assetId],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: trainingJobsAbi, eventName: 'AssetPaid', logs: receipt.logs}));
  return {amount, receipt};
}
