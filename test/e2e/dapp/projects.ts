/** Projects of forge and of Hardhat over the same contracts, in folders of their own, and how their programs are run without a net. */
import {spawn} from 'node:child_process';
import {chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {peerExecutable, peerModules} from '../../support/peers/packages.ts';
import {DAPP_CONTRACTS} from './contracts.ts';
import {HARDHAT_FILES} from './hardhat.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const MODULES = join(ROOT, 'node_modules');
const COMMAND_TIMEOUT_MS = 240_000;

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

export interface Project {
  readonly folder: string;
  run(args: readonly string[], env?: Record<string, string>): Promise<Finished>;
  dispose(): void;
}

/** forge asks for its compiler's version and then hands it Solidity's standard JSON: solc-js behind a program of that shape. */
const SOLC_WRAPPER = `#!${process.execPath}
const solc = require(${JSON.stringify(join(MODULES, 'solc'))});
if (process.argv.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface\\nVersion: ' + solc.version());
} else {
  process.stdout.write(solc.compile(require('node:fs').readFileSync(0, 'utf8')));
}
`;

export function forgeProject(): Project {
  const folder = newFolder();
  for (const [from, to] of [['Pair.t.sol', 'test'], ['Deploy.s.sol', 'script']] as const) {
    mkdirSync(join(folder, to));
    cpSync(join(import.meta.dirname, 'forge', from), join(folder, to, from));
  }
  const solc = join(folder, 'solc.cjs');
  writeFileSync(solc, SOLC_WRAPPER);
  chmodSync(solc, 0o755);
  const settings = {
    src: 'contracts',
    solc,
    offline: true,
    evm_version: 'prague',
    optimizer: true,
    remappings: [`@openzeppelin/=${join(MODULES, '@openzeppelin')}/`],
    allow_paths: [MODULES],
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  writeFileSync(join(folder, 'foundry.toml'), `[profile.default]\n${lines.join('\n')}\n\n[fuzz]\nseed = "0x7"\nruns = 64\n`);
  return project(folder, (args) => [peerExecutable('forge'), args]);
}

export function hardhatProject(): Project {
  const folder = newFolder();
  mkdirSync(join(folder, 'test'));
  for (const [name, text] of Object.entries(HARDHAT_FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'package.json'), '{"name": "dapp", "private": true}\n');
  // Hardhat insists on being the project's own, and finds libraries beside it.
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['hardhat', 'ethers', '@nomicfoundation']) symlinkSync(join(peerModules(), name), join(folder, 'node_modules', name));
  symlinkSync(join(MODULES, '@openzeppelin'), join(folder, 'node_modules/@openzeppelin'));
  const require = createRequire(import.meta.url);
  const {version} = require('solc') as {version(): string};
  const env = {SOLC_PATH: join(MODULES, 'solc/soljson.js'), SOLC_LONG_VERSION: version().split('.Emscripten')[0]!, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true'};
  return project(folder, (args) => [process.execPath, [join(folder, 'node_modules/hardhat/internal/cli/bootstrap.js'), ...args]], env);
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qanat-dapp-'));
  cpSync(DAPP_CONTRACTS, join(folder, 'contracts'), {recursive: true});
  return folder;
}

function project(folder: string, commandOf: (args: readonly string[]) => readonly [string, readonly string[]], own: Record<string, string> = {}): Project {
  const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Finished> => {
    const [command, all] = commandOf(args);
    const {NODE_OPTIONS: _, ...inherited} = process.env;
    const child = spawn(command, all, {cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: {...inherited, NO_COLOR: '1', ...own, ...env}, timeout: COMMAND_TIMEOUT_MS});
    let output = '';
    const take = (chunk: Buffer): void => void (output += chunk.toString('utf8'));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    return new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', (code) => done({code, output}));
    });
  };
  return {folder, run, dispose: () => rmSync(folder, {recursive: true, force: true})};
}
