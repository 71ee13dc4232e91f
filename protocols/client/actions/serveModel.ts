import type {TransactionReceipt} from 'viem';
import {oracleOperatorsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ServeModelParameters {
  readonly assetId: bigint;
  /** Wei for one answer. */
  readonly fee: bigint;
  /** Gas that it will give to a callback, at most. */
  readonly callbackGasMax: number;
}

export interface ServeModelReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Offers to answer requests for a model, by a named operator with enough at stake. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, serveModel} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await serveModel(client, {assetId: 2n, fee: 10n ** 16n, callbackGasMax: 500_000});
 */
export async function serveModel(
  client: WritingClient,
  {assetId, fee, callbackGasMax}: ServeModelParameters,
): Promise<ServeModelReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.oracleOperators,
    abi: oracleOperatorsAbi,
    functionName: 'serve',
    args: [assetId, fee, callbackGasMax],
  });
  return {receipt};
}
