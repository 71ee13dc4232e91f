import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {encodeFrame, FrameDecoder, prefixLength, writeFrame} from '../../../node/p2p/frames.ts';

function decode(chunks: readonly Uint8Array[], maxBytes = 1 << 20): {frames: Uint8Array[]; faults: string[]} {
  const result: {frames: Uint8Array[]; faults: string[]} = {frames: [], faults: []};
  const decoder = new FrameDecoder(maxBytes, frame => result.frames.push(frame), fault => result.faults.push(fault));
  for (const chunk of chunks) decoder.push(chunk);
  return result;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('FrameDecoder', () => {
  it('gives back what was framed, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({minLength: 1, maxLength: 300}), {maxLength: 10}),
        fc.array(fc.integer({min: 1, max: 97}), {minLength: 1, maxLength: 30}),
        (payloads, cuts) => {
          const wire = Buffer.concat(payloads.map(encodeFrame));
          const chunks: Uint8Array[] = [];
          for (let offset = 0, i = 0; offset < wire.length; i++) {
            const size = cuts[i % cuts.length] as number;
            chunks.push(wire.subarray(offset, offset + size));
            offset += size;
          }
          const {frames, faults} = decode(chunks);
          expect(faults).toEqual([]);
          expect(frames.map(frame => [...frame])).toEqual(payloads.map(payload => [...payload]));
        },
      ),
    );
  });

  it.each([127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('has the shortest prefix for a payload of %d bytes', length => {
    const frame = encodeFrame(new Uint8Array(length));
    expect(frame.byteLength).toBe(prefixLength(length) + length);
    expect(decode([frame], 1 << 22).frames[0]?.byteLength).toBe(length);
    expect(writeFrame(new Uint8Array(length + 10), 3, new Uint8Array(length))).toBe(3 + frame.byteLength);
  });

  it('takes a frame of the greatest size and refuses one byte more before its body has come', () => {
    expect(decode([encodeFrame(new Uint8Array(100))], 100)).toEqual({frames: [new Uint8Array(100)], faults: []});
    expect(decode([bytes(101)], 100)).toEqual({frames: [], faults: ['oversize']});
    expect(decode([bytes(0xff, 0xff, 0xff, 0x7f)], 100)).toEqual({frames: [], faults: ['oversize']});
  });

  it.each([
    ['an empty frame', bytes(0), 'empty'],
    ['a prefix that is longer than needed', bytes(0x81, 0x00), 'malformed-prefix'],
    ['a zero in two bytes', bytes(0x80, 0x00), 'malformed-prefix'],
    ['a prefix without end', bytes(0xff, 0xff, 0xff, 0xff, 0xff), 'malformed-prefix'],
  ])('refuses %s', (_name, wire, fault) => {
    expect(decode([wire])).toEqual({frames: [], faults: [fault]});
  });

  it('ignores everything after a fault', () => {
    expect(decode([bytes(0, 1, 7), bytes(1, 7)])).toEqual({frames: [], faults: ['empty']});
  });

  it('ignores what follows in a chunk once stopped by the receiver of a frame', () => {
    const frames: Uint8Array[] = [];
    const decoder = new FrameDecoder(10, frame => {
      frames.push(frame);
      decoder.stop();
    }, () => undefined);
    decoder.push(bytes(1, 7, 1, 8));
    expect(frames).toEqual([bytes(7)]);
  });

  it('gives payloads that do not change with the chunk they came in', () => {
    const wire = encodeFrame(bytes(1, 2, 3));
    const {frames} = decode([wire]);
    wire.fill(0);
    expect(frames).toEqual([bytes(1, 2, 3)]);
  });

  it('never throws on random bytes', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({maxLength: 64}), {maxLength: 8}), chunks => void decode(chunks, 64)));
  });
});
