import type {TransactionReceipt} from 'viem';
import {oracleOperatorsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface StopServingParameters {
  readonly assetId: bigint;
}

export interface StopServingReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Ends an operator's offer. Requests assigned already are still to be answered. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, stopServing} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await stopServing(client, {assetId: 2n});
 */
export async function stopServing(client: WritingClient, {assetId}: StopServingParameters): Promise<StopServingReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.oracleOperators,
    abi: oracleOperatorsAbi,
    functionName: 'stopServing',
    args: [assetId],
  });
  return {receipt};
}
