/** TransactionTests of ethereum/tests: bytes, and for each fork either the hash, sender and intrinsic gas of a transaction, or why it is none. */
import {DecodeError, decodeTransaction, forkRules, hexToBytes, limits, TransactionError} from '#node/execution';
import type {Address, Hardfork, Hash, Hex} from '#node/execution';
import {validateStateless} from '../../../node/execution/validity.ts';
import type {Case, Outcome, Suite} from '../runner.ts';
import {forksOf} from './forks.ts';

type Expectation = {readonly exception: string} | {readonly exception?: undefined; readonly hash: Hash; readonly sender: Address; readonly intrinsicGas: Hex};
interface TransactionTest {
  readonly txbytes: Hex;
  readonly result: Readonly<Record<string, Expectation>>;
}
type Answer = {readonly refusal: string} | {readonly refusal?: undefined; readonly hash: Hash; readonly sender: Address; readonly intrinsicGas: bigint};

/** The tests are of Ethereum's mainnet. */
const CHAIN_ID = 1n;

export const transactionSuite: Suite = {
  extension: '.json',
  casesOf(content) {
    return Object.entries(JSON.parse(content) as Record<string, unknown>).flatMap(([name, test]): Case[] => {
      if (!isTransactionTest(test)) return [{name, run: async () => ({kind: 'skipped', reason: 'not a transaction test (txbytes, result)'})}];
      const {txbytes} = test;
      return Object.entries(test.result).flatMap(([fork, expected]): Case[] => {
        const hardforks = forksOf(fork);
        if (hardforks.length === 0) return [{name: `${name} ${fork}`, run: async () => ({kind: 'skipped', reason: `there is no fork named ${fork}`})}];
        return hardforks.map((hardfork) => ({
          name: `${name} ${hardforks.length === 1 ? fork : hardfork}`,
          run: async () => outcomeOf(answerOf(txbytes, hardfork), expected),
        }));
      });
    });
  },
};

function answerOf(txbytes: Hex, hardfork: Hardfork): Answer {
  const rules = forkRules(hardfork);
  try {
    const tx = decodeTransaction(hexToBytes(txbytes), {chainId: CHAIN_ID, rules, bytesMax: limits.FOREIGN_TRANSACTION_BYTES_MAX});
    const {regular} = validateStateless(tx, rules);
    return {hash: tx.hash, sender: tx.sender, intrinsicGas: regular};
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TransactionError) return {refusal: error.message};
    throw error;
  }
}

function outcomeOf(answer: Answer, expected: Expectation): Outcome {
  if (answer.refusal !== undefined) {
    return expected.exception === undefined ? {kind: 'failed', reason: `refused: ${answer.refusal}`} : {kind: 'passed'};
  }
  if (expected.exception !== undefined) return {kind: 'failed', reason: `accepted, expected ${expected.exception}`};
  if (answer.hash !== expected.hash) return {kind: 'failed', reason: `hash ${answer.hash}, expected ${expected.hash}`};
  if (answer.sender !== expected.sender.toLowerCase()) return {kind: 'failed', reason: `sender ${answer.sender}, expected ${expected.sender}`};
  if (answer.intrinsicGas !== BigInt(expected.intrinsicGas)) {
    return {kind: 'failed', reason: `intrinsic gas ${answer.intrinsicGas}, expected ${BigInt(expected.intrinsicGas)}`};
  }
  return {kind: 'passed'};
}

function isTransactionTest(test: unknown): test is TransactionTest {
  return typeof test === 'object' && test !== null && 'txbytes' in test && 'result' in test;
}
