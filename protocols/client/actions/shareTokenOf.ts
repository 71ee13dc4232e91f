import {BaseError, zeroAddress} from 'viem';
import type {Address} from 'viem';
import {sharesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

/** An asset has no share token, or none yet. */
export class NoShareTokenError extends BaseError {
  constructor(assetId: bigint) {
    super(`Asset ${assetId} has no shares, or they have not been created yet.`);
    this.name = 'NoShareTokenError';
  }
}

/** The share token of an asset. Throws NoShareTokenError. */
export async function shareTokenOf(client: ReadingClient, assetId: bigint): Promise<Address> {
  const token = await read(client, {address: SYSTEM_ADDRESSES.shares, abi: sharesAbi, functionName: 'tokenOf', args: [assetId]});
  if (token === zeroAddress) throw new NoShareTokenError(assetId);
  return token;
}
