/** Walks a folder and runs the cases that a suite finds in its files. */
import {readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';

export type Outcome = {readonly kind: 'passed'} | {readonly kind: 'failed' | 'skipped'; readonly reason: string};

export interface Case {
  readonly name: string;
  run(): Promise<Outcome>;
}

export interface Suite {
  /** Files that the suite looks at, by their ending. */
  readonly extension: string;
  /** By its content, never by its name. A file that is none of the suite's is a case that says so by being skipped. */
  casesOf(content: string): readonly Case[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Prints every failure and skip with its reason, and the counts as the last line. An empty folder counts as a failure. */
export async function runSuite(suite: Suite, folder: string, print: (line: string) => void): Promise<Counts> {
  const counts = {passed: 0, failed: 0, skipped: 0};
  for (const file of filesBelow(folder, suite.extension)) {
    const path = relative(folder, file);
    for (const test of casesIn(suite, file)) {
      const outcome = await test.run().catch((error: Error): Outcome => ({kind: 'failed', reason: error.stack ?? error.message}));
      counts[outcome.kind]++;
      if (outcome.kind !== 'passed') print(`${outcome.kind.toUpperCase()} ${path}${test.name === '' ? '' : ` (${test.name})`}: ${outcome.reason}`);
    }
  }
  if (counts.passed + counts.failed + counts.skipped === 0) {
    counts.failed++;
    print(`FAILED ${folder}: it holds no ${suite.extension} file`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts;
}

function casesIn(suite: Suite, file: string): readonly Case[] {
  try {
    return suite.casesOf(readFileSync(file, 'utf8'));
  } catch (error) {
    return [{name: '', run: () => Promise.resolve({kind: 'failed', reason: (error as Error).message})}];
  }
}

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(folder, {withFileTypes: true})
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, extension);
      return entry.name.endsWith(extension) ? [path] : [];
    });
}
