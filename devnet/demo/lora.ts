/** `npm run demo -- lora`: two contributors sell what their hidden LoRA modules add to a model; proofs settle, cheats do not. */
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {BaseError, ContractFunctionRevertedError, getContract, pad, parseEther, parseEventLogs, toHex} from 'viem';
import type {Address, Hex, TransactionReceipt} from 'viem';
import {loraProofAbi, loraSaleAbi, loraSaleBytecode} from '#protocols/abi';
import {
  AssetKind, claimRevenue, ContributorRole, DerivativePolicy, describeContent, getRevenue, LicenseKind, licenseMenu, NATIVE_ADDRESSES, registerAsset,
} from '#protocols/client';
import {
  commitAdapter, ContributorClient, modulesByLayer, proveSaleModule, registrationCalls, saleTokens, seededRandom, SessionTree, startContributor,
  trainDemoAdapter, writeWords,
} from '#protocols/services';
import type {LoraPackage, RunningContributor, SaleToken} from '#protocols/services';
import type {DemoChain, Sender} from './chain.ts';
import {coins, done, say, title} from './print.ts';

const PRICE = parseEther('1');
const ROYALTY = 1_000;
const WORDS = 8;
const TERMS_SECONDS = 3_600n;
const BLOCKS_UNTIL_DRAW = 2n;
const quiet = {info: () => {}, warn: () => {}, error: () => {}};

interface Contributor {
  readonly name: string;
  readonly wallet: Sender;
  readonly owned: LoraPackage;
  assetId: bigint;
  sessionId: bigint;
}

