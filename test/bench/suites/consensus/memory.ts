/** Resident memory of four validators over thousands of blocks. */
import {printTable} from '../../measure.ts';
import {HeadWatch, withNetwork} from './network.ts';

const BLOCKS = 5_000n;
const SAMPLE_EVERY = 500n;
const INTERVAL_MS = 10;
const TIMEOUT_MS = 900_000;
const MIB = 1024 * 1024;

export async function measureMemory(): Promise<void> {
  await withNetwork({validators: 4, blockIntervalMs: INTERVAL_MS}, async ({validators}) => {
    const watch = await HeadWatch.open(validators[0]!);
    const rows: string[][] = [];
    for (let height = SAMPLE_EVERY; height <= BLOCKS; height += SAMPLE_EVERY) {
      await watch.reach(height, TIMEOUT_MS);
      rows.push([String(height), ...validators.map((node) => `${(node.residentBytes() / MIB).toFixed(0)} MiB`)]);
    }
    watch.close();
    printTable(['height', ...validators.map(({name}) => name)], rows);
    console.log('Resident size (VmRSS); empty blocks as quickly as they come.\n');
  });
}
