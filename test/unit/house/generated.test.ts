/** Generated files are committed, and are what their generators make today. */
import {describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {read, ROOT} from './tree.ts';

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** In a process of its own, as `npm run generate` runs it. */
async function generate(name: string): Promise<[path: string, content: string][]> {
  const script = `
    const {generate} = await import(${JSON.stringify(`./scripts/generate/${name}`)});
    process.stdout.write(JSON.stringify([...(await generate())]));`;
  const args = ['--conditions=chain-source', '--import', 'tsx', '--input-type=module', '-e', script];
  const {NODE_OPTIONS: _, ...env} = process.env;
  const {stdout} = await promisify(execFile)(process.execPath, args, {cwd: ROOT, env, maxBuffer: OUTPUT_BYTES_MAX});
  return JSON.parse(stdout) as [string, string][];
}

const generators = readdirSync(join(ROOT, 'scripts/generate')).filter((name) => name.endsWith('.ts'));

describe('generated files', () => {
  it('have generators', () => {
    expect(generators.length).toBeGreaterThan(0);
  });

  it.each(generators)('of %s are up to date (npm run generate)', async (name) => {
    const files = await generate(name);
    expect(files.length).toBeGreaterThan(0);
    const stale = files.filter(([path, content]) => !existsSync(join(ROOT, path)) || read(path) !== content);
    expect(stale.map(([path]) => path)).toEqual([]);
  });
});
