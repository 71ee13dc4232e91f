import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {encodeAbiParameters, encodeFunctionData, keccak256, parseEther, toFunctionSelector} from 'viem';
import {inferenceConsumerAbi, inferenceConsumerBytecode, inferenceOracleAbi} from '#protocols/abi';
import {AssetKind, RequestStatus} from '#protocols/client';
import {inferenceContext} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID, FUNDING} from '../support/evm-chain.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {compile} from '../support/solc.ts';
import {
  alice,
  attribution,
  bob,
  carol,
  dave,
  erin,
  eventsOf,
  groth16,
  mallory,
  newChain,
  oracle,
  refusalOf,
  register,
  registry,
  termsOf,
} from './world.ts';
import type {Hex} from './world.ts';

const FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const COMMITMENT = 123_456_789n;
const PRICE = parseEther('1');
const PROVER_FEE = parseEther('0.1');
const TIMEOUT = 600n;
const NOBODY: Hex = `0x${'00'.repeat(20)}`;
const INPUT = [51n, -35n, 14n];
const OUTPUT = [7n, -9n];
/** Public inputs of the model's circuit: two outputs, commitment, context, three inputs. */
const circuit = new Groth16Simulator(7, 'model');
const otherCircuit = new Groth16Simulator(7, 'other model');

let chain: EvmChain;
/** A dataset of alice's, and a model of bob's made from it, listed with the oracle. */
const DATASET = 1n;
const MODEL = 2n;

let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newChain();
  await register(chain, termsOf(alice, {royalty: 2_500}));
  await register(chain, termsOf(bob, {kind: AssetKind.model, parents: [DATASET]}));
  await chain.write(bob, groth16, 'registerKey', [circuit.verificationKey]);
  await list(MODEL);
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

type Listing = Partial<{
  from: Hex;
  keyHash: Hex;
  commitment: bigint;
  inputCount: number;
  outputCount: number;
  price: bigint;
  proverFee: bigint;
}>;

async function list(assetId: bigint, listing: Listing = {}) {
  const {from = bob, keyHash = circuit.keyHash, commitment = COMMITMENT, inputCount = 3, outputCount = 2} = listing;
  const {price = PRICE, proverFee = PROVER_FEE} = listing;
  return chain.write(from, oracle, 'listModel', [assetId, keyHash, commitment, inputCount, outputCount, price, proverFee]);
}

async function request(callback: Hex = NOBODY, callbackGas = 0, input: readonly bigint[] = INPUT, value = PRICE): Promise<bigint> {
  const receipt = await chain.write(carol, oracle, 'request', [MODEL, input, callback, callbackGas], {value});
  return eventsOf(receipt, inferenceOracleAbi, 'InferenceRequested')[0]?.args.requestId ?? 0n;
}

const field = (number: bigint) => (number < 0n ? FIELD_ORDER + number : number);

function proofOf(
  requestId: bigint, prover: Hex, output: readonly bigint[] = OUTPUT, input: readonly bigint[] = INPUT, of = circuit, commitment = COMMITMENT,
): Hex {
  const context = inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId, prover});
  return of.prove([...output.map(field), commitment, context, ...input.map(field)]);
}

function answer(requestId: bigint, proof: Hex, options: {from?: Hex; output?: readonly bigint[]; input?: readonly bigint[]; gas?: bigint} = {}) {
  const {from = dave, output = OUTPUT, input = INPUT, gas} = options;
  return chain.write(from, oracle, 'answer', [requestId, input, output, proof], gas === undefined ? {} : {gas});
}

async function booksBalance(): Promise<void> {
  let owed = await chain.read(oracle, 'escrowed', []);
  for (const prover of [dave, erin, mallory]) owed += await chain.read(oracle, 'proverBalance', [prover]);
  expect(await chain.balance(oracle.address)).toBe(owed);
}

