import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {partnershipsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface GiveNoticeParameters {
  readonly licenseId: bigint;
}

export interface GiveNoticeReturnType {
  /** Seconds. */
  readonly endsAt: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Terminates a partnership after the agreed notice, as one of its sides. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {giveNotice, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {endsAt} = await giveNotice(client, {licenseId: 1n});
 */
export async function giveNotice(
  client: WritingClient,
  {licenseId}: GiveNoticeParameters,
): Promise<GiveNoticeReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.partnerships,
    abi: partnershipsAbi,
    functionName: 'giveNotice',
    args: [licenseId],
  });
  const {endsAt} = onlyEvent(parseEventLogs({abi: partnershipsAbi, eventName: 'NoticeGiven', logs: receipt.logs}));
  return {endsAt, receipt};
}
