/** A part of the light-client scenarios, and what the runner itself answers. `npm run conformance -- light-client DIR` runs all. */
import {describe, expect, it} from '@jest/globals';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {lightClientSuite} from './light-client/suite.ts';
import {runSuite} from './runner.ts';

const DATA = fileURLToPath(new URL('data/tendermint/light-client/', import.meta.url));
const STEPS = 'MC4_4_faulty_TestHalfValsetChangesVerdictSuccess.json';

async function run(folder: string): Promise<string[]> {
  const lines: string[] = [];
  await runSuite(lightClientSuite, folder, (line) => lines.push(line));
  return lines;
}

async function runOn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'qanat-conformance-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return await run(folder);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

describe('light-client scenarios of tendermint-rs', () => {
  it('pass: single steps in protobuf, bisections in the amino of Tendermint 0.33', async () => {
    expect(await run(DATA)).toEqual(['6 passed, 0 failed, 0 skipped']);
  });

  it('are known by their content, fail when the verdict is another, and say why', async () => {
    const content = readFileSync(join(DATA, STEPS), 'utf8');
    const lines = await runOn({'a.json': content, 'b.json': content.replace('"verdict": "SUCCESS"', '"verdict": "INVALID"')});
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
    expect(lines[0]).toMatch(/^FAILED b\.json .*SUCCESS, expected INVALID/);
  });

  it('of bisection fail when what should be verified is forged', async () => {
    const content = readFileSync(join(DATA, 'bisection/_happy_path.json'), 'utf8');
    const lines = await runOn({'forged.json': content.replaceAll('"app_hash": "6170705F68617368"', '"app_hash": "6170705F68617369"')});
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('a file of another kind is skipped with a reason, a broken one and an empty folder fail', async () => {
    expect(await runOn({'other.json': '{"tests": []}'})).toEqual([expect.stringMatching(/^SKIPPED other\.json: neither/), '0 passed, 0 failed, 1 skipped']);
    expect((await runOn({'broken.json': '{'})).at(-1)).toBe('0 passed, 1 failed, 0 skipped');
    expect((await runOn({})).at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });
});
