/** `qanat import` on the chain of hive's rpc-compat: proof of work, the merge, and every fork since. */
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {main} from '#node/cli';

const DATA = resolve(import.meta.dirname, '../../conformance/data/execution-apis');
const GENESIS = join(DATA, 'genesis.json');
const BLOCKS = join(DATA, 'chain.rlp');

let folder: string;
let output: string[];

async function run(options: {genesis?: string; blocks?: string; home: string}): Promise<number> {
  output.length = 0;
  return main(['import', '--genesis', options.genesis ?? GENESIS, '--blocks', options.blocks ?? BLOCKS, '--home', options.home]);
}

describe('qanat import', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'qanat-cli-import-'));
  });
  afterAll(() => rmSync(folder, {recursive: true}));
  beforeEach(() => {
    output = [];
    for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation((text: string) => void output.push(text));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('imports a chain, goes on with what is new in a later file, and passes over the rest', async () => {
    const home = join(folder, 'whole');
    const file = readFileSync(BLOCKS);
    const first = join(folder, 'first.rlp');
    // The first block alone.
    writeFileSync(first, file.subarray(0, lengthOfFirst(file)));
    expect(await run({blocks: first, home})).toBe(0);
    expect(output.at(-1)).toMatch(/^imported 1 blocks; the head is block 1, hash 0x[0-9a-f]{64}, state root 0x[0-9a-f]{64}$/);
    expect(await run({home})).toBe(0);
    const [, imported, head] = /^imported (\d+) blocks; the head is block (\d+),/.exec(output.at(-1)!)!;
    expect(Number(imported)).toBe(Number(head) - 1);
    expect(await run({home})).toBe(0);
    expect(output.at(-1)).toContain(`imported 0 blocks; the head is block ${head},`);

    const genesis = JSON.parse(readFileSync(GENESIS, 'utf8'));
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify({...genesis, timestamp: '0x1'}));
    expect(await run({genesis: other, home})).toBe(1);
    expect(output.at(-1)).toContain('the database holds a chain of another genesis document');
  });

  it('says what is wrong with a block, and keeps what came before', async () => {
    const home = join(folder, 'damaged');
    const bytes = readFileSync(BLOCKS);
    const damaged = join(folder, 'damaged.rlp');
    writeFileSync(damaged, bytes.subarray(0, bytes.length - 1));
    expect(await run({blocks: damaged, home})).toBe(1);
    expect(output.at(-1)).toMatch(/the file ends in the middle of a block/);
    expect(await run({home})).toBe(0);
    expect(output.at(-1)).toContain('imported 1 blocks');
  });

  it('leaves the home of a node alone, and names files that it cannot read', async () => {
    const home = join(folder, 'node');
    mkdirSync(join(home, 'config'), {recursive: true});
    copyFileSync(GENESIS, join(home, 'config', 'genesis.json'));
    expect(await run({home})).toBe(1);
    expect(output.at(-1)).toContain('is the home of a node');
    expect(await run({blocks: join(folder, 'none.rlp'), home: join(folder, 'new')})).toBe(1);
    expect(output.at(-1)).toContain('none.rlp: ENOENT');
    expect(await run({genesis: BLOCKS, home: join(folder, 'new')})).toBe(1);
    expect(output.at(-1)).toContain('is not JSON');
  });
});

/** A block is an RLP list of more than 55 bytes. */
function lengthOfFirst(file: Uint8Array): number {
  const size = file[0]! - 0xf7;
  return 1 + size + Number(BigInt(`0x${Buffer.from(file.subarray(1, 1 + size)).toString('hex')}`));
}
