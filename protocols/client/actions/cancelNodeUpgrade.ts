import type {TransactionReceipt} from 'viem';
import {nodeUpgradesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface CancelNodeUpgradeReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Cancels the scheduled upgrade of the node, by the holder of the foundation's power to. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {cancelNodeUpgrade, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await cancelNodeUpgrade(client);
 */
export async function cancelNodeUpgrade(client: WritingClient): Promise<CancelNodeUpgradeReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.nodeUpgrades,
    abi: nodeUpgradesAbi,
    functionName: 'cancel',
    args: [],
  });
  return {receipt};
}
