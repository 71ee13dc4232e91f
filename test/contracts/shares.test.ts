import {beforeEach, describe, expect, it} from '@jest/globals';
import {zeroAddress} from 'viem';
import {RevenueSource, hashShareTerms} from '#protocols/client';
import {shareTokenAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {FUNDING} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {SHARE, registerWithShares, shareTermsOf, tokens} from './shares-world.ts';
import {
  alice, attribution, bob, carol, dave, erin, eventsOf, mallory, newChain, refusalOf, register, shareTokenAt, shares, termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

const pay = (assetId: bigint, value: bigint) =>
  chain.write(erin, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value});
type Token = ReturnType<typeof shareTokenAt>;
const claimable = (token: Token, account: Hex, snapshotId = 0n) => chain.read(token, 'claimableRevenue', [account, snapshotId]);
const transfer = (token: Token, from: Hex, to: Hex, amount: bigint) => chain.write(from, token, 'transfer', [to, amount]);
const claim = (token: Token, account: Hex) => chain.write(account, token, 'claim', [0n]);

describe('the factory', () => {
  it('makes shares once, by the frozen terms and no others', async () => {
    const terms = shareTermsOf([[alice, 60n * SHARE], [bob, 40n * SHARE]]);
    const {assetId, token} = await registerWithShares(chain, alice, terms);
    expect(await chain.read(shares, 'hashShareTerms', [terms])).toBe(hashShareTerms(terms));
    expect(await chain.read(token, 'totalSupply', [])).toBe(100n * SHARE);
    expect(await chain.read(token, 'balanceOf', [bob])).toBe(40n * SHARE);
    expect((await chain.read(shares, 'tokenOf', [assetId])).toLowerCase()).toBe(token.address);
    expect(await chain.read(shares, 'assetOf', [token.address])).toBe(assetId);
    expect(await refusalOf(chain.write(mallory, shares, 'create', [assetId, terms]))).toBe('SharesExist');

    const other = await register(chain, termsOf(alice, {sharesRatio: 1, shareTerms: hashShareTerms(terms)}));
    const changed = shareTermsOf([[mallory, 100n * SHARE]]);
    expect(await refusalOf(chain.write(mallory, shares, 'create', [other, changed]))).toBe('ShareTermsMismatch');
    const plain = await register(chain, termsOf(alice));
    expect(await refusalOf(chain.write(alice, shares, 'create', [plain, terms]))).toBe('NoShares');
  });

  it.each<[string, ReturnType<typeof shareTermsOf>]>([
    ['NoAllocations', shareTermsOf([])],
    ['InvalidAllocation', shareTermsOf([[zeroAddress, SHARE]])],
    ['InvalidAllocation', shareTermsOf([[alice, 0n]])],
    ['InvalidAllocation', shareTermsOf([[alice, SHARE], [alice, SHARE]])],
    ['InvalidAllocation', shareTermsOf([[alice, SHARE, {cliff: 2, duration: 1}]])],
    ['InvalidSupply', shareTermsOf([[alice, SHARE - 1n]])],
    ['InvalidSupply', shareTermsOf([[alice, 10n ** 30n + 1n]])],
    ['RedeemRatioTooHigh', shareTermsOf([[alice, SHARE]], 5_001)],
    ['NameTooLong', {...shareTermsOf([[alice, SHARE]]), name: 'n'.repeat(65)}],
    ['TooManyAllocations', shareTermsOf(Array.from({length: 33}, (_, k) => [`0x${(k + 1).toString(16).padStart(40, 'a')}`, SHARE] as const))],
  ])('refuses with %s, case %#', async (refusal, terms) => {
    expect(await refusalOf(chain.read(shares, 'hashShareTerms', [terms]))).toBe(refusal);
  });

  it('alone initialises a token, the template included', async () => {
    const {token} = await registerWithShares(chain, alice, shareTermsOf([[alice, SHARE]]));
    const template = shareTokenAt('0xc0de000000000000000000000000000000002013');
    const terms = shareTermsOf([[mallory, SHARE]]);
    expect(await refusalOf(chain.write(mallory, template, 'initialize', [1n, 1, terms]))).toBe('NotFactory');
    expect(await refusalOf(chain.write(mallory, token, 'initialize', [1n, 1, terms]))).toBe('InvalidInitialization');
  });
});

describe('revenue of shares', () => {
  it('follows whoever held them when it came in, through transfers in any order', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 60n * SHARE], [bob, 40n * SHARE]]));
    await pay(assetId, 1_000n);
    // Half is the contributors'.
    expect(await chain.read(attribution, 'claimable', [assetId, alice])).toBe(500n);
    expect([await claimable(token, alice), await claimable(token, bob)]).toEqual([300n, 200n]);
    await transfer(token, alice, carol, 30n * SHARE);
    expect([await claimable(token, alice), await claimable(token, carol)]).toEqual([300n, 0n]);
    await pay(assetId, 1_000n);
    expect([await claimable(token, alice), await claimable(token, carol), await claimable(token, bob)]).toEqual([450n, 150n, 400n]);
    await claim(token, carol);
    await transfer(token, carol, alice, 30n * SHARE);
    await transfer(token, alice, alice, 60n * SHARE);
    expect([await claimable(token, alice), await claimable(token, carol)]).toEqual([450n, 0n]);
    await pay(assetId, 1_000n);
    for (const account of [alice, bob]) await claim(token, account);
    expect(await chain.balance(alice)).toBe(FUNDING + 750n);
    expect(await chain.balance(bob)).toBe(FUNDING + 600n);
    expect(await chain.balance(carol)).toBe(FUNDING + 150n);
    expect(await refusalOf(claim(token, carol))).toBe('NoRevenueToClaim');
  });

  it('that came in before there were shares is not lost', async () => {
    const terms = shareTermsOf([[bob, SHARE]]);
    const assetId = await register(chain, termsOf(alice, {sharesRatio: 10_000, shareTerms: hashShareTerms(terms)}));
    await pay(assetId, 77n);
    await chain.write(dave, shares, 'create', [assetId, terms]);
    const token = shareTokenAt(await chain.read(shares, 'tokenOf', [assetId]));
    expect(await claimable(token, bob)).toBe(77n);
    await chain.write(bob, token, 'claimTo', [zeroAddress, carol]);
    expect(await chain.balance(carol)).toBe(FUNDING + 77n);
  });

  it('is paid out to nobody but through the asset\'s own token', async () => {
    const {assetId} = await registerWithShares(chain, alice, shareTermsOf([[alice, SHARE]]));
    await pay(assetId, 100n);
    expect(await refusalOf(chain.write(mallory, attribution, 'payShareRevenue', [assetId, zeroAddress, mallory, 1n]))).toBe('NotShareToken');
    const other = await registerWithShares(chain, bob, shareTermsOf([[bob, SHARE]]));
    expect(await refusalOf(chain.write(other.token.address, attribution, 'payShareRevenue', [assetId, zeroAddress, bob, 1n]))).toBe('NotShareToken');
    // Even the token could not take more than the shares have earned.
    expect(await refusalOf(chain.write(other.token.address, attribution, 'payShareRevenue', [other.assetId, zeroAddress, bob, 1n]))).toBe('ShareRevenueExceeded');
  });

  it('cannot be claimed twice by re-entering', async () => {
    const {Thief} = compile(`
      pragma solidity ^0.8.28;
      interface IToken { function claim(uint256) external; function burn(uint256) external; function transfer(address, uint256) external returns (bool); }
      contract Thief {
        IToken public token;
        address friend;
        function steal(IToken token_, address friend_) external { token = token_; friend = friend_; token.claim(0); }
        receive() external payable {
          try token.claim(0) {} catch {}
          token.transfer(friend, 1e18);
        }
      }`);
    const thief = await chain.deploy(mallory, Thief!);
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[thief.address, SHARE], [bob, SHARE]]));
    await pay(assetId, 400n);
    await chain.write(mallory, thief, 'steal', [token.address, carol]);
    expect(await chain.balance(thief.address)).toBe(100n);
    expect([await claimable(token, carol), await claimable(token, bob)]).toEqual([0n, 100n]);
  });
});

