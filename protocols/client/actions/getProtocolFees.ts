import type {Address} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import {SHARE_ONE} from './getLineage.ts';

export interface GetProtocolFeesParameters {
  /** The zero address is the chain's coin. */
  readonly token: Address;
}

export interface GetProtocolFeesReturnType {
  /** Basis points. */
  readonly fee: number;
  /** In whole units of the currency. */
  readonly unpaid: bigint;
}

/**
 * What the protocol takes of revenue, and what the treasury has not been paid yet.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getProtocolFees, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {fee} = await getProtocolFees(client, {token: '0x0000000000000000000000000000000000000000'});
 */
export async function getProtocolFees(
  client: ReadingClient,
  {token}: GetProtocolFeesParameters,
): Promise<GetProtocolFeesReturnType> {
  const attribution = {address: SYSTEM_ADDRESSES.attribution, abi: attributionAbi} as const;
  const [fee, unpaidE32] = await Promise.all([
    read(client, {...attribution, functionName: 'protocolFee', args: []}),
    read(client, {...attribution, functionName: 'protocolFeesE32', args: [token]}),
  ]);
  return {fee, unpaid: unpaidE32 / SHARE_ONE};
}
