/** `npm run bench -- SUITE`: measurements that documents quote. Without a suite, lists them. */
import {SUITES} from './suites.ts';

const [name, ...args] = process.argv.slice(2);
const suite = name === undefined ? undefined : SUITES.get(name);

if (suite === undefined) {
  const list = [...SUITES].map(([suiteName, {summary}]) => `  ${suiteName.padEnd(14)} ${summary}`).join('\n');
  const text = `Usage: npm run bench -- SUITE [options]\n\nSuites:\n${list}\n`;
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(text);
  } else {
    process.stderr.write(`There is no bench suite "${name}".\n\n${text}`);
    process.exitCode = 2;
  }
} else {
  try {
    await (await suite.load()).run(args);
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  }
}

/** With the causes: `fetch failed` alone says nothing. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${describe(error.cause)}`;
}