describe('ERC-7641', () => {
  it('marks revenue by snapshots', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, SHARE], [bob, SHARE]]));
    expect(await refusalOf(chain.write(mallory, token, 'snapshot', []))).toBe('NothingSinceSnapshot');
    await pay(assetId, 400n);
    const receipt = await chain.write(mallory, token, 'snapshot', []);
    expect(eventsOf(receipt, shareTokenAbi, 'SnapshotTaken')[0]?.args.snapshotId).toBe(1n);
    await pay(assetId, 800n);
    expect([await claimable(token, alice, 1n), await claimable(token, alice)]).toEqual([100n, 300n]);
    await chain.write(alice, token, 'claim', [1n]);
    expect([await claimable(token, alice, 1n), await claimable(token, alice)]).toEqual([0n, 200n]);
    expect(await refusalOf(chain.write(alice, token, 'claim', [1n]))).toBe('NoRevenueToClaim');
    expect(await refusalOf(chain.read(token, 'claimableRevenue', [alice, 2n]))).toBe('UnknownSnapshot');
  });

  it('redeems what is kept for burning, and leaves the others no less', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 3n * SHARE], [bob, SHARE]], 5_000));
    await pay(assetId, 1_600n);
    // 800 for shares: half to claim, half kept.
    expect(await claimable(token, alice)).toBe(300n);
    expect(await chain.read(token, 'redeemableOnBurn', [2n * SHARE])).toBe(200n);
    const receipt = await chain.write(alice, token, 'burn', [2n * SHARE]);
    expect(eventsOf(receipt, shareTokenAbi, 'SharesBurnt')[0]?.args).toMatchObject({amount: 2n * SHARE, redeemed: 200n});
    expect(await chain.balance(alice)).toBe(FUNDING + 200n);
    // What they earned before stays claimable.
    expect([await claimable(token, alice), await claimable(token, bob)]).toEqual([300n, 100n]);
    expect(await chain.read(token, 'redeemableOnBurn', [SHARE])).toBe(100n);
    expect(await refusalOf(chain.write(alice, token, 'burn', [2n * SHARE]))).toBe('ERC20InsufficientBalance');
    await chain.write(bob, token, 'burn', [SHARE]);
    expect(await refusalOf(chain.write(alice, token, 'burn', [1n]))).toBe('InvalidSupply');
    await pay(assetId, 400n);
    expect([await claimable(token, alice), await claimable(token, bob)]).toEqual([400n, 100n]);
    expect(await refusalOf(chain.read(token, 'redeemableOnBurn', [2n * SHARE]))).toBe('AmountAboveSupply');
  });

  it('pays in ERC-20 tokens that the creator named, from what came in before too', async () => {
    const good = await chain.deploy(erin, tokens().Good!);
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, SHARE], [bob, SHARE]], 2_000));
    await chain.write(erin, good, 'mint', [erin, 10_000n]);
    await chain.write(erin, good, 'approve', [attribution.address, 10_000n]);
    await chain.write(erin, attribution, 'receiveToken', [assetId, good.address, 1_000n, RevenueSource.direct]);
    expect(await chain.read(token, 'claimableERC20', [alice, 0n, good.address])).toBe(0n);
    expect(await refusalOf(chain.write(alice, token, 'claimTo', [good.address, alice]))).toBe('UnknownRevenueToken');
    expect(await refusalOf(chain.write(bob, token, 'addRevenueToken', [good.address]))).toBe('NotSharesCreator');
    await chain.write(alice, token, 'addRevenueToken', [good.address]);
    expect(await refusalOf(chain.write(alice, token, 'addRevenueToken', [good.address]))).toBe('RevenueTokenKnown');
    expect(await chain.read(token, 'claimableERC20', [alice, 0n, good.address])).toBe(200n);
    await transfer(token, alice, carol, SHARE / 2n);
    await chain.write(erin, attribution, 'receiveToken', [assetId, good.address, 1_000n, RevenueSource.direct]);
    const due = async (account: Hex) => chain.read(token, 'claimableERC20', [account, 0n, good.address]);
    expect([await due(alice), await due(bob), await due(carol)]).toEqual([300n, 400n, 100n]);
    expect(await chain.read(token, 'redeemableERC20OnBurn', [SHARE, good.address])).toBe(100n);
    await chain.write(bob, token, 'burn', [SHARE / 2n]);
    // Redeemed tokens are claimed, so that no token can keep anyone from burning.
    expect(await due(bob)).toBe(450n);
    for (const account of [alice, bob, carol]) await chain.write(account, token, 'claimTo', [good.address, account]);
    expect(await chain.read(good, 'balanceOf', [bob])).toBe(450n);
    for (let more = 0; more < 3; more++) await chain.write(alice, token, 'addRevenueToken', [(await chain.deploy(erin, tokens().Good!)).address]);
    expect(await refusalOf(chain.write(alice, token, 'addRevenueToken', [erin]))).toBe('TooManyRevenueTokens');
  });
});