describe('listing a model', () => {
  it('freezes its key, commitment and shape', async () => {
    expect(await chain.read(oracle, 'getModel', [MODEL])).toEqual({
      keyHash: circuit.keyHash,
      commitment: COMMITMENT,
      inputCount: 3,
      outputCount: 2,
      price: PRICE,
      proverFee: PROVER_FEE,
    });
    expect(await refusalOf(list(MODEL))).toBe('ModelAlreadyListed');
    expect(await refusalOf(chain.read(oracle, 'getModel', [DATASET]))).toBe('ModelNotListed');
  });

  it.each<[string, Listing]>([
    ['NotCreator', {from: mallory}],
    ['KeyNotRegistered', {keyHash: otherCircuit.keyHash}],
    ['PublicInputCountMismatch', {inputCount: 4}],
    ['PublicInputCountMismatch', {outputCount: 1}],
    ['InvalidShape', {inputCount: 0}],
    ['InvalidShape', {outputCount: 0}],
    ['CommitmentOutOfField', {commitment: FIELD_ORDER}],
    ['ProverFeeTooHigh', {price: 100n, proverFee: 51n}],
  ])('is refused with %s, case %#', async (refusal, listing) => {
    const assetId = await register(chain, termsOf(bob, {kind: AssetKind.model}));
    expect(await refusalOf(list(assetId, listing))).toBe(refusal);
  });

  it('is refused for a dataset, a retired model and an unknown asset', async () => {
    expect(await refusalOf(list(DATASET, {from: alice}))).toBe('NotAModel');
    expect(await refusalOf(list(99n))).toBe('UnknownAsset');
    const retired = await register(chain, termsOf(bob, {kind: AssetKind.model}));
    await chain.write(bob, registry, 'retire', [retired]);
    expect(await refusalOf(list(retired))).toBe('AssetNotActive');
  });

  it('is refused with the commitment of another asset, so that no copy earns what its contributors are owed', async () => {
    const copy = await register(chain, termsOf(mallory, {kind: AssetKind.model}));
    expect(await refusalOf(list(copy, {from: mallory, price: PRICE / 2n}))).toBe('CommitmentAlreadyListed');
    await chain.write(bob, registry, 'retire', [MODEL]);
    expect(await refusalOf(list(copy, {from: mallory, price: PRICE / 2n}))).toBe('CommitmentAlreadyListed');
    expect(await chain.read(oracle, 'assetOfCommitment', [COMMITMENT])).toBe(MODEL);
    await list(copy, {from: mallory, commitment: COMMITMENT + 1n});
    expect(await chain.read(oracle, 'assetOfCommitment', [COMMITMENT + 1n])).toBe(copy);
  });

  it('lets the creator lower the price, down to twice the prover\'s fee', async () => {
    expect(await refusalOf(chain.write(mallory, oracle, 'lowerPrice', [MODEL, PRICE / 2n]))).toBe('NotCreator');
    expect(await refusalOf(chain.write(bob, oracle, 'lowerPrice', [MODEL, PRICE]))).toBe('PriceNotLower');
    expect(await refusalOf(chain.write(bob, oracle, 'lowerPrice', [MODEL, 2n * PROVER_FEE - 1n]))).toBe('ProverFeeTooHigh');
    const before = await request();
    await chain.write(bob, oracle, 'lowerPrice', [MODEL, 2n * PROVER_FEE]);
    const after = await request(NOBODY, 0, INPUT, 2n * PROVER_FEE);
    expect((await chain.read(oracle, 'getRequest', [before])).price).toBe(PRICE);
    expect((await chain.read(oracle, 'getRequest', [after])).price).toBe(2n * PROVER_FEE);
    await booksBalance();
  });
});

