/** Every combination of heights in which a crash, or a restored backup, can leave block store, state store and application. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS, ED25519_KEY_TYPE, EMPTY_BYTES, sha256, toHex, utf8, type GenesisDoc} from '#proto';
import {BlockStore, ConsensusEngine, DEFAULT_ENGINE_OPTIONS, FileSigner, type KeyValueOp, rollback, StateStore, ValidatorKey} from '#consensus/engine';
import {emptyApplicationDisk, HashChainApplication, type ApplicationDisk} from '../../../simulation/support/application.ts';
import {Mempool} from '../../../simulation/support/cluster.ts';
import {MemoryFile, MemoryLog, MemoryStore, Power} from '../../../simulation/support/disk.ts';
import {GENESIS_TIME, Scheduler} from '../../../simulation/support/scheduler.ts';

const POWER = new Power();
const KEY = new ValidatorKey(sha256(utf8('handshake')));
const GENESIS: GenesisDoc = {
  genesisTime: GENESIS_TIME,
  chainId: 'handshake',
  initialHeight: 1n,
  consensusParams: DEFAULT_CONSENSUS_PARAMS,
  validators: [{address: KEY.address, publicKey: {type: ED25519_KEY_TYPE, bytes: KEY.publicKey}, power: 1n, name: 'only'}],
  appHash: EMPTY_BYTES,
  appState: {},
};

/** Keeps every batch, so that stores of any earlier moment can be made. */
class RecordingStore extends MemoryStore {
  readonly batches: (readonly KeyValueOp[])[] = [];

  override async write(ops: readonly KeyValueOp[], options: {sync: boolean}): Promise<void> {
    this.batches.push(ops);
    await super.write(ops, options);
  }
}

class CountingApplication extends HashChainApplication {
  readonly calls: string[] = [];

  override async initChain(request: Parameters<HashChainApplication['initChain']>[0]): ReturnType<HashChainApplication['initChain']> {
    this.calls.push('initChain');
    return super.initChain(request);
  }

  override async finalizeBlock(request: Parameters<HashChainApplication['finalizeBlock']>[0]): ReturnType<HashChainApplication['finalizeBlock']> {
    this.calls.push(`finalize ${request.height}`);
    return super.finalizeBlock(request);
  }

  override async commit(): ReturnType<HashChainApplication['commit']> {
    this.calls.push('commit');
    return super.commit();
  }
}

interface Disks {
  readonly blocks: MemoryStore;
  readonly state: MemoryStore;
  readonly app: ApplicationDisk;
}

interface Run {
  readonly engine: ConsensusEngine;
  readonly scheduler: Scheduler;
  readonly app: CountingApplication;
}

function create(disks: Disks, genesis = GENESIS): Run {
  const scheduler = new Scheduler(1);
  const app = new CountingApplication(disks.app, POWER);
  const mempool = new Mempool();
  mempool.add(utf8('a transaction'));
  const nothing = (): void => undefined;
  const engine = new ConsensusEngine(
    {...DEFAULT_ENGINE_OPTIONS, emptyBlockIntervalMs: 10},
    {
      logger: {debug: nothing, info: nothing, warn: nothing, error: nothing},
      clock: scheduler.clock(0, () => true),
      network: {
        subscribe: () => nothing,
        peers: () => [],
        send: () => false,
        onWritable: () => nothing,
        reportMisbehaviour: nothing,
      },
      signer: new FileSigner(KEY, new MemoryFile(POWER)),
      wal: new MemoryLog(POWER),
      blockDb: disks.blocks,
      stateDb: disks.state,
      app,
      txs: mempool,
      observer: {step: nothing, committed: nothing, halted: nothing},
      genesis,
    },
  );
  return {engine, scheduler, app};
}

const HEIGHTS = 4n;
/** Batches of the stores after each height, and the application's disk. */
const at: {blocks: number; state: number; app: ApplicationDisk}[] = [];
let recordedBlocks: RecordingStore;
let recordedState: RecordingStore;

beforeAll(async () => {
  recordedBlocks = new RecordingStore(POWER);
  recordedState = new RecordingStore(POWER);
  const app = emptyApplicationDisk();
  const {engine, scheduler} = create({blocks: recordedBlocks, state: recordedState, app});
  at.push({blocks: 0, state: 0, app: {...app}});
  await engine.start();
  for (let height = 1n; height <= HEIGHTS; height++) {
    await scheduler.run(scheduler.now + 1000, () => engine.height >= height);
    at.push({blocks: recordedBlocks.batches.length, state: recordedState.batches.length, app: {...app}});
  }
  await engine.stop();
});

async function replayed(batches: readonly (readonly KeyValueOp[])[], count: number): Promise<MemoryStore> {
  const store = new MemoryStore(POWER);
  for (const batch of batches.slice(0, count)) await store.write(batch, {sync: true});
  return store;
}

