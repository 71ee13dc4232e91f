import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {createNodeIdentity} from '#node/p2p';
import {STATE_FILE_MAX_BYTES} from '../../../node/p2p/limits.ts';
import {readStateFile, writeStateFile} from '../../../node/p2p/stateFile.ts';
import {startNode} from './support.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-state-file-'));
  path = join(folder, 'addrbook.json');
});
afterEach(() => rmSync(folder, {recursive: true}));

describe('the file of addresses', () => {
  it('is the old one after a crash at any byte of the next write, and the next write goes through', async () => {
    await writeStateFile(path, {generation: 1});
    const next = JSON.stringify({generation: 2}, undefined, 1);
    for (let written = 0; written <= next.length; written++) {
      // What a write that ends here leaves behind: the new file is named only after it is whole and synced.
      writeFileSync(`${path}.new`, next.slice(0, written));
      expect(await readStateFile(path)).toEqual({generation: 1});
    }
    await writeStateFile(path, {generation: 2});
    expect(await readStateFile(path)).toEqual({generation: 2});
  });

  it('is not read when it is too long', async () => {
    writeFileSync(path, '{}');
    truncateSync(path, STATE_FILE_MAX_BYTES + 1);
    await expect(readStateFile(path)).rejects.toThrow(/expected at most/);
  });

  it('is read by a node that crashed in the middle of writing it', async () => {
    const files = {addressBook: path, bans: join(folder, 'bans.json')};
    const peer = await startNode({pex: true});
    const identity = await createNodeIdentity();
    const first = await startNode({pex: true, files}, identity);
    await first.network.dial(peer.address);
    await first.untilPeers(1);
    await first.network.stop();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(`${path}.new`, whole.slice(0, whole.length / 2));
    const second = await startNode({pex: true, files}, identity);
    await second.until(() => second.network.peers().includes(peer.id));
    expect(second.logs(/damaged/)).toEqual([]);
    await Promise.all([second.network.stop(), peer.network.stop()]);
  });
});
