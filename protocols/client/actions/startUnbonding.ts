import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {bondsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface StartUnbondingParameters {
  /** Wei. */
  readonly amount: bigint;
}

export interface StartUnbondingReturnType {
  /** Second from which it can be withdrawn. */
  readonly withdrawableAt: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Begins to take out a part of the client's bond. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, startUnbonding} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await startUnbonding(client, {amount: 10n ** 18n});
 */
export async function startUnbonding(
  client: WritingClient,
  {amount}: StartUnbondingParameters,
): Promise<StartUnbondingReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.bonds,
    abi: bondsAbi,
    functionName: 'startUnbonding',
    args: [amount],
  });
  const {withdrawableAt} = onlyEvent(parseEventLogs({abi: bondsAbi, eventName: 'UnbondingStarted', logs: receipt.logs}));
  return {withdrawableAt, receipt};
}
