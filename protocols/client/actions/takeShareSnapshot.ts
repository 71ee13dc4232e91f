import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface TakeShareSnapshotParameters {
  readonly assetId: bigint;
}

export interface TakeShareSnapshotReturnType {
  readonly snapshotId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Marks the revenue of an asset's shares up to now (ERC-7641). Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, takeShareSnapshot} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {snapshotId} = await takeShareSnapshot(client, {assetId: 1n});
 */
export async function takeShareSnapshot(
  client: WritingClient,
  {assetId}: TakeShareSnapshotParameters,
): Promise<TakeShareSnapshotReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'snapshot',
    args: [],
  });
  const {snapshotId} = onlyEvent(parseEventLogs({abi: shareTokenAbi, eventName: 'SnapshotTaken', logs: receipt.logs}));
  return {snapshotId, receipt};
}
