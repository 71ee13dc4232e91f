import type {Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface AttestIdentityParameters {
  readonly identityId: bigint;
  /** 32 bytes that say how to read the data. */
  readonly schema: Hex;
  /** 32 bytes: what is said, or its hash. */
  readonly data: Hex;
  /** Second; default 0: never. */
  readonly expiresAt?: bigint;
}

export interface AttestIdentityReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Says something about an identity. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {attestIdentity, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await attestIdentity(client, {identityId: 1n, schema: `0x${'66'.repeat(32)}`, data: `0x${'77'.repeat(32)}`});
 */
export async function attestIdentity(
  client: WritingClient,
  {identityId, schema, data, expiresAt = 0n}: AttestIdentityParameters,
): Promise<AttestIdentityReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'attest',
    args: [identityId, schema, data, expiresAt],
  });
  return {receipt};
}
