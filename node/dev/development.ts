/**
 * A development chain: one process that makes blocks when it is told to, or when there is something to put into them, and whose state,
 * time and blocks its user may change. Everything that touches the chain runs in turns.
 */
import type {Application} from '#consensus/engine';
import {addressOf, type GenesisDoc, type Timestamp} from '#proto';
import {DecodeError, hexToBytes, isUnsigned, NO_AMENDMENTS, type Address, type DevelopmentChain, type Execution, type Hash, type Transaction, type UnsignedTransaction} from '#node/execution';
import type {Mempool} from '#node/mempool';
import type {AccountOverride, DevBackend, PoolBackend} from '#node/rpc/eth';
import {DevAccounts, type KeyedAccount} from './accounts.ts';
import {DevError} from './errors.ts';
import {AMENDED_ACCOUNTS_MAX, AMENDED_SLOTS_MAX, BLOCK_GAS_LIMIT_MAX, CODE_BYTES_MAX, INTERVAL_MS_MAX, MINE_BLOCKS_MAX, SNAPSHOTS_MAX} from './limits.ts';
import {InstantSealer} from './sealer.ts';
import {mergeOverride, type DevSnapshot, type DevStore} from './store.ts';
import {BlockTime, SYSTEM_TIME} from './time.ts';
import {Turns} from './turns.ts';

export interface DevelopmentOptions {
  readonly genesis: GenesisDoc;
  readonly accounts: readonly KeyedAccount[];
  /** 0: a block as soon as there is a transaction for it. */
  readonly blockIntervalMs: number;
}

export interface DevelopmentModules {
  readonly execution: Execution;
  readonly chain: DevelopmentChain;
  readonly store: DevStore;
  readonly clock: {now(): Timestamp; setTimer(delayMs: number, fn: () => void): () => void};
  readonly logger: {info(fields: object, message: string): void; error(fields: object, message: string): void};
}

export class Development implements DevBackend {
  /** Resolves when a block could not be made: the application is not to be asked again. */
  readonly halted: Promise<Error>;
  readonly #modules: DevelopmentModules;
  readonly #accounts: DevAccounts;
  readonly #time: BlockTime;
  readonly #turns = new Turns();
  readonly #validator: Uint8Array;
  readonly #genesis: GenesisDoc;
  readonly #halt = Promise.withResolvers<Error>();
  readonly #rewindListeners = new Set<() => void>();
  #mempool: Mempool | undefined;
  #sealer: InstantSealer | undefined;
  #snapshots = new Map<bigint, DevSnapshot>();
  #nextSnapshotId = 1n;
  #coinbase: Address | undefined;
  #isAutomining: boolean;
  #intervalMs: number;
  #cancelTimer: (() => void) | undefined;
  /** Sent by this class: needs no signature, impersonated or not. */
  #forced: Address | undefined;
  #isStopped = false;

  constructor(options: DevelopmentOptions, modules: DevelopmentModules) {
    this.halted = this.#halt.promise;
    this.#modules = modules;
    this.#genesis = options.genesis;
    this.#accounts = new DevAccounts(options.accounts);
    this.#time = new BlockTime(() => modules.clock.now().seconds);
    const [validator] = options.genesis.validators;
    if (validator === undefined) throw new Error('a genesis without a validator');
    this.#validator = addressOf(validator.publicKey.bytes);
    this.#intervalMs = options.blockIntervalMs;
    this.#isAutomining = options.blockIntervalMs === 0;
  }

  /** As the pool decodes: a transaction without a signature is one of an account that is impersonated now. Throws DecodeError. */
  decode(raw: Uint8Array): Transaction {
    const tx = this.#modules.execution.decode(raw);
    if (isUnsigned(tx) && tx.sender !== this.#forced && !this.#accounts.isImpersonated(tx.sender)) {
      throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
    }
    return tx;
  }

  async start(mempool: Mempool, app: Application = this.#modules.execution.app): Promise<void> {
    this.#mempool = mempool;
    this.#sealer = new InstantSealer({app, txs: mempool, genesis: this.#genesis});
    await this.#sealer.start();
    await this.#load();
    this.#schedule();
  }

