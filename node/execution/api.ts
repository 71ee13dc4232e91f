/** What the composition root hands to the execution layer and what it gets back. */
import type {Application, KeyValueStore, Logger} from '#consensus/engine';
import type {ChainBackend} from '../rpc/eth/backend.ts';
import type {ChainAmendments} from './dev/amendments.ts';
import type {ForkSchedule} from './rules.ts';
import type {ChainImporter} from './import/importer.ts';
import type {RecoverSenders} from './recovery/background.ts';
import type {Address, BlockEvent, StateReader, Transaction} from './types.ts';

export interface ChainOptions {
  /** Rules of each block. Others than the default, Osaka from genesis on, are for imported chains. */
  readonly schedule?: ForkSchedule;
  /** Lowest base fee in wei. Default 0.1 gwei. */
  readonly baseFeeFloor?: bigint;
  /** Whether the chain's precompiles (SAPs) answer. Default true; the official state tests need false. */
  readonly precompiles?: boolean;
  /** EIP-6110, of an imported chain. This chain has no deposits. */
  readonly depositContract?: Address;
}

export interface SnapshotSettings {
  /** Where snapshots are kept. */
  readonly folder: string;
  /** Blocks between two snapshots; 0: none are made. */
  readonly interval: bigint;
  readonly keepRecent: number;
  /** Of the genesis document; without it nothing is restored. */
  readonly genesis?: {readonly appState: unknown; readonly timeSeconds: bigint};
}

export interface ExecutionOptions {
  readonly db: KeyValueStore;
  readonly chainOptions?: ChainOptions;
  readonly logger: Logger;
  /** States of how many past blocks can be read. Default 256. */
  readonly historyBlocks?: bigint;
  /** Keep every past state. */
  readonly archive?: boolean;
  /** Without it, snapshots are neither made nor served nor restored. */
  readonly snapshots?: SnapshotSettings;
  /** A chain for development alone: it can be changed by hand and taken back, and takes transactions without signatures. */
  readonly development?: boolean;
  /** Recovers senders beside this thread, for `prepare`. Default: nobody does. */
  readonly recoverSenders?: RecoverSenders;
  /** Milliseconds for measuring execution. Default `performance.now`. */
  readonly now?: () => number;
}

/** Only on a chain that was opened for development. Never while the application works on a block. */
export interface DevelopmentChain {
  readonly amendments: ChainAmendments;
  amend(amendments: ChainAmendments): void;
  readonly nextGasLimit: bigint;
  readonly initialGasLimit: bigint;
  /** Takes back all blocks after `number` and forgets the amendments; atomic and durable. */
  rewind(number: bigint): Promise<void>;
}

export interface Execution {
  readonly development?: DevelopmentChain;
  readonly app: Application;
  /** Brings in chains that others made, in the place of consensus. */
  readonly importer: ChainImporter;
  /** Usable once the chain has its genesis (after `app.initChain`, or at once on a database that has it). */
  readonly backend: ChainBackend;
  /** The state after the last committed block, always the newest. */
  readonly latest: StateReader;
  /** Decodes and recovers the sender once per transaction (cached by hash); throws DecodeError. */
  decode(raw: Uint8Array): Transaction;
  /** Recovers the senders of many in the background, so that `decode` has them. Never rejects. */
  prepare(raws: readonly Uint8Array[]): Promise<void>;
  /** Called in order after a block is durable. Returns the unsubscribe function. */
  onBlock(fn: (event: BlockEvent) => void): () => void;
  close(): Promise<void>;
}
