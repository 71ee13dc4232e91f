/** Requests that operators answer, ORA's interface, and what needs a dispute game. */
import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {encodeAbiParameters, hexToString, keccak256, parseEther, stringToHex, toFunctionSelector, toHex} from 'viem';
import {aIOracleCallbackAbi, callbackOracleAbi, inferenceOracleAbi} from '#protocols/abi';
import {AssetKind, RequestStatus} from '#protocols/client';
import {inferenceContext, jobId} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {compile} from '../support/solc.ts';
import {
  alice, attribution, bob, bonds, callbackOracle, carol, dave, erin, eventsOf, groth16, inferenceRecord, mallory, newChain, operators, oracle, refusalOf,
  register, registry, signers, termsOf, treasury,
} from './world.ts';
import type {Hex} from './world.ts';
import {CONSUMER, RESOLVER} from './oracle-stand-ins.ts';

const NOBODY: Hex = `0x${'00'.repeat(20)}`;
const GOVERNANCE: Hex = '0x0000000000000000000000000000000000001005';
const DISPUTE_GAME: Hex = '0x0000000000000000000000000000000000001022';
const MODE = {zk: 0, optimistic: 1, hybrid: 2, attested: 3} as const;
const COMMITMENT = keccak256('0x01');
const PRICE = parseEther('2');
const STAKE = parseEther('100');
const GAS_PRICE = 10n ** 9n;
const INPUT = stringToHex('What is a qanat?');
const OUTPUT = stringToHex('A waterwork.');
const MODEL = 1n;

let chain: EvmChain;
let consumer: {address: Hex; abi: typeof CONSUMER.abi};
let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newChain();
  await register(chain, termsOf(alice, {kind: AssetKind.model}));
  await chain.write(alice, callbackOracle, 'listServedModel', [MODEL, COMMITMENT, PRICE]);
  for (const [operator, fee] of [[dave, parseEther('0.3')], [erin, parseEther('0.2')], [bob, parseEther('0.2')]] as const) {
    await chain.write(alice, operators, 'nameOperator', [MODEL, operator, true]);
    await chain.write(operator, bonds, 'bond', [], {value: STAKE});
    await chain.write(operator, operators, 'serve', [MODEL, fee, 500_000]);
  }
  consumer = await chain.deploy(carol, CONSUMER);
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

const FEE = PRICE + parseEther('0.2');

async function ask(options: Partial<{from: Hex; mode: number; input: Hex; callback: Hex; gas: bigint; data: Hex; provisional: boolean; value: bigint; model: bigint}> = {}) {
  const {from = carol, mode = MODE.attested, input = INPUT, callback = NOBODY, gas = 0n, data = '0x', provisional = false, model = MODEL} = options;
  const value = options.value ?? FEE + gas * GAS_PRICE;
  const receipt = await chain.write(
    from, callbackOracle, 'requestCallbackWithMode',
    [{modelId: model, mode, input, callback, gasLimit: gas, data, provisional}], {value},
  );
  return eventsOf(receipt, inferenceOracleAbi, 'AICallbackRequest')[0]!.args.requestId;
}

const attest = (requestId: bigint, from: Hex = erin, output: Hex = OUTPUT, signature: Hex = '0x') =>
  chain.write(from, callbackOracle, 'attest', [requestId, output, signature]);

async function signed(requestId: bigint, operator: Hex, output: Hex = OUTPUT): Promise<Hex> {
  const hash = await chain.read(callbackOracle, 'attestationDigest', [requestId, keccak256(output)]);
  return signers.find(({address}) => address.toLowerCase() === operator)!.sign({hash});
}

async function booksBalance(): Promise<void> {
  let owed = await chain.read(oracle, 'escrowed', []);
  for (const account of [bob, carol, dave, erin, mallory, consumer.address]) owed += await chain.read(oracle, 'proverBalance', [account]);
  expect(await chain.balance(oracle.address)).toBe(owed);
  const [bonded, unbonding] = await chain.read(bonds, 'totals', []);
  expect(await chain.balance(bonds.address)).toBe(bonded + unbonding);
}

