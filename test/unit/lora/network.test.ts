import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {randomBytes} from 'node:crypto';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {connect, createServer} from 'node:net';
import type {AddressInfo, Server, Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {encodeLoraInputs} from '#precompiles/codec';
import {ContributorClient} from '../../../protocols/services/lora/contributor-client.ts';
import {startContributor} from '../../../protocols/services/lora/contributor.ts';
import type {RunningContributor} from '../../../protocols/services/lora/contributor.ts';
import {LoraError} from '../../../protocols/services/lora/errors.ts';
import {modulesByLayer, writeWords} from '../../../protocols/services/lora/infer.ts';
import {FRAME_BYTES_MAX, REQUEST_TOKEN_COUNT_MAX} from '../../../protocols/services/lora/limits.ts';
import {commitAdapter} from '../../../protocols/services/lora/package.ts';
import type {LoraPackage} from '../../../protocols/services/lora/package.ts';
import {proveSession, verifySession} from '../../../protocols/services/lora/session-proofs.ts';
import {readSession} from '../../../protocols/services/lora/session.ts';
import {encodeFrame, FrameReader, FrameType} from '../../../protocols/services/lora/wire.ts';
import {seededRandom} from '../../../protocols/services/training/random.ts';
import {randomAdapter} from './network-support.ts';

const {model, adapter} = randomAdapter('network');
const warnings: string[] = [];
const logger = {info: () => undefined, error: () => undefined, warn: (_: string, fields?: Readonly<Record<string, unknown>>) => { warnings.push(String(fields?.['reason'])); }};
const hostOf = ({port}: {port: number}): {host: string; port: number} => ({host: '127.0.0.1', port});

let first: LoraPackage;
let second: LoraPackage;
let folder: string;
let running: RunningContributor[];
let servers: Server[];
let sockets: Socket[];

beforeAll(() => {
  first = commitAdapter({...adapter, modules: adapter.modules.filter(({name}) => name === 'layers.0')});
  second = commitAdapter({...adapter, modules: adapter.modules.filter(({name}) => name !== 'layers.0')}, {modes: new Map([['head', 'replace']])});
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qanat-lora-'));
  running = [];
  servers = [];
  sockets = [];
  warnings.length = 0;
});

afterEach(async () => {
  await Promise.all(running.map((contributor) => contributor.stop()));
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, {recursive: true, force: true});
});

async function serve(own: LoraPackage, name: string, peerTimeoutMs?: number): Promise<RunningContributor> {
  const contributor = await startContributor(
    {package: own, sessionsDir: join(folder, name), port: 0, ...(peerTimeoutMs === undefined ? {} : {peerTimeoutMs})}, {logger},
  );
  running.push(contributor);
  return contributor;
}

/** A contributor that does with the connection what it likes. */
async function pretend(behave: (socket: Socket) => void): Promise<{host: string; port: number}> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return hostOf(server.address() as AddressInfo);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'none', (error: unknown) => (error instanceof LoraError ? error.code : String(error)));
}

const connectTo = (at: {host: string; port: number}, more: {pinned?: ReadonlySet<string>; peerTimeoutMs?: number} = {}): Promise<ContributorClient> =>
  ContributorClient.connect({...hostOf(at), session: new Uint8Array(randomBytes(32)), ...more});

/** Sends bytes, and answers all that comes back until the contributor hangs up. */
function talk(at: {port: number}, ...pieces: readonly Uint8Array[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(hostOf(at), () => { for (const piece of pieces) socket.write(piece); });
    socket.on('data', (piece: Buffer) => received.push(piece));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(received)));
  });
}

