import {describe, expect, it} from '@jest/globals';
import {encodeStateSyncMessage, decodeStateSyncMessage, sha256, utf8, type Commit, type StateSyncMessage} from '#proto';
import type {ApplySnapshotChunkResponse, Channel, ConsensusState, Logger, OfferSnapshotResult, PeerEvents, PeerNetwork, Snapshot} from '#consensus/engine';
import {StateSyncError, StateSyncReactor, Syncer, syncLimits, type StateProvider} from '#node/sync';

const SNAPSHOT = 0x60;
const CHUNK = 0x61;
const silent: Logger = {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined};

/** Timers in order of their time; `settle` lets promises run in between. */
class TestClock {
  private timers: {at: number; fn: () => void}[] = [];
  private ms = 0;
  now(): {seconds: bigint; nanos: number} {
    return {seconds: BigInt(Math.floor(this.ms / 1000)), nanos: 0};
  }
  setTimer(delayMs: number, fn: () => void): () => void {
    const timer = {at: this.ms + delayMs, fn};
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  }
  async runUntil(done: () => boolean): Promise<void> {
    for (let step = 0; step < 20_000; step++) {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
      this.timers.sort((a, b) => a.at - b.at);
      const next = this.timers.shift();
      if (next === undefined) continue;
      this.ms = Math.max(this.ms, next.at);
      next.fn();
    }
    throw new Error('nothing came of it');
  }
}

const chunksOf = (height: number, count: number): Uint8Array[] => Array.from({length: count}, (_, i) => utf8(`chunk ${i} of ${height}`));
const snapshotOf = (height: number, count = 40): Snapshot => {
  const hashes = chunksOf(height, count).map((chunk) => sha256(chunk));
  return {height: BigInt(height), format: 1, chunks: count, hash: sha256(utf8(`snapshot ${height}`)), metadata: Buffer.concat(hashes)};
};
const appHashOf = (height: bigint): Uint8Array => sha256(utf8(`app ${height}`));

type Answer = (message: StateSyncMessage) => StateSyncMessage | undefined;

/** A peer that serves `snapshots` as an honest node would. */
function honest(...snapshots: Snapshot[]): (message: StateSyncMessage) => StateSyncMessage[] {
  return (message) => {
    if (message.type === 'snapshotsRequest') return snapshots.map((snapshot) => ({type: 'snapshotsResponse', ...snapshot}));
    if (message.type !== 'chunkRequest') return [];
    const chunk = chunksOf(Number(message.height), 100)[message.index]!;
    return [{...message, type: 'chunkResponse', chunk, missing: false}];
  };
}

class World {
  readonly clock = new TestClock();
  readonly reported: {peer: string; reason: string}[] = [];
  readonly requests: {peer: string; message: StateSyncMessage}[] = [];
  readonly applied: {height: bigint; index: number; sender: string}[] = [];
  readonly offered: bigint[] = [];
  offer: (snapshot: Snapshot) => OfferSnapshotResult = () => 'ACCEPT';
  apply: ((index: number, sender: string) => ApplySnapshotChunkResponse['result'] | undefined) | undefined;
  trust: (height: bigint) => void = () => undefined;
  restored: Snapshot | undefined;
  wrongHash = false;
  /** Is the queue to this peer full? */
  isFull: (peer: string, message: StateSyncMessage) => boolean = () => false;
  private events: PeerEvents | undefined;
  private current: Snapshot | undefined;
  readonly syncer: Syncer;
  readonly reactor: StateSyncReactor;

  readonly peers: Record<string, (message: StateSyncMessage) => StateSyncMessage[]>;