describe('operators', () => {
  it('are named by the model\'s creator, staked, and picked by their fee', async () => {
    expect(await refusalOf(chain.write(mallory, operators, 'nameOperator', [MODEL, mallory, true]))).toBe('NotCreator');
    expect(await refusalOf(chain.write(mallory, operators, 'serve', [MODEL, 1n, 0]))).toBe('OperatorNotNamed');
    await chain.write(alice, operators, 'nameOperator', [MODEL, mallory, true]);
    expect(await refusalOf(chain.write(mallory, operators, 'serve', [MODEL, 1n, 0]))).toBe('StakeTooLow');
    expect(await refusalOf(chain.write(mallory, operators, 'stopServing', [MODEL]))).toBe('NotServing');
    expect(await chain.read(operators, 'pick', [MODEL, 0n, FEE, 0n])).toMatchObject([1n, expect.anything(), parseEther('0.2')]);
    // Index 1 left out, the other with the same fee is next; then the dearer one; one that gives no such gas never.
    expect((await chain.read(operators, 'pick', [MODEL, 0n, FEE, 2n]))[0]).toBe(2n);
    expect((await chain.read(operators, 'pick', [MODEL, 0n, FEE, 6n]))[0]).toBe(0n);
    expect((await chain.read(operators, 'pick', [MODEL, 0n, FEE, 7n]))[1]).toBe(NOBODY);
    expect((await chain.read(operators, 'pick', [MODEL, 500_001n, FEE, 0n]))[1]).toBe(NOBODY);
  });

  it('are passed over when they stop, lose their name or take out their stake', async () => {
    const picked = async () => (await chain.read(operators, 'pick', [MODEL, 0n, FEE, 0n]))[1].toLowerCase();
    expect(await picked()).toBe(erin);
    await chain.write(erin, bonds, 'startUnbonding', [1n]);
    expect(await picked()).toBe(bob);
    await chain.write(alice, operators, 'nameOperator', [MODEL, bob, false]);
    expect(await picked()).toBe(dave);
    await chain.write(dave, operators, 'stopServing', [MODEL]);
    expect(await picked()).toBe(NOBODY);
    expect(await refusalOf(ask())).toBe('NoOperator');
    expect(await refusalOf(chain.read(callbackOracle, 'estimateFee', [MODEL, 0n], carol))).toBe('NoOperator');
  });

  it('have terms that governance sets within bounds', async () => {
    expect(await refusalOf(chain.write(mallory, operators, 'setPenalty', [1n]))).toBe('OnlyGovernance');
    expect(await refusalOf(chain.write(GOVERNANCE, operators, 'setPenalty', [STAKE + 1n]))).toBe('PenaltyAboveStake');
    await chain.write(GOVERNANCE, operators, 'setPenalty', [STAKE]);
    expect(await refusalOf(chain.write(GOVERNANCE, operators, 'setMinimumStake', [STAKE - 1n]))).toBe('PenaltyAboveStake');
    expect(await refusalOf(chain.write(mallory, operators, 'punish', [dave, 1n]))).toBe('OnlyOracle');
    expect(await refusalOf(chain.write(mallory, bonds, 'slash', [dave, 1n, COMMITMENT]))).toBe('NotSlasher');
  });
});

