import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {partnershipsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ReportPartnershipRevenueParameters {
  readonly licenseId: bigint;
  /** Since the last report, in wei. */
  readonly revenue: bigint;
  /** Hash of the books. */
  readonly evidence: Hex;
}

export interface ReportPartnershipRevenueReturnType {
  /** Wei. */
  readonly payment: bigint;
  /** Head of the hash chain of all reports. */
  readonly auditTrail: Hex;
  readonly receipt: TransactionReceipt;
}

/**
 * Reports the sender's revenue under a partnership and pays the agreed part of it. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, reportPartnershipRevenue} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await reportPartnershipRevenue(client, {licenseId: 1n, revenue: 10n ** 18n, evidence: `0x${'11'.repeat(32)}`});
 */
export async function reportPartnershipRevenue(
  client: WritingClient,
  {licenseId, revenue, evidence}: ReportPartnershipRevenueParameters,
): Promise<ReportPartnershipRevenueReturnType> {
  const partnerships = {address: SYSTEM_ADDRESSES.partnerships, abi: partnershipsAbi} as const;
  const value = await read(client, {...partnerships, functionName: 'dueFor', args: [licenseId, revenue]});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.partnerships,
    abi: partnershipsAbi,
    functionName: 'report',
    args: [licenseId, revenue, evidence],
    value,
  });
  const {payment, auditTrail} = onlyEvent(parseEventLogs({abi: partnershipsAbi, eventName: 'RevenueReported', logs: receipt.logs}));
  return {payment, auditTrail, receipt};
}
