import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {Contribution} from '../messages.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RecordContributionParameters {
  readonly contribution: Contribution;
  /** Default: none, for a contribution of the sender. */
  readonly signature?: Hex;
}

export interface RecordContributionReturnType {
  /** Sum of all weights of the asset, 10,000 of which are of the named contributors. */
  readonly totalWeight: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Records a contribution to an existing asset, as its creator: it takes part in all revenue from then on.
 * The contributor has signed it (`signContribution`), unless it is the sender. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, recordContribution} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const contribution = {
 *   assetId: 1n, account: account.address, role: 1, weight: 500, evidence: `0x${'11'.repeat(32)}`, deadline: 2n ** 64n - 1n,
 * } as const;
 * await recordContribution(client, {contribution});
 */
export async function recordContribution(
  client: WritingClient,
  {contribution, signature = '0x'}: RecordContributionParameters,
): Promise<RecordContributionReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'recordContribution',
    args: [contribution, signature],
  });
  const {totalWeight} = onlyEvent(parseEventLogs({abi: attributionAbi, eventName: 'ContributionRecorded', logs: receipt.logs}));
  return {totalWeight, receipt};
}
