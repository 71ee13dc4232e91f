import {describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {compile} from '../support/solc.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```solidity\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

describe('the Solidity of the README', () => {
  it('is there, and compiles as it stands', () => {
    expect(examples).toHaveLength(1);
    for (const source of examples) expect(Object.keys(compile(source))).toContain('ProofGate');
  });

  it('does what the example in the tree does', () => {
    const [gate] = examples.map((source) => compile(source)['ProofGate']);
    const functions = gate?.abi.filter((item) => item.type === 'function').map((item) => item.name);
    expect(functions?.sort()).toEqual(['admitted', 'enter', 'keyHash']);
  });
});
