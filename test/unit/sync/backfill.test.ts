/** Headers before a snapshot, fetched from peers of whom some lie, into the engine's own stores. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {
  blockIdEquals,
  decodeStateSyncMessage,
  DEFAULT_CONSENSUS_PARAMS,
  encodeCommit,
  encodeHeader,
  encodeStateSyncMessage,
  equalBytes,
  evidenceHash,
  sha256,
  utf8,
  validatorSetHash,
  type Commit,
  type Evidence,
  type StateSyncMessage,
} from '#proto';
import {BlockStore, HeaderBackfill, StateStore, type ConsensusState, type Logger, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import {StoredEvidencePool} from '#consensus/evidence';
import {Backfill, StateSyncReactor, syncLimits} from '#node/sync';
import {MemoryStore, Power} from '../../simulation/support/disk.ts';
import {churn, LightChain} from '../../support/light-chain.ts';
import {doubleVote} from '../consensus/evidence/support.ts';

const silent: Logger = {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined};
const HEIGHT = 300;
/** The block of this height holds evidence. */
const GUILTY = 120;
const EVIDENCE: readonly Evidence[] = [doubleVote('ann', 2)];
const CHAIN = new LightChain({heights: 1, powersAt: churn(3, 50)}).fork({
  at: 1,
  heights: HEIGHT,
  change: ({height}) => (height === BigInt(GUILTY) ? {evidenceHash: evidenceHash(EVIDENCE)} : {}),
  powersAt: churn(3, 50),
  sign: (height) => (height % 7 === 0 ? {round: 2} : {}),
});

type Response = Extract<StateSyncMessage, {type: 'lightBlockResponse'}>;
type Peer = (height: bigint) => Response | undefined;

const truth = (height: bigint): Response => ({type: 'lightBlockResponse', height, block: CHAIN.at(height), evidence: height === BigInt(GUILTY) ? EVIDENCE : []});
const missing = (height: bigint): Response => ({type: 'lightBlockResponse', height, block: undefined, evidence: []});

function withCommit(response: Response, change: (commit: Commit) => Partial<Commit>): Response {
  const {signedHeader, validatorSet} = response.block!;
  return {...response, block: {validatorSet, signedHeader: {...signedHeader, commit: {...signedHeader.commit, ...change(signedHeader.commit)}}}};
}

const fork = CHAIN.fork({at: 200});
const LIARS: Record<string, Peer> = {
  'another header': (height) => ({...truth(height), block: fork.at(height)}),
  'another round of the commit': (height) => withCommit(truth(height), ({round}) => ({round: round + 1})),
  'another choice of signatures': (height) => withCommit(truth(height), ({signatures}) => ({signatures: signatures.slice(1)})),
  'a commit for other parts': (height) => withCommit(truth(height), ({blockId}) => ({blockId: {...blockId, partSetHeader: {total: 2, hash: sha256(utf8('parts'))}}})),
  'other validators': (height) => ({...truth(height), block: {...CHAIN.at(height), validatorSet: CHAIN.at(height === BigInt(HEIGHT) ? 1 : HEIGHT).validatorSet}}),
  'no evidence where there is some': (height) => ({...truth(height), evidence: []}),
  'evidence where there is none': (height) => ({...truth(height), evidence: EVIDENCE}),
};

class World {
  readonly store: MemoryStore;
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
  readonly pool: StoredEvidencePool;
  readonly reported: string[] = [];
  readonly requests: {readonly peer: string; readonly height: bigint}[] = [];
  maxOpen = 0;
  readonly peers = new Map<string, Peer>();
  chain: ConsensusState;
  backfill: Backfill;
  #timers: {at: number; fn: () => void}[] = [];
  #ms = 0;
  #open = 0;
  readonly #events: StateSyncReactor;