/** @returns the exit code */
export async function tellLora(chain: DemoChain, workDir: string): Promise<number> {
  const [author, alice, bob, carol] = [0, 1, 2, 3].map((i) => chain.wallet(i)) as [Sender, Sender, Sender, Sender];
  const chainId = BigInt(await chain.reader.getChainId());
  const mined = async (hash: Hex): Promise<TransactionReceipt> => {
    const receipt = await chain.reader.waitForTransactionReceipt({hash});
    if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`);
    return receipt;
  };

  title('1. A base model of English words, and an adapter that makes it write Italian');
  const {model, adapter, heldOutLoss} = trainDemoAdapter({seed: 7_259, epochs: 2, rank: 4});
  say(`Loss on Italian words that it never saw: ${heldOutLoss.base.toFixed(2)} without the adapter, ${heldOutLoss.adapted.toFixed(2)} with it.`);
  const part = (names: readonly string[]): LoraPackage => commitAdapter({...adapter, modules: adapter.modules.filter(({name}) => names.includes(name))});
  const contributors: Contributor[] = [
    {name: 'Alice', wallet: alice, owned: part(['layers.0']), assetId: 0n, sessionId: 0n},
    {name: 'Bob', wallet: bob, owned: part(['layers.1', 'head']), assetId: 0n, sessionId: 0n},
  ];

  title('2. The base model and both parts of the adapter become assets; the commitments are pinned for them');
  const asset = async (wallet: Sender, kind: AssetKind, content: string, parents: bigint[], role: ContributorRole): Promise<bigint> => {
    const {timestamp} = await chain.reader.getBlock();
    const account = wallet.account.address;
    const {assetId, receipt} = await registerAsset(wallet, {terms: {
      ...describeContent(toHex(content)), kind, creator: account, parents, contributors: [{account, role, weight: 10_000}], royalty: ROYALTY,
      derivatives: DerivativePolicy.open, licenses: {menu: licenseMenu(LicenseKind.fullAccess)}, salt: toHex(randomBytes(32)), deadline: timestamp + TERMS_SECONDS,
    }});
    done(`Asset ${assetId}: ${content}`, receipt);
    return assetId;
  };
  const baseId = await asset(author, AssetKind.model, 'the base model', [], ContributorRole.trainer);
  for (const contributor of contributors) {
    const {name, wallet, owned} = contributor;
    contributor.assetId = await asset(wallet, AssetKind.adapter, `${name}'s modules: ${owned.manifest.modules.map((module) => module.name).join(', ')}`, [baseId], ContributorRole.tuner);
    const binding = Uint8Array.from(Buffer.from(pad(toHex(contributor.assetId)).slice(2), 'hex'));
    for (const [i, module] of owned.modules.entries()) {
      const calls = registrationCalls(module, {chainId, caller: wallet.account.address, binding}, owned.secret);
      let receipt: TransactionReceipt | undefined;
      for (const args of calls) receipt = await mined(await wallet.writeContract({address: NATIVE_ADDRESSES.loraProof, abi: loraProofAbi, functionName: 'register', args: [...args]}));
      done(`${owned.manifest.modules[i]!.name} is registered, ${calls.length === 1 ? 'in one transaction' : `in ${calls.length} transactions`}.`, receipt!);
    }
  }
  const deployed = await mined(await author.deployContract({abi: loraSaleAbi, bytecode: loraSaleBytecode}));
  const contract = {address: deployed.contractAddress as Address, abi: loraSaleAbi} as const;
  const sale = getContract({...contract, client: chain.reader});

  title('3. Carol pays into escrow for a session with each, and writes words with both');
  const commitmentsOf = ({owned}: Contributor): Hex[] => owned.manifest.modules.map(({commitment}) => `0x${commitment}` as Hex);
  for (const contributor of contributors) {
    const receipt = await mined(await carol.writeContract({...contract, functionName: 'open', args: [contributor.assetId, commitmentsOf(contributor)], value: PRICE}));
    contributor.sessionId = parseEventLogs({abi: loraSaleAbi, eventName: 'SessionOpened', logs: receipt.logs})[0]!.args.sessionId;
    done(`Session ${contributor.sessionId} with ${contributor.name} for ${coins(PRICE)}.`, receipt);
  }
  const running: RunningContributor[] = [];
  const clients: ContributorClient[] = [];
  try {
    for (const {name, owned} of contributors) running.push(await startContributor({package: owned, sessionsDir: join(workDir, name), port: 0}, {logger: quiet}));
    const session = new Uint8Array(randomBytes(32));
    for (const [i, {host, port}] of running.entries()) {
      clients.push(await ContributorClient.connect({host, port, session, pinned: new Set(contributors[i]!.owned.manifest.modules.map(({commitment}) => commitment))}));
    }
    say(`Without the adapter: ${(await writeWords(model, new Map(), {count: WORDS, random: seededRandom(5)})).join(', ')}`);
    say(`With Alice and Bob:  ${(await writeWords(model, modulesByLayer(model, clients), {count: WORDS, random: seededRandom(5)})).join(', ')}`);
    await Promise.all(clients.map((client) => client.finish()));
  } finally {
    for (const client of clients) client.close();
    await Promise.all(running.map((contributor) => contributor.stop()));
  }

  title('4. Carol signs what she was answered; a later block draws the tokens that are to be proven');
  const trees: SessionTree[] = [];
  const tokens: SaleToken[][][] = [];
  for (const [i, {sessionId, wallet, name, owned}] of contributors.entries()) {
    tokens.push(owned.modules.map((_, module) => saleTokens(clients[i]!.record, module)));
    const tree = new SessionTree(tokens[i]!);
    trees.push(tree);
    const signature = await carol.signTypedData({
      domain: {name: 'LoraSale', version: '1', chainId: Number(chainId), verifyingContract: sale.address},
      types: {Delivery: [{name: 'sessionId', type: 'uint256'}, {name: 'root', type: 'bytes32'}, {name: 'tokens', type: 'uint32'}]},
      primaryType: 'Delivery', message: {sessionId, root: tree.root, tokens: tree.tokens},
    });
    done(`${tree.tokens} tokens of ${name}'s modules are delivered.`, await mined(await wallet.writeContract({...contract, functionName: 'deliver', args: [sessionId, tree.root, tree.tokens, signature]})));
  }
  // Blocks come with transactions.
  const delivered = await chain.reader.getBlockNumber({cacheTime: 0});
  while ((await chain.reader.getBlockNumber({cacheTime: 0})) < delivered + BLOCKS_UNTIL_DRAW) await mined(await author.sendTransaction({to: author.account.address, value: 0n}));

  const proofFor = async (i: number, index: number, changes: {module?: LoraPackage['modules'][number]; tokens?: readonly SaleToken[]; binding?: Hex} = {}) => {
    const {sessionId, owned} = contributors[i]!;
    const [drawn, binding] = await Promise.all([sale.read.drawOf([sessionId, BigInt(index)]), sale.read.bindingOf([sessionId, BigInt(index)])]);
    return proveSaleModule(changes.module ?? owned.modules[index]!, owned.secret, {
      chainId, sale: sale.address, binding: changes.binding ?? binding, drawn, tokens: changes.tokens ?? tokens[i]![index]!, tree: trees[i]!, index,
    });
  };

  title('5. Five cheats, each refused');
  const own = contributors[0]!.owned.modules[0]!;
  const otherWeights = own.a.map((weight, k) => (k === 0 ? (weight === 1 ? 2 : 1) : weight));
  const honest = await proofFor(0, 0);
  const otherModule = contributors[1]!.owned.modules[0]!;
  const changed = (side: keyof SaleToken): SaleToken[] => tokens[0]![0]!.map((token) => ({...token, [side]: token[side].map((byte, k) => (k === 1 ? byte ^ 1 : byte))}));
  const cheats: [what: string, error: string, proof: typeof honest][] = [
    ['a swapped weight', 'ProofRefused', await proofFor(0, 0, {module: {...own, a: otherWeights}})],
    ['another input', 'NotOfSession', await proofFor(0, 0, {tokens: changed('inputs')})],
    ['another output', 'NotOfSession', await proofFor(0, 0, {tokens: changed('outputs')})],
    ['the proof of another session', 'ProofRefused', await proofFor(0, 0, {binding: await sale.read.bindingOf([contributors[1]!.sessionId, 0n])})],
    ['the rows of another commitment', 'ProofRefused', {...honest, rows: toHex(new Uint8Array(own.rows.length).map((_, k) => otherModule.rows[k % otherModule.rows.length]!))}],
  ];
  for (const [what, expected, proof] of cheats) {
    const refused = await sale.simulate.prove([contributors[0]!.sessionId, 0n, proof], {account: alice.account}).then(() => undefined, (error: unknown) => errorOf(error));
    if (refused !== expected) throw new Error(`${what} was answered with ${refused ?? 'acceptance'}, expected ${expected}`);
    say(`${what}: ${refused}`);
  }

  title('6. The drawn tokens are proven, and the sales settle');
  for (const [i, {sessionId, owned, wallet, name}] of contributors.entries()) {
    for (const [index] of owned.modules.entries()) {
      const proof = await proofFor(i, index);
      done(`${name} proves ${owned.manifest.modules[index]!.name}: ${(proof.proof.length - 2) / 2} bytes.`, await mined(await wallet.writeContract({...contract, functionName: 'prove', args: [sessionId, BigInt(index), proof]})));
    }
  }

  title('7. Who earned what');
  let total = 0n;
  for (const [name, wallet, assetId] of [['The author of the base model', author, baseId], ...contributors.map(({name, wallet, assetId}) => [name, wallet, assetId] as const)] as const) {
    const {claimable} = await getRevenue(wallet, {assetId, account: wallet.account.address});
    if (claimable > 0n) await claimRevenue(wallet, {assetId});
    total += claimable;
    say(`${name}: ${coins(claimable)}`);
  }
  const left = await chain.reader.getBalance({address: sale.address});
  const isExact = total <= 2n * PRICE && 2n * PRICE - total <= 2n && left === 0n;
  console.log(isExact ? '\nBoth prices are paid out, and nothing is left in escrow.' : `\nThe books do NOT balance: ${coins(total)} of ${coins(2n * PRICE)}, ${coins(left)} left.`);
  return isExact ? 0 : 1;
}

function errorOf(error: unknown): string {
  const cause = error instanceof BaseError ? error.walk((inner) => inner instanceof ContractFunctionRevertedError) : undefined;
  return cause instanceof ContractFunctionRevertedError ? (cause.data?.errorName ?? cause.shortMessage) : String(error);
}
