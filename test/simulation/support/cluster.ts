/** Nodes that run the production engine on simulated clock, network and disk, and checkers that watch them from outside. */
import {crc32} from 'node:zlib';
import {DEFAULT_CONSENSUS_PARAMS, ED25519_KEY_TYPE, EMPTY_BYTES, sha256, utf8, type ConsensusParams, type GenesisDoc} from '#proto';
import {ConsensusEngine, FileSigner, ValidatorKey, type Clock, type EngineOptions, type Logger, type PeerNetwork, type Signer} from '#consensus/engine';
import {EvidenceReactor, StoredEvidencePool, type EvidenceReactorOptions} from '#consensus/evidence';
import {GroupedStore, StoreGroup} from '#node/storage';
import {startStateSync, type ProviderFactory} from '../../../node/app/state-sync.ts';
import {HashChainApplication} from './application.ts';
import {ForgetfulSigner, forgets} from './byzantine/amnesia.ts';
import {LiarNetwork} from './byzantine/liar.ts';
import {AgreementChecker} from './checkers/agreement.ts';
import type {Checker, Commitment, Property, Watched} from './checkers/checker.ts';
import {DurabilityChecker} from './checkers/durability.ts';
import {EvidenceChecker} from './checkers/evidence.ts';
import {SignatureChecker} from './checkers/signatures.ts';
import {ValidityChecker} from './checkers/validity.ts';
import {PowerLoss} from './disk.ts';
import {SimulatedNetwork, type Faults} from './network.ts';
import {SimulatedNode, type NodePlan} from './node.ts';
import {GENESIS_TIME, Scheduler} from './scheduler.ts';
import {joiningProvider, type JoiningOptions} from './stateSync.ts';
import {Trace} from './trace.ts';

export {Mempool, type NodePlan, type SimulatedNode} from './node.ts';

export const FAST_OPTIONS: EngineOptions = {
  timeouts: {proposeMs: 300, proposeDeltaMs: 100, prevoteMs: 100, prevoteDeltaMs: 50, precommitMs: 100, precommitDeltaMs: 50},
  commitMs: 50,
  emptyBlockIntervalMs: 200,
  gossip: {repairIntervalMs: 150, relayDelayMs: 20},
};

const FAST_EVIDENCE_OPTIONS: EvidenceReactorOptions = {tickMs: 100, ticksPerResend: 10};

export interface ClusterPlan {
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  readonly validators: number;
  readonly powers?: readonly bigint[];
  readonly faults: Faults;
  readonly options?: EngineOptions;
  /** Every synced block is made durable by itself. */
  readonly hasNoWriteGroup?: boolean;
  readonly params?: ConsensusParams;
  readonly onLog?: (node: string, level: string, fields: object, message: string) => void;
  readonly onTrace?: (line: string) => void;
}

export interface Violation {
  readonly property: Property;
  readonly height: bigint;
  readonly text: string;
}

const CHAIN_ID = 'simulation';

export class Cluster {
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  readonly nodes: readonly SimulatedNode[];
  readonly genesis: GenesisDoc;
  readonly keys: readonly ValidatorKey[];
  readonly trace: Trace;
  readonly found: Violation[] = [];
  /** Nodes that a test makes lie by hand: to report them is no false accusation. */
  readonly madeToLie = new Set<string>();
  readonly validity: ValidityChecker;
  readonly evidence: EvidenceChecker;
  private readonly plan: ClusterPlan;
  private readonly checkers: readonly Checker[];
  private readonly byName: ReadonlyMap<string, SimulatedNode>;

