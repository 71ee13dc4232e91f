import {beforeEach, describe, expect, it} from '@jest/globals';
import {LicenseKind, RevenueSource, Right, licenseMenu} from '#protocols/client';
import {attributionAbi, marketplaceAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {FUNDING} from '../support/evm-chain.ts';
import {SHARE, registerWithShares, shareTermsOf} from './shares-world.ts';
import {
  alice, attribution, bob, carol, dave, eventsOf, licenseTerms, licensing, mallory, marketplace, newChain, refusalOf, register, termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

let chain: EvmChain;
let end: bigint;
beforeEach(async () => {
  chain = await newChain();
  end = chain.timestamp + 1_000n;
});

describe('listed licences', () => {
  beforeEach(async () => {
    const transferable = licenseMenu(LicenseKind.fullAccess, LicenseKind.longTerm);
    const licenses = licenseTerms({menu: transferable, transferable, period: 100, resaleCommission: 1_000, fullAccessPrice: 0n});
    await register(chain, termsOf(alice, {licenses}));
    await chain.write(bob, licensing, 'buy', [1n, LicenseKind.fullAccess, bob]);
  });
  const list = (price: bigint, from: Hex = bob, licenseId = 1n) => chain.write(from, marketplace, 'listLicense', [licenseId, price, end]);
  const buy = (from: Hex, value: bigint, listingId = 1n) => chain.write(from, marketplace, 'buyLicense', [listingId], {value});

  it('change hands for their price, less the commission, which is revenue of the asset', async () => {
    await list(1_001n);
    expect(await refusalOf(buy(carol, 1_001n))).toBe('ERC721InsufficientApproval');
    await chain.write(bob, licensing, 'approve', [marketplace.address, 1n]);
    expect(await refusalOf(buy(carol, 1_000n))).toBe('WrongCost');
    expect(await chain.read(marketplace, 'costOf', [1n, 1n])).toEqual([1_001n, 101n]);
    expect(await chain.read(licensing, 'royaltyInfo', [1n, 1_001n])).toEqual([attribution.address, 101n]);
    const receipt = await buy(carol, 1_001n);
    expect(eventsOf(receipt, marketplaceAbi, 'Bought')[0]?.args).toMatchObject({cost: 1_001n, commission: 101n, left: 0n});
    expect(eventsOf(receipt, attributionAbi, 'RevenueReceived')[0]?.args).toMatchObject({source: RevenueSource.resale, amount: 101n});
    expect(await chain.read(licensing, 'isAuthorized', [carol, 1n, Right.access])).toBe(true);
    expect(await chain.read(licensing, 'isAuthorized', [bob, 1n, Right.access])).toBe(false);
    expect(await refusalOf(buy(dave, 1_001n))).toBe('ListingClosed');
    await chain.write(bob, marketplace, 'withdrawProceeds', [bob]);
    expect(await chain.balance(bob)).toBe(FUNDING + 900n);
    expect(await chain.balance(marketplace.address)).toBe(0n);
    expect(await refusalOf(chain.write(bob, marketplace, 'withdrawProceeds', [bob]))).toBe('NoProceeds');
  });

  it('are those of their seller, until the listing ends or is cancelled', async () => {
    expect(await refusalOf(list(1n, mallory))).toBe('NotLicenseHolder');
    expect(await refusalOf(chain.write(bob, marketplace, 'listLicense', [1n, 1n, chain.timestamp - 1n]))).toBe('InvalidListing');
    await list(10n);
    await list(20n);
    await chain.write(bob, licensing, 'setApprovalForAll', [marketplace.address, true]);
    expect(await refusalOf(chain.write(mallory, marketplace, 'cancel', [1n]))).toBe('NotSeller');
    await chain.write(bob, marketplace, 'cancel', [1n]);
    expect(await refusalOf(buy(carol, 10n))).toBe('ListingClosed');
    expect(await refusalOf(chain.write(bob, marketplace, 'cancel', [1n]))).toBe('ListingClosed');
    chain.increaseTime(1_001n);
    expect(await refusalOf(buy(carol, 20n, 2n))).toBe('ListingExpired');
    await chain.write(mallory, marketplace, 'cancel', [2n]);
    expect(await refusalOf(buy(carol, 1n, 3n))).toBe('UnknownListing');
    expect(await refusalOf(chain.write(carol, marketplace, 'buyShares', [1n, 1n]))).toBe('WrongListingKind');
  });

  it('are not sold when they are not in force', async () => {
    await chain.write(bob, licensing, 'buy', [1n, LicenseKind.longTerm, bob]);
    await chain.write(bob, licensing, 'setApprovalForAll', [marketplace.address, true]);
    await list(10n, bob, 2n);
    chain.increaseTime(101n);
    expect(await refusalOf(buy(carol, 10n))).toBe('LicenseNotValid');
  });
});

describe('listed shares', () => {
  it('are filled in parts, with their revenue staying the seller\'s until then', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 100n * SHARE]]), {
      licenses: licenseTerms({resaleCommission: 500}),
    });
    await chain.write(alice, marketplace, 'listShares', [assetId, 60n * SHARE, 1_000n, end]);
    await chain.write(alice, token, 'approve', [marketplace.address, 60n * SHARE]);
    await chain.write(dave, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value: 200n});
    const buy = (amount: bigint, value: bigint) => chain.write(bob, marketplace, 'buyShares', [1n, amount], {value});
    expect(await refusalOf(buy(61n * SHARE, 61_000n))).toBe('AmountUnavailable');
    expect(await refusalOf(buy(0n, 0n))).toBe('AmountUnavailable');
    await buy(20n * SHARE, 20_000n);
    expect(await chain.read(token, 'balanceOf', [bob])).toBe(20n * SHARE);
    // Of the 1,000 wei of commission, half is for shares, by who holds them after the sale.
    expect(await chain.read(token, 'claimableRevenue', [alice, 0n])).toBe(500n);
    expect(await chain.read(token, 'claimableRevenue', [bob, 0n])).toBe(100n);
    expect(await chain.read(marketplace, 'getListing', [1n])).toMatchObject({amount: 40n * SHARE, status: 1});
    // A single unit costs a whole wei, of which a whole wei is commission: nothing is had for less in pieces.
    expect(await chain.read(marketplace, 'costOf', [1n, 1n])).toEqual([1n, 1n]);
    await buy(40n * SHARE, 40_000n);
    expect(await chain.read(marketplace, 'getListing', [1n])).toMatchObject({amount: 0n, status: 2});
    expect(await chain.read(marketplace, 'proceedsOf', [alice])).toBe(57_000n);
    expect(await refusalOf(chain.write(bob, marketplace, 'listShares', [99n, 1n, 1n, end]))).toBe('NoSharesOf');
    expect(await refusalOf(chain.write(bob, marketplace, 'listShares', [assetId, 0n, 1n, end]))).toBe('InvalidListing');
  });

  it('stay with the buyer\'s money when the seller has them no more', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 10n * SHARE]]));
    await chain.write(alice, marketplace, 'listShares', [assetId, 10n * SHARE, 1n, end]);
    await chain.write(alice, token, 'approve', [marketplace.address, 10n * SHARE]);
    await chain.write(alice, token, 'transfer', [carol, 5n * SHARE]);
    expect(await refusalOf(chain.write(bob, marketplace, 'buyShares', [1n, 10n * SHARE], {value: 10n}))).toBe('ERC20InsufficientBalance');
    expect(await chain.balance(bob)).toBe(FUNDING);
  });
});
