import {createHash} from 'node:crypto';
import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {simpleMapRoot} from '#proto';
import {buildGenesisBlock} from './block/eth-block.ts';
import {EthBlockStore} from './block/block-store.ts';
import {nextBaseFee} from './block/base-fee.ts';
import {afterBlock, amendedSource, decodeAmendments, encodeAmendments, NO_AMENDMENTS} from './dev/amendments.ts';
import type {ChainAmendments} from './dev/amendments.ts';
import {ChainError} from './errors.ts';
import {applyGenesis, parseGenesisState} from './genesis.ts';
import type {GenesisAccountState} from './genesis.ts';
import {bigIntToBytes, bytesEqual, bytesToBigInt, bytesToHex, EMPTY, hexToBytes} from './hex.ts';
import {amendmentsKey, baseKey, chainRange, genesisKey, headKey, readUint64, restoreKey, uint64} from './keys.ts';
import {WIPE_KEYS_PER_BATCH} from './limits.ts';
import {decodeRlp, encodeRlp} from './rlp.ts';
import type {ForkRules, ForkSchedule} from './rules.ts';
import {StateOverlay} from './state/overlay.ts';
import {StateDatabase} from './state/state-database.ts';
import type {PreparedState, TrieMark} from './state/state-database.ts';
import {EMPTY_ROOT_HASH} from './state/types.ts';
import type {StateSource} from './state/types.ts';
import type {Address, EthBlock, EthHeader, Hash, Receipt} from './types.ts';

/** Constants of the chain, fixed by genesis. */
export interface ChainParameters {
  readonly chainId: bigint;
  readonly gasLimit: bigint;
  readonly feeRecipients: ReadonlyMap<string, Address>;
  /** SHA-256 of the genesis document's app_state and time: tells a repeated InitChain from a different one. */
  readonly digest: Uint8Array;
}

/** What a chain begins with. */
export interface ChainGenesis {
  readonly digest: Uint8Array;
  readonly parameters: Omit<ChainParameters, 'digest'>;
  readonly accounts: readonly GenesisAccountState[];
  block(stateRoot: Hash): EthBlock;
}

export interface CommittedHead {
  readonly block: EthBlock;
  readonly appHash: Uint8Array;
  /** Comet hash of the same height; 32 zero bytes at genesis. */
  readonly cometHash: Uint8Array;
}

export interface ChainSetup {
  readonly db: KeyValueStore;
  readonly schedule: ForkSchedule;
  readonly baseFeeFloor: bigint;
  readonly historyBlocks: bigint | undefined;
}

/** sha256 of nothing: the root of an IAVL tree without entries. */
const EMPTY_IAVL_ROOT = new Uint8Array(createHash('sha256').digest());
const ZERO_COMET_HASH = new Uint8Array(32);
const NO_STATE: TrieMark = {number: 0n, stateRoot: EMPTY_ROOT_HASH};

/** The committed chain: parameters, head, state and blocks. The only writer of the database. */
export class Chain {
  readonly schedule: ForkSchedule;
  readonly baseFeeFloor: bigint;
  readonly #setup: ChainSetup;
  #parameters: ChainParameters | undefined;
  #head: CommittedHead | undefined;
  #blocks: EthBlockStore;
  #state: StateDatabase;
  #base = 0n;
  #isRestored = false;
  #amendments = NO_AMENDMENTS;
  #amended: StateSource | undefined;

  constructor(setup: ChainSetup) {
    this.#setup = setup;
    this.schedule = setup.schedule;
    this.baseFeeFloor = setup.baseFeeFloor;
    this.#blocks = new EthBlockStore(setup.db);
    this.#state = this.#openState(NO_STATE, NO_STATE);
    this.#load();
  }

