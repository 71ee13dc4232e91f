import {beforeEach, describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {zeroAddress} from 'viem';
import {ContributorRole, RevenueSource} from '#protocols/client';
import {attributionAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {FUNDING} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {graphs, keptShares} from './lineage-model.ts';
import type {ModelAsset} from './lineage-model.ts';
import {
  QANAT,
  SHARE_ONE,
  alice,
  attribution,
  bob,
  carol,
  dave,
  erin,
  eventsOf,
  mallory,
  newChain,
  refusalOf,
  register,
  termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

const SOURCE = RevenueSource.direct;
const shared = (...weights: (readonly [Hex, number])[]) => ({
  contributors: weights.map(([account, weight]) => ({account, role: ContributorRole.other, weight})),
});

async function pay(chain: EvmChain, assetId: bigint, amount: bigint, from: Hex = erin) {
  return chain.write(from, attribution, 'receiveRevenue', [assetId, SOURCE], {value: amount});
}

const claimable = (chain: EvmChain, assetId: bigint, account: Hex) =>
  chain.read(attribution, 'claimable', [assetId, account]);

describe('revenue', () => {
  let chain: EvmChain;
  beforeEach(async () => {
    chain = await newChain();
  });

  it('splits by weight and is pulled', async () => {
    await register(chain, termsOf(alice, shared([alice, 7_000], [bob, 3_000])));
    await pay(chain, 1n, 10n * QANAT);
    expect(await claimable(chain, 1n, alice)).toBe(7n * QANAT);
    expect(await claimable(chain, 1n, bob)).toBe(3n * QANAT);
    const receipt = await chain.write(bob, attribution, 'claim', [1n]);
    expect(await chain.balance(bob)).toBe(FUNDING + 3n * QANAT);
    expect(eventsOf(receipt, attributionAbi, 'RevenueClaimed')[0]?.args.amount).toBe(3n * QANAT);
    expect(await claimable(chain, 1n, bob)).toBe(0n);
    expect(await chain.read(attribution, 'paid', [1n, bob])).toBe(3n * QANAT);
    expect(await refusalOf(chain.write(bob, attribution, 'claim', [1n]))).toBe('NothingToClaim');
    expect(await refusalOf(chain.write(mallory, attribution, 'claim', [1n]))).toBe('NothingToClaim');
  });

  it('reaches ancestors at once, whoever pays and however small the pieces', async () => {
    await register(chain, termsOf(alice, {royalty: 1_000}));
    await register(chain, termsOf(bob, {parents: [1n]}));
    // Each piece is too small for a whole wei of royalty.
    for (let piece = 0; piece < 10; piece++) await pay(chain, 2n, 3n);
    expect(await claimable(chain, 1n, alice)).toBe(3n);
    expect(await claimable(chain, 2n, bob)).toBe(27n);
  });

  it('goes on reaching a retired ancestor', async () => {
    await register(chain, termsOf(alice, {royalty: 5_000}));
    await register(chain, termsOf(bob, {parents: [1n]}));
    await chain.write(alice, {address: '0x0000000000000000000000000000000000001011', abi: retireAbi}, 'retire', [1n]);
    await pay(chain, 2n, 100n);
    expect(await claimable(chain, 1n, alice)).toBe(50n);
    await pay(chain, 1n, 100n);
    expect(await claimable(chain, 1n, alice)).toBe(150n);
  });

  it('says in events who was credited what', async () => {
    await register(chain, termsOf(alice, {royalty: 2_500}));
    await register(chain, termsOf(bob, {parents: [1n]}));
    const receipt = await pay(chain, 2n, 8n);
    expect(eventsOf(receipt, attributionAbi, 'RoyaltyCredited').map(({args}) => args)).toEqual([
      {ancestorId: 1n, assetId: 2n, token: zeroAddress, amountE32: 2n * SHARE_ONE},
    ]);
    expect(eventsOf(receipt, attributionAbi, 'RevenueReceived')[0]?.args).toMatchObject({amount: 8n, keptE32: 6n * SHARE_ONE});
  });

  it('is refused when there is none, or no asset to get it', async () => {
    await register(chain, termsOf(alice));
    expect(await refusalOf(pay(chain, 1n, 0n))).toBe('NoRevenue');
    expect(await refusalOf(pay(chain, 2n, 1n))).toBe('UnknownAsset');
    const receipt = await chain.send({from: erin, to: attribution.address, value: 1n});
    expect(receipt.status).toBe(0);
  });

  it('is claimed from several assets in one payment, and to another account', async () => {
    await register(chain, termsOf(alice));
    await register(chain, termsOf(alice));
    await register(chain, termsOf(bob));
    for (const assetId of [1n, 2n, 3n]) await pay(chain, assetId, 10_000n);
    await chain.write(alice, attribution, 'claimMany', [[1n, 3n, 2n, 2n]]);
    expect(await chain.balance(alice)).toBe(FUNDING + 20_000n);
    expect(await refusalOf(chain.write(bob, attribution, 'claimTo', [3n, `0x${'00'.repeat(20)}`]))).toBe('InvalidRecipient');
    await chain.write(bob, attribution, 'claimTo', [3n, carol]);
    expect(await chain.balance(carol)).toBe(FUNDING + 10_000n);
    expect(await chain.read(attribution, 'totalPaid', [])).toBe(30_000n);
  });

  it('cannot be claimed twice by re-entering', async () => {
    const {Thief} = compile(`
      pragma solidity ^0.8.28;
      import {IAttribution} from "qanat/protocols/contracts/interfaces/IAttribution.sol";
      contract Thief {
        IAttribution constant ATTRIBUTION = IAttribution(0x0000000000000000000000000000000000001015);
        uint256 public attempts;
        uint256 public mode;
        function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) { return 0x1626ba7e; }
        function steal(uint256 mode_) external { mode = mode_; ATTRIBUTION.claim(1); }
        receive() external payable {
          attempts++;
          if (mode == 1) ATTRIBUTION.claim(1);
          if (mode == 2) { try ATTRIBUTION.claim(1) {} catch {} }
          if (mode == 3) { uint256[] memory ids = new uint256[](1); ids[0] = 1; try ATTRIBUTION.claimMany(ids) {} catch {} }
        }
      }`);
    const thief = await chain.deploy(mallory, Thief!);
    await register(chain, termsOf(alice, shared([thief.address, 5_000], [alice, 5_000])));
    await pay(chain, 1n, 1_000n);
    expect(await refusalOf(chain.write(mallory, thief, 'steal', [1n]))).toBe('ReentrancyGuardReentrantCall');
    for (const mode of [2n, 3n]) {
      await chain.write(mallory, thief, 'steal', [mode]);
      expect(await chain.balance(thief.address)).toBe(mode === 2n ? 500n : 1_000n);
      await pay(chain, 1n, 1_000n);
    }
    expect(await claimable(chain, 1n, alice)).toBe(1_500n);
  });

  it('of a contract that cannot receive goes where it says', async () => {
    const {Silent} = compile(`
      pragma solidity ^0.8.28;
      import {IAttribution} from "qanat/protocols/contracts/interfaces/IAttribution.sol";
      contract Silent {
        IAttribution constant ATTRIBUTION = IAttribution(0x0000000000000000000000000000000000001015);
        function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) { return 0x1626ba7e; }
        function take() external { ATTRIBUTION.claim(1); }
        function takeTo(address payable to) external { ATTRIBUTION.claimTo(1, to); }
      }`);
    const silent = await chain.deploy(mallory, Silent!);
    await register(chain, termsOf(alice, shared([silent.address, 10_000])));
    await pay(chain, 1n, 7n);
    expect(await refusalOf(chain.write(mallory, silent, 'take', []))).toBe('FailedCall');
    await chain.write(mallory, silent, 'takeTo', [dave]);
    expect(await chain.balance(dave)).toBe(FUNDING + 7n);
  });
});

const retireAbi = [
  {type: 'function', name: 'retire', stateMutability: 'nonpayable', inputs: [{name: 'assetId', type: 'uint256'}], outputs: []},
] as const;

/** Accounts that contribute; erin pays. */
const HOLDERS = [alice, bob, carol, dave] as const;

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('pay' as const),
        asset: fc.nat(),
        amount: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 10n ** 21n), fc.constantFrom(1n, 9_999n, 10_000n, 10_001n)),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('claim' as const),
        asset: fc.nat(),
        account: fc.nat({max: HOLDERS.length - 1}),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({type: fc.constant('claimMany' as const), account: fc.nat({max: HOLDERS.length - 1})}),
    },
  ),
  {minLength: 1, maxLength: 25},
);

