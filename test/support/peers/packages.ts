/**
 * The programs of others that benches compare with and tests run unchanged. They are never dependencies: `npm run peers` installs
 * them into a cache folder whose name holds their versions, so that another version never meets an old folder.
 *
 *   $QANAT_CACHE or ~/.cache/qanat
 *     peers/anvil-1.7.1_forge-1.7.1_hardhat-2.29.0/node_modules/…
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {defaultCacheDir} from '../../../protocols/services/cache.ts';

export type Peer = 'anvil' | 'forge' | 'hardhat';

export const PEERS: readonly Peer[] = ['anvil', 'forge', 'hardhat'];

const VERSIONS: Readonly<Record<Peer, string>> = {anvil: '1.7.1', forge: '1.7.1', hardhat: '2.29.0'};

/** With what a Hardhat project of the usual kind has beside it. Hardhat 3 and what belongs to it want Node 22. */
export const PEER_PACKAGES: Readonly<Record<string, string>> = {
  '@foundry-rs/anvil': VERSIONS.anvil,
  '@foundry-rs/forge': VERSIONS.forge,
  hardhat: VERSIONS.hardhat,
  '@nomicfoundation/hardhat-ethers': '3.1.3',
  ethers: '6.17.0',
};

export class PeerMissingError extends Error {
  override readonly name = 'PeerMissingError';
  readonly code = 'peer-missing';
}

export function peersFolder(): string {
  return join(defaultCacheDir(), 'peers', PEERS.map((peer) => `${peer}-${VERSIONS[peer]}`).join('_'));
}

export function peerModules(): string {
  return join(peersFolder(), 'node_modules');
}

export function peerLabel(peer: Peer): string {
  return `${peer} ${VERSIONS[peer]}`;
}

export function hasPeer(peer: Peer): boolean {
  return existsSync(executableOf(peer));
}

/** The program itself: foundry's npm wrappers hide exit codes and leave a child behind. @throws {PeerMissingError} */
export function peerExecutable(peer: Peer): string {
  const path = executableOf(peer);
  if (!existsSync(path)) {
    throw new PeerMissingError(`${peerLabel(peer)} is not installed: \`npm run peers\` puts it into ${peersFolder()} (QANAT_CACHE moves that)`);
  }
  return path;
}

function executableOf(peer: Peer): string {
  if (peer === 'hardhat') return join(peerModules(), 'hardhat/internal/cli/bootstrap.js');
  const isWindows = process.platform === 'win32';
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return join(peerModules(), `@foundry-rs/${peer}-${isWindows ? 'win32' : process.platform}-${architecture}`, 'bin', isWindows ? `${peer}.exe` : peer);
}
