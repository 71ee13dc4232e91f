import {describe, expect, it} from '@jest/globals';
import {FrameDecoder} from '../../../node/p2p/frames.ts';
import {OutboundChannel} from '../../../node/p2p/outboundChannel.ts';
import {SendQueue} from '../../../node/p2p/sendQueue.ts';

const LIMITS = {queueMaxMessages: 10, queueMaxBytes: 1_000};
const message = (size: number, fill = 1): Uint8Array => new Uint8Array(size).fill(fill);

describe('SendQueue', () => {
  it('gathers as many messages into a batch as fit, in order', () => {
    const queue = new SendQueue(LIMITS);
    for (let i = 1; i <= 5; i++) queue.push(message(100, i));
    const batch = queue.takeBatch(303);
    expect(batch?.messages).toBe(3);
    const fills: number[] = [];
    const decoder = new FrameDecoder(1_000, frame => fills.push(frame[0] as number), () => undefined);
    decoder.push(batch?.frames ?? message(0));
    decoder.push(queue.takeBatch(1_000)?.frames ?? message(0));
    expect(fills).toEqual([1, 2, 3, 4, 5]);
    expect(queue.takeBatch(1_000)).toBeUndefined();
    expect(queue.bytes).toBe(0);
  });

  it('sends a message larger than a batch alone', () => {
    const queue = new SendQueue(LIMITS);
    queue.push(message(500));
    queue.push(message(1));
    expect(queue.takeBatch(10)?.messages).toBe(1);
    expect(queue.takeBatch(10)?.messages).toBe(1);
  });

  it('refuses above its limit of messages and above its limit of bytes', () => {
    const byCount = new SendQueue(LIMITS);
    for (let i = 0; i < 10; i++) expect(byCount.push(message(1))).toBe(true);
    expect(byCount.push(message(1))).toBe(false);
    const byBytes = new SendQueue(LIMITS);
    expect(byBytes.push(message(1_000))).toBe(true);
    expect(byBytes.push(message(1))).toBe(false);
  });

  it('tells of new room once, when half of it is free, and only after a refusal', () => {
    const queue = new SendQueue(LIMITS);
    for (let i = 0; i < 10; i++) queue.push(message(10));
    expect(queue.takeWritable()).toBe(false);
    queue.push(message(10));
    queue.takeBatch(33);
    expect(queue.length).toBe(7);
    expect(queue.takeWritable()).toBe(false);
    queue.takeBatch(33);
    expect(queue.takeWritable()).toBe(true);
    expect(queue.takeWritable()).toBe(false);
  });

  it('keeps its order over many rounds', () => {
    const queue = new SendQueue({queueMaxMessages: 1_000, queueMaxBytes: 10_000});
    let next = 0;
    let taken = 0;
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < 5; i++) queue.push(Uint8Array.of(1 + (next++ % 200)));
      const batch = queue.takeBatch(2 * 4);
      for (let i = 0; i < (batch?.messages ?? 0); i++) expect(batch?.frames[2 * i + 1]).toBe(1 + (taken++ % 200));
    }
    expect(queue.length).toBe(next - taken);
  });
});

describe('OutboundChannel', () => {
  const spec = {id: 0x22, name: 'vote', messageMaxBytes: 100, queueMaxMessages: 100, queueMaxBytes: 10_000, receive: {messagesPerSecond: 1, bytesPerSecond: 1, burstSeconds: 1}, scored: true} as const;

  it('counts heartbeats without progress and calls the channel stalled after five', () => {
    const channel = new OutboundChannel(spec);
    channel.push(message(1));
    channel.push(message(1));
    for (let i = 0; i < 4; i++) expect(channel.acknowledge(0)).toBe('ok');
    expect(channel.acknowledge(1)).toBe('ok');
    for (let i = 0; i < 4; i++) expect(channel.acknowledge(1)).toBe('ok');
    expect(channel.acknowledge(1)).toBe('stalled');
  });

  it('is never stalled with nothing under way', () => {
    const channel = new OutboundChannel(spec);
    for (let i = 0; i < 20; i++) expect(channel.acknowledge(0)).toBe('ok');
  });

  it('notices a peer that claims more than was sent, or less than before', () => {
    const channel = new OutboundChannel(spec);
    for (let i = 0; i < 3; i++) channel.push(message(1));
    expect(channel.acknowledge(2)).toBe('ok');
    expect(channel.acknowledge(4)).toBe('impossible');
    expect(channel.acknowledge(1)).toBe('impossible');
    expect(channel.acknowledge(3)).toBe('ok');
  });
});