  constructor(plan: ClusterPlan) {
    this.plan = plan;
    this.scheduler = new Scheduler(plan.seed);
    this.network = new SimulatedNetwork(this.scheduler, plan.faults);
    this.trace = new Trace(plan.onTrace);
    this.keys = Array.from({length: plan.validators}, (_, i) => new ValidatorKey(sha256(utf8(`validator ${i} of seed ${plan.seed}`))));
    this.nodes = plan.nodes.map((node) => this.createNode(node));
    this.byName = new Map(this.nodes.map((node) => [node.name, node]));
    this.genesis = this.createGenesis();
    this.validity = new ValidityChecker(this.report, {
      chainId: CHAIN_ID,
      genesisTime: GENESIS_TIME,
      members: this.genesis.validators.map(({publicKey, power}) => ({publicKey: publicKey.bytes, power})),
      ...this.genesis.consensusParams.block,
    });
    const keys = this.nodes.flatMap(({watched: {isHonest, publicKey}}) => (publicKey === undefined ? [] : [{publicKey, isHonest}]));
    this.evidence = new EvidenceChecker(this.report, CHAIN_ID, keys, (name) => this.node(name).height);
    const honestKeys = keys.filter(({isHonest}) => isHonest).map(({publicKey}) => publicKey);
    this.checkers = [
      new AgreementChecker(this.report),
      this.validity,
      this.evidence,
      new SignatureChecker(this.report, CHAIN_ID, honestKeys),
      new DurabilityChecker(this.report, CHAIN_ID),
    ];
    this.watch();
  }

  /** Broken promises, in words. */
  get violations(): readonly string[] {
    return this.found.map(({property, height, text}) => `${property} at height ${height}: ${text}`);
  }

  readonly report = (property: Property, height: bigint, text: string): void => {
    this.found.push({property, height, text});
    this.note(`VIOLATION ${property} at height ${height}: ${text}`);
  };

  note(text: string): void {
    this.trace.line(this.scheduler.now, text);
  }

  async start(...names: readonly string[]): Promise<void> {
    for (const node of this.nodes) if (names.length === 0 || names.includes(node.name)) await this.startNode(node);
  }

