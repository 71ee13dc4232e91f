import {getChainId, signTypedData} from 'viem/actions';
import type {WritingClient} from '../execute.ts';
import {voucherTypedData} from '../messages.ts';
import type {SignedVoucher, Voucher} from '../messages.ts';

export interface SignVoucherParameters {
  readonly voucher: Voucher;
}

/**
 * Signs a voucher for all calls of an API licence so far, as its holder (EIP-712); nothing is sent.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, signVoucher} from 'qanat/client';
 * import type {Voucher} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * async function sign(voucher: Voucher) {
 *   return signVoucher(client, {voucher});
 * }
 */
export async function signVoucher(client: WritingClient, {voucher}: SignVoucherParameters): Promise<SignedVoucher> {
  const chainId = client.chain?.id ?? (await getChainId(client));
  const signature = await signTypedData(client, {account: client.account, ...voucherTypedData(voucher, chainId)});
  return {...voucher, signature};
}
