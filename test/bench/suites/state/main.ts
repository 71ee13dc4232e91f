/** What the size of the state costs: time of a block and of its root, bytes on disk and in memory, from ten thousand accounts to a million. */
import {fork} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {printMachine, printTable} from '../../measure.ts';
import {whole} from '../../options.ts';
import type {StateFigures} from './measure.ts';

const ENTRIES_MAX = 10_000_000;
const WORKER = join(import.meta.dirname, 'worker.ts');
/** The goal of the project. */
const MEMORY_GOAL = '1,000 MB';

const USAGE = `Usage: npm run bench -- state [options]

  --sizes LIST  accounts, and as many storage slots, at which is measured; ascending, up to ${ENTRIES_MAX} (default 10000,100000,1000000)
`;

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({args: [...args], options: {sizes: {type: 'string', default: '10000,100000,1000000'}, help: {type: 'boolean', short: 'h', default: false}}});
  if (values.help) return console.log(USAGE);
  const sizes = values.sizes.split(',').map((text) => whole('--sizes', text, 1_000, ENTRIES_MAX));
  if (sizes.some((size, i) => i > 0 && size <= sizes[i - 1]!)) throw new Error('--sizes must ascend');
  printMachine();
  const folder = mkdtempSync(join(tmpdir(), 'qanat-bench-state-'));
  const path = join(folder, 'application.db');
  const rows: string[][] = [];
  let first: StateFigures | undefined;
  try {
    let loaded = 0;
    for (const size of sizes) {
      const began = performance.now();
      await step('load', path, loaded, size);
      const loadSeconds = (performance.now() - began) / 1_000;
      loaded = size;
      const bytes = bytesOf(path);
      const figures = (await step('measure', path, 0, size)) as StateFigures;
      first ??= figures;
      const times = (value: number, base: number): string => `${value.toFixed(1)} ms (${(value / base).toFixed(2)} ×)`;
      rows.push([
        size.toLocaleString('en'),
        times(figures.blockMs, first.blockMs),
        times(figures.rootMs, first.rootMs),
        (bytes / (2 * size)).toFixed(0),
        `${(bytes / 1e6).toFixed(0)} MB`,
        `${(figures.residentBytes / 1e6).toFixed(0)} MB`,
        `${loadSeconds.toFixed(0)} s`,
      ]);
      console.log(`${size.toLocaleString('en')} accounts: loaded and measured`);
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  console.log('');
  printTable(['accounts, and slots', 'block of 400', 'its root', 'disk per entry', 'disk', 'memory at most', 'load'], rows);
  console.log(`In brackets: against the smallest. Memory of the process that executes; goal: under ${MEMORY_GOAL}. An entry is an account or a slot, its trie nodes included.\n`);
}

function step(name: 'load' | 'measure', path: string, from: number, to: number): Promise<unknown> {
  const worker = fork(WORKER, [name, path, String(from), String(to)]);
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('exit', (code) => reject(new Error(`the process that should ${name} ended with code ${code}`)));
  });
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