/** Disks with blocks, state and application at these heights. `responseOf`: the state store also has the answer to that block. */
async function disksAt(heights: {blocks: number; state: number; app: number; hasResponse?: boolean}): Promise<Disks> {
  const state = at[heights.state]!.state + (heights.hasResponse === true ? 1 : 0);
  return {
    blocks: await replayed(recordedBlocks.batches, at[heights.blocks]!.blocks),
    state: await replayed(recordedState.batches, state),
    app: {...at[heights.app]!.app},
  };
}

async function startAndGoOn(disks: Disks): Promise<CountingApplication['calls']> {
  const {engine, scheduler, app} = create(disks);
  await engine.start();
  const calls = [...app.calls];
  const from = engine.height;
  expect(toHex(engine.chainState.appHash)).toBe(toHex(disks.app.appHash));
  expect(await scheduler.run(scheduler.now + 5000, () => engine.height >= from + 2n)).toBe(true);
  await engine.stop();
  return calls;
}

describe('handshake', () => {
  it('a new chain: InitChain', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 0, state: 0, app: 0}))).toEqual(['initChain']);
  });
  it('all at one height: nothing to do', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 3, state: 3, app: 3}))).toEqual([]);
  });
  it('the block is stored, no more: it is executed', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 3, state: 2, app: 2}))).toEqual(['finalize 3', 'commit']);
  });
  it('the first block is stored, no more: InitChain, then it is executed', async () => {
    const disks = {...(await disksAt({blocks: 1, state: 0, app: 0})), state: await replayed(recordedState.batches, 1)};
    expect(await startAndGoOn(disks)).toEqual(['initChain', 'finalize 1', 'commit']);
  });
  it('executed and answered, not committed by the application: it is executed again', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 3, state: 2, app: 2, hasResponse: true}))).toEqual(['finalize 3', 'commit']);
  });
  it('committed by the application, the state store is behind: the stored answer leads on, nothing is executed', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 3, state: 2, app: 3, hasResponse: true}))).toEqual([]);
  });
  it('the application lost its data: it is given the whole chain', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 4, state: 4, app: 0}))).toEqual([
      'initChain',
      ...['1', '2', '3', '4'].flatMap((height) => [`finalize ${height}`, 'commit']),
    ]);
  });
  it('the application was restored from a backup: it is given what it lacks', async () => {
    expect(await startAndGoOn(await disksAt({blocks: 4, state: 4, app: 2}))).toEqual(['finalize 3', 'commit', 'finalize 4', 'commit']);
  });

  it('refuses an application that is ahead of the blocks', async () => {
    const {engine} = create(await disksAt({blocks: 2, state: 2, app: 3}));
    await expect(engine.start()).rejects.toThrow(/the application is at height 3, ahead of the block store at 2[^]*qanat reset/);
  });
  it('refuses a state store that is ahead of the blocks', async () => {
    const {engine} = create(await disksAt({blocks: 2, state: 3, app: 2}));
    await expect(engine.start()).rejects.toThrow('the state store is at height 3, ahead of the block store at 2');
  });
  it('refuses an application with another hash', async () => {
    const disks = await disksAt({blocks: 3, state: 3, app: 3});
    disks.app.appHash = sha256(utf8('something else'));
    await expect(create(disks).engine.start()).rejects.toThrow(/executed something else[^]*qanat replay[^]*qanat rollback[^]*docs\/runbooks\/wrong-app-hash\.md/);
  });
  it('refuses an application whose replay gives another hash', async () => {
    const disks = await disksAt({blocks: 3, state: 3, app: 1});
    disks.app.appHash = sha256(utf8('something else'));
    await expect(create(disks).engine.start()).rejects.toThrow('executed something else');
  });
  it('refuses stores of another chain', async () => {
    const {engine} = create(await disksAt({blocks: 3, state: 3, app: 3}), {...GENESIS, chainId: 'other'});
    await expect(engine.start()).rejects.toThrow('the stored chain is handshake');
  });
  it('refuses when what the application answered is not stored', async () => {
    const {engine} = create(await disksAt({blocks: 4, state: 1, app: 3}));
    await expect(engine.start()).rejects.toThrow('what it answered to block 2 is not stored');
  });
});

