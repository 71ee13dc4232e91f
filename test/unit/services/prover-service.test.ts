import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {cp, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inferenceConsumerAbi, inferenceConsumerBytecode} from '#protocols/abi';
import {AssetKind, ContributorRole, RequestStatus} from '#protocols/client';
import {REQUEST_QUEUE_MAX, UNCLAIMED_REQUEST_COUNT_MAX} from '../../../protocols/services/limits.ts';
import type {Logger} from '../../../protocols/services/logger.ts';
import {infer} from '../../../protocols/services/model/inference.ts';
import {packModel, prepareArchitecture, readPackage} from '../../../protocols/services/model/package.ts';
import type {ModelPackage} from '../../../protocols/services/model/package.ts';
import type {PreparedCircuit} from '../../../protocols/services/prover/circuit.ts';
import {Inbox} from '../../../protocols/services/prover/inbox.ts';
import {runAndProve} from '../../../protocols/services/prover/run-and-prove.ts';
import {startProver} from '../../../protocols/services/prover/service.ts';
import type {RunningProver} from '../../../protocols/services/prover/service.ts';
import {seededRandom} from '../../../protocols/services/training/random.ts';
import {alice, bob, carol, dave, groth16, newChain, QANAT, refusalOf, register, termsOf} from '../../contracts/world.ts';
import {CHAIN_ID} from '../../support/evm-chain.ts';
import {sharedCacheDir} from './cache.ts';
import {EvmOracle, LoggedChain, oracle} from './evm-oracle.ts';
import {randomModel, smallArchitecture} from './models.ts';

const PRICE = QANAT;
const FEE = QANAT / 10n;
const [trainer, prover, buyer, thief] = [alice, bob, carol, dave];

let workDir: string;
const cacheDir = sharedCacheDir;
let circuit: PreparedCircuit;
let packed: ModelPackage;
let chain: LoggedChain;
let modelsDir: string;
let running: RunningProver | undefined;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'qanat-prover-test-'));
  circuit = await prepareArchitecture(smallArchitecture, {cacheDir});
  packed = await packModel(join(workDir, 'packed'), randomModel(smallArchitecture, seededRandom(11)), {name: 'small'}, {cacheDir});
}, 120_000);

afterAll(async () => {
  await rm(workDir, {recursive: true, force: true});
});