  constructor(peers: World['peers']) {
    this.peers = peers;
    const network: PeerNetwork = {
      subscribe: (events) => {
        this.events = events;
        return () => (this.events = undefined);
      },
      peers: () => Object.keys(this.peers),
      send: (peer, _channel, bytes) => {
        const message = decodeStateSyncMessage(bytes);
        if (this.isFull(peer, message)) return false;
        this.requests.push({peer, message});
        for (const answer of this.peers[peer]?.(message) ?? []) this.clock.setTimer(5, () => this.deliver(peer, answer));
        return true;
      },
      onWritable: () => () => undefined,
      reportMisbehaviour: (peer, reason) => void this.reported.push({peer, reason}),
    };
    const provider: StateProvider = {
      appHash: async (height) => {
        this.trust(height);
        return appHashOf(height);
      },
      state: async (height) => ({lastBlockHeight: height}) as ConsensusState,
      commit: async (height) => ({height}) as Commit,
    };
    const app = {
      info: async () => ({version: '', appVersion: 0n, lastBlockHeight: this.restored?.height ?? 0n, lastBlockAppHash: this.wrongHash ? new Uint8Array(32) : appHashOf(this.restored?.height ?? 0n)}),
      offerSnapshot: async ({snapshot}: {snapshot: Snapshot}): Promise<OfferSnapshotResult> => {
        this.offered.push(snapshot.height);
        this.current = snapshot;
        return this.offer(snapshot);
      },
      applySnapshotChunk: async ({index, chunk, sender}: {index: number; chunk: Uint8Array; sender: string}): Promise<ApplySnapshotChunkResponse> => {
        const {height, metadata, chunks} = this.current!;
        const forced = this.apply?.(index, sender);
        if (forced !== undefined) return {result: forced, refetchChunks: [], rejectSenders: []};
        if (Buffer.compare(sha256(chunk), metadata.subarray(index * 32, index * 32 + 32)) !== 0) return {result: 'RETRY', refetchChunks: [index], rejectSenders: [sender]};
        this.applied.push({height, index, sender});
        if (index === chunks - 1) this.restored = this.current;
        return {result: 'ACCEPT', refetchChunks: [], rejectSenders: []};
      },
      listSnapshots: async () => [],
      loadSnapshotChunk: async () => undefined,
    };
    const modules = {app, provider, network, clock: this.clock, logger: silent, lightBlock: () => undefined};
    this.reactor = new StateSyncReactor(modules);
    this.syncer = new Syncer(modules);
    this.reactor.start();
    this.reactor.attach(this.syncer);
  }

  deliver(peer: string, message: StateSyncMessage): void {
    const channel = message.type.startsWith('snapshots') ? SNAPSHOT : CHUNK;
    this.events?.message(peer, channel as Channel, encodeStateSyncMessage(message));
  }

  async sync(): Promise<bigint | string> {
    let outcome: bigint | string | undefined;
    void this.syncer.run().then(
      ({state}) => (outcome = state.lastBlockHeight),
      (error: Error) => (outcome = error.message),
    );
    await this.clock.runUntil(() => outcome !== undefined);
    return outcome!;
  }
}

const lie = (answer: Answer, otherwise: (message: StateSyncMessage) => StateSyncMessage[]) => (message: StateSyncMessage): StateSyncMessage[] => {
  const lied = answer(message);
  return lied === undefined ? otherwise(message) : [lied];
};