  node(name: string): SimulatedNode {
    const node = this.byName.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** Resolves when the engine runs; with a slow disk that takes virtual time. A power cut in the middle is a crash. */
  async startNode(node: SimulatedNode): Promise<void> {
    const {name, slowMs = 0} = node.plan;
    const life = ++node.life;
    node.power.restore();
    node.halted = undefined;
    const isAlive = (): boolean => node.life === life && node.engine !== undefined;
    const pause = (): Promise<void> | undefined =>
      slowMs === 0 ? undefined : this.scheduler.sleep(this.scheduler.random.between(0, slowMs), isAlive);
    node.store.pause = pause;
    node.signerState.pause = pause;
    if (forgets(node.plan.byzantine)) node.log.wipe();
    const signer = this.signerOf(node);
    const logger = this.logger(name);
    const clock = this.scheduler.clock(node.clock, isAlive);
    const network = this.networkOf(node, clock);
    const writeGroup = new StoreGroup();
    const blockDb = writeGroup.add(new GroupedStore(node.store));
    const app = writeGroup.add(new HashChainApplication(node.appDisk, node.power, pause));
    const evidence = new StoredEvidencePool({db: blockDb, logger});
    const engine = new ConsensusEngine(this.plan.options ?? FAST_OPTIONS, {
      logger,
      clock,
      network,
      evidence,
      ...(signer === undefined ? {} : {signer}),
      wal: node.log,
      blockDb,
      ...(this.plan.hasNoWriteGroup === true ? {} : {writeGroup}),
      app,
      txs: node.mempool,
      observer: {
        step: ({height, round, step}) => this.trace.mark(`${name} ${height}/${round} ${step}`),
        committed: (event) => this.onCommitted(node, event),
        halted: (error) => this.onHalted(node, error),
        phase: ({phase, height}) => {
          node.phases.push(phase);
          this.note(`${name} begins ${phase} at ${height}`);
        },
      },
      genesis: this.genesis,
    });
    node.engine = engine;
    this.note(`${name} starts`);
    try {
      const startBackfill = await startStateSync(this.providerOf(node, {clock, logger, isAlive}), {
        app,
        engine,
        network,
        clock,
        genesis: this.genesis,
        logger,
        onStop: (close) => node.closers.push(close),
        onSyncer: () => this.note(`${name} looks for a snapshot`),
        onBackfill: ({missing}) => this.note(`${name} fetches ${missing} headers before its snapshot`),
      });
      if (!isAlive()) return;
      if (node.plan.syncsState === true) this.note(`${name} has a state`);
      await engine.start();
      if (isAlive()) startBackfill();
    } catch (error) {
      if (isAlive()) this.onHalted(node, error as Error);
      return;
    }
    if (!isAlive()) return;
    node.evidence = evidence;
    node.evidenceReactor = new EvidenceReactor(FAST_EVIDENCE_OPTIONS, {
      pool: evidence,
      network,
      clock,
      logger,
      peerHeight: (peer) => engine.peerHeight(peer),
    });
    node.evidenceReactor.start();
    for (const checker of this.checkers) checker.started?.(node.watched, engine.blockStore.height);
  }

  /** Pulls the plug: what was not synced is lost. */
  crash(node: SimulatedNode): void {
    if (!node.isUp) return;
    this.note(`${node.name} crashes at ${node.height}`);
    const {engine} = node;
    node.engine = undefined;
    for (const close of node.closers.splice(0)) close();
    node.evidenceReactor?.stop();
    node.evidenceReactor = undefined;
    node.evidence = undefined;
    node.life += 1;
    this.network.disconnect(node.name);
    node.power.cutAfter(0);
    void engine?.stop().catch(() => undefined);
    node.log.crash(this.scheduler.random);
    node.store.crash(this.scheduler.random);
    for (const checker of this.checkers) checker.crashed?.(node.watched);
  }

  /** Pulls the plug in the middle of the work on an event: before the n-th durable write from now. */
  crashDuring(node: SimulatedNode, writes: number): void {
    node.power.cutAfter(writes);
  }

  /** The mempools of these nodes have it at once; by default, of all. */
  submit(tx: Uint8Array, to: readonly SimulatedNode[] = this.nodes): void {
    for (const checker of this.checkers) checker.submitted?.(tx);
    for (const node of to) node.mempool.add(tx);
  }

  get honest(): readonly SimulatedNode[] {
    return this.nodes.filter((node) => node.isHonest);
  }

  /** Highest height that an honest node is at. */
  get highest(): bigint {
    return this.honest.reduce((highest, node) => (node.height > highest ? node.height : highest), 0n);
  }

  /** true when all running honest nodes reach `height` before virtual time `untilMs`. */
  async reach(height: bigint, untilMs: number): Promise<boolean> {
    const {honest} = this;
    return this.scheduler.run(untilMs, () => honest.every((node) => !node.isUp || node.height >= height));
  }

  finish(): void {
    for (const checker of this.checkers) checker.finished?.();
  }

  private createNode(plan: NodePlan): SimulatedNode {
    const {validator} = plan;
    const hasTwin = validator !== undefined && this.plan.nodes.filter((other) => other.validator === validator).length > 1;
    const publicKey = validator === undefined ? undefined : this.keys[validator]?.publicKey;
    const isHonest = plan.passesForHonest === true || (!hasTwin && (plan.byzantine ?? []).length === 0);
    return new SimulatedNode(plan, {isHonest, publicKey}, this.scheduler.random.between(-20, 20));
  }

  private createGenesis(): GenesisDoc {
    return {
      genesisTime: GENESIS_TIME,
      chainId: CHAIN_ID,
      initialHeight: 1n,
      consensusParams: this.plan.params ?? DEFAULT_CONSENSUS_PARAMS,
      validators: this.keys.map(({publicKey, address}, i) => ({
        address,
        publicKey: {type: ED25519_KEY_TYPE, bytes: publicKey},
        power: this.plan.powers?.[i] ?? 10n,
        name: `validator ${i}`,
      })),
      appHash: EMPTY_BYTES,
      appState: {},
    };
  }

  private watch(): void {
    const {checkers, network} = this;
    network.tap((from, _to, channel, bytes) => {
      const watched = this.watchedNode(from);
      for (const checker of checkers) checker.sent?.(watched, channel, bytes);
    });
    network.onDelivery = (from, recipient, channel, bytes) => {
      this.trace.mark(`${this.scheduler.now} ${from}>${recipient}/${channel} ${crc32(bytes)}`);
      const to = this.watchedNode(recipient);
      for (const checker of checkers) checker.delivered?.(to, channel, bytes);
    };
    network.onMisbehaviour = ({by, peer, reason}) => {
      this.note(`${by} reports ${peer}: ${reason}`);
      const [accuser, accused] = [this.watchedNode(by), this.watchedNode(peer)];
      if (accuser.isHonest && accused.isHonest && !this.madeToLie.has(peer)) this.report('accusation', this.node(by).height, `${by} reports the honest ${peer}: ${reason}`);
    };
    for (const {log, watched} of this.nodes) {
      log.onDurable = (record) => {
        for (const checker of checkers) checker.logged?.(watched, record);
      };
    }
  }

  /** One that a test connected by hand follows no protocol. */
  private watchedNode(name: string): Watched {
    return this.byName.get(name)?.watched ?? {name, isHonest: false, publicKey: undefined, signerFile: () => undefined};
  }

  private keyOf({plan: {validator}}: SimulatedNode): ValidatorKey | undefined {
    return validator === undefined ? undefined : this.keys[validator];
  }

  private signerOf(node: SimulatedNode): Signer | undefined {
    const key = this.keyOf(node);
    if (key === undefined) return undefined;
    return forgets(node.plan.byzantine) ? new ForgetfulSigner(key) : new FileSigner(key, node.signerState);
  }

  private providerOf(node: SimulatedNode, {clock, logger, isAlive}: Pick<JoiningOptions, 'clock' | 'logger' | 'isAlive'>): ProviderFactory | undefined {
    if (node.plan.syncsState !== true) return undefined;
    const {scheduler, genesis} = this;
    const others = this.nodes.filter((other) => other !== node);
    return joiningProvider({scheduler, genesis, clock, logger, isAlive, others, isApart: (other) => this.network.isApart(node.name, other)});
  }

  private networkOf(node: SimulatedNode, clock: Clock): PeerNetwork {
    const network = this.network.connect(node.name);
    const {byzantine = []} = node.plan;
    if (byzantine.length === 0) return network;
    return new LiarNetwork(network, {
      behaviours: byzantine,
      key: this.keyOf(node),
      chainId: CHAIN_ID,
      clock,
      random: this.scheduler.random,
      height: () => node.height + 1n,
      onTransaction: (tx) => this.submit(tx, []),
    });
  }

  private onCommitted(node: SimulatedNode, commitment: Commitment): void {
    const {block, blockId} = commitment;
    const {height} = block.header;
    this.note(`${node.name} commits ${height} ${Buffer.from(blockId.hash).toString('hex').slice(0, 16)} with ${block.txs.length} transactions`);
    node.committed.set(height, commitment);
    for (const checker of this.checkers) checker.committed?.(node.watched, commitment);
  }

  private onHalted(node: SimulatedNode, error: Error): void {
    if (!isPowerLoss(error)) {
      node.halted = error;
      this.note(`${node.name} halts: ${error.message}`);
      if (node.isHonest) this.report('halt', node.height, `${node.name}: ${error.message}`);
    }
    // The process is gone with the error; its last event is being handled still.
    const {life} = node;
    this.scheduler.after(0, () => {
      if (node.life === life) this.crash(node);
    });
  }

  private logger(node: string): Logger {
    const log = (level: string) => (fields: object, message: string) => this.plan.onLog?.(node, level, fields, message);
    return {debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error')};
  }
}

function isPowerLoss(error: unknown): boolean {
  return error instanceof PowerLoss || (error instanceof Error && error.cause !== undefined && isPowerLoss(error.cause));
}

/** `count` validators, one node each: n0, n1, … */
export function honestNodes(count: number): readonly NodePlan[] {
  return Array.from({length: count}, (_, i) => ({name: `n${i}`, validator: i}));
}
