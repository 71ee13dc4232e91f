/** A suite of many files on all cores: as many processes, each of which runs a file at a time. */
import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {countFiles, runFiles, runSuite} from './runner.ts';
import type {Counts, FileReport, Suite} from './runner.ts';

/** Below, starting processes takes longer than it saves. */
const FILES_MIN = 100;
const PROCESSES_MAX = 8;
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export async function runOnAllCores(name: string, suite: Suite, folder: string, print: (line: string) => void): Promise<Counts> {
  const width = Math.min(availableParallelism(), PROCESSES_MAX);
  if (suite.isSequential === true || width === 1 || countFiles(folder, suite.extension) < FILES_MIN) return runSuite(suite, folder, print);
  const idle = Array.from({length: width}, () => new Worker(name, folder));
  try {
    const run = async (path: string): Promise<FileReport> => {
      const waiting = idle.pop()!;
      const worker = waiting.isGone ? new Worker(name, folder) : waiting;
      const report = await worker.run(path);
      idle.push(worker);
      return report;
    };
    return await runFiles(folder, suite.extension, run, width, print);
  } finally {
    for (const worker of idle) worker.close();
  }
}

class Worker {
  readonly #child: ChildProcess;
  isGone = false;

  constructor(name: string, folder: string) {
    this.#child = fork(WORKER, [name, folder]);
    this.#child.once('exit', () => (this.isGone = true));
  }

  /** A process that dies of a file has failed it. */
  run(path: string): Promise<FileReport> {
    return new Promise((resolve) => {
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child.off('message', onMessage);
        resolve({passed: 0, failed: 1, skipped: 0, lines: [`FAILED ${path}: the process ended by ${signal ?? `code ${code}`}`]});
      };
      const onMessage = (report: FileReport): void => {
        this.#child.off('exit', onExit);
        resolve(report);
      };
      this.#child.once('exit', onExit);
      this.#child.once('message', onMessage);
      this.#child.send(path);
    });
  }

  close(): void {
    if (!this.isGone) this.#child.disconnect();
  }
}
