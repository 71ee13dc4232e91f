import {setMaxListeners} from 'node:events';
import type {Connection, Stream} from '@libp2p/interface';
import {channelProtocol, HELLO_PROTOCOL} from './channels.ts';
import type {ChannelSpec, StreamChannel} from './channels.ts';
import {encodeFrame} from './frames.ts';
import type {FrameFault} from './frames.ts';
import {CLOSE_TIMEOUT_MS, CONTROL_MESSAGE_MAX_BYTES, SILENT_HEARTBEATS_MAX, STREAM_WINDOW_MAX_BYTES} from './limits.ts';
import {decodeControl, encodeHeartbeat, encodeHello} from './messages.ts';
import type {Hello, Received} from './messages.ts';
import {OutboundChannel} from './outboundChannel.ts';
import {RateLimiter} from './rateLimit.ts';
import {emptyTraffic} from './traffic.ts';
import type {ChannelTraffic} from './traffic.ts';
import {closeQuietly, readFrames, trySend} from './streams.ts';
import type {P2pClock, P2pMetrics} from './types.ts';

export interface LinkEvents {
  /** The peer's hello arrived; once, before anything else. */
  hello(link: Link, hello: Hello): void;
  message(link: Link, channel: StreamChannel, bytes: Uint8Array): void;
  writable(link: Link, channel: StreamChannel): void;
  /** The peer was throttled for most of a window on a channel that no honest peer fills. */
  flood(link: Link, channel: string): void;
  /** The peer broke the wire protocol. */
  violation(link: Link, reason: string): void;
  /** Once. The connection is gone or on its way out; nothing is delivered or sent any more. */
  closed(link: Link, reason: string): void;
}

export interface LinkOptions {
  readonly chainId: string;
  readonly channels: readonly ChannelSpec[];
  readonly clock: P2pClock;
}

/**
 * One connection to a peer: its control stream (hello, then heartbeats both ways) and one stream per channel and direction.
 * A link lives and dies as a whole: when any stream of it fails, all of it is closed and the peer is announced anew after the
 * next handshake. So what is sent on a channel arrives in order and without gaps for as long as the peer stays announced.
 */
export class Link {
  readonly connection: Connection;
  readonly peer: string;
  /** True when we dialled. */
  readonly outbound: boolean;
  /** Heartbeats in a row without a working gossip stream; kept here for the owner. */
  gossiplessHeartbeats = 0;
  remoteHello: Hello | undefined;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #metrics: P2pMetrics;
  readonly #channels: readonly OutboundChannel[];
  readonly #channelById = new Map<number, OutboundChannel>();
  readonly #inbound = new Map<StreamChannel, Stream>();
  readonly #received = new Map<number, number>();
  readonly #traffic = new Map<StreamChannel, ChannelTraffic>();
  #control: Stream | undefined;
  #state: 'handshake' | 'ready' | 'closed' = 'handshake';
  #flushScheduled = false;
  #heard = false;
  #silentHeartbeats = 0;

