/** Nodes that run the production engine on simulated clock, network and disk, and checkers that watch them from outside. */
import {
  blockIdKey,
  DEFAULT_CONSENSUS_PARAMS,
  decodeConsensusMessage,
  ED25519_KEY_TYPE,
  EMPTY_BYTES,
  sha256,
  toHex,
  utf8,
  type Block,
  type GenesisDoc,
} from '#proto';
import {
  Channel,
  ConsensusEngine,
  FileSigner,
  ValidatorKey,
  type EngineOptions,
  type EnginePhase,
  type Logger,
  type TransactionSource,
} from '#consensus/engine';
import {EvidenceReactor, StoredEvidencePool, type EvidenceReactorOptions} from '#consensus/evidence';
import {emptyApplicationDisk, HashChainApplication, type ApplicationDisk} from './application.ts';
import {MemoryFile, MemoryLog, MemoryStore, Power, PowerLoss} from './disk.ts';
import {SimulatedNetwork, type Faults} from './network.ts';
import {GENESIS_TIME, Scheduler} from './scheduler.ts';

export const FAST_OPTIONS: EngineOptions = {
  timeouts: {proposeMs: 300, proposeDeltaMs: 100, prevoteMs: 100, prevoteDeltaMs: 50, precommitMs: 100, precommitDeltaMs: 50},
  commitMs: 50,
  emptyBlockIntervalMs: 200,
  gossip: {repairIntervalMs: 150, relayDelayMs: 20},
};

const FAST_EVIDENCE_OPTIONS: EvidenceReactorOptions = {tickMs: 100, ticksPerResend: 10};

export interface NodePlan {
  readonly name: string;
  /** Validator number; undefined: a full node. Two nodes with one number are twins: an equivocating validator. */
  readonly validator: number | undefined;
}

export interface ClusterPlan {
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  readonly validators: number;
  readonly powers?: readonly bigint[];
  readonly faults: Faults;
  readonly options?: EngineOptions;
  readonly onLog?: (node: string, level: string, fields: object, message: string) => void;
}

export interface CommittedBlock {
  readonly hash: string;
  readonly appHash: string;
  readonly block: Block;
}

export class SimulatedNode {
  readonly plan: NodePlan;
  readonly committed = new Map<bigint, CommittedBlock>();
  readonly power = new Power();
  readonly log = new MemoryLog(this.power);
  readonly signerState = new MemoryFile(this.power);
  readonly store = new MemoryStore(this.power);
  readonly appDisk: ApplicationDisk = emptyApplicationDisk();
  readonly mempool = new Mempool();
  /** Changes between consensus and block sync, in order. */
  readonly phases: EnginePhase[] = [];
  skewMs = 0;
  engine: ConsensusEngine | undefined;
  evidence: StoredEvidencePool | undefined;
  evidenceReactor: EvidenceReactor | undefined;
  /** Grows with every start, so that timers of an earlier life do nothing. */
  life = 0;
  halted: Error | undefined;

  constructor(plan: NodePlan) {
    this.plan = plan;
  }

  get height(): bigint {
    return this.engine?.height ?? 0n;
  }

  get isUp(): boolean {
    return this.engine !== undefined;
  }
}

export class Mempool implements TransactionSource {
  private txs: Uint8Array[] = [];
  private readonly listeners = new Set<() => void>();

  add(tx: Uint8Array): void {
    this.txs.push(tx);
    for (const listener of this.listeners) listener();
  }

  reap(): readonly Uint8Array[] {
    return [...this.txs];
  }

  hasTransactions(): boolean {
    return this.txs.length > 0;
  }

  onAvailable(fn: () => void): () => void {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  }

  async update(_height: bigint, txs: readonly Uint8Array[]): Promise<void> {
    const done = new Set(txs.map(toHex));
    this.txs = this.txs.filter((tx) => !done.has(toHex(tx)));
  }
}

