/** Random actors around the oracle, and what must hold after each of their steps. Every run is told by its seed. */
import {encodeAbiParameters, keccak256, parseEther, toHex} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {inferenceContext} from '#precompiles/codec';
import {AssetKind, RequestStatus} from '#protocols/client';
import {CHAIN_ID, Reverted} from '../support/evm-chain.ts';
import type {EvmChain} from '../support/evm-chain.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {
  alice, attribution, bob, bonds, callbackOracle, carol, dave, erin, eventsOf, groth16, mallory, newChain, operators, oracle, register, termsOf, treasury,
} from './world.ts';
import type {Hex} from './world.ts';
import {AUDITOR, HOSTILE, RESOLVER} from './oracle-stand-ins.ts';

const DISPUTE_GAME: Hex = '0x0000000000000000000000000000000000001022';
const NOBODY: Hex = `0x${'00'.repeat(20)}`;
const PRICE = parseEther('1');
const ZK = 1n;
const SERVED = 2n;
const INPUT = [3n, 4n];
const OUTPUT: Hex = '0x0badcafe';
const [OPTIMISTIC, ATTESTED] = [1, 3];
const ACCOUNTS = [alice, bob, carol, dave, erin, mallory];
const CIRCUIT = new Groth16Simulator(5, 'actors');

