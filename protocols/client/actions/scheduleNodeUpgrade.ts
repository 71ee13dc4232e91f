import type {Hex, TransactionReceipt} from 'viem';
import {nodeUpgradesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ScheduleNodeUpgradeParameters {
  /** First block of the new rules, at least 1,000 ahead. */
  readonly height: bigint;
  /** Of the release. */
  readonly name: string;
  /** Where it is. */
  readonly uri: string;
  /** keccak256 of what is there. */
  readonly contentHash: Hex;
}

export interface ScheduleNodeUpgradeReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Schedules an upgrade of the node, by the holder of the foundation's power to. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, scheduleNodeUpgrade} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await scheduleNodeUpgrade(client, {height: 5_000n, name: 'v2', uri: 'https://example.org/v2', contentHash: `0x${'ab'.repeat(32)}`});
 */
export async function scheduleNodeUpgrade(
  client: WritingClient,
  {height, name, uri, contentHash}: ScheduleNodeUpgradeParameters,
): Promise<ScheduleNodeUpgradeReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.nodeUpgrades,
    abi: nodeUpgradesAbi,
    functionName: 'schedule',
    args: [{height, name, uri, contentHash}],
  });
  return {receipt};
}
