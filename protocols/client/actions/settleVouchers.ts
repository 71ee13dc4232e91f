import type {TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {sumOfSettled} from '../messages.ts';
import type {SignedVoucher} from '../messages.ts';

export interface SettleVouchersParameters {
  /** See `signVoucher`. */
  readonly vouchers: readonly SignedVoucher[];
}

export interface SettleVouchersReturnType {
  /** Wei that became revenue. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Settles the newest voucher of each of some API licences (at most 64), for any number of calls. All or none. Anyone may.
 * Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, settleVouchers} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * import type {SignedVoucher} from 'qanat/client';
 *
 * async function settleAll(vouchers: readonly SignedVoucher[]) {
 *   return settleVouchers(client, {vouchers});
 * }
 */
export async function settleVouchers(
  client: WritingClient,
  {vouchers}: SettleVouchersParameters,
): Promise<SettleVouchersReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'settle',
    args: [vouchers, vouchers.map(({signature}) => signature)],
  });
  return {amount: sumOfSettled(receipt.logs), receipt};
}
