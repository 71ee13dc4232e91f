/**
 * Revenue: lineages, contributions over time, shares that move and are burnt, coin and a token, a fee that changes.
 *
 * Holds: what came in = what is claimable + what was paid + dust, for every currency; the dust of a currency is below one
 * unit for each claimant; everyone has what the books say, less at most one unit; a supply changes by burning alone.
 */
import {encodeFunctionData, toHex, zeroAddress} from 'viem';
import {ContributorRole, GOVERNANCE_ADDRESS, hashShareTerms} from '#protocols/client';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {EvmChain} from '../../support/evm-chain.ts';
import {SHARE, shareTermsOf, tokens} from '../shares-world.ts';
import {alice, attribution, bob, carol, dave, erin, mallory, register, shareTokenAt, shares, termsOf} from '../world.ts';
import type {Hex} from '../world.ts';
import {Books, UNIT, add} from './books.ts';
import type {Dice} from './dice.ts';
import {attempt, holds} from './suite.ts';
import type {Suite} from './suite.ts';

const ACTORS = [alice, bob, carol, dave] as const;
const PAYER = mallory;
const ASSETS_MAX = 7;
const CHECK_EVERY = 50;
/** The books round down at each division, by 10^-60. */
const EPSILON = UNIT / 10n ** 20n;

type Token = ReturnType<typeof shareTokenAt>;

class Run {
  readonly #chain: EvmChain;
  readonly #dice: Dice;
  readonly #books = new Books();
  readonly #shareTokens: (Token | undefined)[] = [];
  readonly #laterCounts = new Map<string, number>();
  readonly #laterWeights = new Map<number, bigint>();
  readonly #paid = new Map<string, bigint>();
  readonly #good: {readonly address: Hex; readonly abi: never};
  #evidence = 0n;

  private constructor(chain: EvmChain, dice: Dice, good: {readonly address: Hex; readonly abi: never}) {
    this.#chain = chain;
    this.#dice = dice;
    this.#good = good;
  }

  static async create(chain: EvmChain, dice: Dice): Promise<Run> {
    const good = (await chain.deploy(erin, tokens().Good!)) as unknown as {address: Hex; abi: never};
    await chain.write(erin, good, 'mint' as never, [PAYER, 2n ** 120n] as never);
    await chain.write(PAYER, good, 'approve' as never, [attribution.address, 2n ** 120n] as never);
    const run = new Run(chain, dice, good);
    await run.#register();
    return run;
  }

