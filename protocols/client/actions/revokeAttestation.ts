import type {Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RevokeAttestationParameters {
  readonly identityId: bigint;
  readonly schema: Hex;
}

export interface RevokeAttestationReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Takes back what the client's account said about an identity. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, revokeAttestation} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await revokeAttestation(client, {identityId: 1n, schema: `0x${'66'.repeat(32)}`});
 */
export async function revokeAttestation(
  client: WritingClient,
  {identityId, schema}: RevokeAttestationParameters,
): Promise<RevokeAttestationReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'revokeAttestation',
    args: [identityId, schema],
  });
  return {receipt};
}
