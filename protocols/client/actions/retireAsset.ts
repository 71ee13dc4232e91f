import type {TransactionReceipt} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RetireAssetParameters {
  readonly assetId: bigint;
}

export interface RetireAssetReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Takes an asset off the market for good, as its creator. Licences sold and royalties owed stay as they are.
 * Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, retireAsset} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await retireAsset(client, {assetId: 1n});
 */
export async function retireAsset(client: WritingClient, {assetId}: RetireAssetParameters): Promise<RetireAssetReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'retire',
    args: [assetId],
  });
  return {receipt};
}
