/** LoRA proofs per shape, each in a process of its own for its peak memory; batches of modules; the SAP's nanoseconds per gas. */
import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {parseArgs, promisify} from 'node:util';
import {callSap, initPrecompiles, loraProof} from '#precompiles';
import {
  encodeLoraInputs, encodeLoraOutputs, encodeLoraShape, loraLayout, loraRegistrationLayout, recommendedLoraWidth,
} from '#precompiles/codec';
import type {LoraShape} from '#precompiles/codec';
import {RowTables, verifyLora, verifyLoraBatch, verifyRegistration} from '#precompiles/lora';
import type {LoraClaim} from '#precompiles/lora';
import {loraProofAbi} from '#protocols/abi';
import {encodeFunctionData} from 'viem';
import {commitModule} from '../../../protocols/services/lora/commit.ts';
import type {CommittedModule} from '../../../protocols/services/lora/commit.ts';
import {proveLora} from '../../../protocols/services/lora/prove.ts';
import {hedgedRandomness} from '../../../protocols/services/lora/randomness.ts';
import {proveRegistration} from '../../../protocols/services/lora/register.ts';
import {applyLora} from '../../../protocols/services/lora/weights.ts';
import {bytes, hex, MemoryStorage} from '../../unit/precompiles/support.ts';
import {printMachine, printTable} from '../measure.ts';
import {median, whole} from '../options.ts';

const SHAPES = ['64x4x64', '768x8x768', '768x8x2304', '4096x16x4096'];
const BATCHES = [['768x8x2304', 24], ['4096x16x4096', 80]] as const;
const WARM_UP = 8;
const CHILD_OUTPUT_BYTES_MAX = 1 << 20;
const CONTEXT = {chainId: 7259n, caller: '0x0000000000000000000000000000000000000001', binding: new Uint8Array(32)} as const;

type Row = Record<'commit' | 'prove' | 'verify' | 'tabled' | 'registrationProve' | 'registrationVerify' | 'sap', number> &
  Record<'width' | 'proofBytes' | 'registrationBytes' | 'peakBytes' | 'gas' | 'registerGas', number>;

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({
    args: [...args], strict: true,
    options: {
      shape: {type: 'string', multiple: true}, tokens: {type: 'string', default: '16'}, width: {type: 'string'}, rounds: {type: 'string', default: '9'},
      batches: {type: 'boolean', default: false}, child: {type: 'string'},
    },
  });
  const tokens = whole('--tokens', values.tokens, 1, 1_024);
  const rounds = whole('--rounds', values.rounds, 1, 1_000);
  if (values.child !== undefined) {
    const row = values.batches ? batch(values.child, tokens, rounds) : await single(values.child, tokens, rounds, values.width);
    process.stdout.write(JSON.stringify(row));
    return;
  }
  printMachine();
  console.log(`${tokens} tokens, int8 weights; medians of ${rounds} after ${WARM_UP} to warm up; milliseconds of wall time\n`);
  const passed = ['--tokens', values.tokens, '--rounds', values.rounds, ...(values.width === undefined ? [] : ['--width', values.width])];
  const table: string[][] = [];
  for (const shape of values.shape ?? SHAPES) {
    const row = await inChild<Row>(['--child', shape, ...passed]);
    table.push([
      shape, `${row.width}`, ms(row.commit), ms(row.prove), ms(row.verify), ms(row.tabled), row.proofBytes.toLocaleString('en'), mb(row.peakBytes),
      ms(row.registrationProve), ms(row.registrationVerify), row.registrationBytes.toLocaleString('en'),
      row.gas.toLocaleString('en'), ((row.sap * 1e6) / row.gas).toFixed(1),
    ]);
  }
  printTable([
    'module', 'width', 'commit', 'prove', 'verify', 'with tables', 'proof bytes', 'peak MB', 'register', 'checked', 'bytes', 'SAP gas', 'ns/gas',
  ], table);
  if (!values.batches) return;
  const batches: string[][] = [];
  for (const [shape, count] of BATCHES) {
    const row = await inChild<Record<string, number>>(['--child', `${shape}*${count}`, '--batches', ...passed]);
    batches.push([`${count} × ${shape}`, ms(row['prove']!), ms(row['verify']!), row['bytes']!.toLocaleString('en'), mb(row['peakBytes']!)]);
  }
  printTable(['batch', 'prove all', 'verify all', 'proof bytes', 'peak MB'], batches);
}

async function single(name: string, tokens: number, rounds: number, width: string | undefined): Promise<Row> {
  await initPrecompiles();
  const shape = shapeOf(name, width);
  const secret = randomBytes(32);
  const module = moduleOf(shape);
  const commits = times(3, 0, () => commitModule(module, hedgedRandomness(secret)));
  const claim = claimOf(module, tokens);
  const row = {
    width: shape.width,
    commit: commits,
    prove: times(rounds, WARM_UP, () => proveLora(module, claim, hedgedRandomness(secret, claim.inputs))),
    verify: times(rounds, WARM_UP, () => must(verifyLora(claim))),
    proofBytes: claim.proof.length,
    peakBytes: process.resourceUsage().maxRSS * 1_024,
  };
  const tables = new RowTables(loraLayout(shape).rowCount);
  const tabled = times(rounds, 2, () => must(verifyLora(claim, tables)));
  let registration = new Uint8Array(0);
  const registrationProve = times(1, 0, () => (registration = Uint8Array.from(proveRegistration([module], CONTEXT, hedgedRandomness(secret)))));
  const registrationVerify = times(3, 1, () => must(verifyRegistration([module], CONTEXT, registration)));
  const {sap, gas, registerGas} = await onChain(module, registration, claim, rounds);
  return {...row, tabled, registrationProve, registrationVerify, registrationBytes: registration.length, sap, gas, registerGas};
}

