import type {Address, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ProposeAccountParameters {
  readonly identityId: bigint;
  readonly account: Address;
}

export interface ProposeAccountReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Asks an account to belong to an identity. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {proposeAccount, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await proposeAccount(client, {identityId: 1n, account: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'});
 */
export async function proposeAccount(
  client: WritingClient,
  {identityId, account}: ProposeAccountParameters,
): Promise<ProposeAccountReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'proposeAccount',
    args: [identityId, account],
  });
  return {receipt};
}
