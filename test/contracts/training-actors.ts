/** Random actors around training jobs, and what must hold after each of their steps. Every run is told by its seed. */
import {keccak256, zeroHash} from 'viem';
import {trainingJobsAbi} from '#protocols/abi';
import {TrainingRole} from '#protocols/client';
import type {TrainingResult, TrainingTerms} from '#protocols/client';
import {Reverted} from '../support/evm-chain.ts';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {BrokenInvariant, generator} from './oracle-actors.ts';
import {
  alice, BASE, COMPUTE, DATA, DATASET, jobs, jobTerms, mallory, newTrainingChain, OPENER, resultOf, REVIEWERS, STAKE, TUNER,
} from './training-world.ts';
import {attribution, bonds, eventsOf, treasury} from './world.ts';
import type {Hex} from './world.ts';

interface Job {
  readonly id: bigint;
  readonly terms: TrainingTerms;
}

interface Submission extends Job {
  readonly submissionId: bigint;
  readonly result: TrainingResult;
}

/** Reads the books in one call: what accounts and assets are owed, and bounties of open jobs, pay of empty seats, appeals' bonds. */
const AUDITOR = compile(`
pragma solidity ^0.8.28;
import {ITrainingJobs} from "qanat/protocols/contracts/interfaces/ITrainingJobs.sol";
contract Auditor {
  ITrainingJobs constant JOBS = ITrainingJobs(0x0000000000000000000000000000000000001021);
  function audit(address[] calldata accounts, uint256[] calldata assets, uint256[] calldata pays, uint256[] calldata seats, uint256[] calldata appeals)
    external view returns (uint256 owed, uint256 open)
  {
    for (uint256 i = 0; i < accounts.length; ++i) owed += JOBS.balanceOf(accounts[i]);
    for (uint256 i = 0; i < assets.length; ++i) owed += JOBS.assetBalanceOf(assets[i]);
    for (uint256 id = JOBS.jobCount(); id > 0; --id) {
      ITrainingJobs.Job memory job = JOBS.getJob(id);
      if (job.status == ITrainingJobs.JobStatus.Open) open += job.bounty;
    }
    for (uint256 i = 0; i < pays.length; ++i) {
      ITrainingJobs.Submission memory submission = JOBS.getSubmission(i + 1);
      bool isAppealed = submission.status == ITrainingJobs.SubmissionStatus.Appealed;
      if (!isAppealed && submission.status != ITrainingJobs.SubmissionStatus.Reviewing) continue;
      open += pays[i] * (seats[i] - submission.accepts - submission.rejects);
      if (isAppealed) open += appeals[i];
    }
  }
}`)['Auditor']!;

const ACCOUNTS = [alice, OPENER, DATA, TUNER, COMPUTE, mallory, ...REVIEWERS];

export class TrainingActors {
  readonly chain: EvmChain;
  readonly #random: (below: number) => number;
  readonly #auditor: Hex;
  readonly #jobs: Job[] = [];
  readonly #submissions: Submission[] = [];
  readonly #attributedBefore: bigint;
  #paidIn = 0n;
  #paidOut = 0n;
  /** Steps that did something, by name. */
  readonly done = new Map<string, number>();

  private constructor(chain: EvmChain, seed: number, auditor: Hex, attributed: bigint) {
    this.chain = chain;
    this.#random = generator(seed);
    this.#auditor = auditor;
    this.#attributedBefore = attributed;
  }

  /** @param code replaces a contract's code, for mutants */
  static async create(seed: number, code: ReadonlyMap<Hex, Hex> = new Map()): Promise<TrainingActors> {
    const chain = await newTrainingChain();
    for (const [address, bytecode] of code) await chain.setCode(address, bytecode);
    const auditor = await chain.deploy(alice, AUDITOR);
    return new TrainingActors(chain, seed, auditor.address, await chain.read(attribution, 'totalReceived', []));
  }

  /** One step of one actor. Refusals are part of life. Throws BrokenInvariant. */
  async step(): Promise<void> {
    const steps = [
      this.#open, this.#join, this.#join, this.#join, this.#submit, this.#submit, this.#review, this.#review, this.#review, this.#review, this.#appeal, this.#rule,
      this.#settle, this.#settle, this.#refund, this.#payAsset, this.#withdraw, this.#wait,
    ];
    const action = steps[this.#random(steps.length)]!;
    try {
      await action.call(this);
    } catch (error) {
      if (!(error instanceof Reverted)) throw error;
    }
    await this.check();
  }

  async check(): Promise<void> {
    const {chain} = this;
    const held = await chain.balance(jobs.address);
    const escrowed = await chain.read(jobs, 'escrowed', []);
    const pays = this.#submissions.map(({terms}) => terms.reviewPay);
    const seats = this.#submissions.map(({terms}) => BigInt(terms.reviewerCount));
    const appeals = this.#submissions.map(({terms}) => terms.appealBond);
    const auditor = {address: this.#auditor, abi: AUDITOR.abi};
    const books = await chain.read(auditor, 'audit', [ACCOUNTS, [BASE, DATASET], pays, seats, appeals] as never);
    const [owed, open] = books as [bigint, bigint];
    this.#equal('balance = escrow + what is owed', held, escrowed + owed);
    this.#equal('escrow = bounties, fees and appeals that are open', escrowed, open);
    const attributed = (await chain.read(attribution, 'totalReceived', [])) - this.#attributedBefore;
    const [bonded, unbonding] = await chain.read(bonds, 'totals', []);
    const slashed = STAKE * BigInt(REVIEWERS.length + 1) - bonded - unbonding;
    // The treasury has what was slashed and the bonds of appeals that failed.
    const forfeited = (await chain.balance(treasury.address)) - slashed;
    this.#equal('in = out + revenue + forfeited + held', this.#paidIn, this.#paidOut + attributed + forfeited + held);
  }

  #equal(what: string, left: bigint, right: bigint): void {
    if (left !== right) throw new BrokenInvariant(`${what}: ${left} is not ${right}`);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random(list.length)]!;
  }

