import type {Hex, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface FinalizeInferenceParameters {
  readonly requestId: bigint;
  /** As proposed. */
  readonly output: Hex;
}

export interface FinalizeInferenceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Settles a proposed request as the dispute game decided. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {finalizeInference, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await finalizeInference(client, {requestId: 1n, output: '0x01'});
 */
export async function finalizeInference(
  client: WritingClient,
  {requestId, output}: FinalizeInferenceParameters,
): Promise<FinalizeInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'finalize',
    args: [requestId, output],
  });
  return {receipt};
}