beforeEach(async () => {
  chain = new LoggedChain(await newChain());
  modelsDir = await mkdtemp(join(workDir, 'models-'));
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** A logger whose lines can be awaited. */
class Journal implements Logger {
  readonly lines: string[] = [];
  private waiting: {pattern: RegExp; resolve: (line: string) => void}[] = [];
  readonly info = (line: string): void => this.add(line);
  readonly warn = (line: string): void => this.add(line);
  readonly error = (line: string): void => this.add(line);

  private add(line: string): void {
    this.lines.push(line);
    for (const {resolve} of this.waiting.filter(({pattern}) => pattern.test(line))) resolve(line);
    this.waiting = this.waiting.filter(({pattern}) => !pattern.test(line));
  }

  async next(pattern: RegExp): Promise<string> {
    return this.lines.find((line) => pattern.test(line)) ?? new Promise((resolve) => this.waiting.push({pattern, resolve}));
  }
}

async function list(model: ModelPackage): Promise<bigint> {
  const assetId = await register(chain.evm, termsOf(trainer, {
    kind: AssetKind.model, contributors: [{account: trainer, role: ContributorRole.trainer, weight: 10_000}],
  }));
  await chain.evm.write(trainer, groth16, 'registerKey', [`0x${Buffer.from(circuit.keyBytes).toString('hex')}`]);
  await chain.evm.write(trainer, oracle, 'listModel', [assetId, circuit.keyHash, model.commitment, 3, 2, PRICE, FEE]);
  return assetId;
}

async function request(assetId: bigint, input: readonly bigint[]): Promise<bigint> {
  await chain.evm.write(buyer, oracle, 'request', [assetId, [...input], `0x${'00'.repeat(20)}`, 0], {value: PRICE});
  return chain.evm.read(oracle, 'requestCount', []);
}

function start(journal: Journal, view = new EvmOracle(chain, prover)): EvmOracle {
  running = startProver({rpcUrl: 'http://in.process', privateKey: `0x${'01'.repeat(32)}`, modelsDir, cacheDir}, {logger: journal, chain: view});
  return view;
}

const place = (name = 'small', from = packed.folder): Promise<void> => cp(from, join(modelsDir, name), {recursive: true});

async function isAnswered(requestId: bigint): Promise<boolean> {
  return (await chain.evm.read(oracle, 'getRequest', [requestId])).status === RequestStatus.answered;
}

describe('the prover service', () => {
  it('answers a request of a contract, which gets its callback; the prover is paid', async () => {
    await place();
    const assetId = await list(packed);
    const consumer = await chain.evm.deploy(buyer, {abi: inferenceConsumerAbi, bytecode: inferenceConsumerBytecode});
    const journal = new Journal();
    start(journal);
    await chain.evm.write(buyer, consumer, 'ask', [assetId, [-32n, 31n, 7n]], {value: PRICE});
    expect(await journal.next(/answered/)).toContain('callback delivered; fee 0.1 earned');
    const answer = await chain.evm.read(consumer, 'answerOf', [1n]);
    expect(answer.delivered).toBe(true);
    expect(answer.output).toEqual(infer(packed.model, [-32n, 31n, 7n]));
    expect(await chain.evm.read(oracle, 'proverBalance', [prover])).toBe(FEE);
  }, 60_000);

  it('picks up a package that is added while it runs, with the requests that wait for it', async () => {
    const assetId = await list(packed);
    const requestId = await request(assetId, [1n, 2n, 3n]);
    const journal = new Journal();
    start(journal);
    await journal.next(/watching chain/);
    await cp(packed.folder, join(workDir, 'late'), {recursive: true});
    await rename(join(workDir, 'late'), join(modelsDir, 'late'));
    await journal.next(/answered/);
    expect(await isAnswered(requestId)).toBe(true);
  }, 60_000);

  it('goes on after a restart and after the node was away, and answers nothing twice', async () => {
    await place();
    const assetId = await list(packed);
    const first = await request(assetId, [1n, 1n, 1n]);
    const journal = new Journal();
    const view = start(journal);
    await journal.next(/answered/);
    await running?.stop();
    const second = await request(assetId, [2n, 2n, 2n]);

    const later = new Journal();
    view.isAway = true;
    start(later, view);
    await later.next(/does not answer/);
    view.isAway = false;
    await later.next(new RegExp(`request ${second}: answered`));
    expect(later.lines.find((line) => line.includes('watching'))).not.toContain('from block 0');
    expect([await isAnswered(first), await isAnswered(second)]).toEqual([true, true]);
    expect(view.answerCalls).toBe(2);
  }, 60_000);

  it('starts from the first block on another chain, whatever its file says', async () => {
    await place();
    const assetId = await list(packed);
    await writeFile(join(modelsDir, '.prover-state.json'), JSON.stringify({
      chainId: String(CHAIN_ID), genesisHash: `0x${'22'.repeat(32)}`, oracle: oracle.address, nextBlock: '1000',
    }));
    const requestId = await request(assetId, [0n, 0n, 0n]);
    const journal = new Journal();
    start(journal);
    expect(await journal.next(/watching/)).toContain('from block 0');
    await journal.next(/answered/);
    expect(await isAnswered(requestId)).toBe(true);
  }, 60_000);

  it('leaves an input that no proof exists for to its refund, and serves the next', async () => {
    await place();
    const assetId = await list(packed);
    const outside = await request(assetId, [32n, 0n, 0n]);
    const inside = await request(assetId, [31n, 0n, 0n]);
    const journal = new Journal();
    start(journal);
    expect(await journal.next(/cannot be proven/)).toContain(`request ${outside} `);
    await journal.next(/answered/);
    expect([await isAnswered(outside), await isAnswered(inside)]).toEqual([false, true]);
  }, 60_000);

  it('declines a request whose fee does not cover the gas', async () => {
    await place();
    const assetId = await list(packed);
    await request(assetId, [1n, 2n, 3n]);
    const view = new EvmOracle(chain, prover);
    const head = view.head.bind(view);
    view.head = async () => ({...(await head()), baseFee: FEE});
    const journal = new Journal();
    start(journal, view);
    expect(await journal.next(/declined/)).toContain('does not cover');
    expect(view.answerCalls).toBe(0);
  });

  it('proves nothing for a request that expires while it waits', async () => {
    await place();
    const assetId = await list(packed);
    const first = await request(assetId, [1n, 2n, 3n]);
    const second = await request(assetId, [1n, 2n, 3n]);
    const {deadline} = await chain.evm.read(oracle, 'getRequest', [second]);
    const view = new EvmOracle(chain, prover);
    const [head, answer] = [view.head.bind(view), view.answer.bind(view)];
    let sawDeadline = (): void => {};
    const isPastDeadline = new Promise<void>((resolve) => {
      sawDeadline = resolve;
    });
    let looks = 0;
    view.head = async () => {
      const found = await head();
      // At the second look the service has taken in what the first one saw.
      if (found.timestamp > deadline && ++looks > 1) sawDeadline();
      return found;
    };
    view.answer = async (...args) => {
      chain.evm.increaseTime(601n);
      await isPastDeadline;
      return answer(...args);
    };
    const journal = new Journal();
    start(journal, view);
    await journal.next(new RegExp(`request ${second}.*(expired while it waited|proven in)`));
    expect(journal.lines.filter((line) => line.includes('proven in'))).toHaveLength(1);
    expect(journal.lines.find((line) => line.includes('proven in'))).toContain(`request ${first}:`);
  }, 60_000);

  it('gives up a request on which it fails in a way that it does not know', async () => {
    await place();
    const assetId = await list(packed);
    const requestId = await request(assetId, [1n, 2n, 3n]);
    const view = new EvmOracle(chain, prover);
    view.answer = () => Promise.reject(new TypeError('a fault of the program'));
    const journal = new Journal();
    start(journal, view);
    expect(await journal.next(/given up/)).toContain(`request ${requestId} is given up after 5 attempts`);
  }, 60_000);

  it('reads a busy stretch of the chain in smaller parts when the node refuses the whole', async () => {
    await place();
    const assetId = await list(packed);
    for (let k = 0n; k < 6n; k++) await request(assetId, [k, 40n, 0n]);
    await request(assetId, [1n, 2n, 3n]);
    const view = new EvmOracle(chain, prover);
    const requests = view.requests.bind(view);
    view.requests = async (fromBlock, toBlock) => {
      const found = await requests(fromBlock, toBlock);
      if (found.length > 2) throw new Error('query returned more than 2 results');
      return found;
    };
    const journal = new Journal();
    start(journal, view);
    expect(await journal.next(/answered/)).toContain('request 7');
  }, 60_000);

  it('says why it cannot use a package', async () => {
    await place('damaged');
    const manifest = JSON.parse(await readFile(join(modelsDir, 'damaged', 'manifest.json'), 'utf8'));
    await writeFile(join(modelsDir, 'damaged', 'manifest.json'), JSON.stringify({...manifest, commitment: '5'}));
    await place('swapped');
    await writeFile(join(modelsDir, 'swapped', 'secret.json'), (await readFile(join(packed.folder, 'secret.json'), 'utf8')).replace('"salt":"', '"salt":"1'));
    await place('unknown');
    await writeFile(join(modelsDir, 'unknown', 'manifest.json'), JSON.stringify({...manifest, circuitHash: 'ab'.repeat(32)}));
    const journal = new Journal();
    start(journal);
    expect(await journal.next(/damaged cannot be used/)).toContain('not those of its commitment');
    expect(await journal.next(/swapped cannot be used/)).toMatch(/salt is not a field element|not the content/);
    expect(await journal.next(/unknown cannot be used/)).toContain('not in the cache');
  });
});

describe('the chain', () => {
  it('refuses a tampered output, a stolen proof, a proof of another model and a replay', async () => {
    const other = await packModel(join(modelsDir, 'other'), randomModel(smallArchitecture, seededRandom(12)), {name: 'other'}, {cacheDir});
    const assetId = await list(packed);
    const input = [4n, -5n, 6n];
    const requestId = await request(assetId, input);
    const statement = {chainId: CHAIN_ID, oracle: oracle.address, requestId, prover, input};
    const {output, proof} = await runAndProve({package: packed, circuit}, statement);
    const hex = (bytes: Uint8Array): `0x${string}` => `0x${Buffer.from(bytes).toString('hex')}`;
    const answer = (from: `0x${string}`, id: bigint, out: readonly bigint[], bytes: Uint8Array): Promise<string> =>
      refusalOf(chain.evm.write(from, oracle, 'answer', [id, input, [...out], hex(bytes)]));

    expect(await answer(prover, requestId, [(output[0] as bigint) + 1n, output[1] as bigint], proof.bytes)).toBe('InvalidProof');
    expect(await answer(thief, requestId, output, proof.bytes)).toBe('InvalidProof');
    const foreign = await runAndProve({package: other, circuit}, statement);
    expect(await answer(prover, requestId, foreign.output, foreign.proof.bytes)).toBe('InvalidProof');
    const twin = await request(assetId, input);
    expect(await answer(prover, twin, output, proof.bytes)).toBe('InvalidProof');
    expect(await answer(prover, requestId, output, proof.bytes)).toBe('not refused');
    expect(await answer(prover, requestId, output, proof.bytes)).toBe('AlreadyAnswered');
  }, 60_000);
});

describe('a model package', () => {
  it('reads back what was packed, and shows no weight or salt in its public part', async () => {
    const again = await readPackage(packed.folder);
    expect(again.model).toEqual(packed.model);
    expect(again.salt).toBe(packed.salt);
    expect(await readFile(join(packed.folder, 'manifest.json'), 'utf8')).not.toContain(String(packed.salt));
    expect(Object.keys(again.manifest)).not.toContain('layers');
    await expect(packModel(packed.folder, packed.model, {name: 'again'}, {cacheDir})).rejects.toThrow('exists already');
  });
});

describe('the inbox', () => {
  const open = (id: number, foundFrom: number, deadline = 100) => ({
    request: {
      requestId: BigInt(id), assetId: 1n, requester: alice, input: [], callback: alice, callbackGas: 0, price: 0n, proverFee: 0n,
      deadline: BigInt(deadline),
    },
    foundFrom: BigInt(foundFrom),
  });
  const model = {} as never;

  it('tells when it is full, and where to resume so that nothing is missed', () => {
    const inbox = new Inbox();
    for (let id = 0; id < REQUEST_QUEUE_MAX; id++) {
      expect(inbox.isFull).toBe(false);
      inbox.enqueue(open(id, 50 + id), model);
    }
    expect(inbox.isFull).toBe(true);
    expect(inbox.resumeBlock(1_000n)).toBe(50n);
    inbox.finish(0n);
    expect(inbox.isFull).toBe(false);
    expect(inbox.isNew(0n)).toBe(false);
    expect(inbox.resumeBlock(1_000n)).toBe(51n);
  });

  it('keeps the newest of the requests that no package answers, until they expire', () => {
    const inbox = new Inbox();
    for (let id = 0; id <= UNCLAIMED_REQUEST_COUNT_MAX; id++) inbox.leave(open(id, id, id === 5 ? 10 : 100));
    expect(inbox.unclaimedAt(10n)).toHaveLength(UNCLAIMED_REQUEST_COUNT_MAX);
    expect(inbox.unclaimedAt(11n)).toHaveLength(UNCLAIMED_REQUEST_COUNT_MAX - 1);
    expect(inbox.unclaimedAt(11n)[0]?.request.requestId).toBe(1n);
  });

  it('takes turns among requests that fail, and gives one up in the end', async () => {
    const inbox = new Inbox();
    const {signal} = new AbortController();
    inbox.enqueue(open(1, 1), model);
    inbox.enqueue(open(2, 1), model);
    const order: bigint[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const queued = await inbox.next(signal);
      if (!queued) break;
      order.push(queued.request.requestId);
      if (queued.request.requestId === 1n) queued.attempts = 5;
      inbox.postpone(queued);
    }
    expect(order).toEqual([1n, 2n, 2n, 2n]);
    expect(inbox.isNew(1n)).toBe(false);
  });
});
