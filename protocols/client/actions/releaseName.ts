import type {TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ReleaseNameParameters {
  readonly identityId: bigint;
}

export interface ReleaseNameReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Gives an identity's name back. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, releaseName} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await releaseName(client, {identityId: 1n});
 */
export async function releaseName(client: WritingClient, {identityId}: ReleaseNameParameters): Promise<ReleaseNameReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'releaseName',
    args: [identityId],
  });
  return {receipt};
}
