import {describe, expect, it} from '@jest/globals';
import {PersistentDialer} from '../../../node/p2p/dialer.ts';

interface Setup {
  readonly dialer: PersistentDialer;
  readonly delays: number[];
  readonly world: {connected: boolean; reachable: boolean; banMs: number; dials: number; random: number};
  /** Runs the timer that is set and lets the dial it starts come to its end. */
  fire(): Promise<void>;
  armed(): boolean;
}

function setup(ownPeerId = 'A', peer = 'B'): Setup {
  const delays: number[] = [];
  const world = {connected: false, reachable: false, banMs: 0, dials: 0, random: 0};
  let timer: (() => void) | undefined;
  const dialer = new PersistentDialer(
    {ownPeerId, peers: new Map([[peer, []]]), timing: {reconnectBaseMs: 100, reconnectMaxMs: 2_000, dialYieldMs: 400}},
    {
      clock: {
        nowMs: () => 0,
        setTimer: (delayMs, fn) => {
          delays.push(delayMs);
          timer = fn;
          return () => (timer = undefined);
        },
      },
      logger: {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined},
      random: () => world.random,
      dial: async () => {
        world.dials++;
        if (!world.reachable) throw new Error('refused');
        world.connected = true;
      },
      isConnected: () => world.connected,
      banRemainingMs: () => world.banMs,
    },
  );
  return {
    dialer,
    delays,
    world,
    fire: async () => {
      const run = timer;
      timer = undefined;
      run?.();
      for (let i = 0; i < 10; i++) await Promise.resolve();
    },
    armed: () => timer !== undefined,
  };
}

describe('PersistentDialer', () => {
  it('waits twice as long after each failure, up to the longest wait, and never gives up', async () => {
    const {dialer, delays, fire, world} = setup();
    dialer.start();
    for (let i = 0; i < 40; i++) await fire();
    expect(delays.slice(0, 8)).toEqual([0, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
    expect(world.dials).toBe(40);
  });

  it('spreads each wait up to twice its shortest', async () => {
    const {dialer, delays, fire, world} = setup();
    world.random = 0.5;
    dialer.start();
    await fire();
    await fire();
    expect(delays).toEqual([50, 150, 300]);
  });

  it('lets the smaller id call first', () => {
    const {dialer, delays} = setup('B', 'A');
    dialer.start();
    expect(delays).toEqual([400]);
  });

  it('stops dialling when the peer has called', async () => {
    const {dialer, armed, world} = setup();
    dialer.start();
    world.connected = true;
    dialer.connected('B');
    expect(armed()).toBe(false);
  });

  it('comes back at once to a peer that was lost after a good while, slower to one that keeps failing', async () => {
    const {dialer, delays, fire, world} = setup();
    world.reachable = true;
    dialer.start();
    await fire();
    dialer.connected('B');
    world.connected = false;
    dialer.disconnected('B', 60_000);
    await fire();
    world.connected = false;
    dialer.disconnected('B', 10);
    await fire();
    world.connected = false;
    dialer.disconnected('B', 0);
    expect(delays).toEqual([0, 50, 100, 200]);
  });

  it('waits for the end of a ban', async () => {
    const {dialer, delays, fire, world} = setup();
    world.banMs = 5_000;
    dialer.start();
    await fire();
    expect(delays).toEqual([0, 5_000]);
    expect(world.dials).toBe(0);
    world.banMs = 0;
    await fire();
    expect(world.dials).toBe(1);
  });

  it('does nothing after it was stopped', async () => {
    const {dialer, armed, fire, world} = setup();
    dialer.start();
    dialer.stop();
    expect(armed()).toBe(false);
    dialer.disconnected('B', 0);
    await fire();
    expect(world.dials).toBe(0);
  });
});
