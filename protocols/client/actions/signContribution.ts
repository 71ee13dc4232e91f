import type {Hex} from 'viem';
import {getChainId, signTypedData} from 'viem/actions';
import type {WritingClient} from '../execute.ts';
import {contributionTypedData} from '../messages.ts';
import type {Contribution} from '../messages.ts';

export interface SignContributionParameters {
  readonly contribution: Contribution;
}

/**
 * Signs a contribution to an existing asset, as the contributor (EIP-712); the asset's creator records it.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, signContribution} from 'qanat/client';
 * import type {Contribution} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * async function sign(contribution: Contribution) {
 *   return signContribution(client, {contribution});
 * }
 */
export async function signContribution(client: WritingClient, {contribution}: SignContributionParameters): Promise<Hex> {
  const chainId = client.chain?.id ?? (await getChainId(client));
  return signTypedData(client, {account: client.account, ...contributionTypedData(contribution, chainId)});
}
