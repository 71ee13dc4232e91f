import type {TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface AcceptAccountParameters {
  readonly identityId: bigint;
}

export interface AcceptAccountReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Links the client's account to an identity that asked it to. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {acceptAccount, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await acceptAccount(client, {identityId: 1n});
 */
export async function acceptAccount(
  client: WritingClient,
  {identityId}: AcceptAccountParameters,
): Promise<AcceptAccountReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'acceptAccount',
    args: [identityId],
  });
  return {receipt};
}