  #load(): void {
    const {db} = this.#setup;
    this.#blocks = new EthBlockStore(db);
    this.#isRestored = db.get(restoreKey) !== undefined;
    const base = db.get(baseKey);
    this.#base = base === undefined ? 0n : readUint64(base);
    const genesis = db.get(genesisKey);
    const head = db.get(headKey);
    if (genesis === undefined || head === undefined) {
      this.#parameters = this.#head = undefined;
      this.#state = this.#openState(NO_STATE, NO_STATE);
      return;
    }
    this.#parameters = decodeParameters(genesis);
    const record = decodeHead(head);
    const block = this.#blocks.block(record.number);
    if (block === undefined) throw new Error(`block ${record.number} is missing: the database is damaged`);
    this.#head = {block, appHash: record.appHash, cometHash: record.cometHash};
    this.#state = this.#openState({number: record.number, stateRoot: block.header.stateRoot}, record.trieMark);
  }

  get isInitialised(): boolean {
    return this.#head !== undefined;
  }

  get parameters(): ChainParameters {
    if (this.#parameters === undefined) throw new ChainError('state-unavailable', 'the chain has no genesis yet');
    return this.#parameters;
  }

  get head(): CommittedHead {
    if (this.#head === undefined) throw new ChainError('state-unavailable', 'the chain has no genesis yet');
    return this.#head;
  }

  get blocks(): EthBlockStore {
    return this.#blocks;
  }

  /** The first block that is here: 0, or that of the snapshot which the chain was restored from. */
  get base(): bigint {
    return this.#base;
  }

  /** A restore began, and no block followed: the database may be wiped for another one. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  get state(): StateDatabase {
    return this.#state;
  }

  /** Rules of the next block, as far as they are known before its time is: those at the head's time. */
  nextRules(): ForkRules {
    const {number, timestamp} = this.head.block.header;
    return this.schedule.rulesAt(number + 1n, timestamp);
  }

  /** 0 before London, on imported chains. */
  nextBaseFee(): bigint {
    if (this.#amendments.baseFee !== undefined) return this.#amendments.baseFee;
    if (!this.nextRules().isLondon) return 0n;
    return nextBaseFee(this.head.block.header, this.baseFeeFloor);
  }

  nextGasLimit(): bigint {
    return this.#amendments.gasLimit ?? this.parameters.gasLimit;
  }

  /** Changes by hand that the next block takes in; none but on a development chain. */
  get amendments(): ChainAmendments {
    return this.#amendments;
  }

  /** What was set by hand since block `number`: nothing unless it is the head. */
  amendmentsAfter(number: bigint): ChainAmendments {
    return number === this.head.block.header.number ? this.#amendments : NO_AMENDMENTS;
  }

  /** What block `number` took in before its transactions: whoever executes it again needs it. */
  amendmentsOf(number: bigint): ChainAmendments {
    const bytes = this.#setup.db.get(amendmentsKey(number));
    return bytes === undefined ? NO_AMENDMENTS : decodeAmendments(bytes);
  }

  amend(amendments: ChainAmendments): void {
    this.#amendments = amendments;
    this.#amended = undefined;
  }

  /** The state that the next block begins with. */
  get latest(): StateSource {
    if (this.#amendments.accounts.size === 0) return this.#state.newest;
    this.#amended ??= amendedSource(this.#state.newest, this.#amendments);
    return this.#amended;
  }

  /** The state after block `number`, the newest as amended. Throws ChainError `state-unavailable`. */
  stateAt(number: bigint): StateSource {
    return amendedSource(this.#state.at(number), this.amendmentsAfter(number));
  }

  minerOf(proposerAddress: Uint8Array): Address {
    const plain = Buffer.from(proposerAddress).toString('hex');
    return this.parameters.feeRecipients.get(plain.toUpperCase()) ?? `0x${plain}`;
  }

  /** Writes genesis, or recognises it. Returns the app hash. Throws when the database holds another chain. */
  async initialise(appState: unknown, timeSeconds: bigint): Promise<Uint8Array> {
    const genesis = parseGenesisState(appState);
    const {chainId, gasLimit, baseFee: baseFeePerGas, feeRecipients, accounts} = genesis;
    return this.adoptGenesis({
      digest: genesisDigest(appState, timeSeconds),
      parameters: {chainId, gasLimit, feeRecipients},
      accounts,
      block: (stateRoot) => buildGenesisBlock({gasLimit, baseFeePerGas, timestamp: timeSeconds, stateRoot}),
    });
  }

  /** As `initialise`, with a block 0 of any shape. */
  async adoptGenesis({digest, parameters, accounts, block: build}: ChainGenesis): Promise<Uint8Array> {
    if (this.#head !== undefined) {
      if (this.#head.block.header.number !== 0n) throw new Error(`the chain already has ${this.#head.block.header.number} blocks`);
      if (!bytesEqual(this.parameters.digest, digest)) throw new Error('the database belongs to another genesis document');
      return this.#head.appHash;
    }
    if (this.#isRestored) await this.wipe();
    const overlay = new StateOverlay(this.#state.newest);
    applyGenesis(overlay, accounts);
    const prepared = await this.#state.prepare(overlay);
    const block = build(prepared.stateRoot);
    this.#parameters = {...parameters, digest};
    const appHash = appHashOf(block);
    await this.commit({block, receipts: [], prepared, appHash, cometHash: ZERO_COMET_HASH}, [
      {type: 'put', key: genesisKey, value: encodeParameters(this.#parameters)},
    ]);
    return appHash;
  }

  /** Marks the database as one that is being restored. Until a block follows, `wipe` may undo it. */
  async beginRestore(): Promise<void> {
    if (this.#head !== undefined && !this.#isRestored) throw new Error('the database holds a chain');
    await this.wipe();
    await this.#setup.db.write([{type: 'put', key: restoreKey, value: Uint8Array.of(1)}], {sync: true});
    this.#load();
  }

  /** All tables are written and verified: from here on the chain begins with `block`. */
  async endRestore(genesis: {readonly appState: unknown; readonly timeSeconds: bigint}, restored: {readonly block: EthBlock; readonly ancestors: readonly EthHeader[]}): Promise<void> {
    const {block, ancestors} = restored;
    const {number, stateRoot, extraData} = block.header;
    const {chainId, gasLimit, feeRecipients} = parseGenesisState(genesis.appState);
    const parameters: ChainParameters = {chainId, gasLimit, feeRecipients, digest: genesisDigest(genesis.appState, genesis.timeSeconds)};
    const ops = EthBlockStore.restoreOps(block, ancestors);
    ops.push(
      {type: 'put', key: genesisKey, value: encodeParameters(parameters)},
      {type: 'put', key: baseKey, value: uint64(number)},
      {type: 'put', key: headKey, value: encodeHead({number, appHash: appHashOf(block), cometHash: extraData, trieMark: {number, stateRoot}})},
    );
    await this.#setup.db.write(ops, {sync: true});
    this.#load();
  }

  /** Removes what a restore wrote. */
  async wipe(): Promise<void> {
    const {db} = this.#setup;
    // The head first: without it, a crash in the middle leaves a restore that is not complete.
    await db.write([headKey, genesisKey, baseKey].map((key) => ({type: 'del', key})), {sync: true});
    for (;;) {
      const ops: KeyValueOp[] = [];
      for await (const [key] of db.range(...chainRange, {limit: WIPE_KEYS_PER_BATCH})) ops.push({type: 'del', key});
      if (ops.length === 0) break;
      await db.write(ops, {sync: false});
    }
    await db.write([{type: 'del', key: restoreKey}], {sync: true});
    this.#load();
  }

  /**
   * Everything of a block in one atomic, durable batch. Readers see the new head at once: the block is decided and can only be
   * executed to the same result again. When the write fails the process has to end.
   */
  async commit(
    executed: {block: EthBlock; receipts: readonly Receipt[]; prepared: PreparedState; appHash: Uint8Array; cometHash: Uint8Array},
    extra: readonly KeyValueOp[] = [],
  ): Promise<void> {
    const {block, receipts, prepared, appHash, cometHash} = executed;
    const {ops, trieMark} = this.#state.adopt(block.header.number, prepared);
    for (const op of this.blocks.put(block, receipts)) ops.push(op);
    ops.push({type: 'put', key: headKey, value: encodeHead({number: block.header.number, appHash, cometHash, trieMark})}, ...extra);
    if (this.#isRestored) ops.push({type: 'del', key: restoreKey});
    this.#isRestored = false;
    this.#head = {block, appHash, cometHash};
    if (this.#amendments.accounts.size > 0) ops.push({type: 'put', key: amendmentsKey(block.header.number), value: encodeAmendments(this.#amendments)});
    this.amend(afterBlock(this.#amendments));
    await this.#setup.db.write(ops, {sync: true});
    this.#state.settle();
  }

  /** Takes the chain back to the end of block `number`, in one atomic durable batch. */
  async rewind(number: bigint): Promise<void> {
    await this.#setup.db.write(this.rollBackOps(number), {sync: true});
    this.amend(NO_AMENDMENTS);
    this.#load();
  }

  /** Writes, for one batch, that take back all blocks after `number`: by default the head. The state must be loaded anew afterwards. */
  rollBackOps(number: bigint = this.head.block.header.number - 1n): KeyValueOp[] {
    const head = this.head.block.header.number;
    const previous = number < 0n || number >= head ? undefined : this.blocks.block(number);
    if (previous === undefined) throw new ChainError('state-unavailable', `there is no block before ${head} to go back to`);
    const {ops, trieMark} = this.#state.rollBackOps(number, previous.header.stateRoot);
    const cometHash = number === 0n ? ZERO_COMET_HASH : previous.header.extraData;
    for (let later = head; later > number; later--) {
      const block = this.blocks.block(later);
      if (block === undefined) throw new Error(`block ${later} is missing: the database is damaged`);
      for (const op of EthBlockStore.removeOps(block)) ops.push(op);
      if (this.#setup.db.get(amendmentsKey(later)) !== undefined) ops.push({type: 'del', key: amendmentsKey(later)});
    }
    ops.push({
      type: 'put',
      key: headKey,
      value: encodeHead({number, appHash: appHashOf(previous), cometHash, trieMark}),
    });
    return ops;
  }

  #openState(head: TrieMark, trieMark: TrieMark): StateDatabase {
    return new StateDatabase({db: this.#setup.db, head, trieMark, historyBlocks: this.#setup.historyBlocks});
  }
}

/** Root of the multistore: state root, Ethereum block hash, and the (still empty) IBC store. 32 bytes. */
export function appHashOf(block: EthBlock): Uint8Array {
  return simpleMapRoot([
    ['evm', hexToBytes(block.header.stateRoot)],
    ['eth', hexToBytes(block.header.hash)],
    ['ibc', EMPTY_IAVL_ROOT],
  ]);
}

function genesisDigest(appState: unknown, timeSeconds: bigint): Uint8Array {
  return new Uint8Array(createHash('sha256').update(JSON.stringify([appState, timeSeconds.toString()])).digest());
}

function encodeParameters(parameters: ChainParameters): Uint8Array {
  return encodeRlp([
    bigIntToBytes(parameters.chainId),
    bigIntToBytes(parameters.gasLimit),
    [...parameters.feeRecipients].map(([validator, recipient]) => [hexToBytes(`0x${validator}`), hexToBytes(recipient)]),
    parameters.digest,
  ]);
}

function decodeParameters(bytes: Uint8Array): ChainParameters {
  const [chainId, gasLimit, recipients, digest] = decodeRlp(bytes) as [Uint8Array, Uint8Array, [Uint8Array, Uint8Array][], Uint8Array];
  return {
    chainId: bytesToBigInt(chainId),
    gasLimit: bytesToBigInt(gasLimit),
    feeRecipients: new Map(recipients.map(([validator, recipient]) => [bytesToHex(validator).slice(2).toUpperCase(), bytesToHex(recipient)])),
    digest: digest.slice(),
  };
}

interface HeadRecord {
  readonly number: bigint;
  readonly appHash: Uint8Array;
  readonly cometHash: Uint8Array;
  readonly trieMark: TrieMark;
}

function encodeHead(head: HeadRecord): Uint8Array {
  return encodeRlp([bigIntToBytes(head.number), head.appHash, head.cometHash, bigIntToBytes(head.trieMark.number), hexToBytes(head.trieMark.stateRoot)]);
}

function decodeHead(bytes: Uint8Array): HeadRecord {
  const [number, appHash, cometHash, trieNumber, trieRoot] = decodeRlp(bytes) as Uint8Array[];
  return {
    number: bytesToBigInt(number ?? EMPTY),
    appHash: (appHash ?? EMPTY).slice(),
    cometHash: (cometHash ?? EMPTY).slice(),
    trieMark: {number: bytesToBigInt(trieNumber ?? EMPTY), stateRoot: bytesToHex(trieRoot ?? EMPTY) as Hash},
  };
}
