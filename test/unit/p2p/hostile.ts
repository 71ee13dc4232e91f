import {noise} from '@libp2p/noise';
import {generateKeyPair} from '@libp2p/crypto/keys';
import type {Connection, Libp2p, PrivateKey, Stream} from '@libp2p/interface';
import {tcp} from '@libp2p/tcp';
import {yamux} from '@libp2p/yamux';
import {multiaddr} from '@multiformats/multiaddr';
import {createLibp2p} from 'libp2p';
import {channelProtocol, CHANNELS, HELLO_PROTOCOL} from '../../../node/p2p/channels.ts';
import {stopHost} from '../../../node/p2p/host.ts';
import {PROTOCOL_VERSION} from '../../../node/p2p/limits.ts';
import type {ChannelSpec} from '../../../node/p2p/channels.ts';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {readFrames} from '../../../node/p2p/streams.ts';
import {encodeHello} from '../../../node/p2p/messages.ts';
import type {Hello} from '../../../node/p2p/messages.ts';
import {CHAIN_ID, GENESIS_HASH} from './support.ts';

export const HONEST_HELLO: Hello = {
  protocolVersion: PROTOCOL_VERSION,
  chainId: CHAIN_ID,
  genesisHash: GENESIS_HASH,
  version: '0.1.0',
  moniker: 'hostile',
  session: new Uint8Array(16).fill(1),
  listenAddress: '',
};

/** A bare libp2p node that can speak just enough of the protocol to break it anywhere. */
export class Hostile {
  readonly host: Libp2p;
  connection!: Connection;
  control!: Stream;
  /** Set before `greet`. */
  reads: 'everything' | 'nothing' = 'everything';
  readonly #readers = new Map<string, (payload: Uint8Array) => void>();

  readonly #chainId: string;

  readonly privateKey: PrivateKey;

  constructor(host: Libp2p, chainId: string, privateKey: PrivateKey) {
    this.privateKey = privateKey;
    this.host = host;
    this.#chainId = chainId;
  }

  static async create(chainId = CHAIN_ID, privateKey?: PrivateKey): Promise<Hostile> {
    const key = privateKey ?? (await generateKeyPair('Ed25519'));
    const host = await createLibp2p({
      privateKey: key,
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: {enabled: false},
    });
    const hostile = new Hostile(host, chainId, key);
    for (const spec of CHANNELS) {
      await host.handle(channelProtocol(chainId, spec), stream => hostile.#read(spec, stream), {maxInboundStreams: 100});
    }
    return hostile;
  }

  get id(): string {
    return this.host.peerId.toString();
  }

  async connect(address: string): Promise<void> {
    this.connection = await this.host.dial(multiaddr(address));
  }

  /** Opens the control stream and says `hello`, or these bytes instead. */
  async greet(hello: Hello | Uint8Array = HONEST_HELLO): Promise<void> {
    this.control = await this.connection.newStream(HELLO_PROTOCOL);
    this.control.addEventListener('message', () => undefined);
    this.control.send(hello instanceof Uint8Array ? hello : encodeFrame(encodeHello(hello)));
  }

  open(channelName: string): Promise<Stream> {
    const spec = CHANNELS.find(candidate => candidate.name === channelName);
    if (spec === undefined) throw new Error(channelName);
    return this.connection.newStream(channelProtocol(this.#chainId, spec), {maxOutboundStreams: 1000});
  }

  /** The next message that the node sends on this channel; asked for before it can come. */
  received(channelName: string): Promise<Uint8Array> {
    return new Promise(resolve => this.#readers.set(channelName, resolve));
  }

  /** Asks for yamux pings for as long as the connection lives, and takes nothing off its socket any more. */
  pingWithoutReading(): void {
    const {maConn, muxer} = this.connection as unknown as {maConn: {pause(): void}; muxer: {send(bytes: Uint8Array): boolean}};
    maConn.pause();
    const pings = new Uint8Array(12 * 4_000);
    // Version 0, type 2 (ping), flags 1 (asks), stream 0, any value.
    for (let i = 0; i < pings.length; i += 12) pings.set([0, 2, 0, 1], i);
    const more = (): void => {
      if (this.connection.status !== 'open') return;
      try {
        muxer.send(pings);
      } catch {
        return;
      }
      setImmediate(more);
    };
    more();
  }

  /** Resolves when the node has cut the connection. */
  cutOff(): Promise<void> {
    const {connection} = this;
    return new Promise(resolve => {
      if (connection.status !== 'open') resolve();
      else connection.addEventListener('close', () => resolve());
    });
  }

  #read(spec: ChannelSpec, stream: Stream): void {
    // Not a byte is taken: what the node sends stays in the window of yamux, and then with the node.
    if (this.reads === 'nothing') stream.pause();
    readFrames(stream, spec.messageMaxBytes, {
      frame: payload => {
        this.#readers.get(spec.name)?.(payload);
        this.#readers.delete(spec.name);
      },
      fault: fault => {
        throw new Error(`the node sent a frame that is ${fault}`);
      },
      end: () => undefined,
    });
  }

  async stop(): Promise<void> {
    await stopHost(this.host);
  }
}