  /** What came back from the journal may stand in a block. */
  async begin(): Promise<void> {
    await this.#turns.run(() => this.#sealPending());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    await this.#turns.idle();
  }

  /** The pool as clients see it: what can be in a block is in one before its submission is answered. */
  pool(mempool: Mempool): PoolBackend {
    return {
      submit: (raw) => this.#submit(raw),
      get: (hash) => mempool.get(hash),
      pendingNonce: (address) => mempool.pendingNonce(address),
      counts: () => mempool.counts(),
      content: () => mempool.content(),
      contentFrom: (address) => mempool.contentFrom(address),
      onPending: (fn) => mempool.onPending(fn),
    };
  }

  // Accounts

  accounts(): readonly Address[] {
    return this.#accounts.list();
  }

  async send(tx: UnsignedTransaction, from: Address, isForced: boolean): Promise<Hash> {
    return this.#submit(this.#accounts.encode(tx, from, isForced), isForced ? from : undefined);
  }

  signDigest(address: Address, digest: Uint8Array): Uint8Array | undefined {
    return this.#accounts.signDigest(address, digest);
  }

  async impersonate(address: Address): Promise<void> {
    await this.#change(() => this.#accounts.add(address));
  }

  async stopImpersonating(address: Address): Promise<boolean> {
    return this.#change(() => this.#accounts.remove(address));
  }

  async impersonateAll(isOn: boolean): Promise<void> {
    await this.#change(() => this.#accounts.setAll(isOn));
  }

  // State