describe('ORA\'s interface', () => {
  it('has the published selectors', () => {
    const selectors = [...callbackOracleAbi, ...aIOracleCallbackAbi].filter((item) => item.type === 'function').map((item) => toFunctionSelector(item));
    expect(selectors).toContain(toFunctionSelector('requestCallback(uint256,bytes,address,uint64,bytes)'));
    expect(selectors).toContain(toFunctionSelector('estimateFee(uint256,uint64)'));
    expect(selectors).toContain(toFunctionSelector('isFinalized(uint256)'));
    expect(selectors).toContain('0xb0347814');
  });

  it('asks, attests and calls back, once', async () => {
    const fee = await chain.read(callbackOracle, 'estimateFee', [MODEL, 300_000n], carol);
    expect(fee).toBe(FEE + 300_000n * GAS_PRICE);
    const data = stringToHex('for later');
    const receipt = await chain.write(carol, callbackOracle, 'requestCallback', [MODEL, INPUT, consumer.address, 300_000n, data], {value: fee});
    expect(eventsOf(receipt, inferenceOracleAbi, 'AICallbackRequest')[0]?.args).toMatchObject({modelId: MODEL, input: INPUT, gasLimit: 300_000n, callbackData: data});
    expect(await chain.read(oracle, 'isFinalized', [1n])).toBe(false);
    const record = jobId(oracle.address, toHex(1n, {size: 32}));
    expect((await chain.read(inferenceRecord, 'read', [record])).slice(1, 4)).toEqual([1, COMMITMENT, keccak256(INPUT)]);

    const answered = await attest(1n);
    expect(eventsOf(answered, inferenceOracleAbi, 'AICallbackResult')[0]?.args).toMatchObject({requestId: 1n, output: OUTPUT});
    expect(eventsOf(answered, inferenceOracleAbi, 'CallbackDelivered')).toHaveLength(1);
    expect(await chain.read(oracle, 'isFinalized', [1n])).toBe(true);
    expect(await chain.read(consumer, 'calls', [])).toBe(1n);
    expect(hexToString(await chain.read(consumer, 'lastOutput', []) as Hex)).toBe('A waterwork.');
    expect(await chain.read(consumer, 'lastData', [])).toBe(data);
    const digest = await chain.read(callbackOracle, 'attestationDigest', [1n, keccak256(OUTPUT)]);
    expect(await chain.read(inferenceRecord, 'verify', [record, COMMITMENT, keccak256(INPUT), keccak256(OUTPUT), digest])).toBe(true);
    expect(await refusalOf(attest(1n))).toBe('AlreadyAnswered');
    // The operator has its fee and the callback's gas, the asset the rest.
    expect(await chain.read(oracle, 'proverBalance', [erin])).toBe(parseEther('0.2') + 300_000n * GAS_PRICE);
    await booksBalance();
  });

  it('credits what is paid beyond the fee, and refuses less', async () => {
    await ask({value: FEE + 5n});
    expect(await chain.read(oracle, 'proverBalance', [carol])).toBe(5n);
    expect(await refusalOf(ask({value: FEE - 1n}))).toBe('FeeTooLow');
    const before = await chain.balance(carol);
    await chain.write(carol, oracle, 'withdrawProverFees', [carol]);
    expect(await chain.balance(carol)).toBe(before + 5n);
    await booksBalance();
  });

  it('takes zk models, with canonical input, and their provers see an ordinary request', async () => {
    const model = await register(chain, termsOf(alice, {kind: AssetKind.model}));
    const circuit = new Groth16Simulator(5, 'served');
    await chain.write(alice, groth16, 'registerKey', [circuit.verificationKey]);
    await chain.write(alice, oracle, 'listModel', [model, circuit.keyHash, 42n, 2, 1, PRICE, PRICE / 4n]);
    const input = encodeAbiParameters([{type: 'int256[]'}], [[3n, 4n]]);
    for (const bad of ['0x', `${input}00`, input.replace('20', '40'), encodeAbiParameters([{type: 'int256[]'}], [[3n]]), encodeAbiParameters([{type: 'int256[]'}], [[3n, 4n, 5n]])] as Hex[]) {
      expect(await refusalOf(ask({model, mode: MODE.zk, input: bad, value: PRICE}))).toBe('InputNotCanonical');
    }
    expect(await refusalOf(ask({model, mode: MODE.zk, input, value: PRICE, provisional: true}))).toBe('ProvisionalNeedsDispute');
    expect(await chain.read(callbackOracle, 'estimateFee', [model, 200_000n], carol)).toBe(PRICE + 200_000n * GAS_PRICE);
    const value = PRICE + 200_000n * GAS_PRICE;
    const receipt = await chain.write(carol, callbackOracle, 'requestCallback', [model, input, consumer.address, 200_000n, '0x12'], {value});
    const {requestId} = eventsOf(receipt, inferenceOracleAbi, 'InferenceRequested')[0]!.args;
    const context = inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId, prover: mallory});
    await chain.write(mallory, oracle, 'answer', [requestId, [3n, 4n], [9n], circuit.prove([9n, 42n, context, 3n, 4n])]);
    expect(await chain.read(consumer, 'lastOutput', [])).toBe(encodeAbiParameters([{type: 'int256[]'}], [[9n]]));
    expect(await chain.read(oracle, 'proverBalance', [mallory])).toBe(PRICE / 4n + 200_000n * GAS_PRICE);
    expect(await refusalOf(attest(requestId, mallory))).toBe('AlreadyAnswered');
    await booksBalance();
  });

  it('refuses what is too long, unlisted, or asks too much gas', async () => {
    expect(await refusalOf(ask({input: `0x${'11'.repeat(16_385)}`}))).toBe('TooManyBytes');
    expect(await refusalOf(ask({data: `0x${'11'.repeat(513)}`}))).toBe('TooManyBytes');
    expect(await refusalOf(ask({callback: consumer.address, gas: 2_000_001n}))).toBe('CallbackGasTooHigh');
    expect(await refusalOf(chain.write(carol, callbackOracle, 'requestCallback', [99n, INPUT, NOBODY, 0n, '0x']))).toBe('ModelNotListed');
    expect(await refusalOf(ask({gas: 1n}))).toBe('CallbackGasWithoutCallback');
    await chain.write(alice, registry, 'retire', [MODEL]);
    expect(await refusalOf(ask())).toBe('AssetNotActive');
  });
});

