/** What the contract tests share: accounts that can sign, contracts by name, and terms to start from. */
import {parseEventLogs, stringToHex, toHex} from 'viem';
import type {ContractEventName, Log, ParseEventLogsReturnType} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import type {HDAccount} from 'viem/accounts';
import {
  apiMeteringAbi,
  assetRegistryAbi,
  attributionAbi,
  bondsAbi,
  breachDisputesAbi,
  callbackOracleAbi,
  foundationAbi,
  governorAbi,
  groth16Abi,
  identityAbi,
  inferenceAbi,
  inferenceOracleAbi,
  licensingAbi,
  marketplaceAbi,
  nodeUpgradesAbi,
  oracleOperatorsAbi,
  ownershipReceiptsAbi,
  partnershipsAbi,
  shareTokenAbi,
  sharesAbi,
  timelockAbi,
  trainingAbi,
  treasuryAbi,
  vaultAccessAbi,
  votingPowerAbi,
} from '#protocols/abi';
import {
  AssetKind,
  ContributorRole,
  DerivativePolicy,
  GOVERNANCE_ADDRESS,
  LicenseKind,
  NATIVE_ADDRESSES,
  SYSTEM_ADDRESSES,
  assetTermsTypedData,
  defineLicenseTerms,
  defineTerms,
  describeContent,
  licenseMenu,
} from '#protocols/client';
import type {AssetTerms, AssetTermsInput, LicenseTerms} from '#protocols/client';
import {CHAIN_ID, EvmChain, Reverted} from '../support/evm-chain.ts';
import type {ChainReceipt} from '../support/evm-chain.ts';

export type Hex = `0x${string}`;

export const registry = {address: SYSTEM_ADDRESSES.assetRegistry, abi: assetRegistryAbi} as const;
export const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
export const attribution = {address: SYSTEM_ADDRESSES.attribution, abi: attributionAbi} as const;
export const receipts = {address: SYSTEM_ADDRESSES.ownershipReceipts, abi: ownershipReceiptsAbi} as const;
export const shares = {address: SYSTEM_ADDRESSES.shares, abi: sharesAbi} as const;
export const marketplace = {address: SYSTEM_ADDRESSES.marketplace, abi: marketplaceAbi} as const;
export const metering = {address: SYSTEM_ADDRESSES.apiMetering, abi: apiMeteringAbi} as const;
export const partnerships = {address: SYSTEM_ADDRESSES.partnerships, abi: partnershipsAbi} as const;
export const disputes = {address: SYSTEM_ADDRESSES.breachDisputes, abi: breachDisputesAbi} as const;
export const vault = {address: SYSTEM_ADDRESSES.vaultAccess, abi: vaultAccessAbi} as const;
export const shareTokenAt = (address: Hex) => ({address, abi: shareTokenAbi}) as const;
export const oracle = {address: SYSTEM_ADDRESSES.inferenceOracle, abi: inferenceOracleAbi} as const;
/** The oracle's other part, at the same address. */
export const callbackOracle = {address: SYSTEM_ADDRESSES.inferenceOracle, abi: callbackOracleAbi} as const;
export const operators = {address: SYSTEM_ADDRESSES.oracleOperators, abi: oracleOperatorsAbi} as const;
export const bonds = {address: SYSTEM_ADDRESSES.bonds, abi: bondsAbi} as const;
export const identity = {address: SYSTEM_ADDRESSES.identity, abi: identityAbi} as const;
export const treasury = {address: SYSTEM_ADDRESSES.treasury, abi: treasuryAbi} as const;
export const governor = {address: SYSTEM_ADDRESSES.governor, abi: governorAbi} as const;
export const timelock = {address: SYSTEM_ADDRESSES.timelock, abi: timelockAbi} as const;
export const votingPower = {address: SYSTEM_ADDRESSES.votingPower, abi: votingPowerAbi} as const;
export const foundation = {address: SYSTEM_ADDRESSES.foundation, abi: foundationAbi} as const;
export const nodeUpgrades = {address: SYSTEM_ADDRESSES.nodeUpgrades, abi: nodeUpgradesAbi} as const;
export const inferenceRecord = {address: NATIVE_ADDRESSES.inference, abi: inferenceAbi} as const;
export const trainingRecord = {address: NATIVE_ADDRESSES.training, abi: trainingAbi} as const;
export const groth16 = {address: NATIVE_ADDRESSES.groth16, abi: groth16Abi} as const;