  async setAccount(address: Address, change: AccountOverride): Promise<void> {
    if (change.code !== undefined && change.code.length > CODE_BYTES_MAX) throw new DevError('limit-exceeded', `code of ${change.code.length} bytes, limit ${CODE_BYTES_MAX}`);
    await this.#change(() => {
      const {chain, execution} = this.#modules;
      const {latest} = execution;
      const isNothing = latest.nonce(address) === 0n && latest.balance(address) === 0n && latest.code(address).length === 0;
      if (change.stateDiff !== undefined && isNothing) {
        throw new DevError('refused', `${address} has no code, nonce or balance: the account does not exist (EIP-161), and so has no storage; give it one of these first`);
      }
      const accounts = new Map(chain.amendments.accounts);
      const merged = mergeOverride(accounts.get(address), change);
      accounts.set(address, merged);
      if (accounts.size > AMENDED_ACCOUNTS_MAX || (merged.stateDiff?.size ?? 0) > AMENDED_SLOTS_MAX) {
        throw new DevError('limit-exceeded', `more than ${AMENDED_ACCOUNTS_MAX} accounts, or ${AMENDED_SLOTS_MAX} slots of one, are changed before the next block; mine one`);
      }
      chain.amend({...chain.amendments, accounts});
    });
  }

  async setCoinbase(address: Address): Promise<void> {
    await this.#change(() => void (this.#coinbase = address));
  }

  async setBlockGasLimit(gas: bigint): Promise<void> {
    if (gas > BLOCK_GAS_LIMIT_MAX) throw new DevError('limit-exceeded', `a gas limit of ${gas} is more than ${BLOCK_GAS_LIMIT_MAX}`);
    await this.#change(({amend, amendments}) => amend({...amendments, gasLimit: gas}));
  }

  async setNextBaseFee(wei: bigint): Promise<void> {
    await this.#change(({amend, amendments}) => amend({...amendments, baseFee: wei}));
  }

  // Blocks and time

  async mine(blocks: bigint, {interval, timestamp}: {interval?: bigint; timestamp?: bigint} = {}): Promise<void> {
    if (blocks > MINE_BLOCKS_MAX) throw new DevError('limit-exceeded', `at most ${MINE_BLOCKS_MAX} blocks can be mined at once, not ${blocks}`);
    await this.#turns.run(async () => {
      if (timestamp !== undefined) this.#time.setNext(timestamp, this.#head().timestamp);
      for (let made = 0n; made < blocks && !this.#isStopped; made++) {
        if (made > 0n && interval !== undefined && interval > 0n) this.#time.setNext(this.#head().timestamp + interval, this.#head().timestamp);
        await this.#seal(false);
      }
    });
  }

  get isAutomining(): boolean {
    return this.#isAutomining;
  }

  async setAutomine(isOn: boolean): Promise<void> {
    await this.#change(() => {
      this.#isAutomining = isOn;
      if (isOn) this.#intervalMs = 0;
      this.#schedule();
    });
  }

  async setIntervalMining(milliseconds: bigint): Promise<void> {
    if (milliseconds > INTERVAL_MS_MAX) throw new DevError('limit-exceeded', `an interval of ${milliseconds} ms is more than ${INTERVAL_MS_MAX}`);
    await this.#change(() => {
      this.#intervalMs = Number(milliseconds);
      if (milliseconds > 0n) this.#isAutomining = false;
      this.#schedule();
    });
  }

  async increaseTime(seconds: bigint): Promise<bigint> {
    return this.#change(() => this.#time.increase(seconds));
  }

  async setNextTimestamp(seconds: bigint): Promise<void> {
    await this.#change(() => this.#time.setNext(seconds, this.#head().timestamp));
  }

  async setTimestampInterval(seconds: bigint | undefined): Promise<void> {
    await this.#change(() => this.#time.setInterval(seconds));
  }

  // Going back

  async snapshot(): Promise<bigint> {
    return this.#turns.run(async () => {
      const {chain, store} = this.#modules;
      const {number, hash} = this.#head();
      const id = this.#nextSnapshotId++;
      const snapshot = {id, number, hash, time: this.#time.record, amendments: chain.amendments, coinbase: this.#coinbase, transactions: this.#pool.raws()};
      this.#snapshots.set(id, snapshot);
      await store.saveSnapshot(snapshot);
      if (this.#snapshots.size > SNAPSHOTS_MAX) await this.#forget(([oldest]) => oldest === this.#snapshots.keys().next().value);
      await this.#save();
      return id;
    });
  }

  async revert(id: bigint): Promise<boolean> {
    return this.#turns.run(async () => {
      const snapshot = this.#snapshots.get(id);
      if (snapshot === undefined) return false;
      await this.#goTo(snapshot);
      await this.#forget(([later]) => later >= id);
      return true;
    });
  }

  async reset(): Promise<void> {
    await this.#turns.run(async () => {
      this.#accounts.restore([], false);
      await this.#goTo({number: 0n, time: SYSTEM_TIME, amendments: NO_AMENDMENTS, coinbase: undefined, transactions: []});
      await this.#forget(() => true);
    });
  }

  async drop(hash: Hash): Promise<boolean> {
    return this.#turns.run(() => this.#pool.remove(hash));
  }

  onRewind(fn: () => void): () => void {
    this.#rewindListeners.add(fn);
    return () => void this.#rewindListeners.delete(fn);
  }

  // Inside

  get #pool(): Mempool {
    if (this.#mempool === undefined) throw new Error('the development chain has not been started');
    return this.#mempool;
  }

  #head(): {readonly number: bigint; readonly timestamp: bigint; readonly hash: Hash} {
    return this.#modules.execution.backend.head().header;
  }

  async #submit(raw: Uint8Array, forced?: Address): Promise<Hash> {
    // The pool admits before its first pause, so nothing else can be decoded under this permission.
    this.#forced = forced;
    const submitted = this.#pool.submit(raw);
    this.#forced = undefined;
    const hash = await submitted;
    if (this.#isAutomining) await this.#turns.run(() => this.#sealPending());
    return hash;
  }

  /** A change by hand is kept before it is answered, and may have made transactions fit for a block. */
  async #change<T>(apply: (chain: {amendments: DevelopmentChain['amendments']; amend: DevelopmentChain['amend']}) => T): Promise<T> {
    return this.#turns.run(async () => {
      const {chain} = this.#modules;
      const before = chain.amendments;
      const result = apply({amendments: before, amend: (amendments) => chain.amend(amendments)});
      if (chain.amendments !== before) this.#pool.recheck();
      await this.#save();
      if (this.#isAutomining) await this.#sealPending();
      return result;
    });
  }

  async #sealPending(): Promise<void> {
    if (!this.#isAutomining) return;
    while (!this.#isStopped && this.#pool.hasTransactions() && (await this.#seal(true)));
  }

  /** false: there was nothing for a block, and none was asked for. */
  async #seal(isOnDemand: boolean): Promise<boolean> {
    const {chain, logger} = this.#modules;
    const {number, timestamp, hash} = this.#head();
    const time = this.#time.record;
    try {
      const request = {height: number + 1n, parentHash: hexToBytes(hash), time: this.#time.take(timestamp), gasLimit: chain.nextGasLimit, isOnDemand};
      const proposer = this.#coinbase === undefined ? this.#validator : hexToBytes(this.#coinbase);
      const transactions = await this.#sealer!.seal({...request, proposer});
      if (transactions !== undefined) {
        if (this.#time.record !== time) await this.#save();
        return true;
      }
      this.#time.restore(time);
      return false;
    } catch (error) {
      this.#isStopped = true;
      logger.error({err: error}, 'a block could not be made; the development chain has halted');
      this.#halt.resolve(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #goTo(to: Omit<DevSnapshot, 'id' | 'hash'>): Promise<void> {
    const {chain, logger} = this.#modules;
    const from = this.#head().number;
    if (from > to.number) await chain.rewind(to.number);
    chain.amend(to.amendments);
    this.#time.restore(to.time);
    this.#coinbase = to.coinbase;
    this.#pool.restore(to.transactions);
    for (const listener of this.#rewindListeners) listener();
    await this.#save();
    logger.info({from, to: to.number}, 'the chain was taken back');
  }

  async #forget(matches: (entry: readonly [bigint, DevSnapshot]) => boolean): Promise<void> {
    const ids = [...this.#snapshots].filter(matches).map(([id]) => id);
    for (const id of ids) this.#snapshots.delete(id);
    await this.#modules.store.deleteSnapshots(ids);
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#intervalMs === 0 || this.#isStopped) return;
    this.#cancelTimer = this.#modules.clock.setTimer(this.#intervalMs, () => {
      // A halt has been told already.
      void this.#turns.run(() => this.#seal(false)).catch(() => undefined);
      this.#schedule();
    });
  }

  async #save(): Promise<void> {
    const {store, chain} = this.#modules;
    await store.saveSettings({
      onBlock: this.#head().hash,
      time: this.#time.record,
      amendments: chain.amendments,
      coinbase: this.#coinbase,
      impersonated: this.#accounts.impersonated,
      impersonatesAll: this.#accounts.impersonatesAll,
      nextSnapshotId: this.#nextSnapshotId,
    });
  }

  /** What was kept, as far as it belongs to the chain that is here: a kill may have come between a block and the record of it. */
  async #load(): Promise<void> {
    const {store, chain, execution} = this.#modules;
    const settings = store.settings();
    if (settings !== undefined) {
      const isCurrent = settings.onBlock === this.#head().hash;
      chain.amend(isCurrent ? settings.amendments : {...NO_AMENDMENTS, gasLimit: settings.amendments.gasLimit});
      this.#time.restore(isCurrent ? settings.time : {...settings.time, next: undefined});
      this.#coinbase = settings.coinbase;
      this.#accounts.restore(settings.impersonated, settings.impersonatesAll);
      this.#nextSnapshotId = settings.nextSnapshotId;
    }
    const stale: bigint[] = [];
    for (const snapshot of await store.snapshots()) {
      const block = await execution.backend.blockByNumber(snapshot.number);
      if (block?.header.hash === snapshot.hash) this.#snapshots.set(snapshot.id, snapshot);
      else stale.push(snapshot.id);
      if (snapshot.id >= this.#nextSnapshotId) this.#nextSnapshotId = snapshot.id + 1n;
    }
    await store.deleteSnapshots(stale);
  }
}
