/**
 * Coin in custody: escrows of full access, prepaid calls, bonds of disputes, proceeds of sales; and who is authorised.
 *
 * Holds: the balance of each of these contracts is the sum of what it owes; all of them together with the accounts and
 * Attribution have what there was in the beginning; `isAuthorized` is what the licences say, read one by one.
 */
import {keccak256, zeroHash} from 'viem';
import {GOVERNANCE_ADDRESS, LicenseKind, LicenseStatus, Right, licenseMenu, voucherTypedData} from '#protocols/client';
import type {EvmChain} from '../../support/evm-chain.ts';
import {CHAIN_ID} from '../../support/evm-chain.ts';
import {SHARE, registerWithShares, shareTermsOf} from '../shares-world.ts';
import {
  QANAT, alice, attribution, bob, carol, dave, disputes, erin, licenseTerms, licensing, mallory, marketplace, metering, register, signers, termsOf,
  vault,
} from '../world.ts';
import type {Hex} from '../world.ts';
import type {Dice} from './dice.ts';
import {attempt, holds} from './suite.ts';
import type {Suite} from './suite.ts';

const ACTORS = [alice, bob, carol, dave, erin, mallory] as const;
const TREASURY = '0x0000000000000000000000000000000000001003';
const ASSETS = 4n;
const CHECK_EVERY = 40;
const END = 2n ** 40n;

class Run {
  readonly #chain: EvmChain;
  readonly #dice: Dice;
  readonly #coins: bigint;
  #licenses = 0n;
  #disputes = 0n;
  #listings = 0n;

  private constructor(chain: EvmChain, dice: Dice, coins: bigint) {
    this.#chain = chain;
    this.#dice = dice;
    this.#coins = coins;
  }

  static async create(chain: EvmChain, dice: Dice): Promise<Run> {
    const menu = licenseMenu(LicenseKind.fullAccess, LicenseKind.longTerm, LicenseKind.api);
    const transferable = licenseMenu(LicenseKind.fullAccess, LicenseKind.longTerm);
    const licenses = licenseTerms({menu, transferable, period: 900, fullAccessPrice: 101n, periodPrice: 17n, callPrice: 3n});
    await register(chain, termsOf(alice, {licenses}));
    await register(chain, termsOf(bob, {licenses: {...licenses, deliveryTimeout: 600, arbiter: erin}}));
    await chain.write(bob, vault, 'setVault', [2n, carol, keccak256('0x01'), '']);
    await register(chain, termsOf(alice, {licenses: {...licenses, resaleCommission: 777}}));
    await registerWithShares(chain, dave, shareTermsOf([[alice, 50n * SHARE], [bob, 50n * SHARE]]), {licenses: {...licenses, resaleCommission: 500}});
    return new Run(chain, dice, await totalCoins(chain));
  }