describe('an attestation', () => {
  it('is the assigned operator\'s own word, sent by itself or signed', async () => {
    const requestId = await ask();
    expect(await refusalOf(attest(requestId, mallory))).toBe('InvalidAttestation');
    expect(await refusalOf(attest(requestId, bob))).toBe('InvalidAttestation');
    expect(await refusalOf(attest(requestId, mallory, OUTPUT, await signed(requestId, bob)))).toBe('InvalidAttestation');
    expect(await refusalOf(attest(requestId, mallory, '0x99', await signed(requestId, erin)))).toBe('InvalidAttestation');
    expect(await refusalOf(attest(requestId, erin, `0x${'11'.repeat(16_385)}`))).toBe('TooManyBytes');
    expect(await refusalOf(chain.write(erin, oracle, 'answer', [requestId, [], [], '0x']))).toBe('WrongMode');
    expect(await refusalOf(chain.write(erin, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]))).toBe('WrongMode');
    const other = await ask();
    expect(await refusalOf(attest(other, mallory, OUTPUT, await signed(requestId, erin)))).toBe('InvalidAttestation');
    await attest(requestId, mallory, OUTPUT, await signed(requestId, erin));
    expect((await chain.read(oracle, 'getRequest', [requestId])).prover.toLowerCase()).toBe(erin);
    expect(await chain.read(attribution, 'creditedE32', [MODEL])).toBeGreaterThan(0n);
    await booksBalance();
  });
});

describe('an operator that lets its time pass', () => {
  it('is punished, and the request goes to the next of the same fee, then to nobody', async () => {
    const requestId = await ask();
    expect(await refusalOf(chain.write(mallory, callbackOracle, 'reassign', [requestId]))).toBe('NotReassignable');
    chain.increaseTime(61n);
    await chain.write(mallory, callbackOracle, 'reassign', [requestId]);
    const {operator} = await chain.read(oracle, 'getRequest', [requestId]);
    expect(operator.toLowerCase()).toBe(bob);
    expect(await chain.read(bonds, 'stakeOf', [erin])).toBe(STAKE - parseEther('1'));
    expect(await chain.balance(treasury.address)).toBe(parseEther('1'));
    expect(await refusalOf(attest(requestId, erin))).toBe('InvalidAttestation');
    chain.increaseTime(61n);
    // Dave asks more than was paid for.
    expect(await refusalOf(chain.write(mallory, callbackOracle, 'reassign', [requestId]))).toBe('NoOperator');
    await attest(requestId, bob);
    expect(await chain.read(oracle, 'proverBalance', [bob])).toBe(parseEther('0.2'));
    await booksBalance();
  });

  it('is punished when the request is refunded at last', async () => {
    const requestId = await ask();
    chain.increaseTime(601n);
    expect(await refusalOf(attest(requestId))).toBe('Expired');
    expect(await refusalOf(chain.write(mallory, callbackOracle, 'reassign', [requestId]))).toBe('Expired');
    const before = await chain.balance(carol);
    await chain.write(mallory, oracle, 'refund', [requestId]);
    expect(await chain.balance(carol)).toBe(before + FEE);
    expect(await chain.read(bonds, 'stakeOf', [erin])).toBe(STAKE - parseEther('1'));
    expect(await refusalOf(chain.write(mallory, oracle, 'refund', [requestId]))).toBe('AlreadyRefunded');
    await booksBalance();
  });

  it('is punished even from what it is taking out', async () => {
    const requestId = await ask();
    await chain.write(erin, bonds, 'startUnbonding', [STAKE]);
    chain.increaseTime(601n);
    await chain.write(mallory, oracle, 'refund', [requestId]);
    expect((await chain.read(bonds, 'bondOf', [erin])).unbonding).toBe(STAKE - parseEther('1'));
    await booksBalance();
  });
});

