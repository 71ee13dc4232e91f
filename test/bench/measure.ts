import {cpus} from 'node:os';

const BATCHES = 15;
const BATCH_NS = 40_000_000;

/**
 * Nanoseconds of processor time of one run: the quickest of 15 batches of about 40 ms, after a warm-up. What
 * else a machine does can only add to the time.
 */
export async function measureNs(run: (i: number) => unknown): Promise<number> {
  let count = 0;
  const timeOf = async (runs: number): Promise<number> => {
    const start = process.cpuUsage();
    for (let i = 0; i < runs; i++) await run(count++);
    const {user, system} = process.cpuUsage(start);
    return ((user + system) * 1_000) / runs;
  };
  const first = await timeOf(3);
  const perBatch = Math.min(20_000, Math.max(1, Math.round(BATCH_NS / Math.max(first, 1_000))));
  await timeOf(perBatch);
  const times: number[] = [];
  for (let i = 0; i < BATCHES; i++) times.push(await timeOf(perBatch));
  return Math.min(...times);
}

/** Figures depend on the machine: say which. */
export function printMachine(): void {
  const list = cpus();
  console.log(`Node ${process.version}, ${list.length} × ${list[0]?.model ?? 'unknown processor'}\n`);
}

/** Columns as wide as they need to be; numbers to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  console.log(line(head));
  console.log(widths.map((width) => '─'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
  console.log('');
}

export function milliseconds(ns: number): string {
  return `${(ns / 1e6).toFixed(2)} ms`;
}
