import type {Stream} from '@libp2p/interface';
import {FrameDecoder} from './frames.ts';
import type {FrameFault} from './frames.ts';
import type {P2pClock} from './types.ts';

export interface FrameReader {
  /** A payload that may be kept. */
  frame(payload: Uint8Array): void;
  fault(fault: FrameFault): void;
  /** The peer closed or reset its side, or the connection ended. Once. */
  end(): void;
  /** After what a piece of the stream held was given out: milliseconds for which not to read on. */
  pauseMs?(): number;
}

/**
 * Reads frames off a stream by its events. (Not by its async iterator: that buffers without bound, and a reset of the stream
 * becomes an unhandled rejection, which ends the process.)
 */
export function readFrames(stream: Stream, maxBytes: number, reader: FrameReader, setTimer?: P2pClock['setTimer']): void {
  const decoder = new FrameDecoder(maxBytes, payload => reader.frame(payload), fault => reader.fault(fault));
  let ended = false;
  let cancelResume: (() => void) | undefined;
  let resuming = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    cancelResume?.();
    decoder.stop();
    reader.end();
  };
  const hold = (): void => {
    const pauseMs = ended ? 0 : (reader.pauseMs?.() ?? 0);
    if (pauseMs === 0 || setTimer === undefined || cancelResume !== undefined || !setPaused(stream, true)) return;
    cancelResume = setTimer(pauseMs, () => {
      cancelResume = undefined;
      // Gives out what has come meanwhile, and grants the peer a new window after that: a pause in between would be undone by it.
      resuming = true;
      setPaused(stream, false);
      resuming = false;
      hold();
    });
  };
  stream.addEventListener('close', end);
  // 'end' comes after the last byte was delivered; 'remoteCloseWrite' may come before it.
  stream.addEventListener('end', end);
  stream.addEventListener('message', event => {
    const data = event.data;
    // isView, not instanceof: it holds for buffers of another realm too.
    if (ArrayBuffer.isView(data)) decoder.push(data);
    else for (const part of data) decoder.push(part);
    if (!resuming) hold();
  });
  if (stream.status !== 'open' || stream.readableEnded) end();
}

/** false when the stream is closed or closing: then there is nothing to stop. */
function setPaused(stream: Stream, paused: boolean): boolean {
  try {
    if (paused) stream.pause();
    else stream.resume();
    return true;
  } catch {
    return false;
  }
}

/** Sends, and reports a stream that cannot take it any more instead of throwing. */
export function trySend(stream: Stream, bytes: Uint8Array): boolean {
  try {
    stream.send(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Ends our side of a stream; whatever goes wrong is dealt with by the stream's own close event. */
export function closeQuietly(stream: Stream): void {
  stream.close().catch((error: unknown) => {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
  });
}
