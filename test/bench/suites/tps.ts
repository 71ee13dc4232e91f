/**
 * Committed transactions per second of real validator processes, beside anvil and Hardhat in the same run. Transactions are signed
 * beforehand, sent over JSON-RPC, and counted when the latest state holds them and their receipts can be read.
 */
import {parseArgs} from 'node:util';
import {measureLoad, BATCH_SIZE, CONNECTIONS, type Throughput, type Way} from '../load/measure.ts';
import {PARTS, ProfileFolder, profileClockUs, type Part} from '../load/profile.ts';
import {prepareCrew, signLoad, type Crew, type Kind} from '../load/senders.ts';
import {startPeer, startQanat, withTarget, type ChainPeer, type Target} from '../load/targets.ts';
import {printMachine, printTable} from '../measure.ts';
import {median, oneOf, peersOf, whole} from '../options.ts';

const TRANSACTIONS_MAX = 60_000;
const SECONDS_MAX = 600;
/** Transactions of each kind before anything is measured: compilers at run time and caches get to work. */
const WARM_UP = 2_000;

const KINDS: readonly Kind[] = ['eth', 'erc20'];
const WAYS: readonly Way[] = ['batch', 'single'];
/** The goals of the project, against anvil. */
const GOALS: Readonly<Record<`${Kind} ${Way}`, number | undefined>> = {'eth batch': 1.2, 'erc20 batch': 0.5, 'eth single': 1, 'erc20 single': undefined};

const USAGE = `Usage: npm run bench -- tps [options]

  --peer NAME        anvil or hardhat, measured in the same run; may be repeated (npm run peers installs them)
  --transactions N   of each measurement, 100 to ${TRANSACTIONS_MAX} (default 10000)
  --kinds LIST       of ${KINDS.join(',')} (default both)
  --ways LIST        of ${WAYS.join(',')} (default both; networks of several validators are measured with the first)
  --validators LIST  networks of ours to measure (default 1,4)
  --rounds N         measurements of each chain in turn; medians are shown (default 1)
  --parts            processor time by part of a node from its profile, and nothing else
  --seconds S        how long a measurement may take, 1 to ${SECONDS_MAX} (default 120)
`;

interface Options {
  readonly peers: readonly ChainPeer[];
  readonly transactions: number;
  readonly kinds: readonly Kind[];
  readonly ways: readonly Way[];
  readonly validators: readonly number[];
  readonly rounds: number;
  readonly parts: boolean;
  readonly secondsMax: number;
}

type LoadName = `${Kind} ${Way}`;
type Results = Map<LoadName, Throughput[]>;

export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === undefined) return;
  printMachine();
  if (options.parts) return measureParts(options);
  const results = new Map<string, Results>();
  const starts: (() => Promise<Target>)[] = [];
  if (options.validators.includes(1)) starts.push(() => startQanat(1));
  for (const peer of options.peers) starts.push(() => startPeer(peer));
  for (let round = 1; round <= options.rounds; round++) {
    for (const start of starts) await measureTarget(start, options, options.ways, results);
  }
  for (const validators of options.validators.filter((count) => count > 1)) {
    await measureTarget(() => startQanat(validators), options, options.ways.slice(0, 1), results);
  }
  print(results, options);
}

function parseOptions(args: readonly string[]): Options | undefined {
  const {values} = parseArgs({
    args: [...args],
    options: {
      peer: {type: 'string', multiple: true},
      transactions: {type: 'string', default: '10000'},
      kinds: {type: 'string', default: KINDS.join(',')},
      ways: {type: 'string', default: WAYS.join(',')},
      validators: {type: 'string', default: '1,4'},
      rounds: {type: 'string', default: '1'},
      parts: {type: 'boolean', default: false},
      seconds: {type: 'string', default: '120'},
      help: {type: 'boolean', short: 'h', default: false},
    },
  });
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  return {
    peers: peersOf(values.peer),
    transactions: whole('--transactions', values.transactions, 100, TRANSACTIONS_MAX),
    kinds: values.kinds.split(',').map((text) => oneOf('--kinds', text, KINDS)),
    ways: values.ways.split(',').map((text) => oneOf('--ways', text, WAYS)),
    validators: values.validators.split(',').map((text) => whole('--validators', text, 1, 32)),
    rounds: whole('--rounds', values.rounds, 1, 20),
    parts: values.parts,
    secondsMax: whole('--seconds', values.seconds, 1, SECONDS_MAX),
  };
}

