import {beforeAll, describe, expect, it} from '@jest/globals';
import {createClient, custom, parseEther, stringToHex, zeroHash} from 'viem';
import type {Client, CustomTransport, HDAccount} from 'viem';
import {inferenceConsumerAbi, inferenceConsumerBytecode} from '#protocols/abi';
import {inferenceContext} from '#precompiles/codec';
import * as qanat from '#protocols/client';
import type {AssetTermsInput, InferenceRequested} from '#protocols/client';
import {
  AssetKind,
  AssetStatus,
  ContractRefusedError,
  ContributorRole,
  DerivativePolicy,
  LicenseKind,
  RequestStatus,
  Right,
  SHARE_ONE,
  SYSTEM_ADDRESSES,
} from '#protocols/client';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {providerOf} from '../support/evm-provider.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {newChain, signers} from './world.ts';

type TestClient = Client<CustomTransport, typeof qanat.qanatDevnet, HDAccount>;

let chain: EvmChain;
let creator: TestClient;
let annotator: TestClient;
let buyer: TestClient;
let prover: TestClient;

beforeAll(async () => {
  chain = await newChain();
  const transport = custom(providerOf(chain), {retryCount: 0});
  const clients = signers.map((account) => createClient({account, chain: qanat.qanatDevnet, transport, pollingInterval: 10}));
  [creator, annotator, buyer, prover] = clients as [TestClient, TestClient, TestClient, TestClient];
});

let salt = 0;
function terms(changes: Partial<AssetTermsInput> = {}): AssetTermsInput {
  salt += 1;
  return {
    kind: AssetKind.dataset,
    creator: creator.account.address,
    ...qanat.describeContent(stringToHex(`content ${salt}`)),
    parents: [],
    contributors: [{account: creator.account.address, role: ContributorRole.dataProvider, weight: 10_000}],
    royalty: 1_000,
    derivatives: DerivativePolicy.open,
    licenses: {menu: qanat.licenseMenu(LicenseKind.fullAccess), fullAccessPrice: parseEther('2')},
    salt: zeroHash,
    deadline: chain.timestamp + 3_600n,
    ...changes,
  };
}

async function refusalOf(promise: Promise<unknown>): Promise<ContractRefusedError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ContractRefusedError)) throw new Error('not refused by a contract', {cause: error});
  return error;
}

