import type {Address, TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface AddRevenueTokenParameters {
  readonly assetId: bigint;
  readonly currency: Address;
}

export interface AddRevenueTokenReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets an asset's shares pay in another ERC-20 token, as the asset's creator; at most four. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {addRevenueToken, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await addRevenueToken(client, {assetId: 1n, currency: '0x00000000000000000000000000000000000000aa'});
 */
export async function addRevenueToken(
  client: WritingClient,
  {assetId, currency}: AddRevenueTokenParameters,
): Promise<AddRevenueTokenReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'addRevenueToken',
    args: [currency],
  });
  return {receipt};
}