describe('vesting', () => {
  it('keeps shares in the account, with their revenue, until they are free', async () => {
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 100n * SHARE, {cliff: 250, duration: 1_000}], [bob, 100n * SHARE]]));
    await pay(assetId, 400n);
    expect(await claimable(token, alice)).toBe(100n);
    expect(await chain.read(token, 'vestingOf', [alice])).toBe(100n * SHARE);
    chain.increaseTime(249n);
    expect(await refusalOf(transfer(token, alice, carol, 1n))).toBe('StillVesting');
    expect(await refusalOf(chain.write(alice, token, 'burn', [1n]))).toBe('StillVesting');
    chain.increaseTime(1n);
    expect(await chain.read(token, 'vestingOf', [alice])).toBe(75n * SHARE);
    expect(await refusalOf(transfer(token, alice, carol, 25n * SHARE + 1n))).toBe('StillVesting');
    await transfer(token, alice, carol, 25n * SHARE);
    await transfer(token, bob, alice, 5n * SHARE);
    await transfer(token, alice, carol, 5n * SHARE);
    expect(await refusalOf(transfer(token, alice, carol, 1n))).toBe('StillVesting');
    chain.increaseTime(750n);
    await transfer(token, alice, carol, 75n * SHARE);
    expect(await chain.read(token, 'vestingOf', [alice])).toBe(0n);
  });
});
