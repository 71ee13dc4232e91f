/** The story that the demo tells, step by step. Each step sends what it says and checks what it claims. */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseEther, parseEventLogs, toHex} from 'viem';
import type {Address, Hex} from 'viem';
import {encodeVerificationKey} from '#precompiles/codec';
import {inferenceConsumerAbi, inferenceConsumerBytecode, inferenceOracleAbi} from '#protocols/abi';
import {
  AssetKind, buyLicense, claimRevenue, ContributorRole, DerivativePolicy, getProverBalance, getRevenue, LicenseKind,
  licenseMenu, listModel, payProtocolFees, registerAsset, registerVerificationKey, SYSTEM_ADDRESSES, TREASURY_ADDRESS, withdrawProverFees,
} from '#protocols/client';
import type {AssetTermsInput} from '#protocols/client';
import type {DemoChain, Sender} from './chain.ts';
import type {Ledger} from './ledger.ts';
import {coins, done, say, title} from './print.ts';
import {qanatJson, QANAT, start} from './processes.ts';
import type {Child} from './processes.ts';

export const DATASET_PRICE = parseEther('2');
export const INFERENCE_PRICE = parseEther('1');
export const PROVER_FEE = parseEther('0.1');
/** Part of the model's revenue that goes to the data, in basis points. */
export const ROYALTY = 2_000;
/** What the protocol takes of revenue, in basis points. */
const PROTOCOL_FEE = 100n;
const BASIS_POINTS = 10_000n;
const TERMS_SECONDS = 3_600n;
const ANSWER_TIMEOUT_MS = 120_000;

type Content = {readonly cid: string; readonly contentId: Hex; readonly contentDigest: Hex; readonly contentSize: number};

export type Manifest = {
  readonly name: string;
  readonly keyHash: Hex;
  readonly commitment: string;
  readonly content: Content;
  readonly labels: readonly string[];
  readonly inputScale: number;
  readonly architecture: {readonly layers: readonly {readonly inputs: number; readonly outputs: number}[]};
  readonly heldOut: readonly {readonly input: readonly string[]; readonly label: string}[];
};

export type Cast = {readonly data: Sender; readonly trainer: Sender; readonly consumer: Sender; readonly prover: Sender; readonly cheat: Sender};

export type Asked = {
  readonly requestId: bigint;
  readonly input: readonly bigint[];
  /** The species as a botanist determined it. */
  readonly label: string;
  readonly blockNumber: bigint;
};

export class Story {
  readonly chain: DemoChain;
  readonly cast: Cast;
  readonly ledger: Ledger;
  readonly workDir: string;
  datasetId = 0n;
  modelId = 0n;
  modelFolder = '';
  consumerAddress: Address = '0x';
  private service: Child | undefined;

  constructor(chain: DemoChain, cast: Cast, ledger: Ledger, workDir: string) {
    this.chain = chain;
    this.cast = cast;
    this.ledger = ledger;
    this.workDir = workDir;
  }

  private get modelsDir(): string {
    return join(this.workDir, 'models');
  }

  private async terms(
    creator: Sender, content: Content, role: ContributorRole,
    rest: Pick<AssetTermsInput, 'kind' | 'parents' | 'royalty' | 'derivatives'> & {readonly price: bigint},
  ): Promise<AssetTermsInput> {
    const account = creator.account.address;
    const {timestamp} = await this.chain.reader.getBlock();
    const {price, ...others} = rest;
    return {
      ...others, creator: account, contentId: content.contentId, contentDigest: content.contentDigest,
      contentSize: BigInt(content.contentSize), contributors: [{account, role, weight: 10_000}],
      licenses: {menu: licenseMenu(LicenseKind.fullAccess), fullAccessPrice: price},
      // The same data may be registered again by another run of this demo; the salt tells the assets apart.
      salt: toHex(crypto.getRandomValues(new Uint8Array(32))), deadline: timestamp + TERMS_SECONDS,
    };
  }

  async registerDataset(): Promise<void> {
    title('1. A data contributor registers a dataset');
    const {data} = this.cast;
    const content = await qanatJson<Content & {rows: number}>(['model', 'dataset', '--data', 'iris']);
    say(`Fisher's Iris data, ${content.rows} flowers: ${content.cid}`);
    const terms = await this.terms(data, content, ContributorRole.dataProvider, {
      kind: AssetKind.dataset, parents: [], royalty: ROYALTY, derivatives: DerivativePolicy.licensed, price: DATASET_PRICE,
    });
    const {assetId, receipt} = await registerAsset(data, {terms});
    this.datasetId = assetId;
    done(`It is asset ${assetId}: a licence costs ${coins(DATASET_PRICE)}, and ${ROYALTY / 100} % of what is made from it comes back.`, receipt);
  }

