import {parseEventLogs, zeroAddress} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {getModel} from './getModel.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RequestInferenceParameters {
  readonly assetId: bigint;
  /** The model's input, each number within 128 signed bits. */
  readonly input: readonly bigint[];
  /** A contract to call back (IInferenceConsumer). Default: none. */
  readonly callback?: Address;
  /** Gas for the callback, at most 2,000,000. Default: 0. */
  readonly callbackGas?: number;
}

export interface RequestInferenceReturnType {
  readonly requestId: bigint;
  /** What was paid into escrow, in wei. */
  readonly price: bigint;
  /** Last second at which it can be answered; refundable after it. */
  readonly deadline: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays for an inference, at the model's current price. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, requestInference} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {requestId} = await requestInference(client, {assetId: 2n, input: [51n, 35n, 14n, 2n]});
 */
export async function requestInference(
  client: WritingClient,
  {assetId, input, callback = zeroAddress, callbackGas = 0}: RequestInferenceParameters,
): Promise<RequestInferenceReturnType> {
  const {price} = await getModel(client, {assetId});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'request',
    args: [assetId, input, callback, callbackGas],
    value: price,
  });
  const {requestId, deadline} = onlyEvent(
    parseEventLogs({abi: inferenceOracleAbi, eventName: 'InferenceRequested', logs: receipt.logs}),
  );
  return {requestId, price, deadline, receipt};
}
