import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {keccak256, parseEther, toHex, zeroHash} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {TrainingRole} from '#protocols/client';
import type {TrainingTerms} from '#protocols/client';
import {jobId as recordId, trainingStepsRoot} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {
  APPEAL_BOND, alice, BASE, BOUNTY, COMPUTE, DATA, DATASET, DAY, joinAll, jobs, jobTerms, mallory, newTrainingChain, open, OPENER, PAY, resultOf, review,
  REVIEWERS, STAKE, submit, TEMPLATE, TUNER,
} from './training-world.ts';
import {attribution, bonds, eventsOf, identity, refusalOf, registry, treasury, trainingRecord} from './world.ts';
import type {Hex} from './world.ts';

let chain: EvmChain;
let terms: TrainingTerms;
let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newTrainingChain();
  terms = jobTerms(chain.timestamp);
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

const balance = (account: Hex) => chain.read(jobs, 'balanceOf', [account]);

async function booksBalance(): Promise<void> {
  let owed = await chain.read(jobs, 'escrowed', []);
  for (const account of [alice, OPENER, DATA, TUNER, COMPUTE, mallory, ...REVIEWERS]) owed += await balance(account);
  for (const assetId of [BASE, DATASET]) owed += await chain.read(jobs, 'assetBalanceOf', [assetId]);
  expect(await chain.balance(jobs.address)).toBe(owed);
}

async function won(): Promise<{jobId: bigint; submissionId: bigint; result: ReturnType<typeof resultOf>}> {
  const jobId = await open(chain, terms);
  await joinAll(chain, jobId, terms);
  const result = resultOf();
  const submissionId = await submit(chain, jobId, terms, result);
  await review(chain, submissionId, terms, [true, true, false]);
  chain.increaseTime(3_601n);
  await chain.write(mallory, jobs, 'settle', [submissionId, terms, result]);
  return {jobId, submissionId, result};
}

describe('a job', () => {
  it.each<[number, Partial<TrainingTerms>]>([
    [1, {kind: 0}],
    [2, {baseAsset: 99n}],
    [2, {baseAsset: 0n}],
    [3, {tunerShare: 4_001}],
    [4, {tunerWeight: 4_001}],
    [4, {tunerWeight: 0, dataWeight: 6_000}],
    [5, {joinUntil: 5n}],
    [5, {submitUntil: 5n}],
    [5, {submitUntil: 2n ** 40n}],
    [6, {reviewPeriod: 0}],
    [6, {appealPeriod: 30 * 86_400 + 1}],
    [7, {reviewerCount: 2}],
    [7, {reviewerCount: 9}],
    [7, {reviewerStake: 0n}],
  ])('is refused for reason %i, case %#', async (reason, changes) => {
    const refused = chain.write(OPENER, jobs, 'open', [{...terms, ...changes}], {value: BOUNTY});
    await expect(refused).rejects.toMatchObject({errorName: 'InvalidTerms', args: [reason]});
  });

  it('needs a bounty, and the very terms ever after', async () => {
    expect(await refusalOf(chain.write(OPENER, jobs, 'open', [terms]))).toBe('WrongPayment');
    const jobId = await open(chain, terms);
    const other = {...terms, reviewPay: PAY + 1n};
    expect(await refusalOf(chain.write(TUNER, jobs, 'join', [jobId, other, TrainingRole.tuner, 0n, zeroHash]))).toBe('TermsMismatch');
    expect(await refusalOf(chain.write(TUNER, jobs, 'join', [9n, terms, TrainingRole.tuner, 0n, zeroHash]))).toBe('UnknownJob');
  });

  it('is joined by anyone, once in a role, with datasets of their own, in time', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const join = (from: Hex, role: number, assetId = 0n) => chain.write(from, jobs, 'join', [jobId, terms, role, assetId, zeroHash]);
    expect(await refusalOf(join(TUNER, TrainingRole.tuner))).toBe('AlreadyJoined');
    expect(await refusalOf(join(mallory, TrainingRole.data, DATASET))).toBe('NotAssetOfAccount');
    expect(await refusalOf(join(DATA, TrainingRole.compute, DATASET))).toBe('NotAssetOfAccount');
    await join(TUNER, TrainingRole.data);
    expect(await chain.read(jobs, 'participantsOf', [jobId])).toHaveLength(4);
    chain.increaseTime(DAY + 1n);
    expect(await refusalOf(join(mallory, TrainingRole.tuner))).toBe('TooLate');
  });

  it('gives its bounty back when nothing came, and not before', async () => {
    const jobId = await open(chain, terms);
    expect(await refusalOf(chain.write(OPENER, jobs, 'refund', [jobId, terms]))).toBe('TooEarly');
    chain.increaseTime(2n * DAY + 1n);
    await chain.write(mallory, jobs, 'refund', [jobId, terms]);
    expect(await balance(OPENER)).toBe(BOUNTY);
    expect(await refusalOf(chain.write(mallory, jobs, 'refund', [jobId, terms]))).toBe('JobNotOpen');
    await chain.write(OPENER, jobs, 'withdraw', [OPENER]);
    expect(await refusalOf(chain.write(OPENER, jobs, 'withdraw', [OPENER]))).toBe('NothingToWithdraw');
    expect(await chain.balance(jobs.address)).toBe(0n);
  });
});

