import type {Hex, TransactionReceipt} from 'viem';
import {timelockAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface VetoOperationParameters {
  /** Of the timelock's CallScheduled event. */
  readonly operationId: Hex;
}

export interface VetoOperationReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Cancels an operation that waits in the timelock, by the holder of the foundation's veto. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, vetoOperation} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await vetoOperation(client, {operationId: `0x${'99'.repeat(32)}`});
 */
export async function vetoOperation(
  client: WritingClient,
  {operationId}: VetoOperationParameters,
): Promise<VetoOperationReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.timelock,
    abi: timelockAbi,
    functionName: 'cancel',
    args: [operationId],
  });
  return {receipt};
}
