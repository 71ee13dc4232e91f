import type {Address} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import type {Right} from '../terms.ts';

export interface IsAuthorizedParameters {
  readonly account: Address;
  readonly assetId: bigint;
  readonly right: Right;
}

/**
 * Whether an account may do this with an asset, by being its creator or by holding a licence.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {Right, isAuthorized, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * console.log(await isAuthorized(client, {account, assetId: 1n, right: Right.access}));
 */
export async function isAuthorized(
  client: ReadingClient,
  {account, assetId, right}: IsAuthorizedParameters,
): Promise<boolean> {
  return read(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'isAuthorized',
    args: [account, assetId, right],
  });
}
