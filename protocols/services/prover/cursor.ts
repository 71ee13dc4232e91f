/** Where the prover service goes on after a restart: one small file, replaced by renaming. */
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {Hex} from 'viem';

export type CursorKey = {readonly chainId: bigint; readonly genesisHash: Hex; readonly oracle: string};

export class Cursor {
  private readonly path: string;
  private key: CursorKey | undefined;
  private saved = -1n;

  constructor(path: string) {
    this.path = path;
  }

  /** First block to scan. 0 for a chain that the file does not know, or when the file is missing or damaged: a scan too many does no harm. */
  async load(key: CursorKey): Promise<bigint> {
    this.key = key;
    this.saved = -1n;
    try {
      const record = JSON.parse(await readFile(this.path, 'utf8')) as Record<string, unknown>;
      const isSame = record['chainId'] === String(key.chainId) && record['genesisHash'] === key.genesisHash && record['oracle'] === key.oracle;
      const nextBlock = record['nextBlock'];
      if (!isSame || typeof nextBlock !== 'string' || !/^\d{1,20}$/.test(nextBlock)) return 0n;
      this.saved = BigInt(nextBlock);
      return this.saved;
    } catch {
      return 0n;
    }
  }

  async save(nextBlock: bigint): Promise<void> {
    if (!this.key || nextBlock === this.saved) return;
    const {chainId, genesisHash, oracle} = this.key;
    await mkdir(dirname(this.path), {recursive: true});
    await writeFile(`${this.path}.new`, `${JSON.stringify({chainId: String(chainId), genesisHash, oracle, nextBlock: String(nextBlock)})}\n`);
    await rename(`${this.path}.new`, this.path);
    this.saved = nextBlock;
  }
}
