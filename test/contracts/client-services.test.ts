/** The SDK's actions for the oracle's operators, identities and the DAO, over JSON-RPC as a developer calls them. */
import {beforeAll, expect, it} from '@jest/globals';
import {createClient, custom, encodeFunctionData, keccak256, parseEther, stringToHex, toHex, zeroAddress, zeroHash} from 'viem';
import type {Client, CustomTransport, HDAccount} from 'viem';
import {identityAbi, oracleOperatorsAbi} from '#protocols/abi';
import * as qanat from '#protocols/client';
import {AssetKind, FoundationPower, IdentityKind, InferenceMode, ProposalState, RequestStatus, SYSTEM_ADDRESSES, VoteSupport} from '#protocols/client';
import {jobId} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {providerOf} from '../support/evm-provider.ts';
import {newChain, register, signers, termsOf} from './world.ts';
import type {Hex} from './world.ts';

type TestClient = Client<CustomTransport, typeof qanat.qanatDevnet, HDAccount>;

let chain: EvmChain;
let creator: TestClient;
let operator: TestClient;
let buyer: TestClient;
const MODEL = 1n;

beforeAll(async () => {
  chain = await newChain();
  const transport = custom(providerOf(chain), {retryCount: 0});
  const clients = signers.map((account) => createClient({account, chain: qanat.qanatDevnet, transport, pollingInterval: 10}));
  [creator, operator, buyer] = clients as [TestClient, TestClient, TestClient];
  await register(chain, termsOf(creator.account.address.toLowerCase() as Hex, {kind: AssetKind.model}));
});

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof qanat.ContractRefusedError)) throw new Error('not refused by a contract', {cause: error});
  return error.shortMessage;
}

