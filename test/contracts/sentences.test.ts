import {expect, it} from '@jest/globals';
import type {Abi} from 'viem';
import * as abis from '#protocols/abi';
import {sentenceOf} from '../../protocols/client/sentences.ts';

/** Contracts that show developers how, and are not the SDK's. */
const EXAMPLES: readonly unknown[] = [abis.inferenceConsumerAbi, abis.proofGateAbi];

const errors = Object.values(abis as Record<string, unknown>)
  .filter((value): value is Abi => Array.isArray(value) && !EXAMPLES.includes(value))
  .flatMap((abi) => abi.filter((item) => item.type === 'error'));

it('turns every error of the system contracts into a sentence with its values', () => {
  const missing: string[] = [];
  for (const {name, inputs} of errors) {
    const sentence = sentenceOf(name, inputs.map((_, index) => `value${index}`));
    if (sentence.startsWith(`${name}(`)) missing.push(name);
    // A sentence that names a value that the error does not have would say "undefined".
    expect([name, sentence.includes('undefined')]).toEqual([name, false]);
  }
  expect([...new Set(missing)].sort()).toEqual([]);
});
