import type {Hex, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ProposeInferenceParameters {
  readonly requestId: bigint;
  /** At most 16,384 bytes. */
  readonly output: Hex;
  /** Root of the execution's trace, which a dispute bisects. */
  readonly trace: Hex;
}

export interface ProposeInferenceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Proposes the result of an optimistic or hybrid request, by its operator. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {proposeInference, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await proposeInference(client, {requestId: 1n, output: '0x01', trace: `0x${'22'.repeat(32)}`});
 */
export async function proposeInference(
  client: WritingClient,
  {requestId, output, trace}: ProposeInferenceParameters,
): Promise<ProposeInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'propose',
    args: [requestId, output, trace],
  });
  return {receipt};
}
