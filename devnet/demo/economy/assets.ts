/** Four generations: a dataset, a base model, a LoRA adapter, an application. */
import {keccak256, parseEther, stringToHex, toHex} from 'viem';
import type {Address, Hex} from 'viem';
import {
  AssetKind, ContributorRole, DerivativePolicy, LicenseKind, Use, bits, buyLicense, createShares, describeContent, hashShareTerms, licenseMenu,
  recordContribution, registerAsset, signAssetTerms, signContribution,
} from '#protocols/client';
import type {AssetTermsInput, ShareTerms} from '#protocols/client';
import type {Account, EconomyWorld, Role} from './world.ts';

const TERMS_SECONDS = 3_600n;
export const SHARE = 10n ** 18n;
export const MONTH = 30 * 86_400;

export interface Assets {
  readonly dataset: bigint;
  readonly base: bigint;
  readonly adapter: bigint;
  readonly application: bigint;
}

type Part = readonly [role: Role, as: ContributorRole, weight: number];

/** Registers an asset that several have agreed on: each signs, the first registers. */
async function registerTogether(
  world: EconomyWorld, parts: readonly Part[], name: string,
  rest: Pick<AssetTermsInput, 'kind' | 'parents' | 'royalty' | 'derivatives'> & Partial<AssetTermsInput>,
): Promise<bigint> {
  const addressOf = (role: Role): Address => world.wallet(role).account.address;
  const [creator] = parts[0] ?? [];
  if (creator === undefined) throw new Error('nobody registers');
  const terms: AssetTermsInput = {
    creator: addressOf(creator),
    ...describeContent(stringToHex(name)),
    contributors: parts.map(([role, as, weight]) => ({account: addressOf(role), role: as, weight, contribution: keccak256(stringToHex(`${name}: ${role}`))})),
    salt: toHex(crypto.getRandomValues(new Uint8Array(32))),
    deadline: (await world.now()) + TERMS_SECONDS,
    ...rest,
  };
  const signatures: Record<Hex, Hex> = {};
  for (const [role] of parts.slice(1)) signatures[addressOf(role)] = await signAssetTerms(world.wallet(role), {terms});
  const {assetId, receipt} = await registerAsset(world.wallet(creator), {terms, signatures});
  world.tell(`${name} is asset ${assetId}, under terms that ${parts.map(([role]) => `the ${role}`).join(' and ')} signed.`, receipt);
  return assetId;
}

/** Buys full access, with which derivatives may be registered. */
async function license(world: EconomyWorld, account: Account, role: Role, assetId: bigint): Promise<void> {
  const {licenseId, price, receipt} = await buyLicense(world.wallet(role), {assetId});
  account.take(receipt);
  world.tell(`The ${role} buys full access to asset ${assetId} for ${price} wei: licence ${licenseId}.`, receipt);
}

export async function buildAssets(world: EconomyWorld, account: Account): Promise<Assets> {
  const fullAccess = licenseMenu(LicenseKind.fullAccess);
  const dataset = await registerTogether(
    world, [['data provider', ContributorRole.dataProvider, 10_000]], 'Street scenes',
    {
      kind: AssetKind.dataset, parents: [], royalty: 1_000, derivatives: DerivativePolicy.licensed, laterWeight: 5_000,
      licenses: {menu: fullAccess, fullAccessPrice: parseEther('3'), uses: bits(Use.training, Use.commercial)},
    },
  );
  const contribution = {
    assetId: dataset, account: world.wallet('annotator').account.address, role: ContributorRole.annotator, weight: 2_500,
    evidence: keccak256(stringToHex('boxes around 4,000 bicycles, reviewed')), deadline: (await world.now()) + TERMS_SECONDS,
  };
  const signature = await signContribution(world.wallet('annotator'), {contribution});
  const recorded = await recordContribution(world.wallet('data provider'), {contribution, signature});
  world.tell('The annotator\'s work is recorded with its evidence: a fifth of the dataset\'s revenue from now on.', recorded.receipt);

  await license(world, account, 'base model owner', dataset);
  const allocations = [['base model owner', 80n], ['data provider', 20n]] as const;
  const shareTerms: ShareTerms = {
    name: 'Detector shares', symbol: 'DET', redeemRatio: 0,
    allocations: allocations.map(([role, amount]) => ({account: world.wallet(role).account.address, amount: amount * SHARE, cliff: 0, duration: 0})),
  };
  const base = await registerTogether(
    world, [['base model owner', ContributorRole.trainer, 10_000]], 'Bicycle detector',
    {
      kind: AssetKind.model, parents: [dataset], royalty: 2_000, derivatives: DerivativePolicy.licensed,
      sharesRatio: 4_000, shareTerms: hashShareTerms(shareTerms),
      licenses: {
        menu: licenseMenu(...Object.values(LicenseKind)), transferable: fullAccess, resaleCommission: 500, partnershipShare: 500, period: MONTH,
        fullAccessPrice: parseEther('5'), callPrice: parseEther('0.001'), periodPrice: parseEther('1'),
        eligibility: keccak256(stringToHex('a company with a privacy officer')), arbiter: world.wallet('arbiter').account.address,
      },
    },
  );
  const created = await createShares(world.wallet('investor'), {assetId: base, terms: shareTerms});
  world.tell('Its 100 shares are created as its frozen terms say: 80 to its owner, 20 to the data provider.', created.receipt);

  await license(world, account, 'tuner', base);
  const adapter = await registerTogether(
    world, [['tuner', ContributorRole.tuner, 6_000], ['GPU owner', ContributorRole.computeProvider, 4_000]], 'LoRA for night scenes',
    {kind: AssetKind.adapter, parents: [base], royalty: 1_500, derivatives: DerivativePolicy.open},
  );
  const application = await registerTogether(
    world, [['application', ContributorRole.other, 10_000]], 'Parking assistant',
    {kind: AssetKind.application, parents: [adapter], royalty: 0, derivatives: DerivativePolicy.forbidden},
  );
  return {dataset, base, adapter, application};
}

/** The lineage as a Mermaid graph. */
export function drawLineage({dataset, base, adapter, application}: Assets): string {
  return [
    'flowchart TD',
    `  D["${dataset}: dataset"] -->|10 % royalty| B["${base}: base model, 100 shares"]`,
    `  B -->|20 % royalty| L["${adapter}: LoRA adapter"]`,
    `  L -->|15 % royalty| A["${application}: application"]`,
  ].join('\n');
}
