import type {Hex} from 'viem';
import {getChainId, signTypedData} from 'viem/actions';
import type {WritingClient} from '../execute.ts';
import {agreementTypedData} from '../messages.ts';
import type {Agreement} from '../messages.ts';

export interface SignAgreementParameters {
  readonly agreement: Agreement;
}

/**
 * Signs a partnership agreement, as one of its sides (EIP-712).
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, signAgreement} from 'qanat/client';
 * import type {Agreement} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * async function sign(agreement: Agreement) {
 *   return signAgreement(client, {agreement});
 * }
 */
export async function signAgreement(client: WritingClient, {agreement}: SignAgreementParameters): Promise<Hex> {
  const chainId = client.chain?.id ?? (await getChainId(client));
  return signTypedData(client, {account: client.account, ...agreementTypedData(agreement, chainId)});
}
