/** GeneralStateTests of ethereum/tests: a state, a block's environment, a transaction in variants, and the state after it by fork. */
import {hexToBytes} from '#node/execution';
import type {Hex} from '#node/execution';
import type {Case, Outcome, Suite} from '../runner.ts';
import {forksOf} from './forks.ts';
import {answerOf} from './state-case.ts';
import type {Indexes, StateAnswer, StateTestInput} from './state-case.ts';

interface Expectation {
  readonly hash: Hex;
  readonly logs: Hex;
  readonly expectException?: string;
}
type Post = Expectation & {readonly indexes: Indexes; readonly txbytes?: Hex};
type StateTest = StateTestInput & {readonly post: Readonly<Record<string, readonly Post[]>>};

export const stateSuite: Suite = {
  extension: '.json',
  casesOf(content) {
    return Object.entries(JSON.parse(content) as Record<string, unknown>).flatMap(([name, test]) => {
      if (isStateTest(test)) return casesOfTest(name, test);
      return [{name, run: async (): Promise<Outcome> => ({kind: 'skipped', reason: 'not a state test (env, pre, transaction, post)'})}];
    });
  },
};

function casesOfTest(name: string, {post, ...input}: StateTest): Case[] {
  return Object.entries(post).flatMap(([fork, posts]) => {
    const hardforks = forksOf(fork);
    if (hardforks.length === 0) return [{name: `${name} ${fork}`, run: async () => ({kind: 'skipped', reason: `there is no fork named ${fork}`})}];
    return hardforks.flatMap((hardfork) =>
      posts.map(({indexes, txbytes, ...expectation}, index): Case => ({
        name: `${name} ${hardforks.length === 1 ? fork : hardfork}[${index}]`,
        run: async () => outcomeOf(await answerOf(input, hardfork, fork, indexes, txbytes === undefined ? undefined : hexToBytes(txbytes)), expectation),
      })),
    );
  });
}

function outcomeOf(answer: StateAnswer, expected: Expectation): Outcome {
  if (answer.refusal === undefined && expected.expectException !== undefined) return {kind: 'failed', reason: `accepted, expected ${expected.expectException}`};
  if (answer.refusal !== undefined && expected.expectException === undefined) return {kind: 'failed', reason: `refused: ${answer.refusal}`};
  if (answer.stateRoot !== expected.hash) return {kind: 'failed', reason: `state root ${answer.stateRoot}, expected ${expected.hash}`};
  if (answer.logsHash !== expected.logs) return {kind: 'failed', reason: `logs ${answer.logsHash}, expected ${expected.logs}`};
  return {kind: 'passed'};
}

function isStateTest(test: unknown): test is StateTest {
  return typeof test === 'object' && test !== null && ['env', 'pre', 'transaction', 'post'].every((key) => key in test);
}
