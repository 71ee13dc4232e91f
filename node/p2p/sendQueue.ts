import type {ChannelSpec} from './channels.ts';
import {prefixLength, writeFrame} from './frames.ts';

type QueueLimits = Pick<ChannelSpec, 'queueMaxMessages' | 'queueMaxBytes'>;

/** What waits for one peer on one channel, first in, first out, within the channel's limits. */
export class SendQueue {
  readonly #limits: QueueLimits;
  #messages: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;
  #refused = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** false when there is no room; `takeWritable` tells when it is worth trying again. */
  push(message: Uint8Array): boolean {
    if (this.length >= this.#limits.queueMaxMessages || this.#bytes + message.byteLength > this.#limits.queueMaxBytes) {
      this.#refused = true;
      return false;
    }
    this.#messages.push(message);
    this.#bytes += message.byteLength;
    return true;
  }

  /** The next frames, prefix and payload, together at most `maxBytes` unless the first alone is larger. */
  takeBatch(maxBytes: number): {readonly frames: Uint8Array; readonly messages: number} | undefined {
    let end = this.#head;
    let total = 0;
    while (end < this.#messages.length) {
      const size = (this.#messages[end] as Uint8Array).byteLength;
      const framed = prefixLength(size) + size;
      if (end > this.#head && total + framed > maxBytes) break;
      total += framed;
      end++;
    }
    const messages = end - this.#head;
    if (messages === 0) return undefined;
    const frames = new Uint8Array(total);
    let offset = 0;
    for (let i = this.#head; i < end; i++) {
      const message = this.#messages[i] as Uint8Array;
      offset = writeFrame(frames, offset, message);
      this.#bytes -= message.byteLength;
    }
    this.#drop(end);
    return {frames, messages};
  }

  /** True once after a refusal, when half of the queue is free again. */
  takeWritable(): boolean {
    if (!this.#refused || this.length > this.#limits.queueMaxMessages / 2 || this.#bytes > this.#limits.queueMaxBytes / 2) return false;
    this.#refused = false;
    return true;
  }

  #drop(end: number): void {
    if (end === this.#messages.length) {
      this.#messages = [];
      this.#head = 0;
      return;
    }
    this.#head = end;
    if (end >= 64 && end * 2 >= this.#messages.length) {
      this.#messages = this.#messages.slice(end);
      this.#head = 0;
    }
  }
}