  constructor(store = new MemoryStore(new Power())) {
    this.store = store;
    this.blockStore = new BlockStore(store);
    this.stateStore = new StateStore(store);
    this.pool = new StoredEvidencePool({db: store, logger: silent});
    const {signedHeader, validatorSet} = CHAIN.at(HEIGHT);
    this.chain = {
      chainId: CHAIN.chainId,
      initialHeight: 1n,
      lastBlockHeight: BigInt(HEIGHT),
      lastBlockId: signedHeader.commit.blockId,
      lastBlockTime: signedHeader.header.time,
      lastValidators: validatorSet,
      validators: validatorSet,
      nextValidators: validatorSet,
      lastHeightValidatorsChanged: BigInt(HEIGHT + 2),
      consensusParams: DEFAULT_CONSENSUS_PARAMS,
      lastHeightConsensusParamsChanged: BigInt(HEIGHT + 1),
      lastResultsHash: new Uint8Array(0),
      appHash: new Uint8Array(0),
    };
    const clock = {
      now: () => ({seconds: 0n, nanos: 0}),
      setTimer: (delayMs: number, fn: () => void) => {
        const timer = {at: this.#ms + delayMs, fn};
        this.#timers.push(timer);
        return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
      },
    };
    const network: PeerNetwork = {
      subscribe: () => () => undefined,
      peers: () => [...this.peers.keys()],
      send: (peer, _channel, bytes) => {
        const message = decodeStateSyncMessage(bytes);
        if (message.type !== 'lightBlockRequest') return true;
        this.requests.push({peer, height: message.height});
        this.maxOpen = Math.max(this.maxOpen, ++this.#open);
        const answer = this.peers.get(peer)?.(message.height);
        clock.setTimer(5, () => {
          this.#open--;
          if (answer !== undefined && this.peers.has(peer)) this.#events.message(peer, 0x62, encodeStateSyncMessage(answer));
        });
        return true;
      },
      onWritable: () => () => undefined,
      reportMisbehaviour: (peer) => {
        this.reported.push(peer);
        this.peers.delete(peer);
        (this.#events as PeerEvents).peerRemoved(peer);
      },
    };
    const app = {listSnapshots: async () => [], loadSnapshotChunk: async () => undefined};
    this.#events = new StateSyncReactor({app, network, clock, logger: silent, lightBlock: () => undefined});
    const headers = new HeaderBackfill({blockStore: this.blockStore, stateStore: this.stateStore, evidence: this.pool, chain: () => this.chain});
    this.backfill = new Backfill({store: headers, network, clock, logger: silent});
    this.#events.attachBackfill(this.backfill);
  }

  async begin(): Promise<this> {
    if (this.blockStore.earlier.position === undefined) {
      await this.blockStore.beginAfter(this.chain.lastBlockHeight, this.chain.lastBlockId, CHAIN.at(HEIGHT).signedHeader.commit);
      await this.stateStore.bootstrap(this.chain);
    }
    const {blockStore, stateStore} = this;
    await this.pool.start(
      {
        loadBlockMeta: (height) => blockStore.loadBlockMeta(height),
        loadEvidence: (height) => blockStore.loadEvidence(height),
        loadCommit: (height) => blockStore.loadCommit(height),
        loadValidators: (height) => stateStore.loadValidatorPowers(height),
      },
      this.chain,
    );
    return this;
  }

  /** Until `done`, or the backfill ends. */
  async run(done: () => boolean = () => false): Promise<void> {
    let ended = false;
    void this.backfill.run().then(() => (ended = true));
    for (let step = 0; step < 20_000; step++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (ended || done()) return;
      this.#timers.sort((a, b) => a.at - b.at);
      const next = this.#timers.shift();
      if (next === undefined) continue;
      this.#ms = next.at;
      next.fn();
    }
    throw new Error('nothing came of it');
  }
}

let world: World;
beforeEach(async () => {
  world = await new World().begin();
});

function expectHeaders(from: number): void {
  const {blockStore, stateStore} = world;
  const isThere = (height: number): boolean => {
    const {signedHeader, validatorSet} = CHAIN.at(height);
    const at = BigInt(height);
    const meta = blockStore.loadBlockMeta(at);
    const commit = blockStore.loadCommit(at);
    const validators = stateStore.loadValidatorPowers(at)?.validators ?? [];
    return (
      meta !== undefined &&
      equalBytes(encodeHeader(meta.header), encodeHeader(signedHeader.header)) &&
      blockIdEquals(meta.blockId, signedHeader.commit.blockId) &&
      blockStore.heightByHash(meta.blockId.hash) === at &&
      equalBytes(validatorSetHash(validators), validatorSetHash(validatorSet.validators)) &&
      // That of the snapshot's height comes with the block after.
      (height === HEIGHT ? commit === undefined : commit !== undefined && equalBytes(encodeCommit(commit), encodeCommit(signedHeader.commit)))
    );
  };
  const heights = Array.from({length: HEIGHT - from + 1}, (_, i) => from + i);
  expect(heights.filter((height) => !isThere(height))).toEqual([]);
  expect(blockStore.headerBase).toBe(BigInt(from));
}

describe('the headers before a snapshot', () => {
  it('come from several peers, down to the first block', async () => {
    for (const name of ['a', 'b', 'c']) world.peers.set(name, truth);
    await world.run();
    expectHeaders(1);
    expect(world.reported).toEqual([]);
    expect(new Set(world.requests.map(({peer}) => peer)).size).toBe(3);
    expect(world.blockStore.earlier.position).toBeUndefined();
    expect(world.backfill.missing).toBe(0n);
    expect(world.blockStore.base).toBe(0n);
    expect(world.blockStore.loadEvidence(BigInt(GUILTY))).toEqual(EVIDENCE);
    expect(world.blockStore.loadEvidence(BigInt(GUILTY + 1))).toEqual([]);
  });

  it('come no further than evidence may speak of: both age limits must be passed', async () => {
    world.peers.set('a', truth);
    const evidence = {...DEFAULT_CONSENSUS_PARAMS.evidence, maxAgeNumBlocks: 20n, maxAgeDurationNs: 50_000_000_000n};
    world.chain = {...world.chain, consensusParams: {...DEFAULT_CONSENSUS_PARAMS, evidence}};
    await world.run();
    expectHeaders(HEIGHT - 50);
    expect(world.blockStore.loadBlockMeta(BigInt(HEIGHT - 51))).toBeUndefined();
    expect(world.requests.length).toBeLessThan(50 + 2 * syncLimits.BACKFILL_WINDOW);
  });

  it('tell what evidence is committed already', async () => {
    world.peers.set('a', truth);
    await world.run();
    expect(world.pool.check(EVIDENCE)).toMatchObject({kind: 'committed'});
    const [piece] = EVIDENCE;
    expect(await world.pool.add(piece!)).toBeUndefined();
    expect(world.pool.list()).toEqual([]);
    const again = await new World(world.store).begin();
    expect(again.pool.check(EVIDENCE)).toMatchObject({kind: 'committed'});
  });

  it.each(Object.keys(LIARS))('are taken of nobody who gives %s', async (name) => {
    world.peers.set('liar', LIARS[name]!);
    world.peers.set('honest', truth);
    await world.run();
    expectHeaders(1);
    expect(world.reported).toEqual(['liar']);
  });

  it('survive peers that answer nothing, have nothing, or go', async () => {
    world.peers.set('silent', () => undefined);
    world.peers.set('young', missing);
    world.peers.set('pruned', (height) => (height > 250n ? truth(height) : missing(height)));
    let asked = 0;
    world.peers.set('gone', (height) => (++asked > 20 ? undefined : truth(height)));
    world.peers.set('honest', truth);
    await world.run();
    expectHeaders(1);
    expect(world.reported).toEqual([]);
  });

  it('wait for somebody who has them', async () => {
    world.peers.set('young', missing);
    await world.run(() => world.requests.length > 200);
    expect(world.blockStore.headerBase).toBe(0n);
    world.peers.set('honest', truth);
    world.backfill.addPeer();
    await world.run(() => world.backfill.missing === 0n);
    expectHeaders(1);
  });

  it('go on from what is stored after a crash, and nothing is fetched twice', async () => {
    world.peers.set('a', truth);
    await world.run(() => world.blockStore.earlier.lowest !== 0n && world.blockStore.earlier.lowest < 150n);
    world.backfill.stop();
    const again = await new World(world.store).begin();
    const from = again.blockStore.earlier.lowest;
    expect(from).toBeLessThan(BigInt(HEIGHT));
    world = again;
    world.peers.set('b', truth);
    await world.run();
    expectHeaders(1);
    expect(world.requests.every(({height}) => height < from)).toBe(true);
  });

  it('are asked for within bounds', async () => {
    world.peers.set('a', truth);
    world.peers.set('b', truth);
    await world.run();
    expect(world.maxOpen).toBeLessThanOrEqual(2 * syncLimits.BACKFILL_PER_PEER_MAX);
  });
});