async function measureTarget(start: () => Promise<Target>, options: Options, ways: readonly Way[], results: Map<string, Results>): Promise<void> {
  await withTarget(start, async (target) => {
    let ofTarget = results.get(target.label);
    if (ofTarget === undefined) results.set(target.label, (ofTarget = new Map()));
    const crew = await prepared(target, options);
    for (const kind of options.kinds) {
      for (const way of ways) {
        const throughput = await measureLoad(target, crew, signLoad(crew, kind, options.transactions), way, options.secondsMax);
        console.log(`${target.label.padEnd(16)} ${kind.padEnd(5)} ${way.padEnd(6)} ${perSecond(throughput)} tx/s, ${perTransaction(throughput)} µs of processor each`);
        ofTarget.set(`${kind} ${way}`, [...(ofTarget.get(`${kind} ${way}`) ?? []), throughput]);
      }
    }
  });
}

async function prepared(target: Target, {kinds, secondsMax}: Options): Promise<Crew> {
  const crew = await prepareCrew(target.url);
  for (const kind of kinds) await measureLoad(target, crew, signLoad(crew, kind, WARM_UP), 'batch', secondsMax);
  return crew;
}

function print(results: ReadonlyMap<string, Results>, {kinds, ways, peers, transactions}: Options): void {
  const own = results.get('qanat');
  const rows: string[][] = [];
  for (const kind of kinds) {
    for (const way of ways) {
      for (const [label, ofTarget] of results) {
        const list = ofTarget.get(`${kind} ${way}`);
        if (list === undefined) continue;
        const rate = median(list.map(({transactions: count, seconds}) => count / seconds));
        const ours = own?.get(`${kind} ${way}`)?.map(({transactions: count, seconds}) => count / seconds);
        const ratio = ours === undefined || label.startsWith('qanat') ? '' : `${(median(ours) / rate).toFixed(2)} ×`;
        const goal = label.startsWith('anvil') && ratio !== '' ? GOALS[`${kind} ${way}`] : undefined;
        const cost = median(list.map(({processorSeconds, transactions: count}) => (processorSeconds * 1e6) / count));
        rows.push([`${kind}, ${way}`, label, rate.toFixed(0), `${cost.toFixed(0)} µs`, ratio, goal === undefined ? '' : `${goal} ×`]);
      }
    }
  }
  console.log('');
  printTable(['load', 'chain', 'committed tx/s', 'processor per tx', 'qanat against it', 'goal'], rows);
  console.log(`${transactions.toLocaleString('en')} transactions each. batch: ${BATCH_SIZE} in a request, ${CONNECTIONS.batch} connections; single: one in a request, ${CONNECTIONS.single} connections.`);
  console.log('The sender runs on the same machine. Ours: consensus and durable commits.');
  if (peers.length > 0) console.log('Peers as they start by default, one block for each transaction, in memory; anvil with --mixed-mining, and told to mine (evm_mine) where it leaves transactions pending all the same.');
  console.log('');
}

/** One validator that profiles itself, which costs some time too. */
async function measureParts(options: Options): Promise<void> {
  const columns: {name: string; perPart: Map<Part | 'threads', number>; total: number}[] = [];
  for (const kind of options.kinds) {
    for (const way of options.ways) {
      const folder = new ProfileFolder();
      try {
        let window: {pid: number; fromUs: number; toUs: number; throughput: Throughput} | undefined;
        await withTarget(
          () => startQanat(1, folder.env),
          async (target) => {
            const crew = await prepared(target, options);
            const load = signLoad(crew, kind, options.transactions);
            const fromUs = profileClockUs();
            const throughput = await measureLoad(target, crew, load, way, options.secondsMax);
            window = {pid: target.pids[0]!, fromUs, toUs: fromUs + throughput.seconds * 1e6, throughput};
          },
        );
        const {pid, fromUs, toUs, throughput} = window!;
        const perPart = new Map<Part | 'threads', number>();
        let seen = 0;
        for (const [part, seconds] of folder.read(pid, fromUs, toUs)) {
          perPart.set(part, (seconds * 1e6) / throughput.transactions);
          seen += seconds;
        }
        perPart.set('threads', (Math.max(0, throughput.processorSeconds - seen) * 1e6) / throughput.transactions);
        columns.push({name: `${kind}, ${way}`, perPart, total: (throughput.processorSeconds * 1e6) / throughput.transactions});
      } finally {
        folder.dispose();
      }
    }
  }
  const rows = [...PARTS, 'threads' as const].map((part) => [part, ...columns.map(({perPart}) => perPart.get(part)!.toFixed(0))]);
  rows.push(['all', ...columns.map(({total}) => total.toFixed(0))]);
  printTable(['processor per tx, µs', ...columns.map(({name}) => name)], rows);
  console.log('From a profile that the node takes of itself, by the nearest named caller; threads: the rest of the process’s time.\n');
}

function perSecond({transactions, seconds}: Throughput): string {
  return (transactions / seconds).toFixed(0).padStart(6);
}

function perTransaction({transactions, processorSeconds}: Throughput): string {
  return ((processorSeconds * 1e6) / transactions).toFixed(0);
}
