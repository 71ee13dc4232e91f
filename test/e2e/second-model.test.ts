/**
 * Another model than the demo's, of another shape and on other data, registered by this script alone: it is proven and
 * paid by the services that were already running.
 */
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {execFile, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {createPublicClient, createWalletClient, http, parseEther, parseEventLogs, toHex} from 'viem';
import type {Hex} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {encodeVerificationKey} from '#precompiles/codec';
import {inferenceConsumerAbi, inferenceConsumerBytecode, inferenceOracleAbi} from '#protocols/abi';
import {
  AssetKind, claimRevenue, ContributorRole, DerivativePolicy, getModel, getProverBalance, listModel, qanatDevnet, registerAsset,
  registerVerificationKey, SYSTEM_ADDRESSES,
} from '#protocols/client';
import type {AssetTermsInput} from '#protocols/client';
import {startDevnet} from '../support/devnet.ts';
import type {TestDevnet} from '../support/devnet.ts';

const QANAT = resolve(import.meta.dirname, '../../dist/qanat.js');
const MNEMONIC = 'test test test test test test test test test test test junk';
const run = promisify(execFile);
const PRICE = parseEther('0.5');
const FEE = parseEther('0.05');

/** Points of a grid, told apart by whether they lie inside a ring: no straight line separates them. */
function ringCsv(): string {
  const lines = ['x,y,place'];
  for (let x = -9; x <= 9; x++) {
    for (let y = -9; y <= 9; y++) lines.push(`${x},${y},${x * x + y * y < 30 ? 'inside' : 'outside'}`);
  }
  return lines.join('\n');
}

type Manifest = {
  keyHash: Hex;
  commitment: string;
  circuitHash: string;
  content: {contentId: Hex; contentDigest: Hex; contentSize: number};
  labels: string[];
  architecture: {layers: {inputs: number; outputs: number}[]};
  report: {integerAccuracy: number};
  heldOut: {input: string[]; label: string}[];
};

describe('a second model', () => {
  let net: TestDevnet;
  let folder: string;
  let service: ChildProcess;
  let log = '';
  const ended: Promise<unknown>[] = [];

  const wallet = (addressIndex: number) => createWalletClient({
    account: mnemonicToAccount(MNEMONIC, {addressIndex}), chain: qanatDevnet, transport: http(net.rpcUrl()),
  });
  const reader = () => createPublicClient({chain: qanatDevnet, transport: http(net.rpcUrl()), pollingInterval: 50, cacheTime: 0});

  beforeAll(async () => {
    [net, folder] = await Promise.all([startDevnet({validators: 1}), mkdtemp(join(tmpdir(), 'qanat-second-'))]);
    const key = wallet(5).account.getHdKey().privateKey as Uint8Array;
    service = spawn(process.execPath, [QANAT, 'prover', '--rpc', net.rpcUrl(), '--models', join(folder, 'models')], {
      env: {...process.env, QANAT_PROVER_KEY: toHex(key)}, stdio: ['ignore', 'ignore', 'pipe'],
    });
    service.stderr?.on('data', (chunk: Buffer) => void (log += chunk.toString('utf8')));
    ended.push(new Promise((done) => service.once('close', done)));
  }, 120_000);

  afterAll(async () => {
    service.kill('SIGTERM');
    await Promise.all(ended);
    await net.dispose();
    await rm(folder, {recursive: true, force: true});
  }, 60_000);

  async function train(name: string, args: readonly string[]): Promise<Manifest> {
    await run(process.execPath, [QANAT, 'model', 'train', '--out', join(folder, 'models', name), '--name', name, ...args]);
    return JSON.parse(await readFile(join(folder, 'models', name, 'manifest.json'), 'utf8'));
  }

  /** Registers, lists, asks by a contract for each input and waits for the callbacks. @returns the classes that it was told */
  async function sell(name: string, manifest: Manifest, inputs: readonly (readonly string[])[]): Promise<string[]> {
    const {keyHash, commitment, content, labels, architecture} = manifest;
    const owner = wallet(6);
    const {timestamp} = await reader().getBlock();
    const terms: AssetTermsInput = {
      kind: AssetKind.model, creator: owner.account.address, contentId: content.contentId, contentDigest: content.contentDigest,
      contentSize: BigInt(content.contentSize), parents: [],
      contributors: [{account: owner.account.address, role: ContributorRole.trainer, weight: 10_000}],
      royalty: 0, derivatives: DerivativePolicy.forbidden,
      salt: toHex(1n, {size: 32}), deadline: timestamp + 600n,
    };
    const {assetId} = await registerAsset(owner, {terms});
    const key = JSON.parse(await readFile(join(folder, 'models', name, 'verification_key.json'), 'utf8')) as unknown;
    expect((await registerVerificationKey(owner, {verificationKey: toHex(encodeVerificationKey(key))})).keyHash).toBe(keyHash);
    await listModel(owner, {
      assetId, keyHash, commitment: BigInt(commitment), inputCount: architecture.layers[0]?.inputs ?? 0,
      outputCount: architecture.layers.at(-1)?.outputs ?? 0, price: PRICE, proverFee: FEE,
    });
    expect((await getModel(reader(), {assetId})).keyHash).toBe(keyHash);

    const buyer = wallet(7);
    const deployment = await buyer.deployContract({abi: inferenceConsumerAbi, bytecode: inferenceConsumerBytecode});
    const consumer = (await reader().waitForTransactionReceipt({hash: deployment})).contractAddress as Hex;
    const before = await getProverBalance(reader(), {prover: wallet(5).account.address});
    const told: string[] = [];
    for (const input of inputs) {
      const hash = await buyer.writeContract({
        address: consumer, abi: inferenceConsumerAbi, functionName: 'ask', args: [assetId, input.map(BigInt)], value: PRICE,
      });
      const {logs} = await reader().waitForTransactionReceipt({hash});
      const [asked] = parseEventLogs({abi: inferenceOracleAbi, eventName: 'InferenceRequested', logs});
      const requestId = asked?.args.requestId ?? 0n;
      await callback(requestId);
      const answer = await reader().readContract({address: consumer, abi: inferenceConsumerAbi, functionName: 'answerOf', args: [requestId]});
      told.push(labels[Number(answer.greatest)] as string);
    }
    const count = BigInt(inputs.length);
    expect((await getProverBalance(reader(), {prover: wallet(5).account.address})) - before).toBe(count * FEE);
    // The protocol takes one per cent.
    expect((await claimRevenue(owner, {assetId})).amount).toBe((count * (PRICE - FEE) * 99n) / 100n);
    return told;
  }

  function callback(requestId: bigint): Promise<void> {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        unwatch();
        fail(new Error(`no callback; the service says:\n${log}`));
      }, 90_000);
      const unwatch = reader().watchContractEvent({
        address: SYSTEM_ADDRESSES.inferenceOracle, abi: inferenceOracleAbi, eventName: 'CallbackDelivered', args: {requestId},
        fromBlock: 0n, pollingInterval: 50,
        onLogs: () => {
          clearTimeout(timer);
          unwatch();
          done();
        },
      });
    });
  }

  it('is proven and paid by the services that already run', async () => {
    const first = await train('iris', ['--data', 'iris']);
    const flower = first.heldOut[0];
    if (!flower) throw new Error('nothing was held out');
    expect(await sell('iris', first, [flower.input])).toEqual([flower.label]);

    await writeFile(join(folder, 'ring.csv'), ringCsv());
    const second = await train('ring', ['--data', join(folder, 'ring.csv'), '--hidden', '8,4', '--epochs', '150', '--seed', '3']);
    expect(second.circuitHash).not.toBe(first.circuitHash);
    expect(second.report.integerAccuracy).toBeGreaterThan(0.9);
    expect(await sell('ring', second, [['0', '0'], ['-9', '9']])).toEqual(['inside', 'outside']);
    expect(service.exitCode).toBeNull();
  }, 240_000);
});
