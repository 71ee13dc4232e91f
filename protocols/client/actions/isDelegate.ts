import type {Address, Hex} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface IsDelegateParameters {
  readonly identityId: bigint;
  readonly account: Address;
  readonly purpose: Hex;
}

/**
 * Whether an account may act for an identity now, for a purpose.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {isDelegate, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await isDelegate(client, {identityId: 1n, account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', purpose: `0x${'44'.repeat(32)}`}));
 */
export async function isDelegate(client: ReadingClient, {identityId, account, purpose}: IsDelegateParameters): Promise<boolean> {
  return read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'isDelegate',
    args: [identityId, account, purpose],
  });
}