describe('modes that need a dispute game', () => {
  it('are refused as long as there is none', async () => {
    for (const mode of [MODE.optimistic, MODE.hybrid]) {
      expect(await refusalOf(ask({mode}))).toBe('DisputesUnavailable');
      expect(await refusalOf(chain.read(callbackOracle, 'estimateFeeFor', [MODEL, mode, carol, 0n]))).toBe('DisputesUnavailable');
    }
    expect(await refusalOf(ask({provisional: true}))).toBe('ProvisionalNeedsDispute');
  });

  describe('behind a resolver', () => {
    beforeEach(async () => {
      const resolver = await chain.deploy(alice, RESOLVER);
      await chain.setCode(DISPUTE_GAME, await chain.code(resolver.address));
    });
    const decide = (requestId: bigint, outcome: number) =>
      chain.write(alice, {address: DISPUTE_GAME, abi: RESOLVER.abi}, 'decide', [requestId, outcome] as never);

    it('call back provisionally for those who asked, and finally once it is upheld', async () => {
      expect(await refusalOf(ask({mode: MODE.hybrid}))).toBe('DisputesUnavailable');
      const requestId = await ask({mode: MODE.optimistic, callback: consumer.address, gas: 300_000n, provisional: true});
      expect(await refusalOf(chain.write(dave, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]))).toBe('NotOperator');
      await chain.write(erin, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]);
      expect([await chain.read(consumer, 'provisional', []), await chain.read(consumer, 'calls', [])]).toEqual([1n, 0n]);
      expect((await chain.read(oracle, 'getRequest', [requestId])).status).toBe(RequestStatus.proposed);
      expect(await refusalOf(chain.write(erin, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]))).toBe('AlreadyProposed');
      expect(await refusalOf(chain.write(mallory, callbackOracle, 'finalize', [requestId, OUTPUT]))).toBe('DisputeOpen');
      chain.increaseTime(601n);
      expect(await refusalOf(chain.write(mallory, oracle, 'refund', [requestId]))).toBe('AlreadyProposed');
      await decide(requestId, 1);
      expect(await refusalOf(chain.write(mallory, callbackOracle, 'finalize', [requestId, '0x99']))).toBe('OutputMismatch');
      await chain.write(mallory, callbackOracle, 'finalize', [requestId, OUTPUT]);
      expect([await chain.read(consumer, 'provisional', []), await chain.read(consumer, 'calls', [])]).toEqual([1n, 1n]);
      expect(await refusalOf(chain.write(mallory, callbackOracle, 'finalize', [requestId, OUTPUT]))).toBe('NotProposed');
      await booksBalance();
    });

    it('never call back provisionally for those who did not ask', async () => {
      const requestId = await ask({mode: MODE.optimistic, callback: consumer.address, gas: 300_000n});
      await chain.write(erin, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]);
      expect(await chain.read(consumer, 'provisional', [])).toBe(0n);
    });

    it('give the fee back and punish when the result is rejected', async () => {
      const requestId = await ask({mode: MODE.optimistic, callback: consumer.address, gas: 300_000n});
      await chain.write(erin, callbackOracle, 'propose', [requestId, OUTPUT, COMMITMENT]);
      await decide(requestId, 2);
      await chain.write(mallory, callbackOracle, 'finalize', [requestId, OUTPUT]);
      expect(await chain.read(oracle, 'proverBalance', [carol])).toBe(FEE + 300_000n * GAS_PRICE);
      expect(await chain.read(consumer, 'calls', [])).toBe(0n);
      expect(await chain.read(bonds, 'stakeOf', [erin])).toBe(STAKE - parseEther('1'));
      expect(await chain.read(oracle, 'isFinalized', [requestId])).toBe(false);
      await booksBalance();
    });
  });
});

describe('a hostile callback', () => {
  it.each([
    ['reverts', 'revert("no");'],
    ['burns its gas', 'while (true) {}'],
    ['reverts with a bomb', 'assembly { revert(0, 300000) }'],
    ['re-enters', `
      (bool again,) = msg.sender.call(abi.encodeWithSignature("attest(uint256,bytes,bytes)", 1, hex"12", ""));
      (bool back,) = msg.sender.call(abi.encodeWithSignature("refund(uint256)", 1));
      (bool out,) = msg.sender.call(abi.encodeWithSignature("withdrawProverFees(address)", address(this)));
      require(!again && !back && !out);`],
  ])('that %s does not touch the settlement', async (what, body) => {
    const {Hostile} = compile(`pragma solidity ^0.8.28; contract Hostile {
      function aiOracleCallback(uint256, bytes calldata, bytes calldata) external { ${body} }
    }`);
    const hostile = await chain.deploy(mallory, Hostile!);
    const requestId = await ask({callback: hostile.address, gas: 400_000n});
    const receipt = await attest(requestId);
    expect(eventsOf(receipt, inferenceOracleAbi, what === 're-enters' ? 'CallbackDelivered' : 'CallbackFailed')).toHaveLength(1);
    expect(receipt.gasUsed < 900_000n).toBe(true);
    expect(await chain.read(oracle, 'isFinalized', [requestId])).toBe(true);
    await booksBalance();
  });
});