describe('a request', () => {
  it('is kept in escrow and told in an event', async () => {
    const receipt = await chain.write(carol, oracle, 'request', [MODEL, INPUT, NOBODY, 0], {value: PRICE});
    expect(eventsOf(receipt, inferenceOracleAbi, 'InferenceRequested')[0]?.args).toMatchObject({
      requestId: 1n,
      assetId: MODEL,
      input: INPUT,
      callback: NOBODY,
      price: PRICE,
      proverFee: PROVER_FEE,
      deadline: chain.timestamp + TIMEOUT,
    });
    const stored = await chain.read(oracle, 'getRequest', [1n]);
    expect(stored).toMatchObject({
      assetId: MODEL,
      status: RequestStatus.pending,
      price: PRICE,
      inputHash: keccak256(encodeAbiParameters([{type: 'int256[]'}], [INPUT])),
      prover: NOBODY,
    });
    expect(stored.requester.toLowerCase()).toBe(carol);
    expect(await chain.read(oracle, 'escrowed', [])).toBe(PRICE);
    expect(await chain.read(oracle, 'isFinalized', [1n])).toBe(false);
    await booksBalance();
  });

  it.each<[string, readonly bigint[], bigint]>([
    ['WrongPayment', INPUT, PRICE - 1n],
    ['WrongPayment', INPUT, PRICE + 1n],
    ['WrongInputCount', [1n, 2n], PRICE],
    ['WrongInputCount', [1n, 2n, 3n, 4n], PRICE],
    ['NumberOutOfRange', [1n, 2n, 2n ** 127n], PRICE],
    ['NumberOutOfRange', [-(2n ** 127n) - 1n, 0n, 0n], PRICE],
  ])('is refused with %s, case %#', async (refusal, input, value) => {
    expect(await refusalOf(request(NOBODY, 0, input, value))).toBe(refusal);
  });

  it('is refused with a callback that asks too much, or gas for none', async () => {
    expect(await refusalOf(request(mallory, 2_000_001))).toBe('CallbackGasTooHigh');
    expect(await refusalOf(request(NOBODY, 1))).toBe('CallbackGasWithoutCallback');
  });

  it('is refused for a model that is not listed or retired', async () => {
    expect(await refusalOf(chain.write(carol, oracle, 'request', [DATASET, INPUT, NOBODY, 0], {value: PRICE}))).toBe('ModelNotListed');
    await chain.write(bob, registry, 'retire', [MODEL]);
    expect(await refusalOf(request())).toBe('AssetNotActive');
  });
});

describe('an answer', () => {
  it('settles the request and pays everyone to the wei', async () => {
    const requestId = await request();
    const receipt = await answer(requestId, proofOf(requestId, dave));
    expect(eventsOf(receipt, inferenceOracleAbi, 'InferenceAnswered')[0]?.args).toMatchObject({requestId, assetId: MODEL, output: OUTPUT});
    const stored = await chain.read(oracle, 'getRequest', [requestId]);
    expect(stored.status).toBe(RequestStatus.answered);
    expect(stored.prover.toLowerCase()).toBe(dave);
    expect(stored.outputHash).toBe(keccak256(encodeAbiParameters([{type: 'int256[]'}], [OUTPUT])));
    expect(await chain.read(oracle, 'isFinalized', [requestId])).toBe(true);

    const revenue = PRICE - PROVER_FEE;
    expect(await chain.read(attribution, 'claimable', [DATASET, alice])).toBe(revenue / 4n);
    expect(await chain.read(attribution, 'claimable', [MODEL, bob])).toBe((revenue * 3n) / 4n);
    expect(await chain.read(oracle, 'proverBalance', [dave])).toBe(PROVER_FEE);
    expect(await chain.read(oracle, 'escrowed', [])).toBe(0n);
    await booksBalance();
    await chain.write(dave, oracle, 'withdrawProverFees', [erin]);
    expect(await chain.balance(erin)).toBe(FUNDING + PROVER_FEE);
    expect(await chain.balance(oracle.address)).toBe(0n);
    expect(await refusalOf(chain.write(dave, oracle, 'withdrawProverFees', [dave]))).toBe('NothingToWithdraw');
    expect(await refusalOf(chain.write(dave, oracle, 'withdrawProverFees', [NOBODY]))).toBe('InvalidRecipient');
  });

  it('computes the context as provers do', async () => {
    expect(await chain.read(oracle, 'contextOf', [5n, dave])).toBe(
      inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId: 5n, prover: dave}),
    );
  });

  it('is refused with a tampered output', async () => {
    const requestId = await request();
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {output: [8n, -9n]}))).toBe('InvalidProof');
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {output: [7n, 9n]}))).toBe('InvalidProof');
  });

  it('is refused with a proof of another model, under its key or with its commitment', async () => {
    const requestId = await request();
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave, OUTPUT, INPUT, otherCircuit)))).toBe('InvalidProof');
    const context = inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId, prover: dave});
    const other = circuit.prove([...OUTPUT.map(field), COMMITMENT + 1n, context, ...INPUT.map(field)]);
    expect(await refusalOf(answer(requestId, other))).toBe('InvalidProof');
  });

  it('is refused when it is replayed, for the same request or another', async () => {
    const requestId = await request();
    const proof = proofOf(requestId, dave);
    await answer(requestId, proof);
    expect(await refusalOf(answer(requestId, proof))).toBe('AlreadyAnswered');
    expect(await refusalOf(answer(await request(), proof))).toBe('InvalidProof');
  });

  it('is refused when somebody else sends the proof', async () => {
    const requestId = await request();
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {from: mallory}))).toBe('InvalidProof');
  });

  it('is refused with a proof made for another chain or oracle', async () => {
    const requestId = await request();
    for (const context of [
      inferenceContext({chainId: 7259n, oracle: oracle.address, requestId, prover: dave}),
      inferenceContext({chainId: CHAIN_ID, oracle: attribution.address, requestId, prover: dave}),
    ]) {
      const proof = circuit.prove([...OUTPUT.map(field), COMMITMENT, context, ...INPUT.map(field)]);
      expect(await refusalOf(answer(requestId, proof))).toBe('InvalidProof');
    }
  });

  it('is refused with a malformed proof', async () => {
    const requestId = await request();
    const proof = proofOf(requestId, dave);
    for (const bad of ['0x', proof.slice(0, -2), `${proof}00`, `0x${'00'.repeat(256)}`, `0x${'ff'.repeat(256)}`]) {
      expect(await refusalOf(answer(requestId, bad as Hex))).toBe('InvalidProof');
    }
  });

  it('is refused with another input, a wrong number of outputs, or one out of range', async () => {
    const requestId = await request();
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {input: [51n, -35n, 15n]}))).toBe('InputMismatch');
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {output: [7n]}))).toBe('WrongOutputCount');
    expect(await refusalOf(answer(requestId, proofOf(requestId, dave), {output: [7n, -9n + FIELD_ORDER]}))).toBe('NumberOutOfRange');
  });

  it('is refused for a request that does not exist', async () => {
    expect(await refusalOf(answer(1n, proofOf(1n, dave)))).toBe('UnknownRequest');
    expect(await refusalOf(chain.read(oracle, 'getRequest', [0n]))).toBe('UnknownRequest');
  });

  it('takes the whole range of numbers', async () => {
    const input = [2n ** 127n - 1n, -(2n ** 127n), 0n];
    const output = [-(2n ** 127n), 2n ** 127n - 1n];
    const requestId = await request(NOBODY, 0, input);
    await answer(requestId, proofOf(requestId, dave, output, input), {output, input});
  });

  it('works for a model that is free', async () => {
    const free = await register(chain, termsOf(bob, {kind: AssetKind.model}));
    await list(free, {commitment: 5n, price: 0n, proverFee: 0n});
    await chain.write(carol, oracle, 'request', [free, INPUT, NOBODY, 0]);
    await answer(1n, proofOf(1n, dave, OUTPUT, INPUT, circuit, 5n));
    expect(await chain.read(attribution, 'totalReceived', [])).toBe(0n);
  });
});

