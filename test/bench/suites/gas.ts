/** Work per gas, worst inputs first: a block of 60 M gas must execute in 2 s, hence at most 33 ns per gas. */
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {initPrecompiles} from '#precompiles';
import {Arena, NS_PER_GAS_MAX} from '../gas/arena.ts';
import type {Measured, Shape} from '../gas/arena.ts';
import {opcodeShapes} from '../gas/opcode-shapes.ts';
import {precompileShapes} from '../gas/precompile-shapes.ts';
import {search} from '../gas/search.ts';
import {printMachine, printTable} from '../measure.ts';
import {whole} from '../options.ts';

/** Shapes that are run before the first is measured: the loop of the interpreter is then compiled. */
const WARM_UP_SHAPES = 60;
const WARM_UP_GAS = 300_000n;
const SEED_MAX = 2 ** 31 - 1;

const USAGE = `Usage: npm run bench -- gas [options]

Nanoseconds of processor time per gas of every instruction and precompile, in the shapes that take longest, through the processor and
engine that execute blocks, on tables on disk. Worst first; what is above ${NS_PER_GAS_MAX} is marked.

  --only TEXT         shapes whose name matches this regular expression
  --kgas N            gas of each run in thousands, 100 to 16000 (default 3000)
  --rounds N          runs of each shape, of which the quickest counts (default 3)
  --reference         on @ethereumjs/evm, which runs observed executions
  --json FILE         writes the figures as JSON too
  --search SEED       searches for worse programs instead, by changing fragments at random
  --generations N     of that search, of twelve programs each (default 20)
`;

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({
    args: [...args],
    options: {
      only: {type: 'string'},
      kgas: {type: 'string', default: '3000'},
      rounds: {type: 'string', default: '3'},
      json: {type: 'string'},
      reference: {type: 'boolean', default: false},
      search: {type: 'string'},
      generations: {type: 'string', default: '20'},
      help: {type: 'boolean', short: 'h', default: false},
    },
  });
  if (values.help) return console.log(USAGE);
  const gas = BigInt(whole('--kgas', values.kgas, 100, 16_000)) * 1_000n;
  const rounds = whole('--rounds', values.rounds, 1, 100);
  const only = values.only === undefined ? undefined : new RegExp(values.only);
  printMachine();
  await initPrecompiles();
  const shapes = [...opcodeShapes(), ...precompileShapes()];
  const arena = await Arena.open(values.reference);
  try {
    for (const shape of shapes.slice(0, WARM_UP_SHAPES)) await arena.measure(shape, WARM_UP_GAS, 1);
    const rows =
      values.search === undefined
        ? await measureAll(arena, shapes.filter(({name}) => only?.test(name) ?? true), gas, rounds)
        : await search(arena, whole('--search', values.search, 0, SEED_MAX), whole('--generations', values.generations, 1, 10_000), shapes, console.log);
    print(rows);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows.map((row) => ({...row, gas: Number(row.gas)})), null, 2)}\n`);
  } finally {
    await arena.close();
  }
}

async function measureAll(arena: Arena, shapes: readonly Shape[], gas: bigint, rounds: number): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const shape of shapes) rows.push(await arena.measure(shape, gas, rounds));
  return rows.sort((a, b) => b.nsPerGas - a.nsPerGas);
}

function print(rows: readonly Measured[]): void {
  printTable(
    ['shape', 'ms', 'gas', 'ns/gas', ''],
    rows.map(({name, ns, gas, nsPerGas}) => [name, (ns / 1e6).toFixed(1), gas.toLocaleString('en'), nsPerGas.toFixed(1), nsPerGas > NS_PER_GAS_MAX ? `over ${NS_PER_GAS_MAX}` : '']),
  );
  const over = rows.filter(({nsPerGas}) => nsPerGas > NS_PER_GAS_MAX).length;
  console.log(`${over} of ${rows.length} above ${NS_PER_GAS_MAX} ns per gas.\n`);
}
