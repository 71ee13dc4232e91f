import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {breachDisputesAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {BREACH_BOND} from '../messages.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface FileBreachParameters {
  readonly licenseId: bigint;
  /** Hash. */
  readonly evidence: Hex;
}

export interface FileBreachReturnType {
  readonly disputeId: bigint;
  /** Last second to contest it. */
  readonly until: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Claims a breach, with a bond: a licensor against a licensee, or a buyer of full access against the licensor whose key was
 * wrong. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {fileBreach, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {disputeId} = await fileBreach(client, {licenseId: 1n, evidence: `0x${'11'.repeat(32)}`});
 */
export async function fileBreach(
  client: WritingClient,
  {licenseId, evidence}: FileBreachParameters,
): Promise<FileBreachReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.breachDisputes,
    abi: breachDisputesAbi,
    functionName: 'file',
    args: [licenseId, evidence],
    value: BREACH_BOND,
  });
  const {disputeId, until} = onlyEvent(parseEventLogs({abi: breachDisputesAbi, eventName: 'DisputeFiled', logs: receipt.logs}));
  return {disputeId, until, receipt};
}
