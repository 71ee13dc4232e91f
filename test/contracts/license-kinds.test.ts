import {beforeEach, describe, expect, it} from '@jest/globals';
import {hashTypedData, keccak256, toHex, zeroHash} from 'viem';
import {
  LicenseKind, LicenseStatus, Right, agreementTypedData, bits, licenseMenu, voucherTypedData,
} from '#protocols/client';
import type {Agreement, LicenseTerms, Voucher} from '#protocols/client';
import {apiMeteringAbi, licensingAbi, partnershipsAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID, FUNDING} from '../support/evm-chain.ts';
import {
  QANAT, alice, attribution, bob, carol, dave, eventsOf, licenseTerms, licensing, mallory, metering, newChain, partnerships, refusalOf,
  register, registry, signers, termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

const DAY = 86_400n;
const FOREVER = 2n ** 64n - 1n;
const ALL_KINDS = licenseMenu(...Object.values(LicenseKind));

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

const sell = (changes: Partial<LicenseTerms> = {}) =>
  register(chain, termsOf(alice, {licenses: licenseTerms({menu: ALL_KINDS, period: 1_000, periodPrice: 10n, callPrice: 3n, ...changes})}));
const may = (account: Hex, right: Right = Right.call, assetId = 1n) => chain.read(licensing, 'isAuthorized', [account, assetId, right]);
const signerOf = (account: Hex) => signers.find(({address}) => address.toLowerCase() === account);

describe('a long-term licence', () => {
  const buy = (holder: Hex, value = 10n, from = holder) =>
    chain.write(from, licensing, 'buy', [1n, LicenseKind.longTerm, holder], {value});

  it('allows calls until a second, and none one second after', async () => {
    await sell();
    await buy(bob);
    expect(await chain.read(licensing, 'getLicense', [1n])).toMatchObject({kind: LicenseKind.longTerm, expiresAt: chain.timestamp + 1_000n, price: 10n});
    expect([await may(bob), await may(bob, Right.access), await may(bob, Right.derive)]).toEqual([true, false, false]);
    chain.increaseTime(1_000n);
    expect(await may(bob)).toBe(true);
    chain.increaseTime(1n);
    expect(await may(bob)).toBe(false);
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(10n);
  });

  it('is renewed from its end, or from now when it has ended, at today\'s price', async () => {
    await sell();
    await buy(bob);
    const end = chain.timestamp + 1_000n;
    const receipt = await chain.write(carol, licensing, 'renew', [1n], {value: 10n});
    expect(eventsOf(receipt, licensingAbi, 'LicenseRenewed')[0]?.args).toMatchObject({expiresAt: end + 1_000n, price: 10n});
    chain.increaseTime(5_000n);
    await chain.write(alice, registry, 'lowerPrice', [1n, LicenseKind.longTerm, 7n]);
    expect(await refusalOf(chain.write(bob, licensing, 'renew', [1n], {value: 10n}))).toBe('WrongPayment');
    await chain.write(bob, licensing, 'renew', [1n], {value: 7n});
    expect((await chain.read(licensing, 'getLicense', [1n])).expiresAt).toBe(chain.timestamp + 1_000n);
    expect(await may(bob)).toBe(true);
    await chain.write(bob, licensing, 'buy', [1n, LicenseKind.fullAccess, bob], {value: QANAT});
    expect(await refusalOf(chain.write(bob, licensing, 'renew', [2n], {value: 7n}))).toBe('NotRenewable');
  });

  it('keeps its rights when others took its place while it had ended', async () => {
    await sell();
    for (let index = 0; index < 8; index++) await buy(bob);
    expect(await refusalOf(buy(bob))).toBe('TooManyLicenses');
    chain.increaseTime(1_001n);
    await buy(bob, 10n, mallory);
    await chain.write(bob, licensing, 'renew', [1n], {value: 10n});
    chain.increaseTime(900n);
    await chain.write(bob, licensing, 'renew', [1n], {value: 10n});
    chain.increaseTime(200n);
    expect(await may(bob)).toBe(true);
    expect(await chain.read(licensing, 'licenseCount', [1n, bob])).toBe(8n);
  });

  it('changes hands only where its terms say so', async () => {
    await sell();
    await buy(bob);
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, carol, 1n]))).toBe('NotTransferable');
    await sell({transferable: licenseMenu(LicenseKind.longTerm)});
    await chain.write(bob, licensing, 'buy', [2n, LicenseKind.longTerm, bob], {value: 10n});
    await chain.write(bob, licensing, 'transferFrom', [bob, carol, 2n]);
    expect([await may(bob, Right.call, 2n), await may(carol, Right.call, 2n)]).toEqual([false, true]);
    await sell({transferable: licenseMenu(LicenseKind.longTerm), resaleCommission: 1});
    await chain.write(bob, licensing, 'buy', [3n, LicenseKind.longTerm, bob], {value: 10n});
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, carol, 3n]))).toBe('OnlyThroughMarketplace');
  });
});

