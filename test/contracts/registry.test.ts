import {beforeEach, describe, expect, it} from '@jest/globals';
import {hashTypedData, keccak256, stringToHex, zeroHash} from 'viem';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {assetRegistryAbi, ownershipReceiptsAbi} from '#protocols/abi';
import {
  AssetKind,
  AssetStatus,
  ContributorRole,
  DerivativePolicy,
  LicenseKind,
  assetTermsTypedData,
  licenseMenu,
} from '#protocols/client';
import type {AssetTerms, Contributor} from '#protocols/client';
import {
  alice,
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
  signaturesOf,
  termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

const FULL = LicenseKind.fullAccess;

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

const contributor = (account: Hex, weight: number, role: ContributorRole = ContributorRole.other): Contributor => ({
  account,
  role,
  weight,
  contribution: zeroHash,
});

async function refusalOfTerms(changes: Partial<AssetTerms>): Promise<string> {
  return refusalOf(register(chain, termsOf(alice, changes)));
}

describe('registering an asset', () => {
  it('records all of its terms', async () => {
    const terms = termsOf(alice, {
      contributors: [
        contributor(alice, 6_000, ContributorRole.dataProvider),
        contributor(bob, 3_000, ContributorRole.annotator),
        contributor(carol, 1_000, ContributorRole.reviewer),
      ],
    });
    expect(await register(chain, terms)).toBe(1n);
    const asset = await chain.read(registry, 'getAsset', [1n]);
    const termsHash = hashTypedData(assetTermsTypedData(terms, Number(CHAIN_ID)));
    expect({...asset, creator: asset.creator.toLowerCase()}).toEqual({
      kind: AssetKind.dataset,
      status: AssetStatus.active,
      creator: alice,
      depth: 0,
      royalty: terms.royalty,
      derivatives: DerivativePolicy.open,
      laterWeight: 0,
      sharesRatio: 0,
      contentSize: terms.contentSize,
      registeredAt: chain.timestamp,
      versionCount: 1,
      contentDigest: terms.contentDigest,
      termsHash,
      shareTerms: zeroHash,
      contentId: terms.contentId,
    });
    expect(await chain.read(registry, 'licenseTermsOf', [1n])).toEqual(terms.licenses);
    expect(await chain.read(registry, 'contributorsOf', [1n])).toEqual(
      terms.contributors.map((entry) => ({...entry, contribution: terms.contentDigest, account: expect.stringMatching(new RegExp(entry.account, 'i'))})),
    );
    expect(await chain.read(registry, 'weightOf', [1n, bob])).toBe(3_000);
    expect(await chain.read(registry, 'weightOf', [1n, mallory])).toBe(0);
    expect(await chain.read(registry, 'assetOfTerms', [termsHash])).toBe(1n);
    expect(await chain.read(registry, 'assetCount', [])).toBe(1n);
  });

  it('hashes terms as EIP-712 says', async () => {
    const terms = termsOf(alice, {parents: [3n, 1n], contributors: [contributor(alice, 9_999), contributor(bob, 1)]});
    expect(await chain.read(registry, 'hashTerms', [terms])).toBe(
      hashTypedData(assetTermsTypedData(terms, Number(CHAIN_ID))),
    );
    const [, name, version, chainId, verifyingContract] = await chain.read(registry, 'eip712Domain', []);
    expect([name, version, chainId, verifyingContract]).toEqual(['Qanat AssetRegistry', '1', CHAIN_ID, registry.address]);
  });

  it('tells in events what it records', async () => {
    const terms = termsOf(alice, {contributors: [contributor(alice, 4_000), contributor(bob, 6_000)]});
    const receipt = await chain.write(alice, registry, 'register', [terms, await signaturesOf(terms)]);
    const [registered] = eventsOf(receipt, assetRegistryAbi, 'AssetRegistered');
    expect(registered?.args).toMatchObject({assetId: 1n, contentDigest: terms.contentDigest, contentId: terms.contentId});
    expect(eventsOf(receipt, ownershipReceiptsAbi, 'ReceiptIssued').map(({args}) => args.weight)).toEqual([4_000, 6_000]);
  });

  it('answers for an asset that does not exist', async () => {
    expect(await refusalOf(chain.read(registry, 'getAsset', [1n]))).toBe('UnknownAsset');
    expect(await refusalOf(chain.read(registry, 'lineage', [0n]))).toBe('UnknownAsset');
    expect(await chain.read(registry, 'statusOf', [1n])).toBe(AssetStatus.none);
    expect(await chain.read(registry, 'creatorOf', [1n])).toBe('0x0000000000000000000000000000000000000000');
  });

  it.each<[string, Partial<AssetTerms>]>([
    ['InvalidLicenseTerms', {licenses: licenseTerms({menu: 0x80})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({transferable: 0x10})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({transferable: licenseMenu(LicenseKind.api)})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({resaleCommission: 5_001})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({partnershipShare: 10_001})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({menu: licenseMenu(LicenseKind.longTerm)})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({period: 1})}],
    ['InvalidLicenseTerms', {licenses: licenseTerms({deliveryTimeout: 30 * 86_400 + 1})}],
    ['DataTooLong', {kindData: `0x${'00'.repeat(513)}`}],
    ['DataTooLong', {accessUri: 'u'.repeat(257)}],
    ['LaterWeightTooHigh', {laterWeight: 10_001}],
    ['InvalidShareTerms', {sharesRatio: 1}],
    ['InvalidShareTerms', {shareTerms: keccak256('0x01')}],
    ['InvalidShareTerms', {sharesRatio: 10_001, shareTerms: keccak256('0x01')}],
    ['InvalidContentId', {contentId: '0x'}],
    ['InvalidContentId', {contentId: '0x01551200'}],
    ['InvalidContentId', {contentId: `0x12${'20'.repeat(33)}`}],
    ['InvalidContentId', {contentId: `0x01${'20'.repeat(96)}`}],
    // A varint that is longer than it has to be, one that does not end, and a digest of 31 bytes.
    ['InvalidContentId', {contentId: `0x01d5001220${'11'.repeat(32)}`}],
    ['InvalidContentId', {contentId: `0x01ffffff20${'11'.repeat(32)}`}],
    ['InvalidContentId', {contentId: `0x0155121f${'11'.repeat(31)}`}],
    ['EmptyContent', {contentSize: 0n}],
    ['EmptyContent', {contentDigest: `0x${'00'.repeat(32)}`}],
    ['RoyaltyTooHigh', {royalty: 5_001}],
    ['TermsExpired', {deadline: 1_600_000_000n}],
    ['NoContributors', {contributors: []}],
    ['WeightsMustSumToTenThousand', {contributors: [contributor(alice, 9_999)]}],
    ['WeightsMustSumToTenThousand', {contributors: [contributor(alice, 9_999), contributor(bob, 2)]}],
    ['ZeroWeight', {contributors: [contributor(alice, 10_000), contributor(bob, 0)]}],
    ['DuplicateContributor', {contributors: [contributor(alice, 5_000), contributor(alice, 5_000)]}],
    ['InvalidContributor', {contributors: [contributor(`0x${'00'.repeat(20)}`, 10_000)]}],
    ['UnknownAsset', {parents: [7n]}],
    ['AdapterNeedsModel', {kind: AssetKind.adapter}],
  ])('refuses with %s, case %#', async (refusal, changes) => {
    expect(await refusalOfTerms(changes)).toBe(refusal);
  });

  it('refuses more contributors than the limit', async () => {
    const many = Array.from({length: 33}, (_, index) => contributor(`0x${(index + 1).toString(16).padStart(40, 'f')}`, 1));
    expect(await refusalOfTerms({contributors: many})).toBe('TooManyContributors');
  });

  it('is done by the creator that the terms name', async () => {
    const terms = termsOf(alice);
    expect(await refusalOf(chain.write(mallory, registry, 'register', [terms, ['0x']]))).toBe('CreatorMustRegister');
  });
});

describe('consent', () => {
  const shared = (changes: Partial<AssetTerms> = {}) =>
    termsOf(alice, {contributors: [contributor(alice, 5_000), contributor(bob, 5_000)], ...changes});

  it('is needed from each contributor but the sender', async () => {
    const terms = shared();
    expect(await refusalOf(chain.write(alice, registry, 'register', [terms, ['0x', '0x']]))).toBe('ConsentMissing');
    expect(await refusalOf(chain.write(alice, registry, 'register', [terms, ['0x']]))).toBe('SignatureCountMismatch');
    expect(await register(chain, terms)).toBe(1n);
  });

  it('is needed from contributors of an asset whose creator is none of them', async () => {
    expect(await register(chain, termsOf(alice, {contributors: [contributor(bob, 10_000)]}))).toBe(1n);
    const terms = termsOf(alice, {contributors: [contributor(bob, 10_000)]});
    expect(await refusalOf(chain.write(alice, registry, 'register', [terms, ['0x']]))).toBe('ConsentMissing');
  });

  it.each<[string, (terms: AssetTerms) => AssetTerms]>([
    ['weights', (terms) => ({...terms, contributors: [contributor(alice, 6_000), contributor(bob, 4_000)]})],
    ['a role', (terms) => ({...terms, contributors: [contributor(alice, 5_000, ContributorRole.trainer), contributor(bob, 5_000)]})],
    ['the royalty', (terms) => ({...terms, royalty: 0})],
    ['the price', (terms) => ({...terms, licenses: {...terms.licenses, fullAccessPrice: 0n}})],
    ['the licence menu', (terms) => ({...terms, licenses: {...terms.licenses, menu: 0}})],
    ['the arbiter', (terms) => ({...terms, licenses: {...terms.licenses, arbiter: mallory}})],
    ['a contribution', (terms) => ({...terms, contributors: terms.contributors.map((entry) => ({...entry, contribution: keccak256('0x')}))})],
    ['the particulars', (terms) => ({...terms, kindData: '0x01'})],
    ['the URI', (terms) => ({...terms, accessUri: 'ipfs://'})],
    ['later weight', (terms) => ({...terms, laterWeight: 1})],
    ['shares', (terms) => ({...terms, sharesRatio: 1, shareTerms: keccak256('0x')})],
    ['the content', (terms) => ({...terms, contentDigest: keccak256(stringToHex('other'))})],
    ['the content id', (terms) => ({...terms, contentId: `${terms.contentId.slice(0, -2)}ff` as Hex})],
    ['the size', (terms) => ({...terms, contentSize: terms.contentSize + 1n})],
    ['the salt', (terms) => ({...terms, salt: keccak256(terms.salt)})],
    ['the deadline', (terms) => ({...terms, deadline: terms.deadline - 1n})],
    ['the policy', (terms) => ({...terms, derivatives: DerivativePolicy.forbidden})],
    ['the kind', (terms) => ({...terms, kind: AssetKind.model})],
  ])('does not cover terms that differ in %s', async (_, change) => {
    const terms = shared();
    const changed = change(terms);
    const signatures = await signaturesOf(terms);
    expect(await refusalOf(chain.write(alice, registry, 'register', [changed, signatures]))).toBe('ConsentMissing');
  });

  it('does not cover other parents or another creator', async () => {
    const parent = await register(chain, termsOf(carol));
    const terms = shared();
    const signatures = await signaturesOf(terms);
    const derived = {...terms, parents: [parent]};
    expect(await refusalOf(chain.write(alice, registry, 'register', [derived, signatures]))).toBe('ConsentMissing');
    const stolen = {...terms, creator: mallory};
    expect(await refusalOf(chain.write(mallory, registry, 'register', [stolen, signatures]))).toBe('ConsentMissing');
  });

  it('is good for one asset', async () => {
    const terms = shared();
    await register(chain, terms);
    expect(await refusalOf(register(chain, terms))).toBe('TermsAlreadyRegistered');
  });

  it('ends with the second of the deadline', async () => {
    const terms = shared({deadline: chain.timestamp + 60n});
    const late = shared({deadline: chain.timestamp + 60n});
    chain.increaseTime(60n);
    expect(await register(chain, terms)).toBe(1n);
    chain.increaseTime(1n);
    expect(await refusalOf(register(chain, late))).toBe('TermsExpired');
  });

  it('of a contract account is asked by ERC-1271', async () => {
    const {Wallet} = compile(`
      pragma solidity ^0.8.28;
      import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
      contract Wallet is IERC1271 {
        bytes32 public agreed;
        function agree(bytes32 hash) external { agreed = hash; }
        function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
          return hash == agreed ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
        }
      }`);
    const wallet = await chain.deploy(dave, Wallet!);
    const terms = termsOf(alice, {contributors: [contributor(alice, 5_000), contributor(wallet.address, 5_000)]});
    expect(await refusalOf(register(chain, terms))).toBe('ConsentMissing');
    await chain.write(dave, wallet, 'agree', [await chain.read(registry, 'hashTerms', [terms])]);
    expect(await register(chain, terms)).toBe(1n);
  });

  it('of an account without a matching key is refused', async () => {
    const terms = shared();
    const [, signature = '0x'] = await signaturesOf(terms);
    const tampered = `${signature.slice(0, 10)}${signature[10] === '0' ? '1' : '0'}${signature.slice(11)}` as Hex;
    for (const bad of [tampered, signature.slice(0, -2) as Hex, `${signature}00` as Hex, `0x${'00'.repeat(65)}` as Hex]) {
      expect(await refusalOf(chain.write(alice, registry, 'register', [terms, ['0x', bad]]))).toBe('ConsentMissing');
    }
  });
});

describe('what changes after registration', () => {
  it('is the price, downwards, by the creator', async () => {
    const assetId = await register(chain, termsOf(alice, {licenses: licenseTerms({fullAccessPrice: 100n})}));
    expect(await refusalOf(chain.write(bob, registry, 'lowerPrice', [assetId, FULL, 50n]))).toBe('NotCreator');
    expect(await refusalOf(chain.write(alice, registry, 'lowerPrice', [assetId, FULL, 100n]))).toBe('PriceNotLower');
    expect(await refusalOf(chain.write(alice, registry, 'lowerPrice', [assetId, FULL, 101n]))).toBe('PriceNotLower');
    const receipt = await chain.write(alice, registry, 'lowerPrice', [assetId, FULL, 50n]);
    expect(eventsOf(receipt, assetRegistryAbi, 'PriceLowered')[0]?.args).toEqual({
      assetId,
      kind: FULL,
      previousPrice: 100n,
      price: 50n,
    });
    expect((await chain.read(registry, 'licenseTermsOf', [assetId])).fullAccessPrice).toBe(50n);
    expect(await refusalOf(chain.write(alice, registry, 'lowerPrice', [assetId, LicenseKind.partnership, 0n]))).toBe('NoPrice');
  });

  it('is the status, once, by the creator', async () => {
    const assetId = await register(chain, termsOf(alice));
    expect(await refusalOf(chain.write(bob, registry, 'retire', [assetId]))).toBe('NotCreator');
    await chain.write(alice, registry, 'retire', [assetId]);
    expect(await chain.read(registry, 'statusOf', [assetId])).toBe(AssetStatus.retired);
    expect(await refusalOf(chain.write(alice, registry, 'retire', [assetId]))).toBe('AssetNotActive');
    expect(await refusalOf(chain.write(alice, registry, 'lowerPrice', [assetId, FULL, 0n]))).toBe('AssetNotActive');
    expect(await refusalOfTerms({parents: [assetId]})).toBe('AssetNotActive');
  });

  it('is what versions add; no other function writes', () => {
    const writes = assetRegistryAbi.filter((item) => item.type === 'function' && item.stateMutability !== 'view');
    expect(writes.map((item) => (item as {name: string}).name).sort()).toEqual(['lowerPrice', 'publishVersion', 'register', 'registerForJob', 'retire']);
  });
});

describe('derivatives', () => {
  it('of a closed asset are its creator\'s alone', async () => {
    const parent = await register(chain, termsOf(bob, {derivatives: DerivativePolicy.forbidden}));
    expect(await refusalOfTerms({parents: [parent]})).toBe('DerivativeNotAllowed');
    expect(await register(chain, termsOf(bob, {parents: [parent]}))).toBe(2n);
  });

  it('of a licensed asset need a licence', async () => {
    const parent = await register(chain, termsOf(bob, {derivatives: DerivativePolicy.licensed, licenses: licenseTerms({fullAccessPrice: 5n})}));
    expect(await refusalOfTerms({parents: [parent]})).toBe('DerivativeNotAllowed');
    await chain.write(alice, licensing, 'buy', [parent, LicenseKind.fullAccess, alice], {value: 5n});
    expect(await register(chain, termsOf(alice, {parents: [parent]}))).toBe(2n);
  });

  it('that are adapters have a model, or an adapter, as parent', async () => {
    const dataset = await register(chain, termsOf(bob));
    const model = await register(chain, termsOf(bob, {kind: AssetKind.model, parents: [dataset]}));
    expect(await refusalOfTerms({kind: AssetKind.adapter, parents: [dataset]})).toBe('AdapterNeedsModel');
    const adapter = await register(chain, termsOf(alice, {kind: AssetKind.adapter, parents: [dataset, model]}));
    expect(await register(chain, termsOf(carol, {kind: AssetKind.adapter, parents: [adapter]}))).toBe(4n);
  });
});
