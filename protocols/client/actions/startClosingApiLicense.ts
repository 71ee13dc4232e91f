import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface StartClosingApiLicenseParameters {
  readonly licenseId: bigint;
}

export interface StartClosingApiLicenseReturnType {
  /** Seconds. */
  readonly refundableAt: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Begins to close the sender's API licence: no more calls, and what is not used can be had back a day later. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, startClosingApiLicense} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {refundableAt} = await startClosingApiLicense(client, {licenseId: 1n});
 */
export async function startClosingApiLicense(
  client: WritingClient,
  {licenseId}: StartClosingApiLicenseParameters,
): Promise<StartClosingApiLicenseReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'startClosing',
    args: [licenseId],
  });
  const {refundableAt} = onlyEvent(parseEventLogs({abi: apiMeteringAbi, eventName: 'ClosingStarted', logs: receipt.logs}));
  return {refundableAt, receipt};
}
