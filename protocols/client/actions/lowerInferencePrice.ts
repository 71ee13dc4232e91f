import type {TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface LowerInferencePriceParameters {
  readonly assetId: bigint;
  /** Of an inference, in wei. */
  readonly price: bigint;
}

export interface LowerInferencePriceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lowers the price of an inference for requests to come, as the asset's creator. It can never be raised. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, parseEther} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {lowerInferencePrice, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await lowerInferencePrice(client, {assetId: 1n, price: parseEther('0.5')});
 */
export async function lowerInferencePrice(
  client: WritingClient,
  {assetId, price}: LowerInferencePriceParameters,
): Promise<LowerInferencePriceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'lowerPrice',
    args: [assetId, price],
  });
  return {receipt};
}