describe('a submission', () => {
  it('is a tuner\'s, pays its reviewers, and divides each role whole among who joined it', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const send = (from: Hex, parts: {participant: number; share: number}[], value = 3n * PAY) =>
      chain.write(from, jobs, 'submit', [jobId, terms, resultOf(parts)], {value});
    expect(await refusalOf(send(mallory, []))).toBe('NotTuner');
    expect(await refusalOf(send(TUNER, [], PAY))).toBe('WrongPayment');
    for (const parts of [
      [{participant: 0, share: 9_999}], [{participant: 0, share: 0}], [{participant: 2, share: 10_000}], [{participant: 3, share: 10_000}],
      [{participant: 0, share: 5_000}, {participant: 0, share: 5_000}], Array.from({length: 17}, () => ({participant: 0, share: 1})),
    ]) expect(await refusalOf(send(TUNER, parts))).toBe('InvalidParts');
    chain.increaseTime(2n * DAY + 1n);
    expect(await refusalOf(send(TUNER, []))).toBe('TooLate');
  });

  it('keeps its steps in the native record', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const result = resultOf();
    const submissionId = await submit(chain, jobId, terms, result);
    const states = [keccak256('0x0a'), keccak256('0x0b'), keccak256('0x0c')];
    expect(await refusalOf(chain.write(mallory, jobs, 'recordSteps', [submissionId, 0n, states]))).toBe('NotTuner');
    await chain.write(TUNER, jobs, 'recordSteps', [submissionId, 0n, states]);
    const id = recordId(jobs.address, toHex(submissionId, {size: 32}));
    const [, status, count, , base, hyper, root] = await chain.read(trainingRecord, 'read', [id]);
    expect([status, count, base, hyper, root]).toEqual([1, 3n, toHex(BASE, {size: 32}), result.hyperParameters, trainingStepsRoot(states)]);
    await review(chain, submissionId, terms, [true, true, true]);
    chain.increaseTime(3_601n);
    expect(await refusalOf(chain.write(TUNER, jobs, 'recordSteps', [submissionId, 3n, states]))).toBe('TooLate');
    await chain.write(TUNER, jobs, 'settle', [submissionId, terms, result]);
    expect((await chain.read(trainingRecord, 'read', [id]))[7]).toBe(result.contentDigest);
  });
});

