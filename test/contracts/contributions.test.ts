import {beforeEach, describe, expect, it} from '@jest/globals';
import {encodePacked, hashTypedData, keccak256, toHex, zeroAddress, zeroHash} from 'viem';
import {ContributorRole, GOVERNANCE_ADDRESS, RevenueSource, TREASURY_ADDRESS, contributionTypedData} from '#protocols/client';
import type {Contribution} from '#protocols/client';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {attributionAbi, ownershipReceiptsAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {tokens} from './shares-world.ts';
import {
  SHARE_ONE, alice, attribution, bob, carol, dave, erin, eventsOf, mallory, newChain, receipts, refusalOf, register, registry, signers,
  termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

const pay = (assetId: bigint, value: bigint) =>
  chain.write(erin, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value});
const claimable = (account: Hex, assetId = 1n) => chain.read(attribution, 'claimable', [assetId, account]);

let evidence = 0n;
function contributionOf(account: Hex, weight: number, changes: Partial<Contribution> = {}): Contribution {
  evidence += 1n;
  return {assetId: 1n, account, role: ContributorRole.annotator, weight, evidence: toHex(evidence, {size: 32}), deadline: 2n ** 64n - 1n, ...changes};
}

async function sign(contribution: Contribution, account: Hex = contribution.account): Promise<Hex> {
  const signer = signers.find(({address}) => address.toLowerCase() === account);
  return signer?.signTypedData(contributionTypedData(contribution, Number(CHAIN_ID))) ?? '0x';
}

const record = async (contribution: Contribution, from: Hex = alice) =>
  chain.write(from, attribution, 'recordContribution', [contribution, await sign(contribution)]);

describe('a contribution after registration', () => {
  it('takes part in the next revenue, and in none before', async () => {
    await register(chain, termsOf(alice, {laterWeight: 10_000}));
    await pay(1n, 1_000n);
    const contribution = contributionOf(bob, 10_000);
    const receipt = await record(contribution);
    expect(eventsOf(receipt, attributionAbi, 'ContributionRecorded')[0]?.args).toMatchObject({weight: 10_000, totalWeight: 20_000n});
    expect([await claimable(alice), await claimable(bob)]).toEqual([1_000n, 0n]);
    await pay(1n, 1_000n);
    expect([await claimable(alice), await claimable(bob)]).toEqual([1_500n, 500n]);
    await chain.write(bob, attribution, 'claim', [1n]);
    await pay(1n, 1n);
    await pay(1n, 1n);
    expect([await claimable(alice), await claimable(bob)]).toEqual([1_501n, 1n]);
    expect(await chain.read(attribution, 'totalWeight', [1n])).toBe(20_000n);
  });

  it('adds to what the same account had, in every currency', async () => {
    const good = await chain.deploy(erin, tokens().Good!);
    await chain.write(erin, good, 'mint', [erin, 10_000n]);
    await chain.write(erin, good, 'approve', [attribution.address, 10_000n]);
    const payToken = () => chain.write(erin, attribution, 'receiveToken', [1n, good.address, 1_000n, RevenueSource.direct]);
    const due = (account: Hex) => chain.read(attribution, 'claimableToken', [1n, good.address, account]);
    const contributors = [alice, bob].map((account) => ({account, role: ContributorRole.other, weight: 5_000}));
    await register(chain, termsOf(alice, {laterWeight: 10_000, contributors}));
    await payToken();
    await record(contributionOf(bob, 2_000));
    // No revenue in this currency in between: both contributions are of the same epoch for it.
    await pay(1n, 12_000n);
    await record(contributionOf(bob, 3_000));
    await record(contributionOf(carol, 5_000));
    await payToken();
    expect([await due(alice), await due(bob), await due(carol)]).toEqual([750n, 1_000n, 250n]);
    expect([await claimable(alice), await claimable(bob), await claimable(carol)]).toEqual([5_000n, 7_000n, 0n]);
    await chain.write(bob, attribution, 'claimToken', [1n, good.address, bob]);
    expect(await chain.read(good, 'balanceOf', [bob])).toBe(1_000n);
    expect(await chain.read(attribution, 'paidToken', [1n, good.address, bob])).toBe(1_000n);
    expect(await chain.read(registry, 'weightOf', [1n, bob])).toBe(10_000);
  });

  it('is signed by who made it, and recorded by the creator or a training job', async () => {
    await register(chain, termsOf(alice, {laterWeight: 9_000}));
    const contribution = contributionOf(bob, 1_000);
    expect(await chain.read(attribution, 'hashContribution', [contribution])).toBe(hashTypedData(contributionTypedData(contribution, Number(CHAIN_ID))));
    const write = (from: Hex, signature: Hex, changed = contribution) =>
      refusalOf(chain.write(from, attribution, 'recordContribution', [changed, signature]));
    expect(await write(alice, '0x')).toBe('ContributionUnsigned');
    expect(await write(alice, await sign(contribution, mallory))).toBe('ContributionUnsigned');
    expect(await write(alice, await sign(contribution), {...contribution, weight: 1_001})).toBe('ContributionUnsigned');
    expect(await write(bob, await sign(contribution))).toBe('NotContributionRecorder');
    expect(await write(SYSTEM_ADDRESSES.trainingJobs, '0x')).toBe('not refused');
    expect(await write(alice, await sign(contribution))).toBe('ContributionAlreadyRecorded');
    expect(await write(alice, '0x', contributionOf(alice, 1))).toBe('not refused');
  });

  it('keeps to the frozen terms and to limits', async () => {
    await register(chain, termsOf(alice, {laterWeight: 1_000}));
    expect(await refusalOf(record(contributionOf(bob, 1_001)))).toBe('LaterWeightExceeded');
    expect(await refusalOf(record(contributionOf(bob, 0)))).toBe('InvalidContribution');
    expect(await refusalOf(record(contributionOf(bob, 1, {evidence: zeroHash})))).toBe('InvalidContribution');
    expect(await refusalOf(record(contributionOf(bob, 1, {deadline: chain.timestamp - 1n})))).toBe('ContributionExpired');
    expect(await refusalOf(record(contributionOf(bob, 1, {assetId: 2n})))).toBe('UnknownAsset');
    for (let index = 0; index < 8; index++) await record(contributionOf(bob, 100));
    expect(await refusalOf(record(contributionOf(bob, 100)))).toBe('TooManyContributions');
    await record(contributionOf(carol, 200));
    expect(await refusalOf(record(contributionOf(carol, 1)))).toBe('LaterWeightExceeded');
    await chain.write(alice, registry, 'retire', [1n]);
    expect(await refusalOf(record(contributionOf(dave, 0)))).toBe('AssetNotActive');
  });
});

describe('receipts', () => {
  it('are one per contributor and asset, with role, weight and hash', async () => {
    const contribution = keccak256('0x01');
    const terms = termsOf(alice, {
      laterWeight: 1_000,
      contributors: [
        {account: alice, role: ContributorRole.trainer, weight: 6_000},
        {account: bob, role: ContributorRole.reviewer, weight: 4_000, contribution},
      ],
    });
    await register(chain, terms);
    const first = 1n << 32n;
    expect(await chain.read(receipts, 'receiptOf', [1n, alice])).toBe(first);
    const receipt = await chain.read(receipts, 'getReceipt', [first + 1n]);
    expect({...receipt, account: receipt.account.toLowerCase()}).toEqual({
      assetId: 1n, account: bob, role: ContributorRole.reviewer, weight: 4_000, issuedAt: chain.timestamp, contribution,
    });
    expect((await chain.read(receipts, 'getReceipt', [first])).contribution).toBe(terms.contentDigest);
    const later = contributionOf(bob, 500);
    const {logs} = await record(later);
    const chained = keccak256(encodePacked(['bytes32', 'bytes32'], [contribution, later.evidence]));
    expect(eventsOf({logs} as never, ownershipReceiptsAbi, 'ReceiptWeightAdded')[0]?.args).toMatchObject({tokenId: first + 1n, weight: 500, contribution: chained});
    expect(await chain.read(receipts, 'getReceipt', [first + 1n])).toMatchObject({weight: 4_500, contribution: chained});
    await record(contributionOf(carol, 500));
    expect(await chain.read(receipts, 'ownerOf', [first + 2n])).toMatch(new RegExp(carol, 'i'));
    expect(await chain.read(receipts, 'contributorCount', [1n])).toBe(3n);
    expect(await chain.read(receipts, 'balanceOf', [bob])).toBe(1n);
    expect(await chain.read(receipts, 'receiptOf', [1n, dave])).toBe(0n);
    expect(await refusalOf(chain.read(receipts, 'getReceipt', [first + 3n]))).toBe('UnknownReceipt');
  });

  it('never move, whoever asks and however', async () => {
    await register(chain, termsOf(alice));
    const tokenId = 1n << 32n;
    for (const from of [alice, bob, GOVERNANCE_ADDRESS, registry.address] as const) {
      for (const write of [
        () => chain.write(from, receipts, 'transferFrom', [alice, bob, tokenId]),
        () => chain.write(from, receipts, 'safeTransferFrom', [alice, bob, tokenId]),
        () => chain.write(from, receipts, 'safeTransferFrom', [alice, bob, tokenId, '0x']),
        () => chain.write(from, receipts, 'approve', [bob, tokenId]),
        () => chain.write(from, receipts, 'setApprovalForAll', [bob, true]),
      ]) {
        expect(await refusalOf(write())).toBe('Soulbound');
      }
    }
    const contributor = {account: bob, role: 0, weight: 1, contribution: zeroHash};
    expect(await refusalOf(chain.write(alice, receipts, 'issue', [1n, contributor]))).toBe('NotIssuer');
    expect(await refusalOf(chain.write(alice, receipts, 'issueMany', [1n, 0, [contributor]]))).toBe('NotIssuer');
    expect(await refusalOf(chain.write(alice, receipts, 'addWeight', [1n, contributor]))).toBe('NotIssuer');
    expect(await chain.read(receipts, 'ownerOf', [tokenId])).toMatch(new RegExp(alice, 'i'));
  });

  it('give voting power that grows with time and cannot be had afterwards', async () => {
    const start = chain.timestamp;
    await register(chain, termsOf(alice));
    chain.increaseTime(100n);
    expect(await chain.read(receipts, 'timeWeightAt', [alice, start + 100n])).toBe(1_000_000n);
    await register(chain, termsOf(alice));
    expect(await chain.read(receipts, 'totalWeightOf', [alice])).toBe(20_000n);
    expect(await chain.read(receipts, 'timeWeightAt', [alice, start + 100n])).toBe(1_000_000n);
    // For a time before the second receipt it is less than it was, never more.
    expect(await chain.read(receipts, 'timeWeightAt', [alice, start + 50n])).toBe(0n);
    chain.increaseTime(10n);
    expect(await chain.read(receipts, 'timeWeightAt', [alice, start + 110n])).toBe(1_200_000n);
    expect(await refusalOf(chain.read(receipts, 'timeWeightAt', [alice, start + 111n]))).toBe('FutureLookup');
    expect(await chain.read(receipts, 'timeWeightAt', [mallory, start])).toBe(0n);
  });
});

describe('a training job', () => {
  it('registers its result for contributors who agreed to its terms, and nobody else does', async () => {
    const terms = termsOf(carol, {contributors: [alice, bob].map((account) => ({account, role: ContributorRole.tuner, weight: 5_000}))});
    const consent = keccak256('0x02');
    expect(await refusalOf(chain.write(carol, registry, 'registerForJob', [terms, consent]))).toBe('NotTrainingJobs');
    await chain.write(SYSTEM_ADDRESSES.trainingJobs, registry, 'registerForJob', [terms, consent]);
    expect(await chain.read(registry, 'creatorOf', [1n])).toMatch(new RegExp(carol, 'i'));
    expect(await chain.read(registry, 'weightOf', [1n, bob])).toBe(5_000);
    expect(await refusalOf(chain.write(SYSTEM_ADDRESSES.trainingJobs, registry, 'registerForJob', [terms, consent]))).toBe('TermsAlreadyRegistered');
  });
});

describe('the protocol fee', () => {
  it('is taken first, exactly, and paid to the treasury', async () => {
    await chain.write(GOVERNANCE_ADDRESS, attribution, 'setProtocolFee', [100]);
    await register(chain, termsOf(alice, {royalty: 5_000}));
    await register(chain, termsOf(bob, {parents: [1n]}));
    for (let piece = 0; piece < 150; piece++) await pay(2n, 1n);
    // 150 payments of one wei: no royalty and no fee is lost to rounding.
    expect(await chain.read(attribution, 'protocolFeesE32', [zeroAddress])).toBe((150n * SHARE_ONE) / 100n);
    expect([await claimable(alice, 1n), await claimable(bob, 2n)]).toEqual([74n, 74n]);
    await chain.write(mallory, attribution, 'payProtocolFees', [zeroAddress]);
    expect(await chain.balance(TREASURY_ADDRESS)).toBe(1n);
    expect(await refusalOf(chain.write(mallory, attribution, 'payProtocolFees', [zeroAddress]))).toBe('NothingToClaim');
    expect(await chain.read(attribution, 'protocolFeesE32', [zeroAddress])).toBe(SHARE_ONE / 2n);
  });

  it('is one per cent until governance, and nobody else, sets another, up to ten', async () => {
    expect(await chain.read({...attribution, address: '0xc0de000000000000000000000000000000001015'}, 'protocolFee', [])).toBe(100);
    expect(await refusalOf(chain.write(mallory, attribution, 'setProtocolFee', [0]))).toBe('OnlyGovernance');
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, attribution, 'setProtocolFee', [1_001]))).toBe('ProtocolFeeTooHigh');
    const receipt = await chain.write(GOVERNANCE_ADDRESS, attribution, 'setProtocolFee', [1_000]);
    expect(eventsOf(receipt, attributionAbi, 'ProtocolFeeSet')[0]?.args).toEqual({previousFee: 0, fee: 1_000});
  });
});

