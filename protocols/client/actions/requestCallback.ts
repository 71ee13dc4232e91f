import {parseEventLogs, zeroAddress} from 'viem';
import type {Address, Hex, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {InferenceMode} from '../oracle.ts';
import {estimateInferenceFee} from './estimateInferenceFee.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RequestCallbackParameters {
  readonly modelId: bigint;
  readonly mode: InferenceMode;
  /** zk: abi.encode(int256[]); otherwise any bytes, at most 16,384. */
  readonly input: Hex;
  /** A contract to call back (IAIOracleCallback). Default: none. */
  readonly callback?: Address;
  /** Gas for the callback, paid for with the fee. Default: 0. */
  readonly gasLimit?: bigint;
  /** Handed to the callback; at most 512 bytes. Default: empty. */
  readonly data?: Hex;
  /** Also call back with results that may still be challenged (optimistic and hybrid). Default: false. */
  readonly provisional?: boolean;
}

export interface RequestCallbackReturnType {
  readonly requestId: bigint;
  /** What was paid, in wei. */
  readonly fee: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Pays for an inference and names whom to call back. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, stringToHex} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {InferenceMode, qanatDevnet, requestCallback} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await requestCallback(client, {modelId: 2n, mode: InferenceMode.attested, input: stringToHex('What is a qanat?')});
 */
export async function requestCallback(
  client: WritingClient,
  {modelId, mode, input, callback = zeroAddress, gasLimit = 0n, data = '0x', provisional = false}: RequestCallbackParameters,
): Promise<RequestCallbackReturnType> {
  const fee = await estimateInferenceFee(client, {modelId, mode, account: client.account.address, gasLimit});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'requestCallbackWithMode',
    args: [{modelId, mode, input, callback, gasLimit, data, provisional}],
    value: fee,
  });
  const {requestId} = onlyEvent(parseEventLogs({abi: callbackOracleAbi, eventName: 'AICallbackRequest', logs: receipt.logs}));
  return {requestId, fee, receipt};
}
