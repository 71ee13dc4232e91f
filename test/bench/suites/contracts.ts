/**
 * What the asset economy costs: gas of whole transactions on the reference EVM, and how it grows. Gas does not depend on
 * the machine. Fails when a limit is passed that the documents state.
 */
import {keccak256, toHex, zeroAddress, zeroHash} from 'viem';
import {AssetKind, ContributorRole, LicenseKind, RevenueSource, hashShareTerms, licenseMenu, voucherTypedData} from '#protocols/client';
import type {EvmChain} from '../../support/evm-chain.ts';
import {CHAIN_ID} from '../../support/evm-chain.ts';
import {SHARE, registerWithShares, shareTermsOf, tokens} from '../../contracts/shares-world.ts';
import {
  QANAT, alice, attribution, bob, carol, dave, disputes, licenseTerms, licensing, marketplace, metering, newChain, register, registry, shares,
  signaturesOf, signers, termsOf, vault,
} from '../../contracts/world.ts';
import type {Hex} from '../../contracts/world.ts';

const PROTOCOL_FEE = {protocolFee: 100};

/** Most gas that an operation may cost. */
const LIMITS: Readonly<Record<string, bigint>> = {
  'register: 3 contributors, 2 parents': 600_000n,
  'settle 1,000 vouchers of a licence': 1_500_000n,
  'claim as a contributor, first': 90_000n,
  'claim as a contributor': 90_000n,
  'claim of shares': 90_000n,
};

export async function run(): Promise<void> {
  const operations = await measureOperations();
  print('Gas per operation', ['operation', 'gas', 'limit'], operations.map(([name, gas]) => [name, number(gas), LIMITS[name] === undefined ? '' : number(LIMITS[name])]));
  const growth = await measureGrowth();
  print('Growth', ['what grows', 'how many', 'revenue', 'claim'], growth.map(({what, count, pay, claim}) => [what, String(count), number(pay), number(claim)]));
  const passed = operations.filter(([name, gas]) => gas > (LIMITS[name] ?? gas));
  if (passed.length > 0) throw new Error(`above the limit: ${passed.map(([name, gas]) => `${name} (${gas})`).join(', ')}`);
}

async function measureOperations(): Promise<[string, bigint][]> {
  const chain = await newChain(PROTOCOL_FEE);
  const table: [string, bigint][] = [];
  const measure = async (name: string, write: Promise<{readonly gasUsed: bigint}>) => void table.push([name, (await write).gasUsed]);

  const team = [alice, bob, carol].map((account, index) => ({
    account, role: ContributorRole.other, weight: [5_000, 3_000, 2_000][index] ?? 0, contribution: keccak256(account),
  }));
  const menu = licenseMenu(LicenseKind.fullAccess, LicenseKind.api, LicenseKind.longTerm);
  const licenses = licenseTerms({menu, transferable: menu & ~2, period: 86_400, callPrice: 3n, periodPrice: 10n, fullAccessPrice: 100n, resaleCommission: 500});
  const allocations = [alice, bob, carol].map((account) => [account, 1_000n * SHARE] as const);
  const shareTerms = shareTermsOf(allocations);
  const registering = async (changes: Parameters<typeof termsOf>[1]) => {
    const terms = termsOf(alice, {licenses, laterWeight: 10_000, ...changes});
    return chain.write(alice, registry, 'register', [terms, await signaturesOf(terms)]);
  };
  await measure('register: 1 contributor', registering({}));
  await measure('register: 3 contributors', registering({contributors: team}));
  await measure('register: 3 contributors, 2 parents', registering({kind: AssetKind.model, contributors: team, parents: [1n, 2n]}));
  await measure('register: the same, with shares and a URI of 60 bytes', registering({
    contributors: team, parents: [1n, 2n], sharesRatio: 5_000, shareTerms: hashShareTerms(shareTerms), accessUri: `ipfs://${'q'.repeat(53)}`,
  }));
  await measure('lower a price', chain.write(alice, registry, 'lowerPrice', [1n, LicenseKind.fullAccess, 99n]));
  await measure('publish a version', chain.write(alice, registry, 'publishVersion', [1n, `0x01551220${'11'.repeat(32)}`, keccak256('0x01'), 1n, '']));
  await measure('create shares, 3 allocations', chain.write(dave, shares, 'create', [4n, shareTerms]));
  const token = {address: await chain.read(shares, 'tokenOf', [4n]), abi: (await import('#protocols/abi')).shareTokenAbi} as const;

  const pay = (assetId: bigint) => chain.write(dave, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value: 1_000_000n});
  await measure('revenue, first of the asset and of its 2 ancestors', pay(3n));
  await measure('revenue, 2 ancestors', pay(3n));
  await measure('claim as a contributor, first', chain.write(alice, attribution, 'claim', [3n]));
  await pay(3n);
  await measure('claim as a contributor', chain.write(alice, attribution, 'claim', [3n]));
  const contribution = {assetId: 3n, account: alice, role: ContributorRole.tuner, weight: 500, evidence: toHex(1n, {size: 32}), deadline: 2n ** 63n};
  await measure('record a contribution', chain.write(alice, attribution, 'recordContribution', [contribution, '0x']));
  await measure('revenue, first after a contribution', pay(3n));

  await pay(4n);
  await measure('claim of shares, first', chain.write(alice, token, 'claim', [0n]));
  await pay(4n);
  await measure('claim of shares', chain.write(alice, token, 'claim', [0n]));
  await measure('transfer of shares', chain.write(alice, token, 'transfer', [bob, SHARE]));
  await measure('take a snapshot', chain.write(alice, token, 'snapshot', []));
  await measure('burn shares', chain.write(alice, token, 'burn', [SHARE]));

  const good = await chain.deploy(dave, tokens().Good!);
  await chain.write(dave, good, 'mint', [dave, QANAT]);
  await chain.write(dave, good, 'approve', [attribution.address, QANAT]);
  const payToken = () => chain.write(dave, attribution, 'receiveToken', [3n, good.address, 1_000n, RevenueSource.direct]);
  await payToken();
  await measure('revenue in an ERC-20 token, 2 ancestors', payToken());

  const buy = (kind: LicenseKind, value: bigint) => chain.write(dave, licensing, 'buy', [2n, kind, dave], {value});
  await measure('buy full access', buy(LicenseKind.fullAccess, 100n));
  await measure('buy a long-term licence', buy(LicenseKind.longTerm, 10n));
  await measure('renew it', chain.write(dave, licensing, 'renew', [2n], {value: 10n}));
  await measure('open an API licence', chain.write(dave, metering, 'open', [2n], {value: 10_000n}));
  const signer = signers.find(({address}) => address.toLowerCase() === dave)!;
  const settle = async (calls: bigint) => {
    // What 1,000 calls leave behind is 1,000 vouchers, of which the last says all.
    const voucher = {licenseId: 3n, nonce: calls, calls};
    const signature = await signer.signTypedData(voucherTypedData(voucher, Number(CHAIN_ID)));
    return chain.write(alice, metering, 'settle', [[voucher], [signature]]);
  };
  await measure('settle 1 voucher', settle(1n));
  await measure('settle 1,000 vouchers of a licence', settle(1_001n));
  await chain.write(dave, licensing, 'setApprovalForAll', [marketplace.address, true]);
  await measure('list a licence', chain.write(dave, marketplace, 'listLicense', [1n, 1_000n, 2n ** 40n]));
  await measure('buy a listed licence', chain.write(bob, marketplace, 'buyLicense', [1n], {value: 1_000n}));
  await chain.write(alice, token, 'approve', [marketplace.address, 100n * SHARE]);
  await measure('list shares', chain.write(alice, marketplace, 'listShares', [4n, 100n * SHARE, 1_000n, 2n ** 40n]));
  await measure('buy listed shares, in part', chain.write(bob, marketplace, 'buyShares', [2n, SHARE], {value: 1_000n}));
  await measure('file a claim of breach', chain.write(alice, disputes, 'file', [1n, zeroHash], {value: QANAT}));
  await measure('set a vault', chain.write(alice, vault, 'setVault', [2n, carol, keccak256('0x02'), '']));
  await measure('grant a key', chain.write(carol, vault, 'grantKey', [2n, bob, `0x${'ab'.repeat(100)}`]));
  await measure('pay the protocol fees', chain.write(bob, attribution, 'payProtocolFees', [zeroAddress]));
  return table;
}