  constructor(connection: Connection, options: LinkOptions, events: LinkEvents, metrics: P2pMetrics) {
    this.connection = connection;
    this.peer = connection.remotePeer.toString();
    this.outbound = connection.direction === 'outbound';
    this.#options = options;
    this.#events = events;
    this.#metrics = metrics;
    this.#channels = options.channels.map(spec => new OutboundChannel(spec));
    for (const channel of this.#channels) {
      this.#channelById.set(channel.spec.id, channel);
      this.#traffic.set(channel.spec.id, emptyTraffic(channel.spec.name));
    }
    connection.addEventListener('close', event => this.#end(event.error?.message ?? 'connection closed'));
  }

  /** Since the connection began, by channel. */
  traffic(): ChannelTraffic[] {
    return [...this.#traffic.values()].map(traffic => ({...traffic}));
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** The dialling side opens the control stream and speaks first. Never rejects: a failure closes the link. */
  async openControl(own: Hello, signal: AbortSignal): Promise<void> {
    try {
      const stream = await this.connection.newStream(HELLO_PROTOCOL, {signal});
      this.#setControl(stream);
      this.sendHello(own);
    } catch (error) {
      this.abort(`handshake failed: ${messageOf(error)}`);
    }
  }

  acceptControl(stream: Stream): void {
    if (this.outbound || this.#control !== undefined) {
      stream.abort(new Error('second control stream'));
      this.#events.violation(this, 'opened a second control stream');
      return;
    }
    this.#setControl(stream);
  }

  sendHello(own: Hello): void {
    if (this.#control === undefined || !trySend(this.#control, encodeFrame(encodeHello(own)))) this.abort('control stream closed');
  }

  /** After the handshake: opens our streams and reads those the peer has opened meanwhile. */
  start(): void {
    if (this.#state !== 'handshake') return;
    this.#state = 'ready';
    for (const channel of this.#channels) void this.#openChannel(channel);
    for (const [id, stream] of this.#inbound) this.#readChannel(this.#specOf(id), stream);
  }

  acceptChannel(spec: ChannelSpec, stream: Stream): void {
    if (this.#state === 'closed') {
      stream.abort(new Error('link closed'));
      return;
    }
    if (this.#inbound.has(spec.id)) {
      stream.abort(new Error('second stream of a channel'));
      this.#events.violation(this, `opened a second ${spec.name} stream`);
      return;
    }
    // What comes before the handshake is over waits in the stream; this much of it.
    stream.maxReadBufferLength = spec.messageMaxBytes;
    this.#inbound.set(spec.id, stream);
    if (this.#state === 'ready') this.#readChannel(spec, stream);
  }

  /** false when the link is closed or the queue full. */
  send(channelId: StreamChannel, bytes: Uint8Array): boolean {
    const channel = this.#channelById.get(channelId);
    if (channel === undefined || this.#state !== 'ready') return false;
    if (!channel.push(bytes)) {
      this.#metrics.p2pRefusedSendsTotal?.inc({channel: channel.spec.name});
      return false;
    }
    this.#scheduleFlush();
    return true;
  }

  /** Every heartbeat interval, once ready: tells the peer how far we have read, and closes the link if the peer has fallen silent. */
  heartbeat(): void {
    if (this.#state !== 'ready') return;
    this.#silentHeartbeats = this.#heard ? 0 : this.#silentHeartbeats + 1;
    this.#heard = false;
    if (this.#silentHeartbeats >= SILENT_HEARTBEATS_MAX) {
      this.abort('silent');
      return;
    }
    const control = this.#control;
    // A control stream that is full already has heartbeats in it.
    if (control === undefined || control.writableNeedsDrain) return;
    if (!trySend(control, encodeFrame(encodeHeartbeat(this.#received)))) this.abort('control stream closed');
  }

  /** Lets what was written reach the peer. The link counts as closed at once. */
  async close(reason: string): Promise<void> {
    this.#end(reason);
    const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
    // Every stream of the connection listens to it.
    setMaxListeners(0, signal);
    try {
      await this.connection.close({signal});
    } catch (error) {
      this.connection.abort(error instanceof Error ? error : new Error(reason));
    }
  }

  /** Drops the connection and what is unsent. Does nothing when the link is closed or closing. */
  abort(reason: string): void {
    if (this.#state === 'closed') return;
    this.#end(reason);
    try {
      this.connection.abort(new Error(reason));
    } catch {
      // It tells the peer of it first, which throws when the connection has just closed by itself.
    }
  }

  #setControl(stream: Stream): void {
    if (this.#state === 'closed') {
      stream.abort(new Error('link closed'));
      return;
    }
    this.#control = stream;
    readFrames(stream, CONTROL_MESSAGE_MAX_BYTES, {
      frame: payload => this.#onControl(payload),
      fault: fault => this.#events.violation(this, `control stream: ${fault} frame`),
      end: () => this.abort('control stream closed'),
    });
  }

  #onControl(payload: Uint8Array): void {
    if (this.#state === 'closed') return;
    let message;
    try {
      message = decodeControl(payload);
    } catch (error) {
      this.#events.violation(this, messageOf(error));
      return;
    }
    this.#heard = true;
    if (message.type === 'hello' && this.remoteHello === undefined) {
      this.remoteHello = message.hello;
      this.#events.hello(this, message.hello);
    } else if (message.type === 'heartbeat' && this.remoteHello !== undefined) {
      this.#onHeartbeat(message.received);
    } else {
      this.#events.violation(this, `${message.type} out of order`);
    }
  }

  #onHeartbeat(received: Received): void {
    for (const channel of this.#channels) {
      const state = channel.acknowledge(received.get(channel.spec.id) ?? 0);
      if (state === 'impossible') {
        this.#events.violation(this, `claims ${channel.spec.name} messages that were not sent`);
        return;
      }
      if (state === 'stalled') {
        this.abort(`${channel.spec.name} channel stalled with ${channel.queuedMessages} messages waiting`);
        return;
      }
    }
  }

  async #openChannel(channel: OutboundChannel): Promise<void> {
    try {
      const stream = await this.connection.newStream(channelProtocol(this.#options.chainId, channel.spec));
      if (this.closed) {
        stream.abort(new Error('link closed'));
        return;
      }
      const lost = (): void => this.abort(`${channel.spec.name} stream closed`);
      stream.addEventListener('close', lost);
      // One way only: anything the peer writes here is a fault, and must not pile up unread.
      stream.addEventListener('message', () => this.#events.violation(this, `wrote to our ${channel.spec.name} stream`));
      // All streams of a connection are told of free room one after the other: writing starts after the last was told, or priorities would not hold.
      stream.addEventListener('drain', () => this.#scheduleFlush());
      if (stream.status !== 'open') {
        lost();
        return;
      }
      channel.attach(stream);
      this.#scheduleFlush();
    } catch (error) {
      this.abort(`could not open the ${channel.spec.name} stream: ${messageOf(error)}`);
    }
  }

  #readChannel(spec: ChannelSpec, stream: Stream): void {
    // While the stream is paused, the window that was granted may fill.
    stream.maxReadBufferLength = 2 * STREAM_WINDOW_MAX_BYTES;
    const {clock} = this.#options;
    const limiter = new RateLimiter(spec.receive, () => clock.nowMs());
    const traffic = this.#traffic.get(spec.id) as ChannelTraffic;
    const reader = {
      frame: (payload: Uint8Array) => {
        if (this.#state !== 'ready') return;
        this.#heard = true;
        limiter.take(payload.byteLength);
        traffic.receivedMessages++;
        traffic.receivedBytes += payload.byteLength;
        this.#received.set(spec.id, ((this.#received.get(spec.id) ?? 0) + 1) >>> 0);
        this.#metrics.p2pMessagesTotal?.inc({channel: spec.name, direction: 'received'});
        this.#metrics.p2pBytesTotal?.inc({channel: spec.name, direction: 'received'}, payload.byteLength);
        this.#events.message(this, spec.id, payload);
      },
      pauseMs: () => {
        const debtMs = limiter.debtMs();
        if (debtMs === 0) return 0;
        // A peer that is held back is not silent.
        this.#heard = true;
        this.#metrics.p2pThrottledTotal?.inc({channel: spec.name});
        if (limiter.throttled(debtMs) && spec.scored) this.#events.flood(this, spec.name);
        return debtMs;
      },
      fault: (fault: FrameFault) => this.#events.violation(this, `${spec.name} stream: ${fault} frame`),
      end: () => this.abort(`${spec.name} stream closed by the peer`),
    };
    readFrames(stream, spec.messageMaxBytes, reader, (delayMs, fn) => clock.setTimer(delayMs, fn));
    // Our half is never used; closing it lets both sides forget the stream when the peer closes its own.
    if (stream.status === 'open') closeQuietly(stream);
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushScheduled = false;
    if (this.#state !== 'ready') return;
    try {
      for (const channel of this.#channels) {
        const {messages, bytes} = channel.write();
        if (messages === 0) continue;
        const traffic = this.#traffic.get(channel.spec.id) as ChannelTraffic;
        traffic.sentMessages += messages;
        traffic.sentBytes += bytes;
        this.#metrics.p2pMessagesTotal?.inc({channel: channel.spec.name, direction: 'sent'}, messages);
        this.#metrics.p2pBytesTotal?.inc({channel: channel.spec.name, direction: 'sent'}, bytes);
      }
    } catch (error) {
      this.abort(`write failed: ${messageOf(error)}`);
      return;
    }
    for (const channel of this.#channels) {
      if (channel.takeWritable()) this.#events.writable(this, channel.spec.id);
    }
  }

  #specOf(id: StreamChannel): ChannelSpec {
    return (this.#channelById.get(id) as OutboundChannel).spec;
  }

  #end(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#events.closed(this, reason);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
