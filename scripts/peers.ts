/** `npm run peers`: installs the programs that benches compare with and tests run, into a cache folder of their own. */
import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {hasPeer, PEER_PACKAGES, peerExecutable, peerLabel, PEERS, peersFolder} from '../test/support/peers/packages.ts';

const INSTALL_TIMEOUT_MS = 900_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

async function install(folder: string): Promise<void> {
  // The folder appears by one rename: whole or not at all.
  const making = `${folder}.${randomUUID()}`;
  await mkdir(making, {recursive: true});
  try {
    await writeFile(join(making, 'package.json'), `${JSON.stringify({private: true, dependencies: PEER_PACKAGES}, undefined, 2)}\n`);
    const flags = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', flags, {cwd: making, timeout: INSTALL_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX});
    await rm(folder, {recursive: true, force: true});
    await mkdir(dirname(folder), {recursive: true});
    await rename(making, folder);
  } finally {
    await rm(making, {recursive: true, force: true});
  }
}

const folder = peersFolder();
if (PEERS.every(hasPeer)) {
  console.log(`Installed already in ${folder}`);
} else {
  console.log(`Installing ${PEERS.map(peerLabel).join(', ')} into ${folder} (about 450 MB) …`);
  await install(folder);
}
for (const peer of PEERS) console.log(`  ${peerLabel(peer).padEnd(16)} ${peerExecutable(peer)}`);