it('serves a model, asks it, attests by signature and rates the work', async () => {
  await qanat.listServedModel(creator, {assetId: MODEL, commitment: keccak256('0x01'), price: parseEther('2')});
  await qanat.lowerServedPrice(creator, {assetId: MODEL, price: parseEther('1')});
  expect(await qanat.getServedModel(buyer, {assetId: MODEL})).toEqual({commitment: keccak256('0x01'), price: parseEther('1')});
  const terms = {epochSeconds: 3_600, modelQuota: 0, accountQuota: 0, modelFree: 0, accountFree: 0, modelStep: 0, accountStep: 100, entryFee: 5n};
  await qanat.setQueryRation(creator, {assetId: MODEL, terms});
  const question = {modelId: MODEL, mode: InferenceMode.attested, input: stringToHex('?')} as const;
  expect(await refusalOf(qanat.requestCallback(buyer, question))).toBe('No operator with enough at stake serves asset 1 with 0 gas for the callback at this fee.');
  await qanat.nameOperator(creator, {assetId: MODEL, operator: operator.account.address});
  expect(await refusalOf(qanat.serveModel(operator, {assetId: MODEL, fee: 7n, callbackGasMax: 0}))).toContain('has 0 wei bonded');
  await qanat.bond(operator, {amount: parseEther('100')});
  expect(await qanat.getBond(buyer, {account: operator.account.address})).toMatchObject({bonded: parseEther('100'), unbonding: 0n});
  await qanat.serveModel(operator, {assetId: MODEL, fee: 7n, callbackGasMax: 0});
  expect(await qanat.getOperators(buyer, {assetId: MODEL})).toMatchObject([{operator: operator.account.address, fee: 7n, isActive: true}]);

  const {identityId} = await qanat.createIdentity(operator, {kind: IdentityKind.organisation});
  expect(await qanat.estimateInferenceFee(buyer, {...question, account: buyer.account.address})).toBe(parseEther('1') + 12n);
  const {requestId, fee} = await qanat.requestCallback(buyer, question);
  expect(fee).toBe(parseEther('1') + 12n);
  expect(await qanat.getRationedPrice(buyer, {assetId: MODEL, basePrice: parseEther('1'), account: buyer.account.address})).toBe(parseEther('1.01'));
  const request = await qanat.getInferenceRequest(buyer, {requestId});
  expect(request).toMatchObject({status: RequestStatus.pending, mode: InferenceMode.attested, operator: operator.account.address});
  const signature = await qanat.signAttestation(operator, {requestId, output: '0x99'});
  await qanat.attestInference(buyer, {requestId, output: '0x99', signature});
  expect(await qanat.isInferenceFinalized(buyer, {requestId})).toBe(true);
  const record = await qanat.getInferenceRecord(buyer, {jobId: jobId(SYSTEM_ADDRESSES.inferenceOracle, toHex(requestId, {size: 32}))});
  expect(record).toMatchObject({isRecorded: true, output: keccak256('0x99')});
  expect(await refusalOf(qanat.getTrainingRecord(buyer, {jobId: zeroHash}))).toBe(`There is no job ${zeroHash}.`);

  await qanat.bond(buyer, {amount: parseEther('3')});
  const workKey = await chain.read({address: SYSTEM_ADDRESSES.identity, abi: identityAbi}, 'workKeyOf', [SYSTEM_ADDRESSES.inferenceOracle, toHex(requestId, {size: 32})]);
  expect((await qanat.rateWork(buyer, {workKey, rating: 10_000})).weight).toBe(fee);
  const reputation = await qanat.getReputation(buyer, {identityId});
  expect(reputation).toMatchObject({workCount: 1n, paid: fee, weight: fee});
  expect(reputation.score).toBeGreaterThan(5_000n);
  expect(reputation.costOfPointUp).toBeGreaterThan(parseEther('2'));

  await qanat.stopServing(operator, {assetId: MODEL});
  const {withdrawableAt} = await qanat.startUnbonding(operator, {amount: 1n});
  chain.increaseTime(withdrawableAt - chain.timestamp);
  expect((await qanat.withdrawUnbonded(operator, {})).amount).toBe(1n);
  expect(await refusalOf(qanat.reassignInference(buyer, {requestId}))).toBe(`Request ${requestId} has already been answered.`);
  expect(await refusalOf(qanat.proposeInference(operator, {requestId, output: '0x', trace: zeroHash}))).toContain('already been answered');
  expect(await refusalOf(qanat.finalizeInference(operator, {requestId, output: '0x'}))).toContain('no proposed result');
});

it('keeps an identity', async () => {
  const {identityId} = await qanat.createIdentity(creator, {kind: IdentityKind.agent});
  const [schema, data, purpose] = [keccak256('0x01'), keccak256('0x02'), keccak256('0x03')];
  await qanat.claimName(creator, {identityId, name: 'aquifer'});
  await qanat.setIdentityCard(creator, {identityId, uri: 'ipfs://card', documentHash: data});
  await qanat.setServiceEndpoint(creator, {identityId, service: schema, endpoint: 'https://example.org'});
  await qanat.setDelegate(creator, {identityId, delegate: buyer.account.address, purpose, expiresAt: chain.timestamp + 100n});
  await qanat.addController(creator, {identityId, controller: buyer.account.address});
  await qanat.attestIdentity(buyer, {identityId, schema, data});
  const attester = buyer.account.address;
  expect(await qanat.getIdentity(buyer, {identityId})).toMatchObject({kind: IdentityKind.agent, name: 'aquifer', controllerCount: 2, cardHash: data});
  expect(await qanat.getIdentityByName(buyer, {name: 'aquifer'})).toBe(identityId);
  expect(await qanat.getServiceEndpoint(buyer, {identityId, service: schema})).toBe('https://example.org');
  expect(await qanat.isDelegate(buyer, {identityId, account: attester, purpose})).toBe(true);
  expect(await qanat.isAttested(creator, {identityId, attester, schema})).toBe(true);
  await qanat.revokeAttestation(buyer, {identityId, schema});
  await qanat.removeController(creator, {identityId, controller: attester});
  await qanat.proposeAccount(creator, {identityId, account: attester});
  await qanat.acceptAccount(buyer, {identityId});
  expect(await qanat.getIdentityOf(creator, {account: attester})).toBe(identityId);
  await qanat.unlinkAccount(buyer, {identityId});
  await qanat.releaseName(creator, {identityId});
  expect(await refusalOf(qanat.claimName(creator, {identityId, name: 'A'}))).toBe('"A" is no name: 3 to 32 characters of a to z, 0 to 9 and single hyphens inside.');
});