export class Cluster {
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  readonly nodes: readonly SimulatedNode[];
  readonly genesis: GenesisDoc;
  readonly keys: readonly ValidatorKey[];
  /** Broken promises, in words. */
  readonly violations: string[] = [];
  readonly trace: string[] = [];
  private readonly plan: ClusterPlan;
  private readonly decided = new Map<bigint, CommittedBlock>();
  private readonly signed = new Map<string, string>();

  constructor(plan: ClusterPlan) {
    this.plan = plan;
    this.scheduler = new Scheduler(plan.seed);
    this.network = new SimulatedNetwork(this.scheduler, plan.faults);
    this.nodes = plan.nodes.map((node) => new SimulatedNode(node));
    this.keys = Array.from({length: plan.validators}, (_, i) => new ValidatorKey(sha256(utf8(`validator ${i} of seed ${plan.seed}`))));
    for (const node of this.nodes) node.skewMs = this.scheduler.random.between(-20, 20);
    this.genesis = {
      genesisTime: GENESIS_TIME,
      chainId: 'simulation',
      initialHeight: 1n,
      consensusParams: DEFAULT_CONSENSUS_PARAMS,
      validators: this.keys.map(({publicKey, address}, i) => ({
        address,
        publicKey: {type: ED25519_KEY_TYPE, bytes: publicKey},
        power: plan.powers?.[i] ?? 10n,
        name: `validator ${i}`,
      })),
      appHash: EMPTY_BYTES,
      appState: {},
    };
    this.network.tap((from, _to, channel, bytes) => this.watchSignatures(from, channel, bytes));
  }

  async start(...names: readonly string[]): Promise<void> {
    for (const node of this.nodes) if (names.length === 0 || names.includes(node.plan.name)) await this.startNode(node);
  }

