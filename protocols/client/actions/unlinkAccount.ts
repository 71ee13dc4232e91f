import type {Address, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface UnlinkAccountParameters {
  readonly identityId: bigint;
  /** Default: the client's. */
  readonly account?: Address;
}

export interface UnlinkAccountReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Ends the link between an account and an identity, by either. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, unlinkAccount} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await unlinkAccount(client, {identityId: 1n});
 */
export async function unlinkAccount(
  client: WritingClient,
  {identityId, account = client.account.address}: UnlinkAccountParameters,
): Promise<UnlinkAccountReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'unlinkAccount',
    args: [identityId, account],
  });
  return {receipt};
}
