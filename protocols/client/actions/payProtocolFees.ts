import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {zeroAddress} from 'viem';
import {onlyEvent} from './onlyEvent.ts';

export interface PayProtocolFeesParameters {
  /** Default: the zero address, the chain's coin. */
  readonly token?: Address;
}

export interface PayProtocolFeesReturnType {
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays the treasury the protocol fees that have come together. Anyone may. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {payProtocolFees, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await payProtocolFees(client, {});
 */
export async function payProtocolFees(
  client: WritingClient,
  {token = zeroAddress}: PayProtocolFeesParameters,
): Promise<PayProtocolFeesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'payProtocolFees',
    args: [token],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: attributionAbi, eventName: 'ProtocolFeePaid', logs: receipt.logs}));
  return {amount, receipt};
}
