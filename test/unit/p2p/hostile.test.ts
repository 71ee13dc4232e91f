import {spawn} from 'node:child_process';
import type {ChildProcessByStdio} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {connect} from 'node:net';
import type {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {afterAll, afterEach, beforeAll, describe, expect, it} from '@jest/globals';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {encodeHeartbeat, encodeHello} from '../../../node/p2p/messages.ts';
import {HONEST_HELLO, Hostile} from './hostile.ts';
import {bytesOf, startNode} from './support.ts';

interface VictimEvent {
  readonly event: 'added' | 'removed' | 'log';
  readonly peer?: string;
  readonly fields?: {readonly peer?: string; readonly reason?: string};
}

let victim: ChildProcessByStdio<Writable, Readable, Readable>;
let address: string;
let stderr = '';
const events: VictimEvent[] = [];
const waiters = new Set<() => void>();
const attackers: Hostile[] = [];
const sockets: Socket[] = [];

function until(condition: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const check = (): void => {
      if (!condition()) return;
      waiters.delete(check);
      resolve();
    };
    waiters.add(check);
    check();
  });
}

beforeAll(async () => {
  const script = fileURLToPath(new URL('./victim.ts', import.meta.url));
  victim = spawn(process.execPath, ['--conditions=chain-source', '--import', 'tsx', script], {stdio: ['pipe', 'pipe', 'pipe'], env: {...process.env, NODE_OPTIONS: ''}});
  victim.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  victim.on('exit', () => waiters.forEach(waiter => waiter()));
  address = await new Promise<string>((resolve, reject) => {
    victim.on('exit', () => reject(new Error(`the victim did not start: ${stderr}`)));
    createInterface(victim.stdout).on('line', line => {
      const parsed = JSON.parse(line) as VictimEvent & {address?: string};
      if (parsed.address !== undefined) resolve(parsed.address);
      else events.push(parsed);
      for (const waiter of [...waiters]) waiter();
    });
  });
});

afterEach(async () => {
  await Promise.all(attackers.splice(0).map(attacker => attacker.stop()));
  for (const socket of sockets.splice(0)) socket.destroy();
  expect(stderr).toBe('');
  expect(victim.exitCode).toBeNull();
  await serves();
});

afterAll(async () => {
  victim.stdin.end();
  await once(victim, 'exit');
});

/** An honest peer connects and gets its messages echoed. */
async function serves(): Promise<void> {
  const honest = await startNode();
  await honest.network.dial(address);
  await honest.untilPeers(1);
  const peer = honest.network.peers()[0] as string;
  honest.network.send(peer, 0x21, bytesOf(70_000, 1));
  await honest.until(() => honest.messages(0x21).length === 1 || honest.network.peers().length === 0);
  expect(honest.messages(0x21).length).toBe(1);
  await honest.network.stop();
}

async function attacker(): Promise<Hostile> {
  const hostile = await Hostile.create();
  attackers.push(hostile);
  await hostile.connect(address);
  return hostile;
}

const added = (hostile: Hostile): Promise<void> => until(() => events.some(event => event.event === 'added' && event.peer === hostile.id));

/** Announced as a peer. */
async function peer(): Promise<Hostile> {
  const hostile = await attacker();
  await hostile.greet();
  await added(hostile);
  return hostile;
}

async function expectBan(hostile: Hostile, reason: RegExp): Promise<void> {
  await hostile.cutOff();
  await until(() => events.some(event => event.event === 'log' && event.fields?.peer === hostile.id && reason.test(event.fields.reason ?? '')));
  const again = await hostile.host.dial(hostile.connection.remoteAddr).catch(() => undefined);
  if (again !== undefined && again.status === 'open') await new Promise(resolve => again.addEventListener('close', resolve));
}

async function rawSocket(): Promise<Socket> {
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket): Promise<unknown> => (socket.destroyed ? Promise.resolve() : new Promise(resolve => socket.once('close', resolve)));

