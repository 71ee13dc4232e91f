/** The system behind the server's ports: clock, timers, randomness. */
import {randomBytes} from 'node:crypto';
import type {EthRpcClock} from './options.ts';

export const systemClock: EthRpcClock = {
  nowMs: () => Date.now(),
  setTimer(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    // A server that has nothing else to do must not keep the process alive.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** 128 bits nobody can guess: whoever knows a filter's id can read it. */
export const randomId = (): `0x${string}` => `0x${randomBytes(16).toString('hex')}`;

/** Lets the event loop serve others in the middle of long work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
