/**
 * Frozen terms and receipts: anyone calls anything that the registry, the receipts and Attribution have, with any values.
 *
 * Holds: the terms of an asset stay as they were registered, but for prices that its creator lowered and a status that it
 * ended; its lineage and its versions stay; receipts stay with their accounts, and their weights never fall; nobody becomes
 * a contributor without having signed.
 */
import {toHex, zeroHash} from 'viem';
import type {AbiFunction, AbiParameter} from 'viem';
import {AssetKind, ContributorRole, GOVERNANCE_ADDRESS, contributionTypedData} from '#protocols/client';
import type {EvmChain} from '../../support/evm-chain.ts';
import {CHAIN_ID} from '../../support/evm-chain.ts';
import {alice, attribution, bob, carol, dave, licenseTerms, mallory, receipts, register, registry, signers, termsOf} from '../world.ts';
import type {Hex} from '../world.ts';
import type {Dice} from './dice.ts';
import {attempt, holds} from './suite.ts';
import type {Suite} from './suite.ts';

const ACTORS = [alice, bob, carol, dave, mallory, GOVERNANCE_ADDRESS] as const;
const SIGNERS = [alice, bob, carol, dave] as const;
const CHECK_EVERY = 40;

interface Frozen {
  readonly terms: string;
  readonly prices: readonly bigint[];
  readonly versions: readonly string[];
  readonly receipts: readonly {readonly account: string; readonly weight: number}[];
}

async function read(chain: EvmChain, assetId: bigint): Promise<Frozen> {
  const {status: _, versionCount, ...asset} = await chain.read(registry, 'getAsset', [assetId]);
  const {fullAccessPrice, callPrice, periodPrice, ...licenses} = await chain.read(registry, 'licenseTermsOf', [assetId]);
  const lineage = await chain.read(registry, 'lineage', [assetId]);
  const versions: string[] = [];
  for (let version = 1n; version <= versionCount; version++) versions.push(text(await chain.read(registry, 'versionOf', [assetId, version])));
  const count = await chain.read(receipts, 'contributorCount', [assetId]);
  const held = [];
  for (let index = 0n; index < count; index++) {
    const tokenId = (assetId << 32n) | index;
    const {weight} = await chain.read(receipts, 'getReceipt', [tokenId]);
    held.push({account: (await chain.read(receipts, 'ownerOf', [tokenId])).toLowerCase(), weight});
  }
  return {terms: text({asset, licenses, lineage}), prices: [fullAccessPrice, callPrice, periodPrice], versions, receipts: held};
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}

class Run {
  readonly #chain: EvmChain;
  readonly #dice: Dice;
  readonly #before = new Map<bigint, Frozen>();
  /** By asset and account: what the account has signed for. */
  readonly #signed = new Map<string, number>();
  #count = 0n;
  #evidence = 0n;

  constructor(chain: EvmChain, dice: Dice) {
    this.#chain = chain;
    this.#dice = dice;
  }

