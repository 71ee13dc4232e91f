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
  /** Its cases share something, so they run in this process, one after the other in the order of the files. */
  readonly isSequential?: boolean;
  /** After the last case. */
  close?(): Promise<void>;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Of one file: its counts, and a line for each failure and skip with the reason. */
export interface FileReport extends Counts {
  readonly lines: readonly string[];
}

export type FileRunner = (path: string) => Promise<FileReport>;

/**
 * Prints every failure and skip with its reason, in the order of the files, and the counts as the last line. An empty folder counts as
 * a failure. `run` may be called for as many files at once as `width` says.
 */
export async function runFiles(folder: string, extension: string, run: FileRunner, width: number, print: (line: string) => void): Promise<Counts> {
  const paths = filesBelow(folder, extension).map((file) => relative(folder, file));
  const reports = new Map<number, FileReport>();
  const counts = {passed: 0, failed: 0, skipped: 0};
  let next = 0;
  let printed = 0;
  const work = async (): Promise<void> => {
    while (next < paths.length) {
      const index = next++;
      reports.set(index, await run(paths[index]!));
      for (let report = reports.get(printed); report !== undefined; report = reports.get(++printed)) {
        counts.passed += report.passed;
        counts.failed += report.failed;
        counts.skipped += report.skipped;
        for (const line of report.lines) print(line);
        reports.delete(printed);
      }
    }
  };
  await Promise.all(Array.from({length: width}, work));
  if (counts.passed + counts.failed + counts.skipped === 0) {
    counts.failed++;
    print(`FAILED ${folder}: it holds no ${extension} file`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts;
}

/** In this process, one file after the other. */
export async function runSuite(suite: Suite, folder: string, print: (line: string) => void): Promise<Counts> {
  try {
    return await runFiles(folder, suite.extension, (path) => runFile(suite, folder, path), 1, print);
  } finally {
    await suite.close?.();
  }
}

export async function runFile(suite: Suite, folder: string, path: string): Promise<FileReport> {
  const counts = {passed: 0, failed: 0, skipped: 0};
  const lines: string[] = [];
  for (const test of casesIn(suite, join(folder, path))) {
    const outcome = await test.run().catch((error: Error): Outcome => ({kind: 'failed', reason: error.stack ?? error.message}));
    counts[outcome.kind]++;
    if (outcome.kind !== 'passed') lines.push(`${outcome.kind.toUpperCase()} ${path}${test.name === '' ? '' : ` (${test.name})`}: ${outcome.reason}`);
  }
  return {...counts, lines};
}

export function countFiles(folder: string, extension: string): number {
  return filesBelow(folder, extension).length;
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
