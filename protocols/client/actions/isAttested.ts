import type {Address, Hex} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface IsAttestedParameters {
  readonly identityId: bigint;
  readonly attester: Address;
  readonly schema: Hex;
}

/**
 * Whether an account attests something about an identity that is neither revoked nor expired.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {isAttested, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await isAttested(client, {identityId: 1n, attester: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', schema: `0x${'66'.repeat(32)}`}));
 */
export async function isAttested(client: ReadingClient, {identityId, attester, schema}: IsAttestedParameters): Promise<boolean> {
  return read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'isAttested',
    args: [identityId, attester, schema],
  });
}