describe('time', () => {
  it('allows an answer up to the last second, and a refund after it', async () => {
    const first = await request();
    const second = await request();
    chain.increaseTime(TIMEOUT);
    expect(await refusalOf(chain.write(carol, oracle, 'refund', [first]))).toBe('NotExpired');
    await answer(first, proofOf(first, dave));
    chain.increaseTime(1n);
    expect(await refusalOf(answer(second, proofOf(second, dave)))).toBe('Expired');
    const before = await chain.balance(carol);
    await chain.write(mallory, oracle, 'refund', [second]);
    expect(await chain.balance(carol)).toBe(before + PRICE);
    expect(await refusalOf(chain.write(carol, oracle, 'refund', [second]))).toBe('AlreadyRefunded');
    expect(await refusalOf(chain.write(carol, oracle, 'refund', [first]))).toBe('AlreadyAnswered');
    expect(await refusalOf(answer(second, proofOf(second, dave)))).toBe('AlreadyRefunded');
    expect(await chain.read(oracle, 'isFinalized', [second])).toBe(false);
    await booksBalance();
  });
});

describe('a refund to another recipient', () => {
  it('is for the requester only, once, and after the deadline', async () => {
    const requestId = await request();
    const refundTo = (from: Hex, recipient: Hex) => chain.write(from, oracle, 'refundTo', [requestId, recipient]);
    expect(await refusalOf(refundTo(carol, erin))).toBe('NotExpired');
    chain.increaseTime(TIMEOUT + 1n);
    expect(await refusalOf(refundTo(mallory, mallory))).toBe('NotRequester');
    expect(await refusalOf(refundTo(carol, NOBODY))).toBe('InvalidRecipient');
    const receipt = await refundTo(carol, erin);
    expect(await chain.balance(erin)).toBe(FUNDING + PRICE);
    const [refunded] = eventsOf(receipt, inferenceOracleAbi, 'InferenceRefunded');
    expect([refunded?.args.requester.toLowerCase(), refunded?.args.recipient.toLowerCase()]).toEqual([carol, erin]);
    expect(await refusalOf(refundTo(carol, erin))).toBe('AlreadyRefunded');
    expect(await refusalOf(chain.write(carol, oracle, 'refund', [requestId]))).toBe('AlreadyRefunded');
    await booksBalance();
  });
});