describe('ERC-20 revenue', () => {
  const approve = async (token: {address: Hex; abi: never}) => {
    await chain.write(erin, token, 'mint' as never, [erin, 1_000_000n] as never);
    await chain.write(erin, token, 'approve' as never, [attribution.address, 1_000_000n] as never);
  };
  const receive = (token: Hex, amount = 10_000n) =>
    chain.write(erin, attribution, 'receiveToken', [1n, token, amount, RevenueSource.direct]);

  it('is refused in tokens that take a fee, rebase or are none', async () => {
    const {Taxed, Elastic} = tokens();
    await register(chain, termsOf(alice));
    const taxed = await chain.deploy(erin, Taxed!);
    await approve(taxed as never);
    expect(await refusalOf(receive(taxed.address))).toBe('TokenAmountChanged');
    const elastic = await chain.deploy(erin, Elastic!);
    await approve(elastic as never);
    await receive(elastic.address);
    await chain.write(erin, elastic, 'shrink', []);
    expect(await refusalOf(receive(elastic.address))).toBe('TokenRebased');
    expect(await refusalOf(chain.write(alice, attribution, 'claimToken', [1n, elastic.address, alice]))).toBe('TokenRebased');
    expect(await refusalOf(receive(mallory))).toBe('NotAToken');
    expect(await refusalOf(receive(zeroAddress))).toBe('NotAToken');
  });

  it('cannot be booked twice by a token that re-enters', async () => {
    const hostile = await chain.deploy(erin, tokens().Hostile!);
    await register(chain, termsOf(alice));
    await approve(hostile as never);
    const {encodeFunctionData} = await import('viem');
    const data = encodeFunctionData({abi: attributionAbi, functionName: 'receiveToken', args: [1n, hostile.address, 1n, 0]});
    await chain.write(erin, hostile, 'arm', [attribution.address, data]);
    expect(await refusalOf(receive(hostile.address))).toBe('ReentrancyGuardReentrantCall');
  });

  it('leaves the books of other currencies alone', async () => {
    const good = await chain.deploy(erin, tokens().Good!);
    await register(chain, termsOf(alice, {royalty: 1_000}));
    await register(chain, termsOf(bob, {parents: [1n]}));
    await approve(good as never);
    await chain.write(erin, attribution, 'receiveToken', [2n, good.address, 1_000n, RevenueSource.direct]);
    expect(await chain.read(attribution, 'claimableToken', [1n, good.address, alice])).toBe(100n);
    expect(await chain.read(attribution, 'totalsOf', [good.address])).toEqual([1_000n, 0n]);
    expect(await chain.read(attribution, 'totalsOf', [zeroAddress])).toEqual([0n, 0n]);
    expect(await refusalOf(chain.write(alice, attribution, 'claimToken', [1n, good.address, attribution.address]))).toBe('InvalidRecipient');
    await chain.write(alice, attribution, 'claimToken', [1n, good.address, carol]);
    expect(await chain.read(good, 'balanceOf', [carol])).toBe(100n);
  });
});
