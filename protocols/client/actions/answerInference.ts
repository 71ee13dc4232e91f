import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface AnswerInferenceParameters {
  readonly requestId: bigint;
  /** As in the request's event. */
  readonly input: readonly bigint[];
  readonly output: readonly bigint[];
  /** 256 bytes, for this request with the sender as prover. */
  readonly proof: Hex;
}

export interface AnswerInferenceReturnType {
  /** undefined: none was asked for. */
  readonly callbackDelivered: boolean | undefined;
  readonly receipt: TransactionReceipt;
}

/**
 * Answers a request with a proven output, as the prover that the proof names. Throws ContractRefusedError
 * (InvalidProof, AlreadyAnswered, Expired, InputMismatch, …).
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {answerInference, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * async function answer(requestId: bigint, input: bigint[], output: bigint[], proof: `0x${string}`) {
 *   const {callbackDelivered} = await answerInference(client, {requestId, input, output, proof});
 *   console.log(callbackDelivered);
 * }
 */
export async function answerInference(
  client: WritingClient,
  {requestId, input, output, proof}: AnswerInferenceParameters,
): Promise<AnswerInferenceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'answer',
    args: [requestId, input, output, proof],
  });
  const [callback] = parseEventLogs({
    abi: inferenceOracleAbi,
    eventName: ['CallbackDelivered', 'CallbackFailed'],
    logs: receipt.logs,
  });
  return {callbackDelivered: callback && callback.eventName === 'CallbackDelivered', receipt};
}
