/** How the consensus of real validator processes behaves on this machine: intervals, latencies, recovery, sync, memory. */
import {parseArgs} from 'node:util';
import {printMachine} from '../../measure.ts';
import {measureIntervals} from './intervals.ts';
import {measureLatency} from './latency.ts';
import {measureMemory} from './memory.ts';
import {measureRecovery} from './recovery.ts';
import {measureSimulation} from './simulation.ts';
import {measureSync} from './sync.ts';

const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  intervals: measureIntervals,
  latency: measureLatency,
  recovery: measureRecovery,
  sync: measureSync,
  memory: measureMemory,
  simulation: measureSimulation,
};

const USAGE = `Usage: npm run bench -- consensus [--sections LIST]

  --sections LIST  of ${Object.keys(SECTIONS).join(', ')} (default: all)
`;

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({args: [...args], options: {sections: {type: 'string'}}, strict: true});
  const names = values.sections?.split(',') ?? Object.keys(SECTIONS);
  for (const name of names) {
    if (!Object.hasOwn(SECTIONS, name)) throw new Error(`there is no section "${name}"\n\n${USAGE}`);
  }
  printMachine();
  for (const name of names) await SECTIONS[name]?.();
}
