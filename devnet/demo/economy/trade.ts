/** What is sold: licences of each kind, shares before and after revenue; and a breach that is claimed and decided. */
import {keccak256, parseEther, stringToHex, toHex} from 'viem';
import {
  LicenseKind, RevenueSource, Right, approveApiAccess, approveSharesForSale, bits, buyLicense, buyListedShares, claimShareRevenue,
  concludePartnership, contestBreach, decideBreach, fileBreach, isAuthorized, listShares, openApiLicense, payRevenue, refundApiBalance,
  reportPartnershipRevenue, settleVouchers, signAgreement, signVoucher, withdrawBond, withdrawProceeds,
} from '#protocols/client';
import type {SignedVoucher} from '#protocols/client';
import {MONTH, SHARE} from './assets.ts';
import type {Assets} from './assets.ts';
import type {Account, EconomyWorld, Role} from './world.ts';

const DAY = 86_400n;

/** Sells shares of the base model: the owner lists, the investor buys. */
export async function tradeShares(world: EconomyWorld, account: Account, {base}: Assets, amount: bigint, price: bigint): Promise<void> {
  const owner = world.wallet('base model owner');
  await approveSharesForSale(owner, {assetId: base, amount});
  const {listingId} = await listShares(owner, {assetId: base, amount, price, expiresAt: (await world.now()) + DAY});
  const {cost, commission, receipt} = await buyListedShares(world.wallet('investor'), {listingId, amount});
  account.take(receipt);
  world.tell(`The investor buys ${amount / SHARE} shares for ${cost} wei, of which ${commission} wei are commission to the asset.`, receipt);
}

export async function sellLicenses(world: EconomyWorld, account: Account, assets: Assets): Promise<void> {
  const {base, application} = assets;
  const owner = world.wallet('base model owner');
  await meterCalls(world, account, base);

  const partner = world.wallet('partner');
  const now = await world.now();
  const agreement = {
    assetId: base, licensee: partner.account.address, revenueShare: 800, rights: bits(Right.call, Right.access), uses: 0, territories: 0,
    startsAt: now, endsAt: now + BigInt(12 * MONTH), reportingPeriod: MONTH, noticePeriod: MONTH, upfront: parseEther('0.5'),
    document: keccak256(stringToHex('the agreement\'s text')), salt: toHex(crypto.getRandomValues(new Uint8Array(32))), deadline: now + DAY,
  };
  const licensorSignature = await signAgreement(owner, {agreement});
  const concluded = await concludePartnership(partner, {agreement, licensorSignature});
  account.take(concluded.receipt);
  const reported = await reportPartnershipRevenue(partner, {licenseId: concluded.licenseId, revenue: parseEther('7'), evidence: keccak256(stringToHex('books of May'))});
  account.take(reported.receipt);
  world.tell(`The partner reports a revenue of 7 QANAT and pays its 8 %: ${reported.payment} wei.`, reported.receipt);

  const paid = await payRevenue(world.wallet('consumer'), {assetId: application, amount: parseEther('10'), source: RevenueSource.direct});
  account.take(paid.receipt);
  world.tell('A consumer pays the application 10 QANAT; every generation above gets its royalty at once.', paid.receipt);
}

/** Signs a voucher for each call and settles them all by the last, in one transaction. */
async function meterCalls(world: EconomyWorld, account: Account, base: bigint): Promise<void> {
  const owner = world.wallet('base model owner');
  const caller = world.wallet('application');
  await approveApiAccess(owner, {assetId: base, account: caller.account.address, approvedUntil: (await world.now()) + DAY});
  const {licenseId} = await openApiLicense(caller, {assetId: base, deposit: parseEther('1.25')});
  let last: SignedVoucher | undefined;
  for (let calls = 1n; calls <= world.calls; calls++) last = await signVoucher(caller, {voucher: {licenseId, nonce: calls, calls}});
  if (last === undefined) throw new Error('no call was made');
  const settled = await settleVouchers(owner, {vouchers: [last]});
  account.take(settled.receipt);
  world.tell(`The application made ${world.calls} calls, a voucher each; the last settles all: ${settled.amount} wei for ${settled.receipt.gasUsed} gas.`, settled.receipt);
  // The approval ends, and what was not used comes back.
  await approveApiAccess(owner, {assetId: base, account: caller.account.address, approvedUntil: 1n});
  const {amount, receipt} = await refundApiBalance(caller, {licenseId});
  account.earned('application', 'unused balance of its API licence', amount, false);
  world.tell(`The approval ends; the application has its unused ${amount} wei back.`, receipt);
}

/** The base model's owner claims that a licensee broke the terms; the licensee contests; the arbiter decides. */
export async function claimBreach(world: EconomyWorld, account: Account, {base}: Assets): Promise<void> {
  const consumer = world.wallet('consumer');
  const owner = world.wallet('base model owner');
  const {licenseId, receipt} = await buyLicense(consumer, {assetId: base, kind: LicenseKind.longTerm});
  account.take(receipt);
  const question = {account: consumer.account.address, assetId: base, right: Right.call};
  world.tell(`The consumer buys calls for a month: licence ${licenseId}.`, receipt);
  const {disputeId} = await fileBreach(owner, {licenseId, evidence: keccak256(stringToHex('logs of resold answers'))});
  await contestBreach(consumer, {disputeId, defence: keccak256(stringToHex('it was a colleague'))});
  if (!(await isAuthorized(world.reader, question))) throw new Error('a licence ended before its breach was decided');
  const decided = await decideBreach(world.wallet('arbiter'), {disputeId, upheld: true});
  if (await isAuthorized(world.reader, question)) throw new Error('a breach was upheld and the licence stands');
  const {amount} = await withdrawBond(owner, {});
  account.earned('base model owner', 'its bond and that of the licensee in breach', amount, false);
  world.tell('The owner claims that answers were resold; the arbiter agrees: the licence is revoked, and the bond is lost.', decided.receipt);
}

export async function cashIn(world: EconomyWorld, account: Account, role: Role, assetId: bigint, why: string): Promise<void> {
  const {amount, receipt} = await claimShareRevenue(world.wallet(role), {assetId});
  account.earned(role, why, amount);
  world.tell(`The ${role} claims ${amount} wei on its shares.`, receipt);
}

export async function collectProceeds(world: EconomyWorld, account: Account): Promise<void> {
  const {amount} = await withdrawProceeds(world.wallet('base model owner'), {});
  account.earned('base model owner', 'shares sold, less the commission', amount, false);
}
