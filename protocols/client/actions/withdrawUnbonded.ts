import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {bondsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawUnbondedParameters {
  /** Default: the client's account. */
  readonly recipient?: Address;
}

export interface WithdrawUnbondedReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays out what has been unbonding for the whole delay. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawUnbonded} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await withdrawUnbonded(client, {});
 */
export async function withdrawUnbonded(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawUnbondedParameters,
): Promise<WithdrawUnbondedReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.bonds,
    abi: bondsAbi,
    functionName: 'withdraw',
    args: [recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: bondsAbi, eventName: 'Withdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