  async register(): Promise<void> {
    const creator = this.#dice.pick(SIGNERS);
    const weights = new Map<Hex, number>([[this.#dice.pick(SIGNERS), 6_000], [this.#dice.pick(SIGNERS), 4_000]]);
    const contributors = [...weights].map(([account, weight]) => ({account, role: ContributorRole.other, weight: weights.size === 1 ? 10_000 : weight}));
    const parents = this.#count === 0n ? [] : [1n + this.#dice.big(this.#count)];
    const terms = termsOf(creator, {
      kind: this.#dice.pick(Object.values(AssetKind)), contributors, parents, royalty: this.#dice.below(5_000), laterWeight: 500,
      licenses: licenseTerms({fullAccessPrice: 100n, callPrice: 50n, menu: 6}),
    });
    if (!(await attempt(register(this.#chain, terms)))) return;
    this.#count += 1n;
    for (const {account, weight} of contributors) this.#signed.set(`${this.#count} ${account}`, weight);
    this.#before.set(this.#count, await read(this.#chain, this.#count));
  }

  async step(): Promise<void> {
    const dice = this.#dice;
    const action = dice.weighted({register: 4, contribute: 10, forge: 8, lower: 8, anything: 60});
    if (action === 'register') return this.register();
    const assetId = 1n + dice.big(this.#count);
    const from = dice.pick(ACTORS);
    if (action === 'contribute' || action === 'forge') return this.#contribute(from, assetId, action === 'forge');
    if (action === 'lower') return void (await attempt(this.#chain.write(from, registry, 'lowerPrice', [assetId, dice.below(4), dice.big(120n)])));
    const {address, abi} = dice.pick([registry, receipts, attribution]);
    const functions = (abi as readonly {type: string}[]).filter(
      (item): item is AbiFunction => item.type === 'function' && (item as AbiFunction).stateMutability === 'nonpayable',
    );
    const called = dice.pick(functions);
    const args = called.inputs.map((input) => this.#valueOf(input, assetId));
    await attempt(this.#chain.write(from, {address, abi: [called]} as never, called.name as never, args as never));
  }

  async #contribute(from: Hex, assetId: bigint, isForged: boolean): Promise<void> {
    this.#evidence += 1n;
    const account = this.#dice.pick(SIGNERS);
    const contribution = {
      assetId, account, role: ContributorRole.reviewer, weight: 1 + this.#dice.below(60), evidence: toHex(this.#evidence, {size: 32}), deadline: 2n ** 63n,
    };
    const other = this.#dice.pick([...SIGNERS, mallory].filter((signer) => signer !== account));
    const signer = signers.find(({address}) => address.toLowerCase() === (isForged ? other : account));
    const signature = await signer!.signTypedData(contributionTypedData(contribution, Number(CHAIN_ID)));
    const done = await attempt(this.#chain.write(from, attribution, 'recordContribution', [contribution, signature]));
    if (!done) return;
    holds(!isForged || from === account, () => `${from} recorded a contribution that ${account} had not signed`);
    const key = `${assetId} ${account}`;
    this.#signed.set(key, (this.#signed.get(key) ?? 0) + contribution.weight);
  }

  /** Any value of a type; assets and receipts that exist more often than not. */
  #valueOf(input: AbiParameter, assetId: bigint): unknown {
    const dice = this.#dice;
    if (input.type.endsWith('[]')) {
      const inner = {...input, type: input.type.slice(0, -2)};
      return Array.from({length: dice.below(3)}, () => this.#valueOf(inner, assetId));
    }
    if (input.type === 'tuple') {
      const {components} = input as AbiParameter & {components: readonly AbiParameter[]};
      return Object.fromEntries(components.map((component) => [component.name, this.#valueOf(component, assetId)]));
    }
    if (input.type === 'address') return dice.pick(ACTORS);
    if (input.type === 'bool') return dice.below(2) === 0;
    if (input.type === 'string') return 'anything';
    if (input.type === 'bytes') return dice.pick(['0x', `0x01551220${'ab'.repeat(32)}`]);
    if (input.type === 'bytes32') return dice.pick([zeroHash, toHex(dice.next(), {size: 32})]);
    if (input.type === 'bytes4') return '0x01ffc9a7';
    const bits = Number(input.type.replace(/\D/g, ''));
    if (bits <= 8) return dice.below(4);
    const value = dice.pick([assetId, assetId << 32n, 0n, dice.big(20_000n), 2n ** 63n]) % 2n ** BigInt(bits);
    return bits <= 48 ? Number(value) : value;
  }

  async check(): Promise<void> {
    holds((await this.#chain.read(registry, 'assetCount', [])) >= this.#count, () => 'an asset is gone');
    for (const [assetId, before] of this.#before) {
      const now = await read(this.#chain, assetId);
      holds(now.terms === before.terms, () => `the terms of asset ${assetId} were ${before.terms} and are ${now.terms}`);
      holds(now.prices.every((price, index) => price <= (before.prices[index] ?? 0n)), () => `a price of asset ${assetId} rose`);
      holds(before.versions.every((version, index) => version === now.versions[index]), () => `a version of asset ${assetId} changed`);
      for (const [index, receipt] of before.receipts.entries()) {
        const held = now.receipts[index];
        holds(held?.account === receipt.account && held.weight >= receipt.weight, () => `receipt ${index} of asset ${assetId} moved or fell`);
      }
      for (const {account, weight} of now.receipts) {
        const signed = this.#signed.get(`${assetId} ${account}`) ?? 0;
        holds(weight === signed, () => `${account} has a weight of ${weight} in asset ${assetId} and signed for ${signed}`);
      }
      this.#before.set(assetId, now);
    }
  }
}

export const frozen: Suite = {
  name: 'frozen',
  async run(chain, dice, steps) {
    const run = new Run(chain, dice);
    await run.register();
    for (let step = 1; step <= steps; step++) {
      await run.step();
      if (step % CHECK_EVERY === 0 || step === steps) await run.check();
    }
  },
};