describe('a chain that begins after a snapshot', () => {
  async function snapshotAt(height: number, appHeight: number): Promise<{run: Run; disks: Disks; bootstrap: () => Promise<void>}> {
    const full = await disksAt({blocks: height, state: height, app: appHeight});
    const state = new StateStore(full.state).load()!;
    const commit = new BlockStore(full.blocks).loadSeenCommit(BigInt(height))!;
    const disks = {blocks: new MemoryStore(POWER), state: new MemoryStore(POWER), app: full.app};
    const run = create(disks);
    return {run, disks, bootstrap: () => run.engine.bootstrap({...state, lastHeightValidatorsChanged: BigInt(height) + 2n}, commit)};
  }

  it('goes on from it, also after a restart, with no block before', async () => {
    const {run, disks, bootstrap} = await snapshotAt(3, 3);
    await bootstrap();
    await run.engine.start();
    expect([run.app.calls, run.engine.height, run.engine.blockStore.height]).toEqual([[], 3n, 0n]);
    await run.engine.stop();
    expect(await startAndGoOn(disks)).toEqual([]);
    const {blockStore} = create(disks).engine;
    expect([blockStore.base, blockStore.height]).toEqual([4n, 5n]);
    expect(blockStore.loadCommit(3n)?.height).toBe(3n);
    expect(await startAndGoOn(disks)).toEqual([]);
  });
  it('refuses an application that did not get as far', async () => {
    const {run, bootstrap} = await snapshotAt(3, 2);
    await bootstrap();
    await expect(run.engine.start()).rejects.toThrow('the state store begins at height 3, but the application is at 2: the state sync did not end');
  });
  it('refuses an application with another state', async () => {
    const {run, disks, bootstrap} = await snapshotAt(3, 3);
    disks.app.appHash = sha256(utf8('something else'));
    await bootstrap();
    await expect(run.engine.start()).rejects.toThrow('executed something else');
  });
  it('cannot begin twice, nor where a chain is', async () => {
    const {bootstrap} = await snapshotAt(3, 3);
    await bootstrap();
    await expect(bootstrap()).rejects.toThrow('a chain that has begun');
    const {engine} = create(await disksAt({blocks: 3, state: 3, app: 3}));
    await expect(engine.bootstrap(new StateStore(recordedState).load()!, new BlockStore(recordedBlocks).loadSeenCommit(HEIGHTS)!)).rejects.toThrow('a chain that has begun');
  });
  it('without its commit is a block store that was lost', async () => {
    const {run, disks} = await snapshotAt(3, 3);
    await new StateStore(disks.state).bootstrap({...new StateStore(recordedState).load()!, lastBlockHeight: 3n, lastHeightValidatorsChanged: 5n});
    await expect(run.engine.start()).rejects.toThrow('ahead of the block store at 0');
  });
});

describe('rollback', () => {
  const storesOf = (disks: Disks) => ({blockStore: new BlockStore(disks.blocks), stateStore: new StateStore(disks.state), genesis: GENESIS});

  it('gives the state before the newest block, so that it is executed again', async () => {
    const disks = await disksAt({blocks: 4, state: 4, app: 3});
    expect(await rollback(storesOf(disks), {removeBlock: false})).toEqual({stateHeight: 3n, blockHeight: 4n});
    const before = new StateStore((await disksAt({blocks: 3, state: 3, app: 3})).state).load()!;
    // The set of height 5 is stored in full now.
    expect(new StateStore(disks.state).load()).toEqual({...before, lastHeightValidatorsChanged: 5n});
    expect(await startAndGoOn(disks)).toEqual(['finalize 4', 'commit']);
  });

  it('removes the block too', async () => {
    const disks = await disksAt({blocks: 4, state: 4, app: 3});
    expect(await rollback(storesOf(disks), {removeBlock: true})).toEqual({stateHeight: 3n, blockHeight: 3n});
    const {blockStore} = storesOf(disks);
    expect([blockStore.height, blockStore.loadBlock(4n), blockStore.loadPart(4n, 0)]).toEqual([3n, undefined, undefined]);
    expect(blockStore.loadSeenCommit(3n)).toBeDefined();
    expect(await startAndGoOn(disks)).toEqual([]);
  });

  it('leaves a state that is behind as it is: executing the block failed', async () => {
    const disks = await disksAt({blocks: 4, state: 3, app: 3});
    expect(await rollback(storesOf(disks), {removeBlock: false})).toEqual({stateHeight: 3n, blockHeight: 4n});
    expect(await rollback(storesOf(disks), {removeBlock: true})).toEqual({stateHeight: 3n, blockHeight: 3n});
    expect(await startAndGoOn(disks)).toEqual([]);
  });

  it('goes back several blocks, one at a time, but not before the first', async () => {
    const disks = await disksAt({blocks: 4, state: 4, app: 1});
    for (const height of [3n, 2n, 1n]) expect(await rollback(storesOf(disks), {removeBlock: true})).toEqual({stateHeight: height, blockHeight: height});
    await expect(rollback(storesOf(disks), {removeBlock: true})).rejects.toThrow('block 1 is the first');
    expect(await startAndGoOn(disks)).toEqual([]);
  });

  it('refuses stores that a crash cannot leave', async () => {
    await expect(rollback(storesOf(await disksAt({blocks: 4, state: 2, app: 2})), {removeBlock: false})).rejects.toThrow('equal or one apart');
    await expect(rollback(storesOf(await disksAt({blocks: 0, state: 0, app: 0})), {removeBlock: false})).rejects.toThrow('there is no block');
  });
});