  #recent<T>(list: readonly T[]): T {
    const item = list[list.length - 1 - this.#random(Math.min(3, list.length) || 1)];
    if (item === undefined) throw new Reverted('0x', 'there is none yet');
    return item;
  }

  #count(name: string): void {
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }

  async #open(): Promise<void> {
    const appealBond = BigInt(this.#pick([0, 3, 1_000_000]));
    const reviewPay = BigInt(this.#pick([0, 7, 123_457]));
    const terms = jobTerms(this.chain.timestamp, {appealBond, reviewPay, reviewerCount: this.#pick([1, 3])});
    const bounty = 1n + BigInt(this.#random(2 ** 31)) * BigInt(1 + this.#random(2 ** 31));
    const receipt = await this.chain.write(OPENER, jobs, 'open', [terms], {value: bounty});
    this.#jobs.push({id: eventsOf(receipt, trainingJobsAbi, 'JobOpened')[0]!.args.jobId, terms});
    this.#paidIn += bounty;
    this.#count('open');
  }

  async #join(): Promise<void> {
    const {id, terms} = this.#recent(this.#jobs);
    const [account, role, assetId] = this.#pick([
      [DATA, TrainingRole.data, DATASET], [mallory, TrainingRole.data, 0n], [COMPUTE, TrainingRole.compute, 0n], [TUNER, TrainingRole.tuner, 0n],
    ] as const);
    await this.chain.write(account, jobs, 'join', [id, terms, role, assetId, keccak256('0x01')]);
    this.#count('join');
  }

  async #submit(): Promise<void> {
    const {id, terms} = this.#recent(this.#jobs);
    const participants = await this.chain.read(jobs, 'participantsOf', [id]);
    const parts: {participant: number; share: number}[] = [];
    for (const role of [TrainingRole.data, TrainingRole.compute]) {
      const indices = participants.flatMap((participant, index) => (participant.role === role ? [index] : []));
      let left = 10_000;
      for (const [i, participant] of indices.entries()) {
        const share = i === indices.length - 1 ? left : 1 + this.#random(left - indices.length);
        left -= share;
        parts.push({participant, share});
      }
    }
    const result = resultOf(parts);
    const value = terms.reviewPay * BigInt(terms.reviewerCount);
    const receipt = await this.chain.write(TUNER, jobs, 'submit', [id, terms, result], {value});
    this.#submissions.push({id, terms, result, submissionId: eventsOf(receipt, trainingJobsAbi, 'Submitted')[0]!.args.submissionId});
    this.#paidIn += value;
    this.#count('submit');
  }

  async #review(): Promise<void> {
    const {submissionId, terms} = this.#recent(this.#submissions);
    await this.chain.write(this.#pick(REVIEWERS), jobs, 'review', [submissionId, terms, this.#random(3) > 0, zeroHash]);
    this.#count('review');
  }

  async #appeal(): Promise<void> {
    const {submissionId, terms} = this.#recent(this.#submissions);
    await this.chain.write(mallory, jobs, 'appeal', [submissionId, terms], {value: terms.appealBond});
    this.#paidIn += terms.appealBond;
    this.#count('appeal');
  }

  async #rule(): Promise<void> {
    const {submissionId, terms} = this.#recent(this.#submissions);
    await this.chain.write(alice, jobs, 'rule', [submissionId, terms, this.#random(2) === 0]);
    this.#count('rule');
  }

  async #settle(): Promise<void> {
    const {submissionId, terms, result} = this.#pick([this.#recent(this.#submissions), this.#pick(this.#submissions)]);
    await this.chain.write(mallory, jobs, 'settle', [submissionId, terms, result]);
    this.#count('settle');
  }

  async #refund(): Promise<void> {
    const {id, terms} = this.#jobs.length === 0 ? this.#recent(this.#jobs) : this.#pick(this.#jobs);
    await this.chain.write(mallory, jobs, 'refund', [id, terms]);
    this.#count('refund');
  }

  async #payAsset(): Promise<void> {
    await this.chain.write(mallory, jobs, 'payAsset', [this.#pick([BASE, DATASET])]);
    this.#count('pay an asset');
  }

  async #withdraw(): Promise<void> {
    const from = this.#pick(ACCOUNTS);
    const receipt = await this.chain.write(from, jobs, 'withdraw', [from]);
    this.#paidOut += eventsOf(receipt, trainingJobsAbi, 'Withdrawn')[0]!.args.amount;
    this.#count('withdraw');
  }

  #wait(): Promise<void> {
    this.chain.increaseTime(BigInt(this.#pick([60, 3_601, 3_601, 40_000, 100_000])));
    return Promise.resolve();
  }
}

