import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {defineTerms} from '../terms.ts';
import type {AssetTermsInput} from '../terms.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RegisterAssetParameters {
  readonly terms: AssetTermsInput;
  /**
   * The contributors' signatures by account, as `signAssetTerms` makes them; the sender needs none.
   * Default: none, for an asset of the sender alone.
   */
  readonly signatures?: Readonly<Record<Hex, Hex>>;
}

export interface RegisterAssetReturnType {
  readonly assetId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Registers an asset under terms that all its contributors have signed; they never change afterwards.
 * Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, stringToHex, zeroHash} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {AssetKind, ContributorRole, DerivativePolicy, LicenseKind, describeContent, licenseMenu, qanatDevnet, registerAsset} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {assetId} = await registerAsset(client, {
 *   terms: {
 *     kind: AssetKind.dataset,
 *     creator: account.address,
 *     ...describeContent(stringToHex('5.1,3.5,1.4,0.2,setosa')),
 *     parents: [],
 *     contributors: [{account: account.address, role: ContributorRole.dataProvider, weight: 10_000}],
 *     royalty: 1_000,
 *     derivatives: DerivativePolicy.open,
 *     licenses: {menu: licenseMenu(LicenseKind.fullAccess), fullAccessPrice: 10n ** 18n},
 *     salt: zeroHash,
 *     deadline: BigInt(Math.floor(Date.now() / 1000)) + 3_600n,
 *   },
 * });
 * console.log(assetId);
 */
export async function registerAsset(
  client: WritingClient,
  {terms, signatures = {}}: RegisterAssetParameters,
): Promise<RegisterAssetReturnType> {
  const byAccount = new Map(Object.entries(signatures).map(([account, signature]) => [account.toLowerCase(), signature]));
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'register',
    args: [defineTerms(terms), terms.contributors.map(({account}) => byAccount.get(account.toLowerCase()) ?? '0x')],
  });
  const {assetId} = onlyEvent(parseEventLogs({abi: assetRegistryAbi, eventName: 'AssetRegistered', logs: receipt.logs}));
  return {assetId, receipt};
}
