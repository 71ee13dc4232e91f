import type {Address, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface AddControllerParameters {
  readonly identityId: bigint;
  readonly controller: Address;
}

export interface AddControllerReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets another account control an identity. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {addController, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await addController(client, {identityId: 1n, controller: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'});
 */
export async function addController(
  client: WritingClient,
  {identityId, controller}: AddControllerParameters,
): Promise<AddControllerReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'addController',
    args: [identityId, controller],
  });
  return {receipt};
}
