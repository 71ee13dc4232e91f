/** Four validators, idle and then under load: block intervals, latency, and what a validator costs. The baseline is one alone. */
import type {ProcessNetwork} from '../../../support/processes.ts';
import {printTable} from '../../measure.ts';
import {HeadWatch, ms, percentile, sleep, withNetwork} from './network.ts';
import {sendSteadily} from './traffic.ts';

const SETTLE_MS = 5_000;
const IDLE_MS = 30_000;
const RATE = 200;
const LOAD_SECONDS = 20;

interface Outcome {
  readonly idle: readonly number[];
  readonly processorShare: number;
  readonly loaded: readonly number[];
  readonly latencies: readonly number[];
  readonly loadedShare: number;
}

export async function measureIntervals(): Promise<void> {
  const rows: string[][] = [];
  for (const validators of [1, 4]) {
    const {idle, processorShare, loaded, latencies, loadedShare} = await withNetwork({validators, blockIntervalMs: 1000}, measure);
    rows.push([
      `${validators}, idle, an empty block a second`,
      ms(percentile(idle, 0.5)),
      ms(percentile(idle, 0.99)),
      '',
      '',
      `${(100 * processorShare).toFixed(1)} %`,
    ]);
    rows.push([
      `${validators}, ${RATE} transfers/s`,
      ms(percentile(loaded, 0.5)),
      ms(percentile(loaded, 0.99)),
      ms(percentile(latencies, 0.5)),
      ms(percentile(latencies, 0.99)),
      `${(100 * loadedShare).toFixed(1)} %`,
    ]);
  }
  printTable(['validators', 'interval p50', 'p99', 'commit p50', 'p99', 'CPU per validator'], rows);
  console.log('Commit: from eth_sendRawTransaction to the head that holds it, at validator 0. CPU: of one core.\n');
}

async function measure(network: ProcessNetwork): Promise<Outcome> {
  const watch = await HeadWatch.open(network.validators[0]!);
  await watch.reach(2n);
  await sleep(SETTLE_MS);
  const idleFrom = performance.now();
  const processorShare = await shareDuring(network, () => sleep(IDLE_MS));
  const idle = watch.intervalsMs(idleFrom);
  let loadFrom = 0;
  let latencies: readonly number[] = [];
  const loadedShare = await shareDuring(network, async () => {
    const traffic = await sendSteadily(network, watch, RATE * LOAD_SECONDS, 1000 / RATE);
    loadFrom = traffic.startedAtMs;
    latencies = traffic.latenciesMs;
  });
  const loaded = watch.intervalsMs(loadFrom);
  watch.close();
  return {idle, processorShare, loaded, latencies, loadedShare};
}

/** Processor time per validator while `work` goes on, as a share of its duration. */
async function shareDuring({validators}: ProcessNetwork, work: () => Promise<void>): Promise<number> {
  const used = (): number => validators.reduce((sum, node) => sum + node.processorSeconds(), 0);
  const before = used();
  const from = performance.now();
  await work();
  return (used() - before) / validators.length / ((performance.now() - from) / 1000);
}
