import type {Hex, TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RequestApiApprovalParameters {
  readonly assetId: bigint;
  /** Hash of evidence that the stated criteria are met. */
  readonly evidence: Hex;
}

export interface RequestApiApprovalReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Asks a licensor for the approval that an API licence needs. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, requestApiApproval} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await requestApiApproval(client, {assetId: 1n, evidence: `0x${'11'.repeat(32)}`});
 */
export async function requestApiApproval(
  client: WritingClient,
  {assetId, evidence}: RequestApiApprovalParameters,
): Promise<RequestApiApprovalReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'requestApproval',
    args: [assetId, evidence],
  });
  return {receipt};
}