describe('reviewers', () => {
  it('are staked strangers with a seat each, paid at once', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const submissionId = await submit(chain, jobId, terms, resultOf());
    const vote = (from: Hex, id = submissionId) => chain.write(from, jobs, 'review', [id, terms, true, zeroHash]);
    expect(await refusalOf(vote(OPENER))).toBe('PartiesDoNotReview');
    expect(await refusalOf(vote(DATA))).toBe('PartiesDoNotReview');
    expect(await refusalOf(vote(alice))).toBe('ReviewerStakeTooLow');
    expect(await refusalOf(vote(REVIEWERS[0]!, 9n))).toBe('UnknownSubmission');
    await vote(REVIEWERS[0]!);
    expect(await refusalOf(vote(REVIEWERS[0]!))).toBe('AlreadyReviewed');
    expect(await balance(REVIEWERS[0]!)).toBe(PAY);
    expect(await chain.read(jobs, 'outcomeOf', [submissionId, terms])).toEqual([false, true]);
    await vote(REVIEWERS[1]!);
    await vote(REVIEWERS[2]!);
    expect(await chain.read(jobs, 'outcomeOf', [submissionId, terms])).toEqual([true, true]);
    // The review ended with the last seat.
    chain.increaseTime(1n);
    expect(await refusalOf(vote(REVIEWERS[3]!))).toBe('TooLate');
    await booksBalance();
  });

  it('that do not come leave a rejected submission and their pay with the tuner', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const result = resultOf();
    const submissionId = await submit(chain, jobId, terms, result);
    const settle = () => chain.write(mallory, jobs, 'settle', [submissionId, terms, result]);
    expect(await refusalOf(settle())).toBe('Undecided');
    expect(await refusalOf(chain.write(mallory, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND}))).toBe('Undecided');
    chain.increaseTime(3_601n);
    expect(await refusalOf(settle())).toBe('TooEarly');
    chain.increaseTime(2n * DAY);
    expect(await refusalOf(chain.write(mallory, jobs, 'refund', [jobId, terms]))).toBe('SubmissionsOpen');
    await settle();
    expect(await refusalOf(settle())).toBe('SubmissionClosed');
    expect(await balance(TUNER)).toBe(3n * PAY);
    await chain.write(mallory, jobs, 'refund', [jobId, terms]);
    await booksBalance();
  });

  it('are overruled on appeal, those who were wrong lose a tenth of the stake', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const result = resultOf();
    const submissionId = await submit(chain, jobId, terms, result);
    await review(chain, submissionId, terms, [false, false, true]);
    expect(await refusalOf(chain.write(mallory, jobs, 'appeal', [submissionId, terms], {value: 1n}))).toBe('WrongPayment');
    expect(await refusalOf(chain.write(alice, jobs, 'rule', [submissionId, terms, true]))).toBe('NotAppealed');
    await chain.write(TUNER, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND});
    expect(await refusalOf(chain.write(TUNER, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND}))).toBe('SubmissionClosed');
    expect(await refusalOf(chain.write(mallory, jobs, 'rule', [submissionId, terms, true]))).toBe('NotArbiter');
    await booksBalance();
    await chain.write(alice, jobs, 'rule', [submissionId, terms, true]);
    expect(await chain.read(bonds, 'stakeOf', [REVIEWERS[0]!])).toBe(STAKE - STAKE / 10n);
    expect(await chain.read(bonds, 'stakeOf', [REVIEWERS[2]!])).toBe(STAKE);
    expect(await balance(TUNER)).toBe(APPEAL_BOND);
    expect(await chain.read(jobs, 'outcomeOf', [submissionId, terms])).toEqual([true, true]);
    expect(await refusalOf(chain.write(mallory, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND}))).toBe('TooLate');
    await chain.write(mallory, jobs, 'settle', [submissionId, terms, result]);
    expect((await chain.read(jobs, 'getJob', [jobId])).winner).toBe(submissionId);
    await booksBalance();
  });

  it('are upheld: the appeal\'s bond is the treasury\'s', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const submissionId = await submit(chain, jobId, terms, resultOf());
    await review(chain, submissionId, terms, [false, false, false]);
    await chain.write(TUNER, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND});
    await chain.write(alice, jobs, 'rule', [submissionId, terms, false]);
    expect(await chain.balance(treasury.address)).toBe(APPEAL_BOND);
    expect(await chain.read(bonds, 'stakeOf', [REVIEWERS[0]!])).toBe(STAKE);
    await booksBalance();
  });

  it('stand when nobody rules, and the bond comes back', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const result = resultOf();
    const submissionId = await submit(chain, jobId, terms, result);
    await review(chain, submissionId, terms, [true, true, true]);
    await chain.write(mallory, jobs, 'appeal', [submissionId, terms], {value: APPEAL_BOND});
    expect(await refusalOf(chain.write(TUNER, jobs, 'settle', [submissionId, terms, result]))).toBe('TooEarly');
    chain.increaseTime(30n * DAY + 1n);
    expect(await refusalOf(chain.write(alice, jobs, 'rule', [submissionId, terms, false]))).toBe('TooLate');
    await chain.write(TUNER, jobs, 'settle', [submissionId, terms, result]);
    expect(await balance(mallory)).toBe(APPEAL_BOND);
    expect((await chain.read(jobs, 'getJob', [jobId])).status).toBe(2);
    await booksBalance();
  });
});

