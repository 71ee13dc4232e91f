import type {Address, Hex} from 'viem';
import {ownershipReceiptsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import type {ContributorRole} from '../terms.ts';

export interface GetReceiptParameters {
  readonly assetId: bigint;
  readonly account: Address;
}

export interface Receipt {
  /** Of the soulbound token. */
  readonly tokenId: bigint;
  readonly assetId: bigint;
  readonly account: Address;
  readonly role: ContributorRole;
  readonly weight: number;
  /** Seconds. */
  readonly issuedAt: bigint;
  /** Hash of the contribution. */
  readonly contribution: Hex;
}

/**
 * The receipt of an account's contribution to an asset; undefined when it has none.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getReceipt, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * const receipt = await getReceipt(client, {assetId: 1n, account});
 */
export async function getReceipt(
  client: ReadingClient,
  {assetId, account}: GetReceiptParameters,
): Promise<Receipt | undefined> {
  const ownershipReceipts = {address: SYSTEM_ADDRESSES.ownershipReceipts, abi: ownershipReceiptsAbi} as const;
  const tokenId = await read(client, {...ownershipReceipts, functionName: 'receiptOf', args: [assetId, account]});
  if (tokenId === 0n) return undefined;
  const receipt = await read(client, {...ownershipReceipts, functionName: 'getReceipt', args: [tokenId]});
  // The contract's enum holds exactly the values of this type.
  return {tokenId, ...receipt} as Receipt;
}