  async step(): Promise<void> {
    const action = this.#dice.weighted({
      register: 3, pay: 30, contribute: 6, claim: 14, claimShares: 12, move: 16, burn: 4, fee: 2, payFees: 3, donate: 1, wait: 2,
    });
    if (action === 'register') return this.#register();
    if (action === 'pay') return this.#pay();
    if (action === 'contribute') return this.#contribute();
    if (action === 'claim') return this.#claim();
    if (action === 'claimShares') return this.#claimShares();
    if (action === 'move') return this.#move();
    if (action === 'burn') return this.#burn();
    if (action === 'payFees') return this.#payFees();
    if (action === 'donate') return this.#donate();
    if (action === 'wait') return this.#chain.increaseTime(1n + this.#dice.big(100n));
    this.#books.fee = this.#dice.big(1_001n);
    await this.#chain.write(GOVERNANCE_ADDRESS, attribution, 'setProtocolFee', [Number(this.#books.fee)]);
  }

  async #register(): Promise<void> {
    const {assets} = this.#books;
    if (assets.length >= ASSETS_MAX) return;
    const dice = this.#dice;
    const parents = [...new Set(Array.from({length: dice.below(4)}, () => dice.below(Math.max(assets.length, 1))))].filter((id) => id < assets.length);
    const accounts = ACTORS.slice(0, 1 + dice.below(ACTORS.length));
    const weights = accounts.map((_, index) => (index === 0 ? 10_000 - 1_111 * (accounts.length - 1) : 1_111));
    const redeemRatio = dice.pick([0, 1, 3_333, 5_000]);
    const allocations = ACTORS.slice(dice.below(3)).map((account) => [account, SHARE + dice.big(10n ** BigInt(dice.below(12) + 12))] as const);
    const shareTerms = shareTermsOf(allocations, redeemRatio);
    const sharesRatio = dice.pick([0, 1, 5_000, 10_000]);
    const royalty = dice.below(3_000);
    const assetId = await register(this.#chain, termsOf(alice, {
      parents: parents.map((index) => BigInt(index + 1)),
      contributors: accounts.map((account, index) => ({account, role: ContributorRole.other, weight: weights[index] ?? 0})),
      royalty,
      laterWeight: 10_000,
      sharesRatio,
      ...(sharesRatio === 0 ? {} : {shareTerms: hashShareTerms(shareTerms)}),
    }));
    let token: Token | undefined;
    if (sharesRatio !== 0) {
      await this.#chain.write(alice, shares, 'create', [assetId, shareTerms]);
      token = shareTokenAt((await this.#chain.read(shares, 'tokenOf', [assetId])).toLowerCase() as Hex);
      await this.#chain.write(alice, token, 'addRevenueToken', [this.#good.address]);
    }
    this.#shareTokens.push(token);
    assets.push({
      parents,
      royalty: BigInt(royalty),
      sharesRatio: BigInt(sharesRatio),
      redeemRatio: BigInt(redeemRatio),
      weights: new Map(accounts.map((account, index) => [account, BigInt(weights[index] ?? 0)])),
      balances: new Map(token === undefined ? [] : allocations),
    });
  }

  async #pay(): Promise<void> {
    const index = this.#dice.below(this.#books.assets.length);
    const currency = this.#dice.pick([zeroAddress, this.#good.address]);
    const amount = this.#dice.amount();
    const assetId = BigInt(index + 1);
    if (currency === zeroAddress) await this.#chain.write(PAYER, attribution, 'receiveRevenue', [assetId, 0], {value: amount});
    else await this.#chain.write(PAYER, attribution, 'receiveToken', [assetId, currency, amount, 0]);
    this.#books.pay(index, currency, amount);
  }

  async #contribute(): Promise<void> {
    const index = this.#dice.below(this.#books.assets.length);
    const account = this.#dice.pick(ACTORS);
    const weight = BigInt(1 + this.#dice.below(700));
    this.#evidence += 1n;
    const contribution = {
      assetId: BigInt(index + 1), account, role: ContributorRole.annotator, weight: Number(weight),
      evidence: toHex(this.#evidence, {size: 32}), deadline: 2n ** 64n - 1n,
    };
    const key = `${index} ${account}`;
    const done = await attempt(this.#chain.write(SYSTEM_ADDRESSES.trainingJobs, attribution, 'recordContribution', [contribution, '0x']));
    const count = this.#laterCounts.get(key) ?? 0;
    const left = 10_000n - (this.#laterWeights.get(index) ?? 0n);
    holds(done === (count < 8 && weight <= left), () => `a contribution of ${weight} to asset ${index + 1} with ${left} left: ${done}`);
    if (!done) return;
    this.#laterCounts.set(key, count + 1);
    add(this.#laterWeights, index, weight);
    add(this.#books.asset(index).weights, account, weight);
  }

  async #claim(): Promise<void> {
    const index = this.#dice.below(this.#books.assets.length);
    const account = this.#dice.pick(ACTORS);
    const currency = this.#dice.pick([zeroAddress, this.#good.address]);
    await this.#paying(`contributed ${currency} ${index} ${account}`, currency, account, () =>
      this.#chain.write(account, attribution, 'claimToken', [BigInt(index + 1), currency, account]));
  }

  async #claimShares(): Promise<void> {
    const [index, token] = this.#someShares();
    if (token === undefined) return;
    const account = this.#dice.pick(ACTORS);
    const currency = this.#dice.pick([zeroAddress, this.#good.address]);
    await this.#paying(`held ${currency} ${index} ${account}`, currency, account, () =>
      this.#chain.write(account, token, 'claimTo', [currency, account]));
  }

  async #move(): Promise<void> {
    const [index, token] = this.#someShares();
    if (token === undefined) return;
    const {balances} = this.#books.asset(index);
    const from = this.#dice.pick(ACTORS);
    const to = this.#dice.pick(ACTORS);
    const balance = balances.get(from) ?? 0n;
    const amount = this.#dice.pick([balance, balance + 1n, 0n, 1n, this.#dice.big(10n ** 18n), balance / 3n]);
    const done = await attempt(this.#chain.write(from, token, 'transfer', [to, amount]));
    holds(done === (amount <= balance), () => `a transfer of ${amount} with ${balance}: ${done}`);
    if (!done) return;
    add(balances, from, -amount);
    add(balances, to, amount);
  }

  async #burn(): Promise<void> {
    const [index, token] = this.#someShares();
    if (token === undefined) return;
    const {balances} = this.#books.asset(index);
    const account = this.#dice.pick(ACTORS);
    const balance = balances.get(account) ?? 0n;
    const amount = this.#dice.pick([balance, balance / 2n, 1n]);
    const supply = [...balances.values()].reduce((sum, part) => sum + part, 0n);
    const isAllowed = amount <= balance && supply - amount >= SHARE;
    const coins = await this.#balance(zeroAddress, account);
    const done = await attempt(this.#chain.write(account, token, 'burn', [amount]));
    holds(done === isAllowed, () => `burning ${amount} of ${balance}: ${done}`);
    if (!done) return;
    add(balances, account, -amount);
    const redeemed = (await this.#balance(zeroAddress, account)) - coins;
    for (const currency of [zeroAddress, this.#good.address]) {
      const purse = this.#books.purse(currency);
      const reserve = purse.reserve.get(index) ?? 0n;
      const expected = (((reserve + EPSILON) / UNIT) * amount) / supply;
      if (currency === zeroAddress) holds(redeemed === expected, () => `burning redeemed ${redeemed}, not ${expected}`);
      // A token's part is booked, to be claimed.
      else add(purse.held, `${index} ${account}`, expected * UNIT);
      add(purse.reserve, index, -expected * UNIT);
    }
    add(this.#paid, `redeemed ${zeroAddress}`, redeemed);
  }

  async #payFees(): Promise<void> {
    const currency = this.#dice.pick([zeroAddress, this.#good.address]);
    const treasury = '0x0000000000000000000000000000000000001003';
    const before = await this.#balance(currency, treasury);
    await attempt(this.#chain.write(PAYER, attribution, 'payProtocolFees', [currency]));
    add(this.#paid, `fees ${currency}`, (await this.#balance(currency, treasury)) - before);
  }

  /** Coin or tokens that are forced in are nobody's, and disturb nothing. */
  async #donate(): Promise<void> {
    await this.#chain.write(PAYER, this.#good, 'transfer' as never, [attribution.address, 1n] as never);
    const data = encodeFunctionData({abi: [{type: 'function', name: 'nothing', inputs: [], outputs: [], stateMutability: 'payable'}], functionName: 'nothing'});
    await this.#chain.send({from: PAYER, to: attribution.address, value: 1n, data});
  }

  async #paying(key: string, currency: Hex, account: Hex, write: () => Promise<unknown>): Promise<void> {
    const before = await this.#balance(currency, account);
    await attempt(write());
    add(this.#paid, key, (await this.#balance(currency, account)) - before);
  }

  #someShares(): readonly [number, Token | undefined] {
    const index = this.#dice.below(this.#shareTokens.length);
    return [index, this.#shareTokens[index]];
  }

  async #balance(currency: Hex, account: Hex): Promise<bigint> {
    if (currency === zeroAddress) return this.#chain.balance(account);
    return (await this.#chain.read(this.#good, 'balanceOf' as never, [account] as never)) as unknown as bigint;
  }

  async check(): Promise<void> {
    for (const currency of [zeroAddress, this.#good.address]) await this.#checkCurrency(currency);
    for (const [index, token] of this.#shareTokens.entries()) {
      if (token === undefined) continue;
      const {balances} = this.#books.asset(index);
      const supply = await this.#chain.read(token, 'totalSupply', []);
      holds(supply === [...balances.values()].reduce((sum, part) => sum + part, 0n), () => `the supply of asset ${index + 1} is ${supply}`);
    }
  }

  async #checkCurrency(currency: Hex): Promise<void> {
    const purse = this.#books.purse(currency);
    let claimants = 1n;
    let known = this.#paid.get(`redeemed ${currency}`) ?? 0n;
    const feesPaid = this.#paid.get(`fees ${currency}`) ?? 0n;
    const feesUnpaid = (await this.#chain.read(attribution, 'protocolFeesE32', [currency])) / 10n ** 32n;
    holds(feesPaid + feesUnpaid === (purse.fees + EPSILON) / UNIT, () => `fees of ${feesPaid} + ${feesUnpaid}, not ${purse.fees}`);
    known += feesPaid + feesUnpaid;
    for (const [index, token] of this.#shareTokens.entries()) {
      const assetId = BigInt(index + 1);
      for (const account of ACTORS) {
        const asContributor = await this.#chain.read(attribution, 'claimableToken', [assetId, currency, account]);
        known += this.#compare(`contributed ${currency} ${index} ${account}`, asContributor, purse.contributed.get(`${index} ${account}`) ?? 0n);
        claimants += 1n;
        if (token === undefined) continue;
        const asHolder = currency === zeroAddress
          ? await this.#chain.read(token, 'claimableRevenue', [account, 0n])
          : await this.#chain.read(token, 'claimableERC20', [account, 0n, currency]);
        known += this.#compare(`held ${currency} ${index} ${account}`, asHolder, purse.held.get(`${index} ${account}`) ?? 0n);
        claimants += 1n;
      }
      const reserve = purse.reserve.get(index) ?? 0n;
      claimants += 1n;
      known += (reserve + EPSILON) / UNIT;
    }
    const dust = purse.received - known;
    holds(dust >= 0n && dust < claimants, () => `${purse.received} came in and ${known} is known of: a dust of ${dust} for ${claimants}`);
    const [received, paidOut] = await this.#chain.read(attribution, 'totalsOf', [currency]);
    holds(received === purse.received, () => `${received} was booked, not ${purse.received}`);
    const balance = await this.#balance(currency, attribution.address);
    holds(balance >= received - paidOut, () => `a balance of ${balance} where the books say ${received - paidOut}`);
  }

  /** @returns what is claimable and was paid */
  #compare(key: string, claimable: bigint, earned: bigint): bigint {
    const total = claimable + (this.#paid.get(key) ?? 0n);
    const most = (earned + EPSILON) / UNIT;
    holds(total <= most && total >= most - 1n, () => `${key}: claimable and paid are ${total}, earned is ${most}`);
    return total;
  }
}

export const revenue: Suite = {
  name: 'revenue',
  async run(chain, dice, steps) {
    const run = await Run.create(chain, dice);
    for (let step = 1; step <= steps; step++) {
      await run.step();
      if (step % CHECK_EVERY === 0 || step === steps) await run.check();
    }
  },
};
