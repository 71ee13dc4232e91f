import {readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {runStateTest} from './state-test-runner.ts';
import type {StateTest} from './state-test-runner.ts';

const {tests} = JSON.parse(readFileSync(new URL('./vectors/state-tests.json', import.meta.url), 'utf8')) as {tests: Record<string, StateTest>};

describe('ethereum/tests GeneralStateTests, through the production path', () => {
  it.each(Object.entries(tests))('%s', async (name, test) => {
    const results = await runStateTest(name, test);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({outcome}) => outcome === 'failed')).toEqual([]);
  });
});