describe('the SDK', () => {
  it('registers an asset of several contributors, sells a licence and pays them', async () => {
    expect((await refusalOf(qanat.getAsset(buyer, {assetId: 99n}))).shortMessage).toBe('There is no asset 99.');
    const shared = terms({
      contributors: [
        {account: creator.account.address, role: ContributorRole.dataProvider, weight: 6_000},
        {account: annotator.account.address, role: ContributorRole.annotator, weight: 4_000},
      ],
    });
    const signature = await qanat.signAssetTerms(annotator, {terms: shared});
    const {assetId} = await qanat.registerAsset(creator, {
      terms: shared,
      signatures: {[annotator.account.address]: signature},
    });
    const asset = await qanat.getAsset(buyer, {assetId});
    expect(asset).toMatchObject({status: AssetStatus.active, contributors: qanat.defineTerms(shared).contributors.map((entry) => ({...entry, contribution: shared.contentDigest})), parents: []});

    const question = {account: buyer.account.address, assetId, right: Right.access};
    expect(await qanat.isAuthorized(buyer, question)).toBe(false);
    const {licenseId, price} = await qanat.buyLicense(buyer, {assetId});
    expect([licenseId, price]).toEqual([1n, parseEther('2')]);
    expect(await qanat.isAuthorized(buyer, question)).toBe(true);

    expect(await qanat.getRevenue(buyer, {assetId, account: annotator.account.address})).toEqual({
      claimable: parseEther('0.8'),
      paid: 0n,
      credited: parseEther('2'),
    });
    expect((await qanat.claimRevenue(annotator, {assetId})).amount).toBe(parseEther('0.8'));
    expect((await qanat.claimRevenue(creator, {assetId, recipient: buyer.account.address})).amount).toBe(parseEther('1.2'));
    const refusal = await refusalOf(qanat.claimRevenue(annotator, {assetId}));
    expect(refusal.errorName).toBe('NothingToClaim');
    expect(refusal.shortMessage).toBe(`${annotator.account.address} has nothing to claim from asset ${assetId}.`);
  });

  it('lists a model, asks it, proves the answer and pays all', async () => {
    const {assetId: dataset} = await qanat.registerAsset(creator, {terms: terms()});
    const {assetId: model} = await qanat.registerAsset(creator, {terms: terms({kind: AssetKind.model, parents: [dataset]})});
    expect(await qanat.getLineage(buyer, {assetId: model})).toEqual({
      keptShare: (SHARE_ONE * 9n) / 10n,
      ancestors: [{assetId: dataset, share: SHARE_ONE / 10n}],
    });

    const circuit = new Groth16Simulator(5, 'client');
    const {keyHash} = await qanat.registerVerificationKey(creator, {verificationKey: circuit.verificationKey});
    const listing = {keyHash, commitment: 42n, inputCount: 2, outputCount: 1, price: parseEther('1'), proverFee: parseEther('0.2')};
    await qanat.listModel(creator, {assetId: model, ...listing});
    await qanat.lowerInferencePrice(creator, {assetId: model, price: parseEther('0.5')});
    expect(await qanat.getModel(buyer, {assetId: model})).toEqual({...listing, price: parseEther('0.5')});

    const {promise, resolve} = Promise.withResolvers<InferenceRequested>();
    const unwatch = qanat.watchInferenceRequests(prover, {assetId: model, onRequest: resolve, pollingInterval: 10, fromBlock: 0n});
    const consumer = await chain.deploy(buyer.account.address.toLowerCase() as `0x${string}`, {
      abi: inferenceConsumerAbi,
      bytecode: inferenceConsumerBytecode,
    });
    const {requestId} = await qanat.requestInference(buyer, {assetId: model, input: [3n, -4n]});
    const asked = await promise;
    unwatch();
    expect(asked).toMatchObject({requestId, assetId: model, input: [3n, -4n], price: parseEther('0.5')});
    expect(await qanat.getInferenceRequests(prover, {fromBlock: 0n, assetId: model})).toEqual([asked]);

    const context = inferenceContext({chainId: CHAIN_ID, oracle: SYSTEM_ADDRESSES.inferenceOracle, requestId, prover: prover.account.address});
    const field = 21888242871839275222246405745257275088548364400416034343698204186575808495617n - 4n;
    const proof = circuit.prove([99n, 42n, context, 3n, field]);
    expect((await refusalOf(qanat.answerInference(prover, {requestId, input: asked.input, output: [98n], proof}))).errorName).toBe('InvalidProof');
    const {callbackDelivered} = await qanat.answerInference(prover, {requestId, input: asked.input, output: [99n], proof});
    expect(callbackDelivered).toBeUndefined();
    expect((await refusalOf(qanat.answerInference(prover, {requestId, input: asked.input, output: [99n], proof}))).shortMessage).toBe(
      `Request ${requestId} has already been answered.`,
    );
    expect((await qanat.getInferenceRequest(buyer, {requestId})).status).toBe(RequestStatus.answered);

    expect(await qanat.getProverBalance(buyer, {prover: prover.account.address})).toBe(parseEther('0.2'));
    expect((await qanat.withdrawProverFees(prover)).amount).toBe(parseEther('0.2'));
    expect((await qanat.getRevenue(buyer, {assetId: dataset, account: creator.account.address})).claimable).toBe(parseEther('0.03'));

    // With a callback, of which the estimate must leave enough gas.
    const called = await qanat.requestInference(buyer, {assetId: model, input: [3n, -4n], callback: consumer.address, callbackGas: 300_000});
    const second = inferenceContext({chainId: CHAIN_ID, oracle: SYSTEM_ADDRESSES.inferenceOracle, requestId: called.requestId, prover: prover.account.address});
    const answered = await qanat.answerInference(prover, {
      requestId: called.requestId,
      input: [3n, -4n],
      output: [99n],
      proof: circuit.prove([99n, 42n, second, 3n, field]),
    });
    // The consumer did not ask for it, so it refuses.
    expect(answered.callbackDelivered).toBe(false);
  });

  it('refunds, lowers prices, pays in and retires', async () => {
    const {assetId} = await qanat.registerAsset(creator, {terms: terms({kind: AssetKind.model})});
    await qanat.payRevenue(buyer, {assetId, amount: 5n});
    expect((await qanat.getRevenue(buyer, {assetId, account: creator.account.address})).claimable).toBe(5n);
    await qanat.lowerPrice(creator, {assetId, price: 1n});
    expect((await refusalOf(qanat.lowerPrice(creator, {assetId, price: 2n}))).shortMessage).toBe(
      'The price 2 is not lower than the current price 1; a price can only be lowered.',
    );

    const circuit = new Groth16Simulator(4, 'refund');
    const {keyHash} = await qanat.registerVerificationKey(creator, {verificationKey: circuit.verificationKey});
    await qanat.listModel(creator, {assetId, keyHash, commitment: 1n, inputCount: 1, outputCount: 1, price: 10n, proverFee: 0n});
    const {requestId, deadline} = await qanat.requestInference(buyer, {assetId, input: [1n]});
    expect((await refusalOf(qanat.refundInference(buyer, {requestId}))).errorName).toBe('NotExpired');
    chain.increaseTime(deadline - chain.timestamp + 1n);
    expect((await refusalOf(qanat.refundInference(creator, {requestId, recipient: creator.account.address}))).errorName).toBe('NotRequester');
    await qanat.refundInference(buyer, {requestId, recipient: creator.account.address});
    expect((await qanat.getInferenceRequest(buyer, {requestId})).status).toBe(RequestStatus.refunded);

    await qanat.retireAsset(creator, {assetId});
    expect((await qanat.getAsset(buyer, {assetId})).status).toBe(AssetStatus.retired);
  });

  it('has a sentence for every error that a contract declares', async () => {
    const {sentenceOf} = await import('../../protocols/client/sentences.ts');
    const {allErrorsAbi} = await import('../support/errors-abi.ts');
    const library = /^(ERC20|ERC721|ERC2612|ERC1167|ERC5805|ERC6372|Votes|Checkpoint|SafeCast|SafeERC20|InvalidAccountNonce|FailedDeployment|Create2|ERC1967|Address|ECDSA|Reentrancy|FailedCall|InsufficientBalance|Initializ|NotInitializing|InvalidInitialization|String|InvalidShortString|OnlyOracle|NotAsked|NotAsker|ProofNotForCaller|EnumValue)/;
    const silent = allErrorsAbi
      .flatMap((item) => (item.type === 'error' ? [item] : []))
      .filter(({name}) => !library.test(name))
      .filter(({name, inputs}) => sentenceOf(name, inputs.map((input) => input.name)).startsWith(`${name}(`))
      .map(({name}) => name);
    expect(silent).toEqual([]);
  });
});