  node(name: string): SimulatedNode {
    const node = this.nodes.find(({plan}) => plan.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  async startNode(node: SimulatedNode): Promise<void> {
    const {name, validator} = node.plan;
    const life = ++node.life;
    node.power.restore();
    node.halted = undefined;
    const isAlive = (): boolean => node.life === life && node.engine !== undefined;
    const key = validator === undefined ? undefined : this.keys[validator];
    const logger = this.logger(name);
    const clock = this.scheduler.clock(node.skewMs, isAlive);
    const network = this.network.connect(name);
    const evidence = new StoredEvidencePool({db: node.store, logger});
    const engine = new ConsensusEngine(this.plan.options ?? FAST_OPTIONS, {
      logger,
      clock,
      network,
      evidence,
      ...(key === undefined ? {} : {signer: new FileSigner(key, node.signerState)}),
      wal: node.log,
      blockDb: node.store,
      app: new HashChainApplication(node.appDisk, node.power),
      txs: node.mempool,
      observer: {
        step: () => undefined,
        committed: ({block, blockId, appHash}) => this.onCommitted(node, {hash: toHex(blockId.hash), appHash: toHex(appHash), block}),
        halted: (error) => this.onHalted(node, error),
        phase: ({phase, height}) => {
          node.phases.push(phase);
          this.trace.push(`${this.scheduler.now.toFixed(3)} ${name} begins ${phase} at ${height}`);
        },
      },
      genesis: this.genesis,
    });
    node.engine = engine;
    await engine.start();
    if (node.engine !== engine) return;
    node.evidence = evidence;
    node.evidenceReactor = new EvidenceReactor(FAST_EVIDENCE_OPTIONS, {
      pool: evidence,
      network,
      clock,
      logger,
      peerHeight: (peer) => engine.peerHeight(peer),
    });
    node.evidenceReactor.start();
  }

  /** Pulls the plug: what was not synced is lost. */
  crash(node: SimulatedNode): void {
    if (!node.isUp) return;
    this.trace.push(`${this.scheduler.now.toFixed(3)} ${node.plan.name} crashes at ${node.height}`);
    const {engine} = node;
    node.engine = undefined;
    node.evidenceReactor?.stop();
    node.evidenceReactor = undefined;
    node.evidence = undefined;
    node.life += 1;
    this.network.disconnect(node.plan.name);
    node.power.cutAfter(0);
    void engine?.stop().catch(() => undefined);
    node.log.crash(this.scheduler.random);
    node.store.crash(this.scheduler.random);
  }

  /** Pulls the plug in the middle of the work on an event: before the n-th durable write from now. */
  crashDuring(node: SimulatedNode, writes: number): void {
    node.power.cutAfter(writes);
  }

  /** Every node's mempool has it at once. */
  submit(tx: Uint8Array): void {
    for (const node of this.nodes) node.mempool.add(tx);
  }

  get highest(): bigint {
    return this.nodes.reduce((highest, node) => (node.height > highest ? node.height : highest), 0n);
  }

  /** true when all running nodes reach `height` before virtual time `untilMs`. */
  async reach(height: bigint, untilMs: number): Promise<boolean> {
    return this.scheduler.run(untilMs, () => this.nodes.every((node) => !node.isUp || node.height >= height));
  }

  private onCommitted(node: SimulatedNode, committed: CommittedBlock): void {
    const {height} = committed.block.header;
    this.trace.push(`${this.scheduler.now.toFixed(3)} ${node.plan.name} commits ${height} ${committed.hash.slice(0, 16)}`);
    node.committed.set(height, committed);
    const first = this.decided.get(height);
    if (first === undefined) this.decided.set(height, committed);
    else if (first.hash !== committed.hash) this.violations.push(`fork at height ${height}: ${first.hash} and ${committed.hash}`);
    else if (first.appHash !== committed.appHash) this.violations.push(`app hashes differ at height ${height}`);
  }

  private onHalted(node: SimulatedNode, error: Error): void {
    if (!(error instanceof PowerLoss)) {
      node.halted = error;
      this.violations.push(`${node.plan.name} halted: ${error.message}`);
    }
    // The process is gone with the error; its last event is being handled still.
    this.scheduler.after(0, () => this.crash(node));
  }

  /** No honest validator signs two proposals or votes for one height, round and type. */
  private watchSignatures(from: string, channel: Channel, bytes: Uint8Array): void {
    if (channel !== Channel.Vote && channel !== Channel.Data) return;
    const message = decodeConsensusMessage(bytes);
    let slot: string;
    let what: string;
    let signer: number;
    if (message.type === 'vote') {
      const {height, round, type, validatorAddress, blockId} = message.vote;
      signer = this.keys.findIndex(({address}) => Buffer.compare(address, validatorAddress) === 0);
      slot = `${signer} ${height}/${round} vote ${type}`;
      what = blockIdKey(blockId);
    } else if (message.type === 'proposal') {
      const {height, round, blockId} = message.proposal;
      signer = -1;
      slot = `proposal ${height}/${round}`;
      what = blockIdKey(blockId);
    } else return;
    const earlier = this.signed.get(slot);
    if (earlier === undefined) this.signed.set(slot, what);
    else if (earlier !== what && !this.hasTwins(signer)) this.violations.push(`double signature: ${slot}, sent by ${from}`);
  }

  /** Of this validator; of any, for a proposal. */
  private hasTwins(validator: number): boolean {
    const numbers = this.nodes.map(({plan}) => plan.validator).filter((number) => number !== undefined);
    if (validator === -1) return new Set(numbers).size < numbers.length;
    return numbers.filter((number) => number === validator).length > 1;
  }

  private logger(node: string): Logger {
    const log = (level: string) => (fields: object, message: string) => this.plan.onLog?.(node, level, fields, message);
    return {debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error')};
  }
}

/** `count` validators, one node each: n0, n1, … */
export function honestNodes(count: number): readonly NodePlan[] {
  return Array.from({length: count}, (_, i) => ({name: `n${i}`, validator: i}));
}