describe('a winning result', () => {
  it('takes the bounty, divided by the terms to the wei', async () => {
    await chain.write(TUNER, identity, 'create', [0]);
    const {jobId} = await won();
    expect(await chain.read(jobs, 'assetBalanceOf', [BASE])).toBe(BOUNTY / 10n);
    expect(await chain.read(jobs, 'assetBalanceOf', [DATASET])).toBe((BOUNTY * 2n) / 10n);
    expect(await balance(COMPUTE)).toBe((BOUNTY * 3n) / 10n);
    expect(await balance(TUNER)).toBe((BOUNTY * 4n) / 10n);
    expect(await chain.read(identity, 'reputationOf', [1n])).toMatchObject({workCount: 1n, paid: BOUNTY});
    await booksBalance();
    await chain.write(mallory, jobs, 'payAsset', [BASE]);
    expect(await refusalOf(chain.write(mallory, jobs, 'payAsset', [BASE]))).toBe('NothingToWithdraw');
    expect(await chain.read(attribution, 'claimable', [BASE, alice])).toBeGreaterThan(parseEther('8'));
    expect(await refusalOf(chain.write(TUNER, jobs, 'join', [jobId, terms, 0, 0n, zeroHash]))).toBe('JobNotOpen');
    await booksBalance();
  });

  it('is the first that is settled; later ones are closed', async () => {
    const jobId = await open(chain, terms);
    await joinAll(chain, jobId, terms);
    const results = [resultOf([]), resultOf()];
    const ids = [await submit(chain, jobId, terms, results[0]!), await submit(chain, jobId, terms, results[1]!)];
    for (const id of ids) await review(chain, id, terms, [true, true, true]);
    chain.increaseTime(3_601n);
    expect(await refusalOf(chain.write(mallory, jobs, 'settle', [ids[0]!, terms, results[1]!]))).toBe('UnknownSubmission');
    await chain.write(mallory, jobs, 'settle', [ids[0]!, terms, results[0]!]);
    await chain.write(mallory, jobs, 'settle', [ids[1]!, terms, results[1]!]);
    // Nobody filled the roles in the first result: all but the base model's part is the tuner's.
    expect(await balance(TUNER)).toBe((BOUNTY * 9n) / 10n);
    expect((await chain.read(jobs, 'getSubmission', [ids[1]!])).status).toBe(4);
    await booksBalance();
  });

  it('becomes an asset derived from what it was made of, with shares by the terms', async () => {
    const {jobId, result} = await won();
    const registerResult = (template = TEMPLATE, given = result) => chain.write(mallory, jobs, 'registerResult', [jobId, terms, given, template]);
    expect(await refusalOf(registerResult({...TEMPLATE, royalty: 501}))).toBe('TermsMismatch');
    expect(await refusalOf(registerResult(TEMPLATE, resultOf()))).toBe('UnknownSubmission');
    const receipt = await registerResult();
    const {assetId, shares} = eventsOf(receipt, trainingJobsAbi, 'ResultRegistered')[0]!.args;
    expect(await refusalOf(registerResult())).toBe('ResultAlreadyRegistered');
    expect(await chain.read(registry, 'parentsOf', [assetId])).toEqual([BASE, DATASET]);
    expect((await chain.read(registry, 'creatorOf', [assetId])).toLowerCase()).toBe(OPENER);
    const weights = await Promise.all([COMPUTE, OPENER, TUNER, DATA].map((account) => chain.read(registry, 'weightOf', [assetId, account])));
    // The data provider is an ancestor; its weight is the tuner's.
    expect(weights).toEqual([3_000, 1_000, 6_000, 0]);
    const token = {address: shares, abi: [{type: 'function', name: 'balanceOf', stateMutability: 'view', inputs: [{type: 'address', name: 'a'}], outputs: [{type: 'uint256', name: 'b'}]}]} as const;
    expect(await chain.read(token, 'balanceOf', [TUNER])).toBe((TEMPLATE.shareSupply * 6n) / 10n);
    expect(await chain.read(token, 'balanceOf', [COMPUTE])).toBe((TEMPLATE.shareSupply * 3n) / 10n);
  });
});
