/** `npm run conformance -- SUITE DIR`: runs the vectors that others wrote, from any folder of the suite's format. */
import {existsSync, statSync} from 'node:fs';
import {resolve} from 'node:path';
import {runOnAllCores} from './processes.ts';
import {SUITES} from './suites.ts';

const [name, folder] = process.argv.slice(2);
const suite = name === undefined ? undefined : SUITES.get(name);

if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(usage());
} else if (suite === undefined) {
  refuse(`There is no conformance suite "${name}".\n\n${usage()}`);
} else if (folder === undefined) {
  refuse(`Name the folder with the vectors: npm run conformance -- ${name} DIR`);
} else if (!existsSync(folder) || !statSync(folder).isDirectory()) {
  refuse(`${resolve(folder)} is not a folder.`);
} else {
  const {failed} = await runOnAllCores(name, await suite.load(resolve(folder)), resolve(folder), (line) => process.stdout.write(`${line}\n`));
  process.exitCode = failed === 0 ? 0 : 1;
}

function usage(): string {
  const list = [...SUITES].map(([suiteName, {summary}]) => `  ${suiteName.padEnd(17)} ${summary}`).join('\n');
  return `Usage: npm run conformance -- SUITE DIR\n\nSuites:\n${list}\n`;
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