describe('inference with contributors', () => {
  it('runs over several at once, is proven afterwards, resumed where it was, and verified offline', async () => {
    const session = new Uint8Array(randomBytes(32));
    const contributors = [await serve(first, 'first'), await serve(second, 'second')];
    const clients = await Promise.all(contributors.map((at) => ContributorClient.connect({...hostOf(at), session})));
    const words = await writeWords(model, modulesByLayer(model, clients), {count: 40, random: seededRandom(3)});
    expect(words).not.toEqual(await writeWords(model, new Map(), {count: 40, random: seededRandom(3)}));
    await Promise.all(clients.map((client) => client.finish()));
    await Promise.all(running.splice(0).map((contributor) => contributor.stop()));

    for (const [i, own] of [first, second].entries()) {
      const kept = join(folder, ['first', 'second'][i]!, Buffer.from(session).toString('hex'));
      const record = await readSession(kept, own.manifest.modules.map(({shape}) => shape));
      expect(record.digest()).toEqual(clients[i]!.record.digest());
      const proofs = join(folder, `proofs-${i}`);
      const made = await proveSession(own, record, proofs);
      expect(made).toBeGreaterThan(0);
      expect(await proveSession(own, record, proofs)).toBe(0);
      const [one] = await readdir(proofs);
      await rm(join(proofs, one!));
      expect(await codeOf(verifySession(own, clients[i]!.record, proofs))).toBe('proofRefused');
      expect(await proveSession(own, record, proofs)).toBe(1);
      const result = await verifySession(own, clients[i]!.record, proofs);
      expect(result.proofs).toBe(made);
      expect(result.tokens).toBe(own.manifest.modules.reduce((sum, _, module) => sum + record.tokens(module), 0));
    }
  });

  it('finds out a contributor that used other weights than the committed ones', async () => {
    const a = second.modules[0]!.a.slice();
    a[0] = a[0] === 5 ? 6 : 5;
    const liar = {...second, modules: [{...second.modules[0]!, a}, ...second.modules.slice(1)]};
    const client = await connectTo(await serve(liar, 'liar'));
    await writeWords(model, modulesByLayer(model, [client]), {count: 3, random: seededRandom(3)});
    await client.finish();
    for (const prover of [liar, second]) {
      const proofs = join(folder, `liar-${prover === liar ? 'as used' : 'as committed'}`);
      await proveSession(prover, client.record, proofs);
      await expect(verifySession(second, client.record, proofs)).rejects.toThrow(new RegExp(`module ${second.manifest.modules[0]!.name}, part 0`));
    }
  });

  it('refuses modules that were not pinned, or do not fit, before anything is asked', async () => {
    const [one, two] = [await serve(first, 'one'), await serve(second, 'two')];
    const pinned = new Set(first.manifest.modules.map(({commitment}) => commitment));
    expect(await codeOf(connectTo(two, {pinned}))).toBe('commitmentChanged');
    const client = await connectTo(one, {pinned});
    const again = await connectTo(one);
    expect(() => modulesByLayer(model, [client, again])).toThrow(/two contributors/);
    expect(() => modulesByLayer(randomAdapter('other').model, [client])).not.toThrow();
    expect(() => modulesByLayer({...model, layers: model.layers.slice(1)}, [client])).toThrow(/no layer layers.0/);
    const wider = model.layers.map((layer) => ({...layer, inputs: layer.inputs + 1}));
    expect(() => modulesByLayer({...model, layers: wider}, [client])).toThrow(LoraError);
    client.close();
    expect(await codeOf(client.apply(0, encodeLoraInputs(new Int16Array(16))))).toBe('closed');
    again.close();
  });

  it('gives up a contributor that stalls, hangs up, floods, or answers nonsense', async () => {
    const manifest = Buffer.from(JSON.stringify(first.manifest));
    const rows = Buffer.concat(first.rows);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(rows.length);
    const begin = [encodeFrame(FrameType.manifest, manifest), encodeFrame(FrameType.rows, length, rows, first.registration)] as const;
    /** The n-th frame of the user gets the n-th answer; after the last, nothing. */
    const scripted = (...answers: readonly Uint8Array[]) => pretend((socket) => {
      const reader = new FrameReader();
      let next = 0;
      socket.on('data', (piece: Buffer) => { for (const _ of reader.push(piece)) if (answers[next] !== undefined) socket.write(answers[next++]!); });
    });
    const short = {peerTimeoutMs: 50};
    expect(await codeOf(pretend(() => undefined).then((at) => connectTo(at, short)))).toBe('timeout');
    expect(await codeOf(scripted(begin[0]).then((at) => connectTo(at, short)))).toBe('timeout');
    expect(await codeOf(pretend((socket) => socket.destroy()).then((at) => connectTo(at)))).toBe('closed');
    expect(await codeOf(pretend((socket) => { socket.write(Buffer.alloc(1 << 20, 255)); }).then((at) => connectTo(at)))).toBe('wrongFrame');
    expect(await codeOf(pretend((socket) => { socket.write(Buffer.concat(Array.from({length: 64}, () => begin[0]))); }).then((at) => connectTo(at)))).toMatch(/wrongMessage/);
    const version = Buffer.from(begin[0]);
    version[4] = 2;
    expect(await codeOf(scripted(version).then((at) => connectTo(at)))).toBe('wrongVersion');
    expect(await codeOf(scripted(begin[1]).then((at) => connectTo(at)))).toBe('wrongMessage');
    expect(await codeOf(scripted(encodeFrame(FrameType.manifest, Buffer.from('{}'))).then((at) => connectTo(at)))).toBe('wrongPackage');
    expect(await codeOf(scripted(encodeFrame(FrameType.manifest, Buffer.from('no JSON'))).then((at) => connectTo(at)))).toBe('notJson');
    expect(await codeOf(scripted(begin[0], encodeFrame(FrameType.rows)).then((at) => connectTo(at)))).toBe('wrongMessage');
    expect(await codeOf(scripted(begin[0], encodeFrame(FrameType.rows, Buffer.from([255, 255, 255, 255]))).then((at) => connectTo(at)))).toBe('wrongMessage');
    expect(await codeOf(scripted(begin[0], encodeFrame(FrameType.rows, length, rows, new Uint8Array(first.registration.length))).then((at) => connectTo(at)))).toBe('proofRefused');
    expect(await codeOf(scripted(begin[0], encodeFrame(FrameType.rows, length, Buffer.alloc(rows.length), first.registration)).then((at) => connectTo(at)))).toBe('wrongPackage');
    expect(await codeOf(scripted(encodeFrame(FrameType.error, Buffer.from('go away'))).then((at) => connectTo(at)))).toBe('refused');
    for (const answer of [encodeFrame(FrameType.delta, new Uint8Array(3)), encodeFrame(FrameType.delta, Buffer.alloc(4 + 12 * 5 + 1)), encodeFrame(FrameType.finished)]) {
      const client = await scripted(...begin, answer).then((at) => connectTo(at));
      expect(await codeOf(client.apply(0, encodeLoraInputs(new Int16Array(16))))).toBe('wrongMessage');
      expect(client.record.isEmpty).toBe(true);
    }
    const other = await scripted(...begin, encodeFrame(FrameType.finished, new Uint8Array(32))).then((at) => connectTo(at));
    expect(await codeOf(other.finish())).toBe('refused');
  });
});

