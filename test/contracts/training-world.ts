/** Training jobs as tests open them: one base model, one dataset, an opener, a tuner, a compute owner and reviewers. */
import {keccak256, parseEther, stringToHex, toHex, zeroAddress, zeroHash} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {AssetKind, describeContent, DerivativePolicy, SYSTEM_ADDRESSES, TrainingRole, trainingTemplateHash} from '#protocols/client';
import type {TrainingResult, TrainingTemplate, TrainingTerms} from '#protocols/client';
import type {EvmChain} from '../support/evm-chain.ts';
import {alice, bob, bonds, carol, dave, erin, eventsOf, mallory, newChain, register, termsOf} from './world.ts';
import type {Hex} from './world.ts';

export const jobs = {address: SYSTEM_ADDRESSES.trainingJobs, abi: trainingJobsAbi} as const;

export const BOUNTY = parseEther('100');
export const PAY = parseEther('1');
export const STAKE = parseEther('50');
export const APPEAL_BOND = parseEther('5');
export const DAY = 86_400n;
export const BASE = 1n;
export const DATASET = 2n;
/** Who is who. Alice made the base model, bob the dataset; erin has compute, carol opens, dave tunes. */
export const [OPENER, DATA, TUNER, COMPUTE] = [carol, bob, dave, erin];
export const REVIEWERS: readonly Hex[] = [1, 2, 3, 4].map((i) => toHex(0xabc000 + i, {size: 20}));
export {alice, mallory};

export const TEMPLATE: TrainingTemplate = {
  kindData: '0x',
  accessUri: '',
  royalty: 500,
  derivatives: DerivativePolicy.open,
  laterWeight: 0,
  licenses: {
    menu: 0, transferable: 0, resaleCommission: 0, uses: 0, territories: 0, partnershipShare: 0, period: 0, deliveryTimeout: 0,
    fullAccessPrice: 0n, callPrice: 0n, periodPrice: 0n, eligibility: zeroHash, arbiter: zeroAddress,
  },
  sharesRatio: 5_000,
  shareName: 'Tuned',
  shareSymbol: 'TUN',
  shareSupply: parseEther('1000'),
  redeemRatio: 0,
};

export function jobTerms(now: bigint, changes: Partial<TrainingTerms> = {}): TrainingTerms {
  return {
    specification: keccak256('0x01'),
    kind: AssetKind.model,
    baseAsset: BASE,
    baseShare: 1_000, dataShare: 2_000, computeShare: 3_000, tunerShare: 4_000,
    dataWeight: 2_000, computeWeight: 3_000, tunerWeight: 4_000, openerWeight: 1_000,
    joinUntil: now + DAY,
    submitUntil: now + 2n * DAY,
    reviewPeriod: 3_600,
    appealPeriod: 3_600,
    reviewerCount: 3,
    reviewPay: PAY,
    reviewerStake: STAKE,
    appealBond: APPEAL_BOND,
    arbiter: alice,
    resultTemplate: trainingTemplateHash(TEMPLATE),
    ...changes,
  };
}

let made = 0;
export function resultOf(parts: TrainingResult['parts'] = [{participant: 0, share: 10_000}, {participant: 1, share: 10_000}]): TrainingResult {
  made += 1;
  const {contentId, contentDigest, contentSize} = describeContent(stringToHex(`weights ${made}`));
  return {contentId, contentDigest, contentSize, hyperParameters: keccak256('0x02'), parts};
}

export async function newTrainingChain(): Promise<EvmChain> {
  const chain = await newChain();
  await register(chain, termsOf(alice, {kind: AssetKind.model, royalty: 1_000}));
  await register(chain, termsOf(bob, {kind: AssetKind.dataset, royalty: 500}));
  for (const reviewer of [...REVIEWERS, mallory]) {
    await chain.setBalance(reviewer, parseEther('1000'));
    await chain.write(reviewer, bonds, 'bond', [], {value: STAKE});
  }
  return chain;
}

export async function open(chain: EvmChain, terms: TrainingTerms, bounty = BOUNTY): Promise<bigint> {
  const receipt = await chain.write(OPENER, jobs, 'open', [terms], {value: bounty});
  return eventsOf(receipt, trainingJobsAbi, 'JobOpened')[0]!.args.jobId;
}

/** Data provider with its dataset (participant 0), compute owner (1) and tuner (2). */
export async function joinAll(chain: EvmChain, jobId: bigint, terms: TrainingTerms): Promise<void> {
  await chain.write(DATA, jobs, 'join', [jobId, terms, TrainingRole.data, DATASET, keccak256('0x03')]);
  await chain.write(COMPUTE, jobs, 'join', [jobId, terms, TrainingRole.compute, 0n, keccak256('0x04')]);
  await chain.write(TUNER, jobs, 'join', [jobId, terms, TrainingRole.tuner, 0n, keccak256('0x05')]);
}

export async function submit(chain: EvmChain, jobId: bigint, terms: TrainingTerms, result: TrainingResult): Promise<bigint> {
  const value = terms.reviewPay * BigInt(terms.reviewerCount);
  const receipt = await chain.write(TUNER, jobs, 'submit', [jobId, terms, result], {value});
  return eventsOf(receipt, trainingJobsAbi, 'Submitted')[0]!.args.submissionId;
}

export async function review(chain: EvmChain, submissionId: bigint, terms: TrainingTerms, votes: readonly boolean[]): Promise<void> {
  for (const [i, accepts] of votes.entries()) {
    await chain.write(REVIEWERS[i]!, jobs, 'review', [submissionId, terms, accepts, zeroHash]);
  }
}
