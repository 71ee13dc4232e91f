import type {Stream} from '@libp2p/interface';
import type {ChannelSpec} from './channels.ts';
import {STALLED_HEARTBEATS_MAX, WRITE_BATCH_BYTES} from './limits.ts';
import {SendQueue} from './sendQueue.ts';

/** Our side of one channel to one peer: a queue, the stream once it is open, and how far the peer says it has read. */
export class OutboundChannel {
  readonly spec: ChannelSpec;
  readonly #queue: SendQueue;
  #stream: Stream | undefined;
  #accepted = 0;
  #acknowledged = 0;
  #stalledHeartbeats = 0;

  constructor(spec: ChannelSpec) {
    this.spec = spec;
    this.#queue = new SendQueue(spec);
  }

  get queuedMessages(): number {
    return this.#queue.length;
  }

  attach(stream: Stream): void {
    this.#stream = stream;
  }

  push(message: Uint8Array): boolean {
    if (!this.#queue.push(message)) return false;
    this.#accepted = (this.#accepted + 1) >>> 0;
    return true;
  }

  /**
   * Writes until the queue is empty or the stream asks to wait; what the stream still holds then is at most one batch.
   * Throws what the stream throws when it is closed.
   */
  write(): {messages: number; bytes: number} {
    const written = {messages: 0, bytes: 0};
    const stream = this.#stream;
    if (stream === undefined) return written;
    while (!stream.writableNeedsDrain) {
      const batch = this.#queue.takeBatch(WRITE_BATCH_BYTES);
      if (batch === undefined) break;
      written.messages += batch.messages;
      written.bytes += batch.frames.byteLength;
      stream.send(batch.frames);
    }
    return written;
  }

  takeWritable(): boolean {
    return this.#queue.takeWritable();
  }

  /**
   * What a heartbeat of the peer says it has received here (modulo 2^32). `impossible`: more than was ever sent.
   * `stalled`: something is under way and the last heartbeats showed no progress, though the peer is alive.
   */
  acknowledge(received: number): 'ok' | 'stalled' | 'impossible' {
    const outstanding = (this.#accepted - received) >>> 0;
    const advanced = (received - this.#acknowledged) >>> 0;
    if (advanced > (this.#accepted - this.#acknowledged) >>> 0) return 'impossible';
    this.#acknowledged = received;
    if (outstanding === 0 || advanced > 0) {
      this.#stalledHeartbeats = 0;
      return 'ok';
    }
    this.#stalledHeartbeats++;
    return this.#stalledHeartbeats >= STALLED_HEARTBEATS_MAX ? 'stalled' : 'ok';
  }
}
