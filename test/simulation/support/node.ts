/** One simulated node: what survives a crash, and the engine of its present life. */
import {toHex} from '#proto';
import type {ConsensusEngine, EnginePhase, TransactionSource} from '#consensus/engine';
import type {EvidenceReactor, StoredEvidencePool} from '#consensus/evidence';
import {emptyApplicationDisk, type ApplicationDisk} from './application.ts';
import type {Behaviour} from './byzantine/behaviours.ts';
import type {Commitment, Watched} from './checkers/checker.ts';
import {constantSkew, type ClockFaults} from './clockFaults.ts';
import {MemoryFile, MemoryLog, MemoryStore, Power} from './disk.ts';

export interface NodePlan {
  readonly name: string;
  /** Validator number; undefined: a full node. Two nodes with one number are twins: an equivocating validator. */
  readonly validator: number | undefined;
  /** Breaks the protocol in these ways. */
  readonly byzantine?: readonly Behaviour[];
  /** The checkers take a liar for honest: a control, to see that they find out. */
  readonly passesForHonest?: boolean;
  readonly clock?: ClockFaults;
  /** Disk and application take up to so long. */
  readonly slowMs?: number;
  /** With empty stores it begins from a snapshot of its peers. */
  readonly syncsState?: boolean;
}

export class SimulatedNode {
  readonly plan: NodePlan;
  readonly committed = new Map<bigint, Commitment>();
  readonly power = new Power();
  readonly log = new MemoryLog(this.power);
  readonly signerState = new MemoryFile(this.power);
  readonly store = new MemoryStore(this.power);
  readonly appDisk: ApplicationDisk = emptyApplicationDisk();
  readonly mempool = new Mempool();
  /** Changes between consensus and block sync, in order. */
  readonly phases: EnginePhase[] = [];
  readonly watched: Watched;
  readonly clock: ClockFaults;
  engine: ConsensusEngine | undefined;
  evidence: StoredEvidencePool | undefined;
  evidenceReactor: EvidenceReactor | undefined;
  /** What ends with its present life. */
  readonly closers: (() => void)[] = [];
  /** Grows with every start, so that timers of an earlier life do nothing. */
  life = 0;
  halted: Error | undefined;

  constructor(plan: NodePlan, identity: {readonly isHonest: boolean; readonly publicKey: Uint8Array | undefined}, skewMs: number) {
    this.plan = plan;
    this.clock = plan.clock ?? constantSkew(skewMs);
    this.watched = {name: plan.name, ...identity, signerFile: () => this.signerState.read()};
  }

  get name(): string {
    return this.plan.name;
  }

  get isHonest(): boolean {
    return this.watched.isHonest;
  }

  get height(): bigint {
    return this.engine?.height ?? 0n;
  }

  get isUp(): boolean {
    return this.engine !== undefined;
  }
}

export class Mempool implements TransactionSource {
  private txs = new Map<string, Uint8Array>();
  private readonly done = new Set<string>();
  private readonly listeners = new Set<() => void>();

  add(tx: Uint8Array): void {
    const id = idOf(tx);
    if (this.done.has(id)) return;
    this.txs.set(id, tx);
    for (const listener of this.listeners) listener();
  }

  reap(): readonly Uint8Array[] {
    return [...this.txs.values()];
  }

  hasTransactions(): boolean {
    return this.txs.size > 0;
  }

  onAvailable(fn: () => void): () => void {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  }

  async update(_height: bigint, txs: readonly Uint8Array[]): Promise<void> {
    for (const id of txs.map(idOf)) {
      this.txs.delete(id);
      this.done.add(id);
    }
  }
}

/** All of a small transaction; of a large one, the beginning, which numbers it. */
function idOf(tx: Uint8Array): string {
  return `${tx.length} ${toHex(tx.subarray(0, 256))}`;
}