describe('a peer is cut off and banned when it', () => {
  it.each([
    ['announces a frame above the limit of the channel', 'vote', Uint8Array.of(0xff, 0xff, 0x7f), /vote stream: oversize frame/],
    ['sends an empty frame', 'state', Uint8Array.of(0), /state stream: empty frame/],
    ['sends a prefix without end', 'data', new Uint8Array(8).fill(0xff), /data stream: malformed-prefix frame/],
    ['sends noise', 'evidence', new Uint8Array(4096).fill(0xfe), /evidence stream: malformed-prefix frame/],
  ])('%s', async (_name, channel, bytes, reason) => {
    const hostile = await peer();
    (await hostile.open(channel)).send(bytes);
    await expectBan(hostile, reason);
  });

  it.each([
    ['says something else than hello', encodeFrame(encodeHeartbeat(new Map())), /heartbeat out of order/],
    ['says nothing that can be decoded', encodeFrame(new Uint8Array(100).fill(0xff)), /malformed control message/],
    ['has a hello that is too long', new Uint8Array(600).fill(0x7f), /control message/],
    ['says hello twice', Buffer.concat([encodeFrame(encodeHello(HONEST_HELLO)), encodeFrame(encodeHello(HONEST_HELLO))]), /hello out of order/],
    ['has a moniker that plays with terminals', encodeFrame(encodeHello({...HONEST_HELLO, moniker: '\u001b[2J'})), /hello with a malformed moniker/],
    ['claims to have received what was not sent', Buffer.concat([encodeFrame(encodeHello(HONEST_HELLO)), encodeFrame(encodeHeartbeat(new Map([[0x21, 5]])))]), /claims data messages/],
  ])('%s', async (_name, bytes, reason) => {
    const hostile = await attacker();
    await hostile.greet(bytes);
    await expectBan(hostile, reason);
  });

  it('opens a channel twice', async () => {
    const hostile = await peer();
    await hostile.open('vote');
    await hostile.open('vote').catch(() => undefined);
    await expectBan(hostile, /opened a second vote stream/);
  });

  it('opens a second control stream', async () => {
    const hostile = await peer();
    await hostile.greet().catch(() => undefined);
    await expectBan(hostile, /second control stream/);
  });
});

describe('the node goes on when a peer', () => {
  it('never says hello', async () => {
    const hostile = await attacker();
    await hostile.cutOff();
    expect(events.some(event => event.event === 'added' && event.peer === hostile.id)).toBe(false);
  });

  it('sends before the handshake, more than may wait', async () => {
    const hostile = await attacker();
    const stream = await hostile.open('vote');
    stream.send(encodeFrame(bytesOf(10_000, 1)));
    stream.send(new Uint8Array(100_000).fill(1));
    await hostile.cutOff();
  });

  it('resets streams in the middle of frames, again and again', async () => {
    for (let i = 0; i < 20; i++) {
      const hostile = await peer();
      const streams = await Promise.all(['data', 'vote', 'state'].map(channel => hostile.open(channel)));
      for (const stream of streams) {
        stream.send(encodeFrame(bytesOf(10_000, i)).subarray(0, 5_000 + i));
        stream.abort(new Error('on purpose'));
      }
      await hostile.cutOff();
    }
  });

  it('resets streams while they are negotiated, and hangs up at any moment', async () => {
    for (let i = 0; i < 40; i++) {
      const hostile = await attacker();
      const greeted = hostile.greet().catch(() => undefined);
      for (let turn = 0; turn < i; turn++) await new Promise(resolve => setImmediate(resolve));
      hostile.connection.abort(new Error('on purpose'));
      await greeted;
    }
  });

  it('opens streams without number', async () => {
    const hostile = await peer();
    for (let i = 0; i < 300; i++) void hostile.connection.newStream('/qanat/unknown/1', {maxOutboundStreams: 10_000}).catch(() => undefined);
    await hostile.connection.newStream('/qanat/unknown/1').catch(() => undefined);
  });

  it('writes garbage below the encryption', async () => {
    const hostile = await peer();
    const {maConn} = hostile.connection as unknown as {maConn: {send(bytes: Uint8Array): boolean}};
    maConn.send(randomBytes(10_000));
    await hostile.cutOff();
  });
});

describe('raw connections', () => {
  it('that send noise are closed', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = await rawSocket();
      socket.write(randomBytes(1 + i * 400));
      socket.end();
      socket.resume();
      await closed(socket);
    }
  });

  it('that speak something else are closed', async () => {
    const texts = ['GET / HTTP/1.1\r\n\r\n', '\u0013/multistream/1.0.0\n', `\u0013/multistream/1.0.0\n\u0007/noise\n${'\0'.repeat(500)}`];
    await Promise.all(
      texts.map(async text => {
        const socket = await rawSocket();
        socket.write(text);
        socket.resume();
        await closed(socket);
      }),
    );
  });

  it('that say nothing are closed in time and do not keep others out meanwhile', async () => {
    const silent = await Promise.all(Array.from({length: 60}, rawSocket));
    for (const socket of silent) socket.resume();
    await serves();
    await Promise.all(silent.map(closed));
  }, 30_000);
});