describe('an API licence', () => {
  const CRITERIA = keccak256('0x01');
  const open = (value: bigint, from: Hex = bob, assetId = 1n) => chain.write(from, metering, 'open', [assetId], {value});
  const sign = (voucher: Voucher, account: Hex = bob) => signerOf(account)!.signTypedData(voucherTypedData(voucher, Number(CHAIN_ID)));
  const settle = async (nonce: bigint, calls: bigint, changes: {signer?: Hex; licenseId?: bigint} = {}) => {
    const voucher = {licenseId: changes.licenseId ?? 1n, nonce, calls};
    return chain.write(alice, metering, 'settle', [[voucher], [await sign(voucher, changes.signer)]]);
  };

  it('is opened with approval, called with vouchers and settled by the last of them', async () => {
    await sell({eligibility: CRITERIA});
    expect(await refusalOf(open(30_000n))).toBe('NotApproved');
    await chain.write(bob, metering, 'requestApproval', [1n, zeroHash]);
    expect(await refusalOf(chain.write(bob, metering, 'approve', [1n, bob, FOREVER, zeroHash]))).toBe('NotAssetCreator');
    await chain.write(alice, metering, 'approve', [1n, bob, chain.timestamp + DAY, zeroHash]);
    await open(3_001n);
    expect([await may(bob), await may(bob, Right.access)]).toEqual([true, false]);
    const receipt = await settle(1_000n, 1_000n);
    expect(eventsOf(receipt, apiMeteringAbi, 'CallsSettled')[0]?.args).toMatchObject({nonce: 1_000n, calls: 1_000n, amount: 3_000n});
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(3_000n);
    // One wei is left: no call more is paid for.
    expect(await may(bob)).toBe(false);
    await chain.write(carol, metering, 'deposit', [1n], {value: 2n});
    expect(await may(bob)).toBe(true);
    expect(await chain.read(metering, 'meterOf', [1n, bob])).toBe(1n);
    expect(await chain.balance(metering.address)).toBe(3n);
  });

  it('refuses replayed, stale, forged, overspent and late vouchers', async () => {
    await sell({eligibility: CRITERIA});
    await chain.write(alice, metering, 'approve', [1n, bob, chain.timestamp + DAY, zeroHash]);
    await open(300n);
    const voucher = {licenseId: 1n, nonce: 5n, calls: 10n};
    expect(await chain.read(metering, 'hashVoucher', [voucher])).toBe(hashTypedData(voucherTypedData(voucher, Number(CHAIN_ID))));
    await settle(5n, 10n);
    expect(await refusalOf(settle(5n, 10n))).toBe('VoucherReplayed');
    expect(await refusalOf(settle(4n, 20n))).toBe('VoucherReplayed');
    expect(await refusalOf(settle(6n, 10n))).toBe('NoNewCalls');
    expect(await refusalOf(settle(6n, 101n))).toBe('Overspent');
    expect(await refusalOf(settle(6n, 11n, {signer: mallory}))).toBe('VoucherUnsigned');
    expect(await refusalOf(settle(6n, 11n, {licenseId: 2n}))).toBe('UnknownMeter');
    expect(await refusalOf(chain.write(alice, metering, 'settle', [[], []]))).toBe('EmptyBatch');
    expect(await refusalOf(chain.write(alice, metering, 'settle', [[voucher], []]))).toBe('SignatureCountWrong');
    expect(await refusalOf(chain.write(alice, metering, 'settle', [Array.from({length: 65}, () => voucher), []]))).toBe('BatchTooLarge');
    chain.increaseTime(DAY);
    await settle(6n, 11n);
    chain.increaseTime(1n);
    expect(await may(bob)).toBe(false);
    expect(await refusalOf(settle(7n, 12n))).toBe('ApprovalExpired');
    expect(await refusalOf(open(1n))).toBe('NotApproved');
    await chain.write(bob, metering, 'refund', [1n, bob]);
    expect(await chain.balance(bob)).toBe(FUNDING - 33n);
  });

  it('settles many licences in one batch, all or none', async () => {
    await sell();
    for (const account of [bob, carol, dave]) await open(100n, account);
    const vouchers = [1n, 2n, 3n].map((licenseId) => ({licenseId, nonce: 1n, calls: licenseId * 10n}));
    const signatures = await Promise.all(vouchers.map((voucher, index) => sign(voucher, [bob, carol, dave][index])));
    expect(await refusalOf(chain.write(mallory, metering, 'settle', [vouchers, [...signatures.slice(0, 2), signatures[0]!]]))).toBe('VoucherUnsigned');
    expect(await chain.read(attribution, 'totalReceived', [])).toBe(0n);
    await chain.write(mallory, metering, 'settle', [vouchers, signatures]);
    expect(await chain.read(attribution, 'totalReceived', [])).toBe(180n);
  });

  it('gives back what was not used, after the licensor had time to settle', async () => {
    await sell();
    await open(100n);
    expect(await refusalOf(chain.write(bob, metering, 'refund', [1n, bob]))).toBe('StillClosing');
    expect(await refusalOf(chain.write(mallory, metering, 'startClosing', [1n]))).toBe('NotMeterHolder');
    await chain.write(bob, metering, 'startClosing', [1n]);
    expect(await may(bob)).toBe(false);
    expect(await refusalOf(chain.write(bob, metering, 'refund', [1n, bob]))).toBe('StillClosing');
    await settle(1n, 20n);
    chain.increaseTime(DAY);
    expect(await refusalOf(chain.write(mallory, metering, 'refund', [1n, mallory]))).toBe('NotMeterHolder');
    await chain.write(bob, metering, 'refund', [1n, carol]);
    expect(await chain.balance(carol)).toBe(FUNDING + 40n);
    expect((await chain.read(licensing, 'getLicense', [1n])).status).toBe(LicenseStatus.ended);
    expect(await refusalOf(chain.write(bob, metering, 'refund', [1n, bob]))).toBe('NothingToRefund');
    expect(await refusalOf(settle(2n, 21n))).toBe('MeterClosed');
    expect(await refusalOf(chain.write(bob, metering, 'deposit', [1n], {value: 1n}))).toBe('MeterClosed');
    // Another one can be opened, at another price if it was lowered.
    await chain.write(alice, registry, 'lowerPrice', [1n, LicenseKind.api, 1n]);
    await open(5n);
    expect(await chain.read(metering, 'getMeter', [2n])).toMatchObject({callPrice: 1n, balance: 5n, calls: 0n});
  });

  it('is personal, and keeps its price', async () => {
    await sell();
    await open(100n);
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, carol, 1n]))).toBe('NotTransferable');
    await chain.write(alice, registry, 'lowerPrice', [1n, LicenseKind.api, 1n]);
    expect((await chain.read(metering, 'getMeter', [1n])).callPrice).toBe(3n);
    expect(await refusalOf(chain.write(mallory, licensing, 'issue', [1n, LicenseKind.api, mallory, 7, FOREVER, 0n]))).toBe('NotModule');
    expect(await refusalOf(chain.write(mallory, licensing, 'extend', [1n, FOREVER]))).toBe('NotModule');
    expect(await refusalOf(chain.write(mallory, licensing, 'end', [1n]))).toBe('NotModule');
    expect(await refusalOf(chain.write(mallory, licensing, 'revoke', [1n]))).toBe('NotModule');
  });
});