describe('state sync', () => {
  it('takes the highest snapshot, from several peers at once and in order', async () => {
    const world = new World({a: honest(snapshotOf(10), snapshotOf(20)), b: honest(snapshotOf(20)), c: honest(snapshotOf(10))});
    expect(await world.sync()).toBe(20n);
    expect(world.applied.map(({index}) => index)).toEqual(Array.from({length: 40}, (_, i) => i));
    expect(new Set(world.applied.map(({sender}) => sender))).toEqual(new Set(['a', 'b']));
    expect(world.reported).toEqual([]);
  });

  it('asks others for a chunk that is bad, missing, or does not come', async () => {
    const bad = lie((message) => (message.type === 'chunkRequest' ? {...message, type: 'chunkResponse', chunk: utf8('nonsense'), missing: false} : undefined), honest(snapshotOf(20)));
    const poor = lie((message) => (message.type === 'chunkRequest' ? {...message, type: 'chunkResponse', chunk: new Uint8Array(0), missing: true} : undefined), honest(snapshotOf(20)));
    const mute = (message: StateSyncMessage): StateSyncMessage[] => (message.type === 'chunkRequest' ? [] : honest(snapshotOf(20))(message));
    const world = new World({bad, poor, mute, good: honest(snapshotOf(20))});
    expect(await world.sync()).toBe(20n);
    expect(new Set(world.applied.map(({sender}) => sender))).toEqual(new Set(['good']));
    expect(world.reported.map(({peer}) => peer)).toEqual(['bad']);
  });

  it('takes nothing that nobody asked for', async () => {
    const eager = lie(
      (message) => (message.type === 'chunkRequest' ? {type: 'chunkResponse', height: message.height, format: 1, index: message.index + 50, chunk: utf8('x'), missing: false} : undefined),
      honest(snapshotOf(20)),
    );
    const world = new World({eager, good: honest(snapshotOf(20))});
    expect(await world.sync()).toBe(20n);
    expect(new Set(world.applied.map(({sender}) => sender))).toEqual(new Set(['good']));
  });

  it('refuses huge chunk counts and those who offer them; takes the next snapshot', async () => {
    const huge = (message: StateSyncMessage): StateSyncMessage[] =>
      message.type === 'snapshotsRequest' ? [{type: 'snapshotsResponse', ...snapshotOf(90), chunks: syncLimits.SNAPSHOT_CHUNKS_MAX + 1}] : [];
    const world = new World({huge, good: honest(snapshotOf(20))});
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([20n]);
    expect(world.reported).toEqual([{peer: 'huge', reason: `a snapshot of 65537 chunks, limit 65536`}]);
  });

  it('refuses huge metadata', async () => {
    const huge = (message: StateSyncMessage): StateSyncMessage[] =>
      message.type === 'snapshotsRequest' ? [{type: 'snapshotsResponse', ...snapshotOf(90), metadata: new Uint8Array(syncLimits.SNAPSHOT_METADATA_BYTES_MAX + 1)}] : [];
    const world = new World({huge, good: honest(snapshotOf(20))});
    expect(await world.sync()).toBe(20n);
    expect(world.reported.map(({peer}) => peer)).toEqual(['huge']);
  });

  it('remembers a bounded number of snapshots of one peer', async () => {
    const many = honest(...Array.from({length: 50}, (_, i) => snapshotOf(100 + i, 1)));
    const world = new World({many, good: honest(snapshotOf(20))});
    world.offer = ({height}) => (height === 20n ? 'ACCEPT' : 'REJECT');
    expect(await world.sync()).toBe(20n);
    expect(world.offered.length).toBeLessThanOrEqual(syncLimits.SNAPSHOTS_PER_PEER_MAX + 1);
  });

  it.each(['REJECT', 'REJECT_SENDER', 'REJECT_FORMAT'] as const)('goes on with another snapshot when the application says %s', async (result) => {
    const world = new World({a: honest({...snapshotOf(30), format: 2}), b: honest(snapshotOf(20))});
    world.offer = ({height}) => (height === 30n ? result : 'ACCEPT');
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([30n, 20n]);
  });

  it('goes on with another snapshot when the light client cannot vouch for one', async () => {
    const world = new World({a: honest(snapshotOf(30)), b: honest(snapshotOf(20))});
    world.trust = (height) => {
      if (height === 30n) throw new Error('no such header');
    };
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([20n]);
  });

  it('keeps a snapshot while no server of the light client answers, and asks later and later', async () => {
    const world = new World({a: honest(snapshotOf(20, 1))});
    const asked: bigint[] = [];
    world.trust = () => {
      asked.push(world.clock.now().seconds);
      if (asked.length <= 12) throw new StateSyncError('UNAVAILABLE', 'connection refused');
    };
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([20n]);
    expect(asked.length).toBe(13);
    expect(asked.slice(1).map((at, i) => Number(at - asked[i]!))).toEqual([3, 6, 12, 24, ...Array.from({length: 8}, () => 48)]);
  });

  it('is not held up by heights that nobody has', async () => {
    const liar = honest(...Array.from({length: 10}, (_, i) => snapshotOf(1_000 + i, 1)));
    const world = new World({liar, good: honest(snapshotOf(20))});
    const asked: bigint[] = [];
    world.trust = (height) => {
      asked.push(height);
      if (height >= 1_000n) throw new Error('no such header');
    };
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([20n]);
    expect(asked).toHaveLength(11);
  });

  it('asks a peer again whose queue was full, also when nothing else is under way', async () => {
    const world = new World({a: honest(snapshotOf(20, 1))});
    let refused = 0;
    world.isFull = (_peer, {type}) => type === 'chunkRequest' && refused++ < syncLimits.PEER_FAILURES_MAX - 1;
    expect(await world.sync()).toBe(20n);
    expect(refused).toBe(syncLimits.PEER_FAILURES_MAX);
  });

  it('gives up a peer whose queue stays full, and takes the next snapshot', async () => {
    const world = new World({a: honest(snapshotOf(30, 1)), b: honest(snapshotOf(20))});
    world.isFull = (peer, {type}) => peer === 'a' && type === 'chunkRequest';
    expect(await world.sync()).toBe(20n);
  });

  it('keeps the only peer when it is slow now and then', async () => {
    let asked = 0;
    const world = new World({a: (message) => (message.type === 'chunkRequest' && ++asked % 5 === 0 ? [] : honest(snapshotOf(20))(message))});
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([20n]);
  });

  it('goes on with another snapshot when the application finds it false in the end', async () => {
    const world = new World({a: honest(snapshotOf(30)), b: honest(snapshotOf(20))});
    world.apply = (index) => (world.offered.at(-1) === 30n && index === 39 ? 'REJECT_SNAPSHOT' : undefined);
    expect(await world.sync()).toBe(20n);
  });

  it('starts a snapshot over, and not without end', async () => {
    const world = new World({a: honest(snapshotOf(30)), b: honest(snapshotOf(20))});
    world.apply = (index) => (world.offered.at(-1) === 30n && index === 5 ? 'RETRY_SNAPSHOT' : undefined);
    expect(await world.sync()).toBe(20n);
    expect(world.offered).toEqual([30n, 30n, 30n, 20n]);
  });

  it('does not apply a chunk again and again without end', async () => {
    const world = new World({a: honest(snapshotOf(30)), b: honest(snapshotOf(20))});
    world.apply = () => (world.offered.at(-1) === 30n ? 'RETRY' : undefined);
    expect(await world.sync()).toBe(20n);
  });

  it('gives up a snapshot whose only peer leaves', async () => {
    const world = new World({a: honest(snapshotOf(30)), b: honest(snapshotOf(20))});
    world.apply = (index) => {
      if (world.offered.at(-1) === 30n && index === 3) {
        delete world.peers['a'];
        world.reactor.peerRemoved('a');
      }
      return undefined;
    };
    expect(await world.sync()).toBe(20n);
  });

  it('ends when the application gives up, or restored something else, or it is stopped', async () => {
    const aborting = new World({a: honest(snapshotOf(30))});
    aborting.offer = () => 'ABORT';
    expect(await aborting.sync()).toContain('takes no snapshot');
    const wrong = new World({a: honest(snapshotOf(30))});
    wrong.wrongHash = true;
    expect(await wrong.sync()).toContain('expected 30 with');
    const stopped = new World({});
    stopped.clock.setTimer(10, () => stopped.syncer.stop());
    expect(await stopped.sync()).toContain('stopped');
  });

  it('reports malformed messages, and messages of the wrong channel', () => {
    const world = new World({a: () => []});
    world.reactor.message('a', SNAPSHOT as Channel, Uint8Array.of(0xff, 0xff));
    world.reactor.message('a', CHUNK as Channel, encodeStateSyncMessage({type: 'snapshotsRequest'}));
    world.reactor.message('a', SNAPSHOT as Channel, encodeStateSyncMessage({type: 'snapshotsResponse', ...snapshotOf(1), chunks: 0}));
    world.reactor.message('a', CHUNK as Channel, encodeStateSyncMessage({type: 'chunkResponse', height: 1n, format: 1, index: 0, chunk: utf8('x'), missing: true}));
    expect(world.reported).toHaveLength(4);
  });
});
