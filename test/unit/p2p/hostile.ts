import {noise} from '@libp2p/noise';
import type {Connection, Libp2p, Stream} from '@libp2p/interface';
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

  constructor(host: Libp2p) {
    this.host = host;
  }

  static async create(): Promise<Hostile> {
    const host = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: {enabled: false},
    });
    const hostile = new Hostile(host);
    for (const spec of CHANNELS) {
      await host.handle(channelProtocol(CHAIN_ID, spec), stream => hostile.#read(spec, stream), {maxInboundStreams: 100});
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
    return this.connection.newStream(channelProtocol(CHAIN_ID, spec), {maxOutboundStreams: 1000});
  }

  /** The next message that the node sends on this channel; asked for before it can come. */
  received(channelName: string): Promise<Uint8Array> {
    return new Promise(resolve => this.#readers.set(channelName, resolve));
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