async function registerAll(chain: EvmChain, assets: readonly ModelAsset[]): Promise<void> {
  for (const asset of assets) {
    const contributors = asset.contributors.map(({account, weight}) => [HOLDERS[account] ?? alice, weight] as const);
    await register(chain, termsOf(alice, {parents: asset.parents, royalty: asset.royalty, ...shared(...contributors)}));
  }
}

describe('conservation', () => {
  it('holds to the wei for any graph, payments and claims in any order', async () => {
    const chain = await newChain();
    let restore: () => Promise<void>;
    await fc.assert(
      fc.asyncProperty(graphs(7, HOLDERS.length), steps, async (assets, actions) => {
        await registerAll(chain, assets);
        const ids = assets.map((_, index) => BigInt(index + 1));
        let received = 0n;
        let paid = 0n;
        /** What the model credits to each asset, in 10^-32 wei. */
        const credited = new Map<bigint, bigint>(ids.map((id) => [id, 0n]));

        for (const action of actions) {
          if (action.type === 'pay') {
            const assetId = BigInt((action.asset % assets.length) + 1);
            await pay(chain, assetId, action.amount);
            received += action.amount;
            for (const [id, share] of keptShares(assets, assetId)) {
              credited.set(id, (credited.get(id) ?? 0n) + action.amount * share);
            }
          } else {
            const account = HOLDERS[action.account] ?? alice;
            const claimed = action.type === 'claim' ? [BigInt((action.asset % assets.length) + 1)] : ids;
            let due = 0n;
            for (const id of claimed) due += await claimable(chain, id, account);
            const before = await chain.balance(account);
            if (action.type === 'claimMany') await chain.write(account, attribution, 'claimMany', [ids]);
            else if (due > 0n) await chain.write(account, attribution, 'claim', [claimed[0] ?? 0n]);
            else expect(await refusalOf(chain.write(account, attribution, 'claim', [claimed[0] ?? 0n]))).toBe('NothingToClaim');
            expect(await chain.balance(account)).toBe(before + due);
            paid += due;
          }
          // The contract's books and its balance agree after every step.
          expect(await chain.read(attribution, 'totalReceived', [])).toBe(received);
          expect(await chain.read(attribution, 'totalPaid', [])).toBe(paid);
          expect(await chain.balance(attribution.address)).toBe(received - paid);
        }

        // Credits are what the model says, to the last unit.
        for (const id of ids) expect(await chain.read(attribution, 'creditedE32', [id])).toBe(credited.get(id));

        // paid + held + dust = received, with less than one wei of dust for each contributor of each asset.
        let held = 0n;
        let contributors = 0n;
        for (const [index, asset] of assets.entries()) {
          for (const {account, weight} of asset.contributors) {
            const id = BigInt(index + 1);
            const holder = HOLDERS[account] ?? alice;
            const due = await claimable(chain, id, holder);
            const total = due + (await chain.read(attribution, 'paid', [id, holder]));
            // Each contributor has earned its weight of the credit, rounded down once.
            expect(total).toBe(((credited.get(id) ?? 0n) * BigInt(weight)) / (10_000n * SHARE_ONE));
            held += due;
            contributors += 1n;
          }
        }
        const dust = received - paid - held;
        expect(dust >= 0n && dust < contributors).toBe(true);
      })
        .beforeEach(async () => {
          restore = await chain.snapshot();
        })
        .afterEach(() => restore()),
      {numRuns: 14, seed: 1},
    );
  });
});
