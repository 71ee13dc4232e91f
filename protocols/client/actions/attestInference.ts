import type {Hex, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface AttestInferenceParameters {
  readonly requestId: bigint;
  /** At most 16,384 bytes. */
  readonly output: Hex;
  /** The operator's, of signAttestation; needed unless the client is the operator itself. */
  readonly signature?: Hex;
}

export interface AttestInferenceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Answers an attested request with the operator's word, and settles it. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {attestInference, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await attestInference(client, {requestId: 1n, output: '0x01'});
 */
export async function attestInference(
  client: WritingClient,
  {requestId, output, signature = '0x'}: AttestInferenceParameters,
): Promise<AttestInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'attest',
    args: [requestId, output, signature],
  });
  return {receipt};
}
