import type {TransactionReceipt} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {QueryRation} from '../oracle.ts';

export interface SetQueryRationParameters {
  readonly assetId: bigint;
  readonly terms: QueryRation;
}

export interface SetQueryRationReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Rations a model's queries, by its creator: once, before the first request. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setQueryRation} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setQueryRation(client, {assetId: 2n, terms: {epochSeconds: 3_600, modelQuota: 0, accountQuota: 100, modelFree: 1_000, accountFree: 10, modelStep: 1, accountStep: 100, entryFee: 10n ** 16n}});
 */
export async function setQueryRation(
  client: WritingClient,
  {assetId, terms}: SetQueryRationParameters,
): Promise<SetQueryRationReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'setRation',
    args: [assetId, terms],
  });
  return {receipt};
}
