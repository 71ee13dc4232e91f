import {beforeEach, describe, expect, it} from '@jest/globals';
import {licensingAbi} from '#protocols/abi';
import {DerivativePolicy, LicenseKind, LicenseStatus, RevenueSource, Right, licenseMenu} from '#protocols/client';
import {attributionAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {
  QANAT,
  alice,
  attribution,
  bob,
  carol,
  dave,
  eventsOf,
  licenseTerms,
  licensing,
  mallory,
  newChain,
  refusalOf,
  register,
  registry,
  termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

const FULL = LicenseKind.fullAccess;

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

const buy = (assetId: bigint, buyer: Hex, value: bigint, holder: Hex = buyer) =>
  chain.write(buyer, licensing, 'buy', [assetId, FULL, holder], {value});
const isAuthorized = (account: Hex, assetId: bigint, right: Right = Right.access) =>
  chain.read(licensing, 'isAuthorized', [account, assetId, right]);

describe('a full-access licence', () => {
  it('is bought at its price, which becomes revenue of the asset and its ancestors', async () => {
    await register(chain, termsOf(alice, {royalty: 2_000}));
    await register(chain, termsOf(bob, {parents: [1n], licenses: licenseTerms({fullAccessPrice: 10n * QANAT})}));
    const receipt = await buy(2n, carol, 10n * QANAT, dave);
    expect(eventsOf(receipt, licensingAbi, 'LicenseIssued')[0]?.args).toMatchObject({licenseId: 1n, assetId: 2n, kind: FULL, price: 10n * QANAT});
    expect(eventsOf(receipt, attributionAbi, 'RevenueReceived')[0]?.args.source).toBe(RevenueSource.license);
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(2n * QANAT);
    expect(await chain.read(attribution, 'claimable', [2n, bob])).toBe(8n * QANAT);
    expect((await chain.read(licensing, 'ownerOf', [1n])).toLowerCase()).toBe(dave);
    expect(await chain.read(licensing, 'getLicense', [1n])).toEqual({
      assetId: 2n,
      kind: FULL,
      status: LicenseStatus.active,
      rights: 7,
      issuedAt: chain.timestamp,
      expiresAt: 2n ** 64n - 1n,
      price: 10n * QANAT,
    });
    expect(await chain.balance(licensing.address)).toBe(0n);
  });

  it('gives its holder, and nobody else but the creator, every right', async () => {
    await register(chain, termsOf(alice));
    await buy(1n, bob, QANAT);
    for (const right of Object.values(Right)) {
      expect(await isAuthorized(bob, 1n, right)).toBe(true);
      expect(await isAuthorized(alice, 1n, right)).toBe(true);
      expect(await isAuthorized(mallory, 1n, right)).toBe(false);
    }
    expect(await isAuthorized(bob, 2n)).toBe(false);
    expect(await isAuthorized(`0x${'00'.repeat(20)}`, 2n)).toBe(false);
  });

  it('takes its rights along when it is transferred', async () => {
    await register(chain, termsOf(alice));
    await buy(1n, bob, QANAT);
    await buy(1n, bob, QANAT);
    await chain.write(bob, licensing, 'transferFrom', [bob, carol, 1n]);
    expect([await isAuthorized(bob, 1n), await isAuthorized(carol, 1n)]).toEqual([true, true]);
    await chain.write(bob, licensing, 'safeTransferFrom', [bob, carol, 2n]);
    expect([await isAuthorized(bob, 1n), await isAuthorized(carol, 1n)]).toEqual([false, true]);
    expect(await chain.read(licensing, 'licenseCount', [1n, carol])).toBe(2n);
    // To oneself changes nothing.
    await chain.write(carol, licensing, 'transferFrom', [carol, carol, 1n]);
    expect(await chain.read(licensing, 'licenseCount', [1n, carol])).toBe(2n);
    expect(await refusalOf(chain.write(mallory, licensing, 'transferFrom', [carol, mallory, 1n]))).toBe('ERC721InsufficientApproval');
  });

  it('costs exactly its price', async () => {
    await register(chain, termsOf(alice, {licenses: licenseTerms({fullAccessPrice: 100n})}));
    expect(await refusalOf(buy(1n, bob, 99n))).toBe('WrongPayment');
    expect(await refusalOf(buy(1n, bob, 101n))).toBe('WrongPayment');
    await chain.write(alice, registry, 'lowerPrice', [1n, FULL, 0n]);
    expect(await chain.read(licensing, 'priceOf', [1n, FULL])).toBe(0n);
    await buy(1n, bob, 0n);
    expect(await isAuthorized(bob, 1n)).toBe(true);
  });

  it('is refused when it is not for sale', async () => {
    await register(chain, termsOf(alice, {licenses: licenseTerms({menu: 0})}));
    await register(chain, termsOf(alice, {licenses: licenseTerms({menu: licenseMenu(FULL, LicenseKind.api, LicenseKind.partnership)})}));
    expect(await refusalOf(buy(1n, bob, QANAT))).toBe('LicenseNotOffered');
    expect(await refusalOf(buy(3n, bob, QANAT))).toBe('UnknownAsset');
    for (const kind of [LicenseKind.partnership, LicenseKind.api]) {
      expect(await refusalOf(chain.write(bob, licensing, 'buy', [2n, kind, bob], {value: QANAT}))).toBe('NotSoldHere');
    }
    expect(await refusalOf(chain.write(bob, licensing, 'buy', [2n, LicenseKind.longTerm, bob], {value: QANAT}))).toBe('LicenseNotOffered');
    await buy(2n, bob, QANAT);
    await chain.write(alice, registry, 'retire', [2n]);
    expect(await refusalOf(buy(2n, carol, QANAT))).toBe('AssetNotForSale');
    expect(await isAuthorized(bob, 2n)).toBe(true);
    expect(await refusalOf(chain.read(licensing, 'getLicense', [9n]))).toBe('UnknownLicense');
  });

  it('does not go to a contract that does not take it, nor to nobody', async () => {
    await register(chain, termsOf(alice));
    expect(await refusalOf(buy(1n, bob, QANAT, registry.address))).toBe('ERC721InvalidReceiver');
    expect(await refusalOf(buy(1n, bob, QANAT, `0x${'00'.repeat(20)}`))).toBe('ERC721InvalidReceiver');
    expect(await chain.read(attribution, 'totalReceived', [])).toBe(0n);
  });

  it('cannot be bought while another is being delivered', async () => {
    const {Greedy} = compile(`
      pragma solidity ^0.8.28;
      import {ILicensing} from "qanat/protocols/contracts/interfaces/ILicensing.sol";
      contract Greedy {
        ILicensing constant LICENSING = ILicensing(0x0000000000000000000000000000000000001014);
        function take() external { LICENSING.buy(1, ILicensing.LicenseKind.FullAccess, address(this)); }
        function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
          LICENSING.buy(1, ILicensing.LicenseKind.FullAccess, address(this));
          return this.onERC721Received.selector;
        }
      }`);
    const greedy = await chain.deploy(mallory, Greedy!);
    await register(chain, termsOf(alice, {licenses: licenseTerms({fullAccessPrice: 0n})}));
    expect(await refusalOf(chain.write(mallory, greedy, 'take', []))).toBe('ReentrancyGuardReentrantCall');
  });

  it('lets its holder derive only where the terms say so', async () => {
    await register(chain, termsOf(alice, {derivatives: DerivativePolicy.forbidden}));
    await buy(1n, bob, QANAT);
    expect(await refusalOf(register(chain, termsOf(bob, {parents: [1n]})))).toBe('DerivativeNotAllowed');
  });
});

describe('ERC-721', () => {
  it('is what the contract says it supports', async () => {
    // ERC-165, ERC-721 and its metadata, ERC-2981, by their texts.
    for (const id of ['0x01ffc9a7', '0x80ac58cd', '0x5b5e139f', '0x2a55205a'] as const) {
      expect(await chain.read(licensing, 'supportsInterface', [id])).toBe(true);
    }
    expect(await chain.read(licensing, 'supportsInterface', ['0xffffffff'])).toBe(false);
    expect(await chain.read(licensing, 'name', [])).toBe('Qanat Licence');
    expect(await chain.read(licensing, 'symbol', [])).toBe('QLIC');
  });
});