export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** xorshift32: the same numbers from the same seed. */
export function generator(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export class OracleActors {
  readonly chain: EvmChain;
  readonly #random: (below: number) => number;
  readonly #hostile: Hex;
  readonly #auditor: Hex;
  readonly #attributedBefore: bigint;
  #paidIn = 0n;
  #paidOut = 0n;
  requests = 0;
  readonly #open = new Set<bigint>();
  /** Steps that did something, by name. */
  readonly done = new Map<string, number>();

  private constructor(chain: EvmChain, seed: number, hostile: Hex, auditor: Hex, attributed: bigint) {
    this.chain = chain;
    this.#random = generator(seed);
    this.#hostile = hostile;
    this.#auditor = auditor;
    this.#attributedBefore = attributed;
  }

  /** @param code replaces a contract's code, for mutants */
  static async create(seed: number, code: ReadonlyMap<Hex, Hex> = new Map()): Promise<OracleActors> {
    const chain = await newChain();
    for (const [address, bytecode] of code) await chain.setCode(address, bytecode);
    await register(chain, termsOf(alice, {kind: AssetKind.model}));
    await register(chain, termsOf(alice, {kind: AssetKind.model}));
    await chain.write(alice, groth16, 'registerKey', [CIRCUIT.verificationKey]);
    await chain.write(alice, oracle, 'listModel', [ZK, CIRCUIT.keyHash, 42n, 2, 1, PRICE, PRICE / 4n]);
    await chain.write(alice, callbackOracle, 'listServedModel', [SERVED, keccak256('0x01'), PRICE]);
    for (const operator of [bob, dave, erin]) {
      await chain.write(alice, operators, 'nameOperator', [SERVED, operator, true]);
      await chain.write(operator, bonds, 'bond', [], {value: parseEther('150')});
      await chain.write(operator, operators, 'serve', [SERVED, parseEther('0.1'), 400_000]);
    }
    const resolver = await chain.deploy(alice, RESOLVER);
    await chain.setCode(DISPUTE_GAME, await chain.code(resolver.address));
    const hostile = await chain.deploy(mallory, HOSTILE);
    const auditor = await chain.deploy(alice, AUDITOR);
    return new OracleActors(chain, seed, hostile.address, auditor.address, await chain.read(attribution, 'totalReceived', []));
  }

  /** One step of one actor. Refusals are part of life. Throws BrokenInvariant. */
  async step(): Promise<void> {
    const steps = [
      this.#askZk, this.#askServed, this.#askServed, this.#answer, this.#answer, this.#attest, this.#attest, this.#propose, this.#decide, this.#finalize,
      this.#reassign, this.#refund, this.#withdraw, this.#unbond, this.#wait,
    ];
    const action = steps[this.#random(steps.length)]!;
    try {
      await action.call(this);
    } catch (error) {
      if (!(error instanceof Reverted)) throw error;
    }
    await this.check();
  }

  /** @param isAudit looks at all requests again, not only at those that were open before the step */
  async check(isAudit = false): Promise<void> {
    const {chain} = this;
    const held = await chain.balance(oracle.address);
    const escrowed = await chain.read(oracle, 'escrowed', []);
    const ids = isAudit ? this.#all() : [...this.#open];
    const auditor = {address: this.#auditor, abi: AUDITOR.abi};
    const books = await chain.read(auditor, 'audit', [[...ACCOUNTS, this.#hostile], ids, this.#hostile] as never);
    const [owed, pending, bondSum, statuses, calls] = books as [bigint, bigint, bigint, number[], bigint[]];
    this.#equal('balance = escrow + what is owed', held, escrowed + owed);
    this.#equal('escrow = price of what is open', escrowed, pending);
    for (const [i, id] of ids.entries()) {
      const status = statuses[i]!;
      if (status !== RequestStatus.pending && status !== RequestStatus.proposed) this.#open.delete(id);
      if (calls[i]! > (status === RequestStatus.answered ? 1n : 0n)) throw new BrokenInvariant(`request ${id} in status ${status} was called back ${calls[i]} times`);
    }
    const attributed = (await chain.read(attribution, 'totalReceived', [])) - this.#attributedBefore;
    this.#equal('in = out + revenue + held', this.#paidIn, this.#paidOut + attributed + held);
    const [bonded, unbonding] = await chain.read(bonds, 'totals', []);
    this.#equal('bonds', await chain.balance(bonds.address), bonded + unbonding);
    this.#equal('sum of bonds', bondSum, bonded + unbonding);
    // The treasury earns by penalties alone here.
    this.#equal('bonds in = bonds held + slashed', 3n * parseEther('150'), bondSum + (await chain.balance(treasury.address)));
  }

  #all(): bigint[] {
    return Array.from({length: this.requests}, (_, i) => BigInt(i + 1));
  }

  #equal(what: string, left: bigint, right: bigint): void {
    if (left !== right) throw new BrokenInvariant(`${what}: ${left} is not ${right}`);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random(list.length)]!;
  }

  /** Mostly one that is open; sometimes any. */
  #anyRequest(): bigint {
    const open = [...this.#open];
    return open.length > 0 && this.#random(5) > 0 ? this.#pick(open) : BigInt(1 + this.#random(this.requests || 1));
  }

  #count(name: string): void {
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }

  async #askZk(): Promise<void> {
    const withCallback = this.#random(2) === 0;
    await this.chain.write(this.#pick([carol, mallory]), oracle, 'request', [ZK, INPUT, withCallback ? this.#hostile : NOBODY, withCallback ? 200_000 : 0], {value: PRICE});
    this.#paidIn += PRICE;
    this.#open.add(BigInt((this.requests += 1)));
    this.#count('ask zk');
  }

  async #askServed(): Promise<void> {
    const from = this.#pick([carol, mallory]);
    const mode = this.#pick([0, OPTIMISTIC, ATTESTED, ATTESTED]);
    const modelId = mode === 0 ? ZK : SERVED;
    const gasLimit = this.#pick([0n, 300_000n]);
    const input = mode === 0 ? encodeAbiParameters([{type: 'int256[]'}], [INPUT]) : toHex(this.#random(1_000));
    const fee = await this.chain.read(callbackOracle, 'estimateFeeFor', [modelId, mode, from, gasLimit]);
    const value = fee + BigInt(this.#pick([0, 0, 7, 1_000_000]));
    const provisional = mode === OPTIMISTIC && this.#random(2) === 0;
    const asked = {modelId, mode, input, callback: gasLimit === 0n ? NOBODY : this.#hostile, gasLimit, data: '0x' as Hex, provisional: provisional && gasLimit !== 0n};
    await this.chain.write(from, callbackOracle, 'requestCallbackWithMode', [asked], {value});
    this.#paidIn += value;
    this.#open.add(BigInt((this.requests += 1)));
    this.#count('ask served');
  }

  async #answer(): Promise<void> {
    const requestId = this.#anyRequest();
    const {status, mode} = await this.chain.read(oracle, 'getRequest', [requestId]);
    // Proofs are the dearest part of a step: seldom one that will be refused.
    if ((status !== RequestStatus.pending || mode !== 0) && this.#random(4) > 0) return;
    const prover = this.#pick([dave, mallory]);
    const context = inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId, prover});
    await this.chain.write(prover, oracle, 'answer', [requestId, INPUT, [9n], CIRCUIT.prove([9n, 42n, context, ...INPUT])]);
    this.#count('answer');
  }

  async #attest(): Promise<void> {
    const requestId = this.#anyRequest();
    const {operator} = await this.chain.read(oracle, 'getRequest', [requestId]);
    await this.chain.write(this.#random(4) === 0 ? mallory : (operator.toLowerCase() as Hex), callbackOracle, 'attest', [requestId, OUTPUT, '0x']);
    this.#count('attest');
  }

  async #propose(): Promise<void> {
    const requestId = this.#anyRequest();
    const {operator} = await this.chain.read(oracle, 'getRequest', [requestId]);
    await this.chain.write(operator.toLowerCase() as Hex, callbackOracle, 'propose', [requestId, OUTPUT, keccak256('0x02')]);
    this.#count('propose');
  }

  async #decide(): Promise<void> {
    const requestId = this.#anyRequest();
    // A game decides about what it was asked, and once.
    const {status} = await this.chain.read(oracle, 'getRequest', [requestId]);
    if (status !== RequestStatus.proposed) return;
    await this.chain.write(alice, {address: DISPUTE_GAME, abi: RESOLVER.abi}, 'decide', [requestId, 1 + this.#random(2)] as never);
    await this.chain.write(mallory, callbackOracle, 'finalize', [requestId, OUTPUT]);
    this.#count('finalize');
  }

  async #finalize(): Promise<void> {
    await this.chain.write(mallory, callbackOracle, 'finalize', [this.#anyRequest(), OUTPUT]);
  }

  async #reassign(): Promise<void> {
    await this.chain.write(mallory, callbackOracle, 'reassign', [this.#anyRequest()]);
    this.#count('reassign');
  }

  async #refund(): Promise<void> {
    const requestId = this.#anyRequest();
    const {requester, price} = await this.chain.read(oracle, 'getRequest', [requestId]);
    const from = this.#pick([requester.toLowerCase() as Hex, mallory]);
    if (this.#random(2) === 0) await this.chain.write(from, oracle, 'refund', [requestId]);
    else await this.chain.write(from, oracle, 'refundTo', [requestId, erin]);
    this.#paidOut += price;
    this.#count('refund');
  }

  async #withdraw(): Promise<void> {
    const from = this.#pick(ACCOUNTS);
    const receipt = await this.chain.write(from, oracle, 'withdrawProverFees', [this.#pick([from, this.#hostile])]);
    this.#paidOut += eventsOf(receipt, inferenceOracleAbi, 'ProverFeeWithdrawn')[0]!.args.amount;
    this.#count('withdraw');
  }

  async #unbond(): Promise<void> {
    await this.chain.write(this.#pick([bob, dave, erin]), bonds, 'startUnbonding', [parseEther('1')]);
    this.#count('unbond');
  }

  #wait(): Promise<void> {
    this.chain.increaseTime(BigInt(this.#pick([1, 30, 61, 601])));
    return Promise.resolve();
  }
}