describe('a contributor', () => {
  it('cuts off peers that do not keep to the protocol, and serves the others on', async () => {
    const at = await serve(first, 'bad');
    const hello = encodeFrame(FrameType.hello, new Uint8Array(32));
    const apply = (module: number, inputs: Uint8Array): Buffer => encodeFrame(FrameType.apply, Uint8Array.of(0, 0, 0, 1, module >> 8, module & 255), inputs);
    const oversize = Buffer.alloc(8);
    oversize.writeUInt32BE(FRAME_BYTES_MAX);
    const cases: [RegExp, Uint8Array[]][] = [
      [/frame of/, [oversize]],
      [/frame of/, [Buffer.alloc(4)]],
      [/frame of/, [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
      [/before hello/, [encodeFrame(FrameType.finish)]],
      [/session of 31 bytes/, [encodeFrame(FrameType.hello, new Uint8Array(31))]],
      [/second hello/, [hello, hello]],
      [/no request/, [hello, encodeFrame(FrameType.delta)]],
      [/no request/, [hello, encodeFrame(FrameType.apply, new Uint8Array(5))]],
      [/no inputs of module 1/, [hello, apply(1, new Uint8Array(32))]],
      [/no inputs of module 0/, [hello, apply(0, new Uint8Array(31))]],
      [/no inputs of module 0/, [hello, apply(0, new Uint8Array(0))]],
      [/tokens in a request/, [hello, apply(0, new Uint8Array(32 * (REQUEST_TOKEN_COUNT_MAX + 1)))]],
      [/version 9/, [Buffer.from([0, 0, 0, 2, 9, 1])]],
    ];
    for (const [reason, pieces] of cases) expect((await talk(at, ...pieces)).toString('latin1')).toMatch(reason);
    const client = await connectTo(at);
    expect((await client.apply(0, encodeLoraInputs(new Int16Array(16)))).length).toBeGreaterThan(0);
    client.close();
    expect(warnings.length).toBe(cases.length);
  });

  it('gives up a peer that says nothing, and keeps what it answered before', async () => {
    const at = await serve(first, 'silent', 50);
    const session = new Uint8Array(32).fill(9);
    const request = encodeFrame(FrameType.apply, new Uint8Array(6), new Uint8Array(32));
    const answer = await talk(at, encodeFrame(FrameType.hello, session), request);
    expect(answer.toString('latin1')).toMatch(/silent for too long/);
    await Promise.all(running.splice(0).map((contributor) => contributor.stop()));
    const record = await readSession(join(folder, 'silent', Buffer.from(session).toString('hex')), first.manifest.modules.map(({shape}) => shape));
    expect(record.tokens(0)).toBe(1);
  });

  it('answers a flood no faster than it is read, and holds none of it', async () => {
    const at = await serve(first, 'flood');
    const request = encodeFrame(FrameType.apply, new Uint8Array(6), new Uint8Array(32 * 64));
    const client = await connectTo(at);
    const flood = connect(hostOf(at));
    flood.on('error', () => undefined);
    flood.write(encodeFrame(FrameType.hello, new Uint8Array(32)));
    // Nothing is read from this side: the contributor stops taking more once its answers wait.
    flood.pause();
    for (let i = 0; i < 2_000; i++) flood.write(request);
    const y = await client.apply(0, encodeLoraInputs(new Int16Array(16)));
    expect(y.length).toBeGreaterThan(0);
    flood.destroy();
    client.close();
  });
});
