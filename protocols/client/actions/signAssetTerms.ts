import type {Hex} from 'viem';
import {getChainId, signTypedData} from 'viem/actions';
import type {WritingClient} from '../execute.ts';
import {assetTermsTypedData} from '../terms.ts';
import type {AssetTermsInput} from '../terms.ts';

export interface SignAssetTermsParameters {
  readonly terms: AssetTermsInput;
}

/**
 * Signs an asset's terms as one of its contributors (EIP-712); whoever registers the asset needs this signature.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, registerAsset, signAssetTerms} from 'qanat/client';
 * import type {AssetTermsInput} from 'qanat/client';
 *
 * async function registerTogether(terms: AssetTermsInput) {
 *   const mnemonic = 'test test test test test test test test test test test junk';
 *   const creator = createWalletClient({account: mnemonicToAccount(mnemonic), chain: qanatDevnet, transport: http()});
 *   const annotator = createWalletClient({account: mnemonicToAccount(mnemonic, {addressIndex: 1}), chain: qanatDevnet, transport: http()});
 *   const signature = await signAssetTerms(annotator, {terms});
 *   return registerAsset(creator, {terms, signatures: {[annotator.account.address]: signature}});
 * }
 */
export async function signAssetTerms(client: WritingClient, {terms}: SignAssetTermsParameters): Promise<Hex> {
  const chainId = client.chain?.id ?? (await getChainId(client));
  return signTypedData(client, {account: client.account, ...assetTermsTypedData(terms, chainId)});
}