  async licenseDataset(): Promise<void> {
    title('2. A trainer buys a licence to use the data');
    const {trainer} = this.cast;
    const {licenseId, price, receipt} = await buyLicense(trainer, {assetId: this.datasetId});
    this.ledger.move(trainer.account.address, SYSTEM_ADDRESSES.attribution, price);
    done(`Licence ${licenseId} for ${coins(price)}, credited to the data contributor.`, receipt);
  }

  async trainModel(): Promise<Manifest> {
    title('3. The trainer trains a small network on it, quantises it, and sets up the circuit that proves it');
    this.modelFolder = join(this.modelsDir, 'iris');
    return this.train(this.modelFolder, ['--name', 'Iris classifier'], say);
  }

  /** Another model of the same shape, never registered. */
  async trainOther(): Promise<string> {
    const folder = join(this.workDir, 'other', 'iris');
    await this.train(folder, ['--name', 'Another classifier', '--seed', '1'], () => {});
    return folder;
  }

  private async train(folder: string, flags: readonly string[], onLine: (line: string) => void): Promise<Manifest> {
    return qanatJson<Manifest>(['model', 'train', '--data', 'iris', '--out', folder, '--json', ...flags], onLine);
  }

  async registerModel(manifest: Manifest): Promise<void> {
    title('4. The trainer registers the model, made from the data, and offers inferences');
    const {trainer} = this.cast;
    const terms = await this.terms(trainer, manifest.content, ContributorRole.trainer, {
      kind: AssetKind.model, parents: [this.datasetId], royalty: 0, derivatives: DerivativePolicy.forbidden, price: parseEther('5'),
    });
    const {assetId, receipt} = await registerAsset(trainer, {terms});
    this.modelId = assetId;
    done(`It is asset ${assetId}, with asset ${this.datasetId} as its parent. Its weights stay with the trainer.`, receipt);

    const key = JSON.parse(await readFile(join(this.modelFolder, 'verification_key.json'), 'utf8')) as unknown;
    const registered = await registerVerificationKey(trainer, {verificationKey: toHex(encodeVerificationKey(key))});
    if (registered.keyHash !== manifest.keyHash) throw new Error('the key on chain has another hash than the package says');
    done(`The circuit's verification key is ${registered.keyHash}.`, registered.receipt);

    const {layers} = manifest.architecture;
    const listed = await listModel(trainer, {
      assetId, keyHash: manifest.keyHash, commitment: BigInt(manifest.commitment),
      inputCount: layers[0]?.inputs ?? 0, outputCount: layers.at(-1)?.outputs ?? 0, price: INFERENCE_PRICE, proverFee: PROVER_FEE,
    });
    done(`Listed with the commitment to its weights: ${coins(INFERENCE_PRICE)} an inference, ${coins(PROVER_FEE)} of it to the prover.`, listed.receipt);
  }

  async startService(): Promise<void> {
    const key = this.cast.prover.account.getHdKey().privateKey;
    if (!key) throw new Error('the prover has no key');
    this.service = start([...QANAT, 'prover', '--rpc', this.chain.rpcUrl, '--models', this.modelsDir], {
      env: {QANAT_PROVER_KEY: toHex(key)}, ipc: true, onLine: (line) => say(`  prover | ${line}`),
    });
    await this.service.line(/watching chain/);
  }

  async stopService(): Promise<void> {
    await this.service?.stop();
    this.service = undefined;
  }

  async deployConsumer(): Promise<void> {
    title('6. A contract that wants to know deploys, and buys an inference');
    const {consumer} = this.cast;
    const hash = await consumer.deployContract({abi: inferenceConsumerAbi, bytecode: inferenceConsumerBytecode});
    const receipt = await this.chain.reader.waitForTransactionReceipt({hash});
    if (receipt.status !== 'success' || !receipt.contractAddress) throw new Error('the contract was not deployed');
    this.consumerAddress = receipt.contractAddress;
    await this.ledger.add('The consumer\'s contract', receipt.contractAddress);
    done(`The contract is ${receipt.contractAddress}.`, receipt);
  }

