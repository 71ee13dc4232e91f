/** Three attempts to be paid for what was not proven. The chain must refuse each, with the right error. */
import {decodeFunctionData, encodeFunctionData} from 'viem';
import type {Hex} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {answerInference, ContractRefusedError, SYSTEM_ADDRESSES} from '#protocols/client';
import type {Asked, Story} from './story.ts';
import {done, say} from './print.ts';
import {qanatJson} from './processes.ts';

/** More than an answer takes, so that a refusal is the contract's and not for want of gas. */
const FORCED_GAS = 3_000_000n;

type Attempt = {readonly requestId: bigint; readonly input: readonly bigint[]; readonly output: readonly bigint[]; readonly proof: Hex};
type Proven = {readonly output: readonly string[]; readonly proof: Hex};

/** @param answered a request that was answered, and the transaction that did; @param open one that was not yet */
export async function tryToCheat(
  story: Story, otherModel: string, open: Asked, answered: {readonly asked: Asked; readonly transactionHash: Hex},
): Promise<void> {
  const {requestId, input} = open;
  say('a. The cheat proves the right output of the right model, then sends another output with the proof.');
  const honest = await proveAsCheat(story, story.modelFolder, open);
  const output = honest.output.map(BigInt);
  await mustBeRefused(story, {requestId, input, output: output.map((value, k) => (k === 0 ? value + 1n : value)), proof: honest.proof}, 'InvalidProof');

  say('b. The cheat runs a model of its own, of the same shape, and proves that.');
  const foreign = await proveAsCheat(story, otherModel, open);
  await mustBeRefused(story, {requestId, input, output: foreign.output.map(BigInt), proof: foreign.proof}, 'InvalidProof');

  say(`c. The cheat replays the prover's answer to request ${answered.asked.requestId}, first for that request, then for request ${requestId}.`);
  const {input: callData} = await story.chain.reader.getTransaction({hash: answered.transactionHash});
  const call = decodeFunctionData({abi: inferenceOracleAbi, data: callData});
  if (call.functionName !== 'answer') throw new Error('the transaction is not an answer');
  const [answeredId, answeredInput, answeredOutput, proof] = call.args;
  await mustBeRefused(story, {requestId: answeredId, input: answeredInput, output: answeredOutput, proof}, 'AlreadyAnswered');
  await mustBeRefused(story, {requestId, input, output: answeredOutput, proof}, 'InvalidProof');
}

async function proveAsCheat(story: Story, folder: string, {requestId, input}: Asked): Promise<Proven> {
  const {chain, cast} = story;
  return qanatJson<Proven>([
    'model', 'prove', folder, `--input=${input.join(',')}`, '--chain-id', String(await chain.reader.getChainId()),
    '--request-id', String(requestId), '--prover', cast.cheat.account.address,
  ]);
}

/** The SDK must report the error by name, and a transaction sent all the same must be included and reverted. */
async function mustBeRefused(story: Story, attempt: Attempt, errorName: string): Promise<void> {
  const {cheat} = story.cast;
  const {requestId, input, output, proof} = attempt;
  let refusal: unknown;
  try {
    await answerInference(cheat, {requestId, input, output, proof});
  } catch (error) {
    refusal = error;
  }
  if (refusal === undefined) throw new Error(`the chain took a wrong answer to request ${requestId}`);
  if (!(refusal instanceof ContractRefusedError) || refusal.errorName !== errorName) {
    throw new Error(`expected the refusal ${errorName}, got: ${(refusal as Error).message}`, {cause: refusal});
  }
  const hash = await cheat.sendTransaction({
    to: SYSTEM_ADDRESSES.inferenceOracle, gas: FORCED_GAS,
    data: encodeFunctionData({abi: inferenceOracleAbi, functionName: 'answer', args: [requestId, [...input], [...output], proof]}),
  });
  const receipt = await story.chain.reader.waitForTransactionReceipt({hash});
  if (receipt.status !== 'reverted') throw new Error(`the chain took a wrong answer to request ${requestId} in ${hash}`);
  done(`Refused, ${errorName}: "${refusal.shortMessage}" Sent all the same, it is reverted, and the cheat pays the gas.`, receipt);
}