describe('a callback', () => {
  const consumerOf = async (source: string) => chain.deploy(mallory, compile(`${HEAD}${source}`).Consumer!);
  const HEAD = `
    pragma solidity ^0.8.28;
    import {IInferenceConsumer} from "qanat/protocols/contracts/interfaces/IInferenceConsumer.sol";
    import {IInferenceOracle} from "qanat/protocols/contracts/interfaces/IInferenceOracle.sol";
    `;

  it('delivers the result to the example consumer', async () => {
    const consumer = await chain.deploy(carol, {abi: inferenceConsumerAbi, bytecode: inferenceConsumerBytecode});
    await chain.write(carol, consumer, 'ask', [MODEL, INPUT], {value: PRICE});
    const requestId = await chain.read(consumer, 'latestRequestId', []);
    const receipt = await answer(requestId, proofOf(requestId, dave));
    expect(eventsOf(receipt, inferenceOracleAbi, 'CallbackDelivered')).toHaveLength(1);
    expect(await chain.read(consumer, 'answerOf', [requestId])).toEqual({asked: true, delivered: true, greatest: 0n, output: OUTPUT});
  });

  it('lets the example consumer refuse what it did not ask for, and have its money back', async () => {
    const consumer = await chain.deploy(carol, {abi: inferenceConsumerAbi, bytecode: inferenceConsumerBytecode});
    expect(await refusalOf(chain.write(mallory, consumer, 'onInference', [1n, OUTPUT]))).toBe('OnlyOracle');
    const spoofed = await request(consumer.address, 500_000);
    const receipt = await answer(spoofed, proofOf(spoofed, dave));
    expect(eventsOf(receipt, inferenceOracleAbi, 'CallbackFailed')).toHaveLength(1);
    await chain.write(carol, consumer, 'ask', [MODEL, INPUT], {value: PRICE});
    chain.increaseTime(TIMEOUT + 1n);
    const unanswered = await chain.read(consumer, 'latestRequestId', []);
    // The example takes no plain payment, so a stranger cannot strand the coin in it.
    expect(await refusalOf(chain.write(mallory, oracle, 'refund', [unanswered]))).not.toBe('not refused');
    expect(await refusalOf(chain.write(mallory, consumer, 'takeBack', [unanswered]))).toBe('NotAsker');
    const before = await chain.balance(carol);
    await chain.write(carol, consumer, 'takeBack', [unanswered]);
    expect(await chain.balance(carol)).toBe(before + PRICE);
    expect(await chain.balance(consumer.address)).toBe(0n);
    expect(await refusalOf(chain.write(carol, consumer, 'takeBack', [unanswered]))).toBe('AlreadyRefunded');
    await booksBalance();
  });

  it.each<[string, string]>([
    ['reverts', 'revert("no");'],
    ['burns its gas', 'while (true) {}'],
    ['returns a bomb', 'assembly { return(0, 500000) }'],
    ['reverts with a bomb', 'assembly { revert(0, 500000) }'],
  ])('that %s does not block the settlement', async (_, body) => {
    const consumer = await consumerOf(`contract Consumer { function onInference(uint256, int256[] calldata) external { ${body} } }`);
    const requestId = await request(consumer.address, 1_000_000);
    const receipt = await answer(requestId, proofOf(requestId, dave));
    const delivered = body.includes('return(') && !body.includes('revert');
    expect(eventsOf(receipt, inferenceOracleAbi, delivered ? 'CallbackDelivered' : 'CallbackFailed')).toHaveLength(1);
    expect(receipt.gasUsed < 2_000_000n).toBe(true);
    expect(await chain.read(oracle, 'isFinalized', [requestId])).toBe(true);
    await booksBalance();
  });

  it('to an account without code fails, and the settlement stands', async () => {
    const requestId = await request(mallory, 50_000);
    const receipt = await answer(requestId, proofOf(requestId, dave));
    expect(eventsOf(receipt, inferenceOracleAbi, 'CallbackFailed')).toHaveLength(1);
    expect(await chain.read(oracle, 'isFinalized', [requestId])).toBe(true);
  });

  it('cannot be starved by the answerer, whatever gas limit it chooses', async () => {
    const consumer = await consumerOf(`
      contract Consumer {
        uint256 public given;
        function onInference(uint256, int256[] calldata) external { given = gasleft(); }
      }`);
    const callbackGas = 1_000_000;
    const requestId = await request(consumer.address, callbackGas);
    const data = encodeFunctionData({abi: inferenceOracleAbi, functionName: 'answer', args: [requestId, INPUT, OUTPUT, proofOf(requestId, dave)]});
    const attempt = async (gas: bigint) => {
      const undo = await chain.snapshot();
      const receipt = await chain.send({from: dave, to: oracle.address, data, gas});
      const given = receipt.status === 1 ? ((await chain.read(consumer, 'given', [])) as bigint) : 0n;
      await undo();
      return {receipt, given};
    };
    let [tooLittle, enough] = [100_000n, 4_000_000n];
    while (enough - tooLittle > 1n) {
      const gas = (enough + tooLittle) / 2n;
      if ((await attempt(gas)).receipt.status === 1) enough = gas;
      else tooLittle = gas;
    }
    // With the least gas with which the answer succeeds, the callback has all that was asked for, but for what it used
    // itself up to where it looks.
    const {receipt, given} = await attempt(enough);
    expect(eventsOf(receipt, inferenceOracleAbi, 'CallbackDelivered')).toHaveLength(1);
    expect(given > BigInt(callbackGas) - 1_000n).toBe(true);
    expect((await attempt(enough - 1n)).receipt.returnData.slice(0, 10)).toBe(
      toFunctionSelector('InsufficientCallbackGas(uint256,uint256)'),
    );
  });

  it('sees a final request, and can neither answer it again, nor refund it, nor withdraw', async () => {
    const consumer = await consumerOf(`
      contract Consumer {
        IInferenceOracle constant ORACLE = IInferenceOracle(0x0000000000000000000000000000000000001020);
        bool public final_;
        uint256 public refused;
        uint256 public calls;
        function onInference(uint256 requestId, int256[] calldata output) external {
          calls++;
          final_ = ORACLE.isFinalized(requestId);
          int256[] memory input = new int256[](3);
          try ORACLE.answer(requestId, input, output, "") {} catch { refused++; }
          try ORACLE.refund(requestId) {} catch { refused++; }
          try ORACLE.withdrawProverFees(payable(address(this))) {} catch { refused++; }
        }
      }`);
    const requestId = await request(consumer.address, 500_000);
    await answer(requestId, proofOf(requestId, dave));
    expect(await chain.read(consumer, 'final_', [])).toBe(true);
    expect(await chain.read(consumer, 'refused', [])).toBe(3n);
    expect(await chain.read(consumer, 'calls', [])).toBe(1n);
    await booksBalance();
  });

  it('may ask again', async () => {
    const consumer = await consumerOf(`
      contract Consumer {
        IInferenceOracle constant ORACLE = IInferenceOracle(0x0000000000000000000000000000000000001020);
        receive() external payable {}
        function onInference(uint256 requestId, int256[] calldata output) external {
          int256[] memory input = new int256[](3);
          input[0] = output[0];
          if (requestId == 1) ORACLE.request{value: 1 ether}(2, input, address(this), 500000);
        }
      }`);
    await chain.send({from: carol, to: consumer.address, value: PRICE});
    await request(consumer.address, 500_000);
    await answer(1n, proofOf(1n, dave));
    await answer(2n, proofOf(2n, dave, OUTPUT, [7n, 0n, 0n]), {input: [7n, 0n, 0n]});
    expect(await chain.read(oracle, 'isFinalized', [2n])).toBe(true);
    await booksBalance();
  });
});
