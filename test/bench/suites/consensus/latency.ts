/** Blocks on demand: single transfers on an idle network, from sending to the head. */
import {printTable} from '../../measure.ts';
import {HeadWatch, ms, percentile, withNetwork} from './network.ts';
import {sendSteadily} from './traffic.ts';

const TRANSFERS = 200;
const EVERY_MS = 400;

export async function measureLatency(): Promise<void> {
  const rows: string[][] = [];
  for (const validators of [1, 4]) {
    const {latenciesMs} = await withNetwork({validators, blockIntervalMs: 1000}, async (network) => {
      const watch = await HeadWatch.open(network.validators[0]!);
      await watch.reach(2n);
      const traffic = await sendSteadily(network, watch, TRANSFERS, EVERY_MS);
      watch.close();
      return traffic;
    });
    rows.push([String(validators), ms(percentile(latenciesMs, 0.5)), ms(percentile(latenciesMs, 0.99)), ms(Math.max(...latenciesMs))]);
  }
  printTable(['validators', 'transaction to commit p50', 'p99', 'longest'], rows);
  console.log(`${TRANSFERS} transfers, one every ${EVERY_MS} ms, blocks on demand.\n`);
}
