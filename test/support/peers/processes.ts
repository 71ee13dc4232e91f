/** anvil and Hardhat as chains to compare with: the chain id and the funded accounts of our devnets, on a free port. */
import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {rpc} from '../devnet.ts';
import {freeBasePort} from '../ports.ts';
import {peerExecutable, peerLabel, peerModules, type Peer} from './packages.ts';

export const MNEMONIC = 'test test test test test test test test test test test junk';
export const EVM_CHAIN_ID = 72_590;
const START_TIMEOUT_MS = 60_000;
const ERRORS_KEPT = 4_000;

export interface PeerChain {
  readonly label: string;
  readonly url: string;
  readonly pid: number;
  dispose(): Promise<void>;
}

/** @throws {PeerMissingError} when `npm run peers` has not been run. */
export async function startPeerChain(peer: Exclude<Peer, 'forge'>, args: readonly string[] = []): Promise<PeerChain> {
  const executable = peerExecutable(peer);
  const port = await freeBasePort(1);
  if (peer === 'anvil') {
    const flags = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(EVM_CHAIN_ID), '--mnemonic', MNEMONIC, '--silent', ...args];
    return ready(peer, port, spawn(executable, flags, {stdio: ['ignore', 'ignore', 'pipe']}), () => undefined);
  }
  const folder = hardhatProject();
  const child = spawn(process.execPath, [executable, 'node', '--hostname', '127.0.0.1', '--port', String(port), ...args], {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});
  return ready(peer, port, child, () => rmSync(folder, {recursive: true, force: true}));
}

/** Hardhat runs in a project only, and insists on being that project's own. */
function hardhatProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qanat-hardhat-'));
  symlinkSync(peerModules(), join(folder, 'node_modules'));
  const config = {solidity: '0.8.28', networks: {hardhat: {chainId: EVM_CHAIN_ID, accounts: {mnemonic: MNEMONIC}}}};
  writeFileSync(join(folder, 'hardhat.config.cjs'), `module.exports = ${JSON.stringify(config)};\n`);
  return folder;
}

async function ready(peer: Peer, port: number, child: ChildProcess, cleanUp: () => void): Promise<PeerChain> {
  const url = `http://127.0.0.1:${port}`;
  let errors = '';
  let hasEnded = false;
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-ERRORS_KEPT)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve(void (hasEnded = true))));
  const dispose = async (): Promise<void> => {
    if (!hasEnded) child.kill('SIGKILL');
    await ended;
    cleanUp();
  };
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  for (;;) {
    try {
      await rpc<string>(url, 'eth_chainId');
      return {label: peerLabel(peer), url, pid: child.pid!, dispose};
    } catch (error) {
      if (hasEnded || deadline.aborted) {
        await dispose();
        throw new Error(`${peerLabel(peer)} did not start: ${errors || (error as Error).message}`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