describe('rationing', () => {
  const TERMS = {epochSeconds: 3_600, modelQuota: 30, accountQuota: 12, modelFree: 2, accountFree: 1, modelStep: 100, accountStep: 1_000, entryFee: parseEther('0.5')};
  const ration = (from: Hex, terms = TERMS) => chain.write(from, oracle, 'setRation', [MODEL, terms]);
  const price = (account: Hex) => chain.read(oracle, 'rationedPrice', [MODEL, PRICE, account]);
  const buy = async (from: Hex) => {
    const value = (await price(from)) + parseEther('0.2');
    await ask({from, value});
    expect(await chain.read(oracle, 'proverBalance', [from])).toBe(0n);
    return value;
  };

  it('is set once, by the creator, before the first request', async () => {
    expect(await refusalOf(ration(mallory))).toBe('NotCreator');
    expect(await refusalOf(ration(alice, {...TERMS, epochSeconds: 0}))).toBe('InvalidRation');
    await ration(alice);
    expect(await refusalOf(ration(alice))).toBe('RationFrozen');
    expect(await chain.read(oracle, 'rationOf', [MODEL])).toEqual(TERMS);
    const other = await register(chain, termsOf(alice, {kind: AssetKind.model}));
    await chain.write(alice, callbackOracle, 'listServedModel', [other, COMMITMENT, 0n]);
    await chain.write(alice, operators, 'nameOperator', [other, erin, true]);
    await chain.write(erin, operators, 'serve', [other, 0n, 0]);
    await ask({model: other, value: 0n});
    expect(await refusalOf(chain.write(alice, oracle, 'setRation', [other, TERMS]))).toBe('RationFrozen');
  });

  it('raises the price per account and for all, with an entry fee, and starts anew with the epoch', async () => {
    await ration(alice);
    expect(await price(carol)).toBe(PRICE + TERMS.entryFee);
    await buy(carol);
    expect(await price(carol)).toBe(PRICE);
    await buy(carol);
    expect(await price(carol)).toBe(PRICE + PRICE / 10n);
    await buy(carol);
    // Three of all: one beyond the free ones.
    expect(await price(carol)).toBe(PRICE + (PRICE * 2n) / 10n + PRICE / 100n);
    expect(await price(mallory)).toBe(PRICE + PRICE / 100n + TERMS.entryFee);
    chain.increaseTime(3_600n);
    expect(await price(carol)).toBe(PRICE + TERMS.entryFee);
    await booksBalance();
  });

  it('ends at the quotas, until the next epoch', async () => {
    await ration(alice);
    for (let i = 0; i < 12; i++) await buy(carol);
    expect(await refusalOf(ask({value: parseEther('50')}))).toBe('AccountQuotaReached');
    for (const from of [mallory, alice]) for (let i = 0; i < 9; i++) await buy(from);
    expect(await refusalOf(ask({from: erin, value: parseEther('50')}))).toBe('ModelQuotaReached');
    chain.increaseTime(3_600n);
    await buy(carol);
  });

  it('prices splitting: many accounts pay more than the flat price, and more the more they ask', async () => {
    await ration(alice);
    const accounts = Array.from({length: 6}, (_, i) => `0x${(i + 1).toString(16).padStart(40, 'd')}` as Hex);
    for (const account of accounts) await chain.setBalance(account, parseEther('1000'));
    const paid: bigint[] = [];
    for (let i = 0; i < 12; i++) paid.push((await buy(accounts[i % accounts.length]!)) - parseEther('0.2'));
    const total = paid.reduce((sum, value) => sum + value, 0n);
    const n = BigInt(paid.length);
    const over = n - BigInt(TERMS.modelFree) - 1n;
    // k entry fees, and the price that rises with everybody's queries, however they are spread.
    const floor = n * PRICE + 6n * TERMS.entryFee + (PRICE * BigInt(TERMS.modelStep) * over * (over + 1n)) / 2n / 10_000n;
    expect(total >= floor).toBe(true);
    expect(paid[11]! > paid[6]!).toBe(true);
  });
});