describe('a partnership', () => {
  let salt = 0n;
  const agreementOf = (changes: Partial<Agreement> = {}): Agreement => {
    salt += 1n;
    return {
      assetId: 1n, licensee: bob, revenueShare: 2_000, rights: bits(Right.call, Right.access), uses: 5, territories: 3,
      startsAt: chain.timestamp, endsAt: chain.timestamp + 100n * DAY, reportingPeriod: Number(30n * DAY), noticePeriod: Number(10n * DAY),
      upfront: 50n, document: keccak256('0x03'), salt: toHex(salt, {size: 32}), deadline: chain.timestamp + DAY, ...changes,
    };
  };
  const sign = (agreement: Agreement, account: Hex) => signerOf(account)!.signTypedData(agreementTypedData(agreement, Number(CHAIN_ID)));
  const conclude = async (agreement: Agreement, from: Hex = bob) =>
    chain.write(from, partnerships, 'conclude', [agreement, await sign(agreement, alice), await sign(agreement, bob)], {value: agreement.upfront});

  it('is concluded by both signatures and pays a share of what is reported', async () => {
    await sell({partnershipShare: 1_000});
    const agreement = agreementOf();
    expect(await chain.read(partnerships, 'hashAgreement', [agreement])).toBe(hashTypedData(agreementTypedData(agreement, Number(CHAIN_ID))));
    await conclude(agreement, mallory);
    expect(await chain.read(licensing, 'ownerOf', [1n])).toMatch(new RegExp(bob, 'i'));
    expect([await may(bob), await may(bob, Right.access), await may(bob, Right.derive)]).toEqual([true, true, false]);
    expect(await chain.read(licensing, 'conditionsOf', [1n])).toEqual([5, 3]);
    expect(await chain.read(partnerships, 'dueFor', [1n, 1_001n])).toBe(201n);
    expect(await refusalOf(chain.write(bob, partnerships, 'report', [1n, 1_001n, zeroHash], {value: 200n}))).toBe('WrongReportPayment');
    expect(await refusalOf(chain.write(mallory, partnerships, 'report', [1n, 0n, zeroHash]))).toBe('NotPartner');
    const receipt = await chain.write(bob, partnerships, 'report', [1n, 1_001n, zeroHash], {value: 201n});
    const {auditTrail} = await chain.read(partnerships, 'getPartnership', [1n]);
    expect(eventsOf(receipt, partnershipsAbi, 'RevenueReported')[0]?.args).toMatchObject({report: 1, revenue: 1_001n, payment: 201n, auditTrail});
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(251n);
  });

  it('is suspended while a report is overdue, and ends by notice', async () => {
    await sell();
    await conclude(agreementOf());
    chain.increaseTime(30n * DAY);
    expect(await may(bob)).toBe(true);
    chain.increaseTime(1n);
    expect(await may(bob)).toBe(false);
    await chain.write(bob, partnerships, 'report', [1n, 0n, zeroHash]);
    expect(await may(bob)).toBe(true);
    expect(await refusalOf(chain.write(mallory, partnerships, 'giveNotice', [1n]))).toBe('NotPartner');
    await chain.write(alice, partnerships, 'giveNotice', [1n]);
    expect(await refusalOf(chain.write(bob, partnerships, 'giveNotice', [1n]))).toBe('NoticeAlreadyGiven');
    chain.increaseTime(10n * DAY);
    expect(await may(bob)).toBe(true);
    chain.increaseTime(1n);
    expect(await may(bob)).toBe(false);
    expect(await refusalOf(chain.write(bob, partnerships, 'giveNotice', [1n]))).toBe('PartnershipEnded');
    // The last report is owed all the same.
    await chain.write(bob, partnerships, 'report', [1n, 100n, zeroHash], {value: 20n});
  });

  it('needs both consents to the very terms, once, and the least share', async () => {
    await sell({partnershipShare: 1_000});
    const agreement = agreementOf();
    const ours = await sign(agreement, alice);
    const theirs = await sign(agreement, bob);
    const write = (changed: Agreement, licensor: Hex, licensee: Hex, value = 50n) =>
      refusalOf(chain.write(carol, partnerships, 'conclude', [changed, licensor, licensee], {value}));
    expect(await write(agreement, '0x', theirs)).toBe('LicensorUnsigned');
    expect(await write(agreement, ours, ours)).toBe('LicenseeUnsigned');
    expect(await write({...agreement, revenueShare: 1_999}, ours, theirs)).toBe('LicensorUnsigned');
    expect(await write({...agreement, revenueShare: 999}, ours, theirs)).toBe('RevenueShareTooLow');
    expect(await write({...agreement, revenueShare: 10_001}, ours, theirs)).toBe('RevenueShareTooHigh');
    expect(await write({...agreement, rights: 8}, ours, theirs)).toBe('InvalidAgreement');
    expect(await write({...agreement, rights: 0}, ours, theirs)).toBe('InvalidAgreement');
    expect(await write({...agreement, endsAt: agreement.startsAt - 1n}, ours, theirs)).toBe('InvalidAgreement');
    expect(await write(agreement, ours, theirs, 49n)).toBe('WrongUpfront');
    expect(await write(agreement, ours, theirs)).toBe('not refused');
    expect(await write(agreement, ours, theirs)).toBe('AgreementConcluded');
    const late = agreementOf();
    chain.increaseTime(DAY + 1n);
    expect(await refusalOf(conclude(late))).toBe('AgreementExpired');
    await sell({menu: licenseMenu(LicenseKind.fullAccess), period: 0});
    expect(await refusalOf(conclude(agreementOf({assetId: 2n})))).toBe('LicenseNotOffered');
  });
});