interface Growth {
  readonly what: string;
  readonly count: number;
  readonly pay: bigint;
  readonly claim: bigint;
}

async function measureGrowth(): Promise<Growth[]> {
  const rows: Growth[] = [];
  for (const count of [1, 8, 32]) {
    const chain = await newChain(PROTOCOL_FEE);
    const allocations = Array.from({length: count}, (_, index) => [index === 0 ? alice : account(index), SHARE] as const);
    const {assetId, token} = await registerWithShares(chain, alice, shareTermsOf(allocations));
    const warm = () => payAndClaim(chain, assetId, () => chain.write(alice, token, 'claim', [0n]));
    await warm();
    rows.push({what: 'share holders', count, ...(await warm())});
  }
  for (const count of [0, 2, 8, 32]) {
    const chain = await newChain(PROTOCOL_FEE);
    const assetId = await withAncestors(chain, count);
    const warm = () => payAndClaim(chain, assetId, () => chain.write(alice, attribution, 'claim', [assetId]));
    await warm();
    rows.push({what: 'ancestors', count, ...(await warm())});
  }
  const chain = await newChain(PROTOCOL_FEE);
  const assetId = await register(chain, termsOf(alice, {laterWeight: 10_000}));
  let paid = 0;
  for (const count of [10, 100, 400]) {
    for (; paid < count - 1; paid++) await chain.write(dave, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value: 1_000n});
    rows.push({what: 'payments before', count, ...(await payAndClaim(chain, assetId, () => chain.write(alice, attribution, 'claim', [assetId])))});
    paid += 1;
  }
  return rows;
}

async function payAndClaim(chain: EvmChain, assetId: bigint, claim: () => Promise<{readonly gasUsed: bigint}>) {
  const {gasUsed: pay} = await chain.write(dave, attribution, 'receiveRevenue', [assetId, RevenueSource.direct], {value: 1_000_000n});
  return {pay, claim: (await claim()).gasUsed};
}

/** An asset with exactly so many ancestors: families of a child and seven parents, and single parents. */
async function withAncestors(chain: EvmChain, count: number): Promise<bigint> {
  const root = (parents: readonly bigint[] = []) => register(chain, termsOf(alice, {royalty: 100, parents}));
  const parents: bigint[] = [];
  let left = count;
  for (; left >= 8; left -= 8) {
    const grandparents: bigint[] = [];
    for (let index = 0; index < 7; index++) grandparents.push(await root());
    parents.push(await root(grandparents));
  }
  for (; left > 0; left -= 1) parents.push(await root());
  return register(chain, termsOf(alice, {parents}));
}

function account(index: number): Hex {
  return `0x${index.toString(16).padStart(40, 'c')}`;
}

function number(value: bigint): string {
  return value.toLocaleString('en-US');
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  process.stdout.write(`\n${title}\n\n${lines.join('\n')}\n`);
}