async function onChain(module: CommittedModule, registration: Uint8Array, claim: LoraClaim, rounds: number): Promise<{sap: number; gas: number; registerGas: number}> {
  const storage = new MemoryStorage();
  const shape = hex(encodeLoraShape(module.shape));
  const {announcementsBytes} = loraRegistrationLayout([module.shape]);
  const call = (data: Uint8Array) => callSap(loraProof, {data, ...CONTEXT, gas: 1_000_000_000n, value: 0n, isStatic: false, isDelegate: false, storage});
  const register = bytes(encodeFunctionData({
    abi: loraProofAbi, functionName: 'register',
    args: [shape, hex(module.rows), hex(CONTEXT.binding), hex(registration.subarray(0, announcementsBytes)), 0n, hex(registration.subarray(announcementsBytes))],
  }));
  if ((await call(register)).status !== 'success') throw new Error('the SAP refuses the registration');
  const data = bytes(encodeFunctionData({
    abi: loraProofAbi, functionName: 'verify',
    args: [hex(module.commitment), hex(CONTEXT.binding), shape, hex(module.rows), hex(claim.inputs), hex(claim.outputs), hex(claim.proof)],
  }));
  const taken: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = process.hrtime.bigint();
    const {output} = await call(data);
    taken.push(Number(process.hrtime.bigint() - start) / 1e6);
    must(output[31] === 1);
  }
  return {sap: median(taken), gas: Number(loraProof.gas(data)), registerGas: Number(loraProof.gas(register))};
}

function batch(name: string, tokens: number, rounds: number): Record<string, number> {
  const [shapeName, count] = name.split('*') as [string, string];
  const shape = shapeOf(shapeName, undefined);
  const modules = Array.from({length: Number(count)}, () => moduleOf(shape));
  const claims = modules.map((module) => claimOf(module, tokens));
  const prove = times(1, 0, () => modules.map((module, i) => proveLora(module, claims[i]!, hedgedRandomness(randomBytes(32)))));
  const verify = times(Math.min(rounds, 3), 1, () => must(verifyLoraBatch(claims)));
  return {prove, verify, bytes: claims.reduce((sum, {proof}) => sum + proof.length, 0), peakBytes: process.resourceUsage().maxRSS * 1_024};
}

function shapeOf(name: string, width: string | undefined): LoraShape {
  const match = /^(\d+)x(\d+)x(\d+)$/.exec(name);
  if (match === null) throw new Error(`--shape is "${name}", expected INPUTSxRANKxOUTPUTS such as 768x8x2304`);
  const [inputs, rank, outputs] = match.slice(1).map(Number) as [number, number, number];
  const shape = {inputs, rank, outputs, width: width === undefined ? recommendedLoraWidth({inputs, rank, outputs}) : Number(width), weightBits: 8 as const};
  loraLayout(shape);
  return shape;
}

function moduleOf(shape: LoraShape): CommittedModule {
  const weights = (count: number): Int16Array => Int16Array.from(new Int8Array(randomBytes(count)));
  return commitModule({shape, a: weights(shape.rank * shape.inputs), b: weights(shape.rank * shape.outputs)}, hedgedRandomness(randomBytes(32)));
}

function claimOf(module: CommittedModule, tokens: number): LoraClaim {
  const {shape, rows} = module;
  const noise = randomBytes(2 * tokens * shape.inputs);
  const x = Int16Array.from({length: tokens * shape.inputs}, (_, i) => noise.readInt16LE(2 * i));
  const request = {context: CONTEXT, inputs: encodeLoraInputs(x), outputs: encodeLoraOutputs(shape, applyLora(module, x))};
  return {...request, shape, rows, proof: proveLora(module, request, hedgedRandomness(randomBytes(32)))};
}

function must(isTrue: boolean): void {
  if (!isTrue) throw new Error('a proof did not verify');
}

/** The median in milliseconds. */
function times(rounds: number, warmUp: number, work: () => unknown): number {
  const taken: number[] = [];
  for (let i = -warmUp; i < rounds; i++) {
    const start = process.hrtime.bigint();
    work();
    if (i >= 0) taken.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return median(taken);
}

async function inChild<T>(args: readonly string[]): Promise<T> {
  const main = process.argv[1]!;
  const {stdout} = await promisify(execFile)(process.execPath, [...process.execArgv, main, 'lora', ...args], {maxBuffer: CHILD_OUTPUT_BYTES_MAX});
  return JSON.parse(stdout) as T;
}

const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0));
const mb = (value: number): string => (value / 2 ** 20).toFixed(0);
