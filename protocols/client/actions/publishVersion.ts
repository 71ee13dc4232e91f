import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {AssetTerms} from '../terms.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface PublishVersionParameters {
  readonly assetId: bigint;
  /** See `describeContent`. */
  readonly content: Pick<AssetTerms, 'contentId' | 'contentDigest' | 'contentSize'>;
  /** At most 256 bytes. Default: none. */
  readonly accessUri?: string;
}

export interface PublishVersionReturnType {
  /** 2 for the first that is added. */
  readonly version: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Adds a version of an asset's content, as its creator; the terms stay. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {publishVersion, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const content = {contentId: '0x0155122000', contentDigest: '0x00', contentSize: 1n} as const; // describeContent(bytes)
 * const {version} = await publishVersion(client, {assetId: 1n, content});
 */
export async function publishVersion(
  client: WritingClient,
  {assetId, content, accessUri = ''}: PublishVersionParameters,
): Promise<PublishVersionReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'publishVersion',
    args: [assetId, content.contentId, content.contentDigest, content.contentSize, accessUri],
  });
  const {version} = onlyEvent(parseEventLogs({abi: assetRegistryAbi, eventName: 'VersionPublished', logs: receipt.logs}));
  return {version, receipt};
}
