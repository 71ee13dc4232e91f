import type {Hex} from 'viem';
import {nodeUpgradesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetNodeUpgradeReturnType {
  /** First block of the new rules. */
  readonly height: bigint;
  readonly name: string;
  readonly uri: string;
  readonly contentHash: Hex;
}

/**
 * The upgrade of the node scheduled last; height 0n when there is none.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getNodeUpgrade, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getNodeUpgrade(client));
 */
export async function getNodeUpgrade(client: ReadingClient): Promise<GetNodeUpgradeReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.nodeUpgrades,
    abi: nodeUpgradesAbi,
    functionName: 'plan',
    args: [],
  });
}
