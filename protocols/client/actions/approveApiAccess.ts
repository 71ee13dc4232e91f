import type {Address, Hex, TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {zeroHash} from 'viem';

export interface ApproveApiAccessParameters {
  readonly assetId: bigint;
  readonly account: Address;
  /** Last second. */
  readonly approvedUntil: bigint;
  /** Hash of what the decision rests on. Default: zero. */
  readonly evidence?: Hex;
}

export interface ApproveApiAccessReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Approves an account for an API licence until a time, as the asset's creator; a time that has passed ends the approval.
 * Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {approveApiAccess, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await approveApiAccess(client, {assetId: 1n, account: account.address, approvedUntil: 2n ** 40n});
 */
export async function approveApiAccess(
  client: WritingClient,
  {assetId, account, approvedUntil, evidence = zeroHash}: ApproveApiAccessParameters,
): Promise<ApproveApiAccessReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'approve',
    args: [assetId, account, approvedUntil, evidence],
  });
  return {receipt};
}
