/**
 * `npm run demo -- economy`: from data to an application, each kind of licence sold, shares traded before and after
 * revenue, a breach decided, and everyone paid, to the wei.
 */
import {zeroAddress} from 'viem';
import {SYSTEM_ADDRESSES, claimRevenue, getRevenue, payProtocolFees} from '#protocols/client';
import {buildAssets, drawLineage, SHARE} from './assets.ts';
import {cashIn, claimBreach, collectProceeds, sellLicenses, tradeShares} from './trade.ts';
import {Account} from './world.ts';
import type {Earning, EconomyWorld, Role} from './world.ts';

export interface EconomyResult {
  readonly earnings: readonly Earning[];
  /** Wei that came into Attribution, that left it, and that is left there of it. */
  readonly received: bigint;
  readonly paidOut: bigint;
  readonly dust: bigint;
  readonly isExact: boolean;
  /** Mermaid. */
  readonly lineage: string;
}

/** A wei for each claimant is the most that rounding can leave. */
const DUST_MAX = 12n;

export async function runEconomy(world: EconomyWorld): Promise<EconomyResult> {
  const before = await world.balance(SYSTEM_ADDRESSES.attribution);
  const account = new Account();
  const assets = await buildAssets(world, account);
  await tradeShares(world, account, assets, 10n * SHARE, 10n ** 16n);
  await sellLicenses(world, account, assets);
  await claimBreach(world, account, assets);
  // After revenue the shares are dearer, and what they earned stays with who held them.
  await cashIn(world, account, 'investor', assets.base, 'shares of the base model, bought before the licences were sold');
  await tradeShares(world, account, assets, 5n * SHARE, 2n * 10n ** 16n);

  for (const role of ['base model owner', 'data provider'] as const) await cashIn(world, account, role, assets.base, 'shares of the base model');
  await cashIn(world, account, 'investor', assets.base, 'the commission on its second purchase, as a share holder');
  await collectProceeds(world, account);
  const contributors: readonly (readonly [Role, bigint, string])[] = [
    ['data provider', assets.dataset, 'the dataset'], ['annotator', assets.dataset, 'the dataset'], ['base model owner', assets.base, 'the base model'],
    ['tuner', assets.adapter, 'the adapter'], ['GPU owner', assets.adapter, 'the adapter'], ['application', assets.application, 'the application'],
  ];
  for (const [role, assetId, what] of contributors) {
    const {claimable} = await getRevenue(world.reader, {assetId, account: world.wallet(role).account.address});
    const {amount, receipt} = await claimRevenue(world.wallet(role), {assetId});
    if (amount !== claimable) throw new Error(`the ${role} was paid ${amount} wei and could claim ${claimable}`);
    account.earned(role, `contribution to ${what}`, amount);
    world.tell(`The ${role} claims ${amount} wei for its part in ${what}.`, receipt);
  }
  const fees = await payProtocolFees(world.wallet('arbiter'), {token: zeroAddress});
  account.earned('treasury', 'protocol fee', fees.amount);

  const left = (await world.balance(SYSTEM_ADDRESSES.attribution)) - before;
  const dust = account.received - account.paidOut;
  return {
    earnings: account.earnings, received: account.received, paidOut: account.paidOut, dust,
    isExact: left === dust && dust >= 0n && dust < DUST_MAX,
    lineage: drawLineage(assets),
  };
}

/** The table of who earned what and why. */
export function describeEarnings({earnings, received, paidOut, dust}: EconomyResult): string[] {
  const width = Math.max(...earnings.map(({who}) => who.length));
  return [
    ...earnings.map(({who, why, wei}) => `${who.padEnd(width)}  ${wei.toString().padStart(22)} wei  ${why}`),
    `${received} wei came into Attribution, ${paidOut} wei left it, ${dust} wei of rounding wait for later revenue.`,
  ];
}
