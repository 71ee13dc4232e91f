/** Requests per second of methods that read, on a chain of many blocks with a token transfer in each, beside the peers. */
import {parseArgs} from 'node:util';
import {encodeEventTopics, encodeFunctionData, pad, type Hex} from 'viem';
import {Connection, type Call} from '../load/rpc.ts';
import {BenchToken, prepareCrew, receiptOf, signLoad, type Crew} from '../load/senders.ts';
import {startPeer, startQanat, withTarget, type Target} from '../load/targets.ts';
import {printMachine, printTable} from '../measure.ts';
import {peersOf, whole} from '../options.ts';

const CONNECTIONS = 8;
const BLOCKS_MAX = 100_000;
/** How much slower than anvil a method may be. */
const GOAL = 0.5;

const USAGE = `Usage: npm run bench -- rpc [options]

  --peer NAME   anvil or hardhat, measured in the same run; may be repeated (npm run peers installs them)
  --blocks N    blocks of each chain, 10 to ${BLOCKS_MAX} (default 10000)
  --seconds N   time of each measurement (default 5)
`;

const METHODS = ['eth_call', 'eth_getLogs', 'eth_getTransactionReceipt', 'eth_feeHistory'] as const;
type Method = (typeof METHODS)[number];

interface Rate {
  readonly perSecond: number;
  /** Of the chain's processes: a machine that others use too changes this less. */
  readonly processorUs: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({
    args: [...args],
    options: {peer: {type: 'string', multiple: true}, blocks: {type: 'string', default: '10000'}, seconds: {type: 'string', default: '5'}, help: {type: 'boolean', short: 'h', default: false}},
  });
  if (values.help) return console.log(USAGE);
  const blocks = whole('--blocks', values.blocks, 10, BLOCKS_MAX);
  const seconds = whole('--seconds', values.seconds, 1, 600);
  printMachine();
  const columns: {label: string; rates: ReadonlyMap<Method, Rate>}[] = [];
  for (const start of [() => startQanat(1), ...peersOf(values.peer).map((peer) => () => startPeer(peer))]) {
    columns.push(await withTarget(start, async (target) => ({label: target.label, rates: await measure(target, blocks, seconds)})));
  }
  const [own, ...peers] = columns;
  const rows = METHODS.map((method) => [
    method,
    ...columns.map(({rates}) => `${rates.get(method)!.perSecond.toFixed(0)} (${rates.get(method)!.processorUs.toFixed(0)} µs)`),
    ...peers.map(({rates}) => `${(own!.rates.get(method)!.perSecond / rates.get(method)!.perSecond).toFixed(2)} ×`),
  ]);
  printTable(['requests/s (processor each)', ...columns.map(({label}) => label), ...peers.map(({label}) => `against ${label}`)], rows);
  console.log(`${CONNECTIONS} connections, ${blocks.toLocaleString('en')} blocks; eth_getLogs: one sender's transfers in all of them. Goal: at least ${GOAL} × anvil.\n`);
}

async function measure(target: Target, blocks: number, seconds: number): Promise<Map<Method, Rate>> {
  const crew = await prepareCrew(target.url);
  const hashes = await growChain(target, crew, blocks);
  const rates = new Map<Method, Rate>();
  for (const method of METHODS) rates.set(method, await rateOf(target, callsOf(method, crew, hashes), seconds));
  console.log(`${target.label}: measured`);
  return rates;
}

/** One transfer after another, each in a block of its own, until there are so many blocks. */
async function growChain({label, url}: Target, crew: Crew, blocks: number): Promise<Hex[]> {
  console.log(`${label}: making ${blocks.toLocaleString('en')} blocks …`);
  const connection = new Connection(url);
  const head = async (): Promise<number> => Number(await connection.one({method: 'eth_blockNumber', params: []}));
  try {
    const hashes: Hex[] = [];
    for (let number = await head(); number < blocks; ) {
      const {raw, hash} = signLoad(crew, 'erc20', 1)[0]!;
      crew.senders.push(crew.senders.shift()!);
      await connection.one({method: 'eth_sendRawTransaction', params: [raw]});
      hashes.push(hash);
      const sentAt = number;
      do number = await head();
      while (number === sentAt);
    }
    await receiptOf(url, hashes.at(-1)!);
    return hashes;
  } finally {
    connection.close();
  }
}

function callsOf(method: Method, {senders, token}: Crew, hashes: readonly Hex[]): (i: number) => Call {
  const holder = (i: number): Hex => senders[i % senders.length]!.address;
  const [transferTopic] = encodeEventTopics({abi: BenchToken!.abi, eventName: 'Transfer'});
  switch (method) {
    case 'eth_call':
      return (i) => ({method, params: [{to: token, data: encodeFunctionData({abi: BenchToken!.abi, functionName: 'balanceOf', args: [holder(i)]})}, 'latest']});
    case 'eth_getLogs':
      return (i) => ({method, params: [{address: token, fromBlock: '0x1', toBlock: 'latest', topics: [transferTopic, pad(holder(i))]}]});
    case 'eth_getTransactionReceipt':
      return (i) => ({method, params: [hashes[(i * 7_919) % hashes.length]]});
    case 'eth_feeHistory':
      return () => ({method, params: ['0xa', 'latest', [25, 75]]});
  }
}

async function rateOf(target: Target, call: (i: number) => Call, seconds: number): Promise<Rate> {
  let answered = 0;
  let next = 0;
  const lane = async (until: number): Promise<void> => {
    const connection = new Connection(target.url);
    try {
      while (performance.now() < until) {
        if ((await connection.one(call(next++))) === null) throw new Error('an answer was null');
        answered++;
      }
    } finally {
      connection.close();
    }
  };
  const all = async (duration: number): Promise<void> => void (await Promise.all(Array.from({length: CONNECTIONS}, () => lane(performance.now() + duration * 1_000))));
  await all(Math.min(1, seconds));
  answered = 0;
  const start = performance.now();
  const processorBefore = target.processorSeconds();
  await all(seconds);
  const perSecond = answered / ((performance.now() - start) / 1_000);
  return {perSecond, processorUs: ((target.processorSeconds() - processorBefore) * 1e6) / answered};
}