const MNEMONIC = 'test test test test test test test test test test test junk';
export const signers: readonly HDAccount[] = Array.from({length: 6}, (_, addressIndex) =>
  mnemonicToAccount(MNEMONIC, {addressIndex}),
);
export const [alice, bob, carol, dave, erin, mallory] = signers.map(
  ({address}) => address.toLowerCase() as Hex,
) as [Hex, Hex, Hex, Hex, Hex, Hex];

export const QANAT = 10n ** 18n;
/** One share of the registry's lineage. */
export const SHARE_ONE = 10n ** 32n;

/** A chain without a protocol fee, in which splits are easier to read, or with one, in basis points. */
export async function newChain({protocolFee = 0}: {readonly protocolFee?: number} = {}): Promise<EvmChain> {
  const chain = await EvmChain.create(signers.map(({address}) => address.toLowerCase() as Hex));
  await chain.write(GOVERNANCE_ADDRESS, attribution, 'setProtocolFee', [protocolFee]);
  return chain;
}

/** Licence terms that sell full access for one QANAT, transferably. */
export function licenseTerms(changes: Partial<LicenseTerms> = {}): LicenseTerms {
  const fullAccess = licenseMenu(LicenseKind.fullAccess);
  return defineLicenseTerms({menu: fullAccess, transferable: fullAccess, fullAccessPrice: QANAT, ...changes});
}

let salt = 0n;

/** Terms of an open dataset that the creator made alone; every call gives another asset. */
export function termsOf(creator: Hex, changes: Partial<AssetTermsInput> = {}): AssetTerms {
  salt += 1n;
  return defineTerms({
    kind: AssetKind.dataset,
    creator,
    ...describeContent(stringToHex('5.1,3.5,1.4,0.2,setosa')),
    parents: [],
    contributors: [{account: creator, role: ContributorRole.dataProvider, weight: 10_000}],
    royalty: 1_000,
    derivatives: DerivativePolicy.open,
    licenses: licenseTerms(),
    salt: toHex(salt, {size: 32}),
    deadline: 2n ** 64n - 1n,
    ...changes,
  });
}

/** Registers terms in the creator's name, signed by each contributor that has a key here. Throws Reverted. */
export async function register(chain: EvmChain, terms: AssetTerms): Promise<bigint> {
  const receipt = await chain.write(terms.creator as Hex, registry, 'register', [terms, await signaturesOf(terms)]);
  return eventsOf(receipt, assetRegistryAbi, 'AssetRegistered')[0]?.args.assetId ?? 0n;
}

export async function signaturesOf(terms: AssetTerms): Promise<Hex[]> {
  return Promise.all(
    terms.contributors.map(async ({account}) => {
      const signer = signers.find(({address}) => address.toLowerCase() === account.toLowerCase());
      if (signer === undefined || account.toLowerCase() === terms.creator.toLowerCase()) return '0x';
      return signer.signTypedData(assetTermsTypedData(terms, Number(CHAIN_ID)));
    }),
  );
}

export function eventsOf<const abi extends readonly unknown[], name extends ContractEventName<abi>>(
  receipt: ChainReceipt,
  abi: abi,
  eventName: name,
): ParseEventLogsReturnType<abi, name, true> {
  return parseEventLogs({abi, eventName, logs: receipt.logs as unknown as Log[]} as never) as never;
}

/** The name of the contract error that a promise of a call or transaction rejects with. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Reverted) return error.errorName;
    throw error;
  }
  return 'not refused';
}