  /** Asks about a flower that was held out of training. */
  async ask(manifest: Manifest, sample: number): Promise<Asked> {
    const flower = manifest.heldOut[sample];
    if (!flower) throw new Error('the model was trained on every sample');
    const {consumer} = this.cast;
    const input = flower.input.map(BigInt);
    const hash = await consumer.writeContract({
      address: this.consumerAddress, abi: inferenceConsumerAbi, functionName: 'ask', args: [this.modelId, input], value: INFERENCE_PRICE,
    });
    const receipt = await this.chain.reader.waitForTransactionReceipt({hash});
    const [event] = parseEventLogs({abi: inferenceOracleAbi, eventName: 'InferenceRequested', logs: receipt.logs});
    if (receipt.status !== 'success' || !event) throw new Error('the inference was not requested');
    this.ledger.move(consumer.account.address, SYSTEM_ADDRESSES.inferenceOracle, INFERENCE_PRICE);
    const sizes = input.map((value) => (Number(value) / manifest.inputScale).toFixed(1)).join(', ');
    done(`Request ${event.args.requestId}: which species has sepals and petals of ${sizes} cm? The model has never seen this flower. ${coins(INFERENCE_PRICE)} lie in escrow.`, receipt);
    return {requestId: event.args.requestId, input, label: flower.label, blockNumber: receipt.blockNumber};
  }

  /** Waits for the callback. @returns the transaction that brought the answer */
  async awaitAnswer({requestId, label, blockNumber}: Asked, manifest: Manifest): Promise<Hex> {
    const {reader} = this.chain;
    const limit = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    for (;;) {
      const answer = await reader.readContract({
        address: this.consumerAddress, abi: inferenceConsumerAbi, functionName: 'answerOf', args: [requestId],
      });
      if (answer.delivered) {
        const [event] = await reader.getContractEvents({
          address: SYSTEM_ADDRESSES.inferenceOracle, abi: inferenceOracleAbi, eventName: 'InferenceAnswered', args: {requestId},
          fromBlock: blockNumber, strict: true,
        });
        if (!event) throw new Error('the answer left no event');
        const {attribution, inferenceOracle} = SYSTEM_ADDRESSES;
        this.ledger.move(inferenceOracle, attribution, INFERENCE_PRICE - PROVER_FEE);
        const species = manifest.labels[Number(answer.greatest)];
        done(
          `The chain has verified the proof and called the contract back: ${species} (outputs ${answer.output.join(', ')}). ` +
          `In truth it is ${label}.`, event,
        );
        return event.transactionHash;
      }
      if (limit.aborted) throw new Error(`request ${requestId} was not answered within ${ANSWER_TIMEOUT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Checks how the fees were split, then everyone withdraws. */
  async withdraw(inferenceCount: bigint, licenseCount: bigint): Promise<void> {
    const {data, trainer, prover} = this.cast;
    const afterFee = (amount: bigint): bigint => (amount * (BASIS_POINTS - PROTOCOL_FEE)) / BASIS_POINTS;
    const gross = inferenceCount * (INFERENCE_PRICE - PROVER_FEE) + licenseCount * DATASET_PRICE;
    const revenue = afterFee(inferenceCount * (INFERENCE_PRICE - PROVER_FEE));
    const royalty = (revenue * BigInt(ROYALTY)) / BASIS_POINTS;
    const shares = [
      {name: 'data contributor', sender: data, assetId: this.datasetId, amount: royalty + afterFee(licenseCount * DATASET_PRICE)},
      {name: 'trainer', sender: trainer, assetId: this.modelId, amount: revenue - royalty},
    ];
    for (const {name, sender, assetId, amount} of shares) {
      const {claimable} = await getRevenue(this.chain.reader, {assetId, account: sender.account.address});
      if (claimable !== amount) throw new Error(`the ${name} can claim ${claimable} wei, expected ${amount}`);
      const claimed = await claimRevenue(sender, {assetId});
      if (claimed.amount !== amount) throw new Error(`the ${name} was paid ${claimed.amount} wei, expected ${amount}`);
      this.ledger.move(SYSTEM_ADDRESSES.attribution, sender.account.address, amount);
      done(`The ${name} withdraws ${coins(amount)} from asset ${assetId}.`, claimed.receipt);
    }
    const fees = await payProtocolFees(prover, {});
    if (fees.amount !== gross - afterFee(gross)) throw new Error(`the treasury was paid ${fees.amount} wei, expected ${gross - afterFee(gross)}`);
    this.ledger.move(SYSTEM_ADDRESSES.attribution, TREASURY_ADDRESS, fees.amount);
    done(`The protocol's ${Number(PROTOCOL_FEE) / 100} %, ${coins(fees.amount)}, goes to the treasury.`, fees.receipt);
    const earned = await getProverBalance(this.chain.reader, {prover: prover.account.address});
    const withdrawn = await withdrawProverFees(prover);
    if (withdrawn.amount !== earned || earned < inferenceCount * PROVER_FEE) {
      throw new Error(`the prover withdrew ${withdrawn.amount} wei, expected ${inferenceCount * PROVER_FEE}`);
    }
    this.ledger.move(SYSTEM_ADDRESSES.inferenceOracle, prover.account.address, earned);
    done(`The prover withdraws ${coins(earned)}.`, withdrawn.receipt);
  }
}