it('takes a proposal from deposit to execution', async () => {
  await qanat.bond(creator, {amount: parseEther('500')});
  const {proposalDeposit} = await qanat.getGovernanceSettings(buyer);
  await qanat.payProposalDeposit(creator, {amount: 2n * proposalDeposit});
  await qanat.delegateVotes(operator, {to: creator.account.address});
  chain.increaseTime(1n);
  expect(await qanat.getVotingPower(buyer, {account: operator.account.address})).toMatchObject({votes: 0n, delegate: creator.account.address});
  const data = encodeFunctionData({abi: oracleOperatorsAbi, functionName: 'setPenalty', args: [5n]});
  const content = {calls: [{target: SYSTEM_ADDRESSES.oracleOperators, data}], description: 'A lower penalty'};
  const withdrawn = {...content, description: 'A mistake'};
  const mistake = await qanat.propose(creator, withdrawn);
  await qanat.cancelProposal(creator, withdrawn);
  await qanat.settleProposalDeposit(buyer, {proposalId: mistake.proposalId});
  const {proposalId, voteStart, voteEnd} = await qanat.propose(creator, content);
  chain.increaseTime(voteStart - chain.timestamp + 1n);
  await qanat.castVote(creator, {proposalId, vote: {for: 1n, against: 1n}});
  await qanat.castVote(creator, {proposalId, vote: VoteSupport.for, reason: 'cheaper'});
  await qanat.castVote(buyer, {proposalId, vote: VoteSupport.abstain});
  chain.increaseTime(voteEnd - chain.timestamp + 1n);
  expect(await qanat.getProposal(buyer, {proposalId})).toMatchObject({state: ProposalState.succeeded, isQuorumReached: true, votes: {against: 1n}});
  await qanat.queueProposal(buyer, content);
  const {executableAt} = await qanat.getProposal(buyer, {proposalId});
  chain.increaseTime(executableAt - chain.timestamp);
  await qanat.executeProposal(buyer, content);
  expect(await chain.read({address: SYSTEM_ADDRESSES.oracleOperators, abi: oracleOperatorsAbi}, 'penalty', [])).toBe(5n);
  await qanat.settleProposalDeposit(buyer, {proposalId});
  expect((await qanat.withdrawProposalDeposit(creator)).amount).toBe(2n * proposalDeposit);
});

it('says what the foundation may, and refuses who may not', async () => {
  expect(await qanat.getFoundationPower(buyer, {power: FoundationPower.veto})).toEqual({holder: zeroAddress, expiresAt: 0n});
  expect(await qanat.getNodeUpgrade(buyer)).toMatchObject({height: 0n, name: ''});
  const upgrade = {height: 10_000n, name: 'v2', uri: '', contentHash: zeroHash};
  expect(await refusalOf(qanat.scheduleNodeUpgrade(buyer, upgrade))).toBe(`${buyer.account.address} may not schedule upgrades of the node.`);
  expect(await refusalOf(qanat.cancelNodeUpgrade(buyer))).toContain('may not schedule');
  expect(await refusalOf(qanat.endFoundationPower(buyer, {power: FoundationPower.veto}))).toBe('Nobody holds power 0.');
  expect(await refusalOf(qanat.vetoOperation(buyer, {operationId: zeroHash}))).toContain('does not have the role');
});
