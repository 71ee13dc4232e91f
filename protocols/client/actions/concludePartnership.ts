import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {partnershipsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {Agreement} from '../messages.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ConcludePartnershipParameters {
  readonly agreement: Agreement;
  /** Default: none, for the asset's creator. */
  readonly licensorSignature?: Hex;
  /** Default: none, for the licensee. */
  readonly licenseeSignature?: Hex;
}

export interface ConcludePartnershipReturnType {
  readonly licenseId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Concludes a partnership that both sides have signed (`signAgreement`); a side that sends needs no signature.
 * The upfront payment is sent along. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {concludePartnership, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * import type {Agreement} from 'qanat/client';
 * import type {Hex} from 'viem';
 *
 * async function agree(agreement: Agreement, licenseeSignature: Hex) {
 *   return concludePartnership(client, {agreement, licenseeSignature});
 * }
 */
export async function concludePartnership(
  client: WritingClient,
  {agreement, licensorSignature = '0x', licenseeSignature = '0x'}: ConcludePartnershipParameters,
): Promise<ConcludePartnershipReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.partnerships,
    abi: partnershipsAbi,
    functionName: 'conclude',
    args: [agreement, licensorSignature, licenseeSignature],
    value: agreement.upfront,
  });
  const {licenseId} = onlyEvent(parseEventLogs({abi: partnershipsAbi, eventName: 'PartnershipConcluded', logs: receipt.logs}));
  return {licenseId, receipt};
}