  async step(): Promise<void> {
    const dice = this.#dice;
    const chain = this.#chain;
    const from = dice.pick(ACTORS);
    const assetId = 1n + dice.big(ASSETS);
    const licenseId = 1n + dice.big(this.#licenses + 1n);
    const disputeId = 1n + dice.big(this.#disputes + 1n);
    const listingId = 1n + dice.big(this.#listings + 1n);
    const action = dice.weighted({
      buy: 8, buyKey: 5, deliver: 6, release: 5, undelivered: 3, refunds: 3, renew: 3, transfer: 6, open: 5, deposit: 3, settle: 10, closing: 2,
      refund: 4, approve: 1, file: 6, contest: 5, conclude: 4, decide: 5, lapse: 3, bonds: 3, listLicense: 5, listShares: 2, allow: 4, buyLicense: 6,
      buyShares: 4, cancel: 2, proceeds: 3, wait: 10,
    });
    const steps: Record<typeof action, () => Promise<unknown>> = {
      buy: async () => {
        const kind = dice.pick([LicenseKind.fullAccess, LicenseKind.longTerm]);
        const value = kind === LicenseKind.fullAccess ? 101n : 17n;
        if (await attempt(chain.write(from, licensing, 'buy', [assetId, kind, dice.pick(ACTORS)], {value: value + BigInt(dice.below(12) === 0)}))) this.#licenses += 1n;
      },
      buyKey: async () => {
        if (await attempt(chain.write(from, licensing, 'buyWithDelivery', [assetId, '0x04'], {value: 101n}))) this.#licenses += 1n;
      },
      deliver: () => attempt(chain.write(dice.pick([bob, carol, mallory]), licensing, 'deliverKey', [licenseId, '0xe7'])),
      release: () => attempt(chain.write(from, licensing, 'releasePayment', [licenseId])),
      undelivered: () => attempt(chain.write(from, licensing, 'refundUndelivered', [licenseId])),
      refunds: () => attempt(chain.write(from, licensing, 'withdrawRefund', [dice.pick(ACTORS)])),
      renew: () => attempt(chain.write(from, licensing, 'renew', [licenseId], {value: 17n})),
      transfer: async () => attempt(chain.write(await this.#holder(licenseId), licensing, 'transferFrom', [await this.#holder(licenseId), dice.pick(ACTORS), licenseId])),
      open: async () => {
        const isNew = (await chain.read(metering, 'meterOf', [assetId, from])) === 0n;
        if ((await attempt(chain.write(from, metering, 'open', [assetId], {value: dice.big(40n)}))) && isNew) this.#licenses += 1n;
      },
      deposit: () => attempt(chain.write(from, metering, 'deposit', [licenseId], {value: dice.big(20n)})),
      settle: () => this.#settle(licenseId),
      closing: async () => attempt(chain.write(await this.#holder(licenseId), metering, 'startClosing', [licenseId])),
      refund: async () => attempt(chain.write(dice.pick([from, await this.#holder(licenseId)]), metering, 'refund', [licenseId, dice.pick(ACTORS)])),
      approve: () => attempt(chain.write(alice, metering, 'approve', [assetId, from, chain.timestamp + dice.big(100_000n), zeroHash])),
      file: async () => {
        if (await attempt(chain.write(dice.pick([from, alice, bob]), disputes, 'file', [licenseId, zeroHash], {value: QANAT}))) this.#disputes += 1n;
      },
      contest: () => attempt(chain.write(from, disputes, 'contest', [disputeId, zeroHash], {value: QANAT})),
      conclude: () => attempt(chain.write(from, disputes, 'conclude', [disputeId])),
      decide: () => attempt(chain.write(dice.pick([GOVERNANCE_ADDRESS, erin, from]), disputes, 'decide', [disputeId, dice.below(2) === 0])),
      lapse: () => attempt(chain.write(from, disputes, 'lapse', [disputeId])),
      bonds: () => attempt(chain.write(from, disputes, 'withdrawBond', [dice.pick(ACTORS)])),
      listLicense: async () => {
        const seller = await this.#holder(licenseId);
        if (await attempt(chain.write(seller, marketplace, 'listLicense', [licenseId, dice.big(1_000n), END]))) this.#listings += 1n;
      },
      listShares: async () => {
        if (await attempt(chain.write(dice.pick([alice, bob]), marketplace, 'listShares', [4n, 1n + dice.big(SHARE * 9n), dice.amount(), END]))) this.#listings += 1n;
      },
      allow: async () => {
        await chain.write(from, licensing, 'setApprovalForAll', [marketplace.address, true]);
        const token = await chain.read({address: '0x0000000000000000000000000000000000001013', abi: tokenOfAbi}, 'tokenOf', [4n]);
        await chain.write(from, {address: token, abi: approveAbi}, 'approve', [marketplace.address, SHARE * 100n]);
      },
      buyLicense: () => this.#buyListed(from, listingId, 1n, 'buyLicense'),
      buyShares: () => this.#buyListed(from, listingId, 1n + dice.big(SHARE * 5n), 'buyShares'),
      cancel: () => attempt(chain.write(from, marketplace, 'cancel', [listingId])),
      proceeds: () => attempt(chain.write(from, marketplace, 'withdrawProceeds', [dice.pick(ACTORS)])),
      wait: async () => chain.increaseTime(dice.pick([1n, 500n, 1_000n, 86_401n, 300_000n, 2_700_000n].slice(0, 3 + dice.below(4)))),
    };
    await steps[action]();
  }

  async #buyListed(from: Hex, listingId: bigint, amount: bigint, functionName: 'buyLicense' | 'buyShares'): Promise<void> {
    const {address, abi} = marketplace;
    const listing = {address, abi} as const;
    let value = 0n;
    const isThere = await attempt(this.#chain.read(listing, 'costOf', [listingId, amount]).then(([cost]) => (value = cost)));
    if (!isThere) return;
    if (functionName === 'buyLicense') await attempt(this.#chain.write(from, listing, functionName, [listingId], {value}));
    else await attempt(this.#chain.write(from, listing, functionName, [listingId, amount], {value}));
  }

  async #settle(licenseId: bigint): Promise<void> {
    const holder = await this.#holder(licenseId);
    const signer = signers.find(({address}) => address.toLowerCase() === this.#dice.pick([holder, holder, holder, mallory]));
    const voucher = {licenseId, nonce: this.#dice.big(30n), calls: this.#dice.big(15n)};
    const signature = await signer!.signTypedData(voucherTypedData(voucher, Number(CHAIN_ID)));
    const before = await this.#chain.balance(metering.address);
    const calls = await this.#callsOf(licenseId);
    if (!(await attempt(this.#chain.write(mallory, metering, 'settle', [[voucher], [signature]])))) return;
    const earned = before - (await this.#chain.balance(metering.address));
    holds(signer?.address.toLowerCase() === holder, () => 'a voucher that the holder did not sign was settled');
    holds(voucher.calls > calls && earned === (voucher.calls - calls) * 3n, () => `${voucher.calls - calls} calls earned ${earned}`);
  }

  async #callsOf(licenseId: bigint): Promise<bigint> {
    return this.#chain.read(metering, 'getMeter', [licenseId]).then(({calls}) => calls, () => 0n);
  }

  async #holder(licenseId: bigint): Promise<Hex> {
    return this.#chain.read(licensing, 'ownerOf', [licenseId]).then((owner) => owner.toLowerCase() as Hex, () => alice);
  }

  async check(): Promise<void> {
    const chain = this.#chain;
    let escrowed = 0n;
    let prepaid = 0n;
    let bonds = 0n;
    let proceeds = 0n;
    const licenses = [];
    for (let id = 1n; id <= this.#licenses; id++) {
      const escrow = await chain.read(licensing, 'getEscrow', [id]);
      // Awaiting the key, delivered, contested.
      if ([1, 2, 3].includes(escrow.status)) escrowed += escrow.amount;
      const license = await chain.read(licensing, 'getLicense', [id]);
      if (license.kind === LicenseKind.api) prepaid += (await chain.read(metering, 'getMeter', [id])).balance;
      licenses.push({id, holder: await this.#holder(id), ...license});
    }
    for (let id = 1n; id <= this.#disputes; id++) {
      const {status, bond} = await chain.read(disputes, 'getDispute', [id]);
      bonds += status === 1 ? bond : status === 2 ? 2n * bond : 0n;
    }
    for (const account of [...ACTORS, GOVERNANCE_ADDRESS] as const) {
      escrowed += await chain.read(licensing, 'refundOf', [account]);
      bonds += await chain.read(disputes, 'bondOf', [account]);
      proceeds += await chain.read(marketplace, 'proceedsOf', [account]);
    }
    for (const [name, contract, owed] of [['Licensing', licensing, escrowed], ['ApiMetering', metering, prepaid], ['BreachDisputes', disputes, bonds], ['Marketplace', marketplace, proceeds]] as const) {
      const balance = await chain.balance(contract.address);
      holds(balance === owed, () => `${name} has ${balance} and owes ${owed}`);
    }
    const coins = await totalCoins(chain);
    holds(coins === this.#coins, () => `there were ${this.#coins} wei, and now there are ${coins}`);
    await this.#checkRights(licenses);
  }

  async #checkRights(
    licenses: readonly {readonly id: bigint; readonly holder: Hex; readonly assetId: bigint; readonly kind: number; readonly status: number; readonly rights: number; readonly expiresAt: bigint}[],
  ): Promise<void> {
    const creators = [alice, bob, alice, dave];
    for (let assetId = 1n; assetId <= ASSETS; assetId++) {
      for (const account of ACTORS) {
        for (const right of [Right.call, Right.access]) {
          let expected = creators[Number(assetId) - 1] === account;
          for (const license of licenses) {
            if (license.assetId !== assetId || license.holder !== account || license.status !== LicenseStatus.active) continue;
            if ((license.rights & (1 << right)) === 0 || this.#chain.timestamp > license.expiresAt) continue;
            if (license.kind !== LicenseKind.api || (await this.#chain.read(metering, 'canCall', [license.id]))) expected = true;
          }
          const told = await this.#chain.read(licensing, 'isAuthorized', [account, assetId, right]);
          holds(told === expected, () => `${account} is told ${told} about right ${right} to asset ${assetId}`);
        }
      }
    }
  }
}

const tokenOfAbi = [{type: 'function', name: 'tokenOf', stateMutability: 'view', inputs: [{name: 'assetId', type: 'uint256'}], outputs: [{name: '', type: 'address'}]}] as const;
const approveAbi = [{type: 'function', name: 'approve', stateMutability: 'nonpayable', inputs: [{name: 'spender', type: 'address'}, {name: 'value', type: 'uint256'}], outputs: [{name: '', type: 'bool'}]}] as const;

async function totalCoins(chain: EvmChain): Promise<bigint> {
  let sum = 0n;
  for (const {address} of [licensing, metering, disputes, marketplace, attribution]) sum += await chain.balance(address);
  for (const account of [...ACTORS, TREASURY, GOVERNANCE_ADDRESS] as const) sum += await chain.balance(account);
  return sum;
}

export const custody: Suite = {
  name: 'custody',
  async run(chain, dice, steps) {
    const run = await Run.create(chain, dice);
    for (let step = 1; step <= steps; step++) {
      await run.step();
      if (step % CHECK_EVERY === 0 || step === steps) await run.check();
    }
  },
};
