import type {Address, TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RefundInferenceParameters {
  readonly requestId: bigint;
  /** Who is paid, when the sender is the requester. Default: the requester. */
  readonly recipient?: Address | undefined;
}

export interface RefundInferenceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Pays a request that nobody answered in time back to its requester. Anyone may, but only the requester may name another
 * recipient. Throws ContractRefusedError (NotExpired, NotRequester).
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, refundInference} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await refundInference(client, {requestId: 1n});
 */
export async function refundInference(
  client: WritingClient,
  {requestId, recipient}: RefundInferenceParameters,
): Promise<RefundInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    ...(recipient === undefined
      ? {functionName: 'refund', args: [requestId]}
      : {functionName: 'refundTo', args: [requestId, recipient]}),
  });
  return {receipt};
}
