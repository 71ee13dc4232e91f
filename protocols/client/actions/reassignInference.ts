import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ReassignInferenceParameters {
  readonly requestId: bigint;
}

export interface ReassignInferenceReturnType {
  /** Who is to answer now. */
  readonly operator: Address;
  readonly receipt: TransactionReceipt;
}

/**
 * Gives a request whose operator let its time pass to the next one. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, reassignInference} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await reassignInference(client, {requestId: 1n});
 */
export async function reassignInference(
  client: WritingClient,
  {requestId}: ReassignInferenceParameters,
): Promise<ReassignInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'reassign',
    args: [requestId],
  });
  const {operator} = onlyEvent(parseEventLogs({abi: callbackOracleAbi, eventName: 'OperatorAssigned', logs: receipt.logs}));
  return {operator, receipt};
}
