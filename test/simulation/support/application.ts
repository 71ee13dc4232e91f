/** A hash chain over all transactions: the smallest application whose app hash shows every difference. */
import {
  concatBytes,
  DEFAULT_CONSENSUS_PARAMS,
  ED25519_KEY_TYPE,
  EMPTY_BYTES,
  fromHex,
  sha256,
  toHex,
  utf8,
  type ConsensusParams,
  type ExecTxResult,
  type ValidatorUpdate,
} from '#proto';
import type {
  Application,
  ApplySnapshotChunkRequest,
  ApplySnapshotChunkResponse,
  CommitResponse,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  LoadSnapshotChunkRequest,
  Misbehavior,
  OfferSnapshotRequest,
  OfferSnapshotResult,
  PrepareProposalRequest,
  ProcessProposalRequest,
  QueryResponse,
  Snapshot,
} from '#consensus/engine';
import type {GroupMember, SealedBatch} from '#node/storage';
import type {Power} from './disk.ts';

/** What survives a crash. */
export interface ApplicationDisk {
  height: bigint;
  appHash: Uint8Array;
  /** What it was told of misbehaviour, in order. */
  misbehavior: readonly ReportedMisbehavior[];
  /** Of every validator, by public key in hex; an update to 0 of one that is not there would be refused. */
  powers: ReadonlyMap<string, bigint>;
  /** Blocks that it wants kept; undefined: all. */
  retainBlocks?: bigint;
  /** A snapshot of every so many heights; undefined: none. */
  snapshotInterval?: bigint;
  /** The latest, in order. */
  snapshots: readonly TakenSnapshot[];
  /** Restored, and no block since: another snapshot may take its place. */
  isRestored: boolean;
}

interface TakenSnapshot {
  readonly height: bigint;
  readonly chunks: readonly Uint8Array[];
}

export interface ReportedMisbehavior extends Misbehavior {
  /** Of the block that carried the evidence. */
  readonly committedAt: bigint;
}

export function emptyApplicationDisk(): ApplicationDisk {
  return {height: 0n, appHash: EMPTY_BYTES, misbehavior: [], powers: new Map(), snapshots: [], isRestored: false};
}

const SNAPSHOTS_KEPT = 3;

const POWER_PREFIX = 'power:';

/** Changes the voting power of a validator: `power:<public key, hex>:<power>`; a note tells it from an earlier one. */
export function powerTransaction(publicKey: string, power: number | bigint, note = ''): Uint8Array {
  return utf8(`${POWER_PREFIX}${publicKey}:${power}${note === '' ? '' : ` ${note}`}`);
}

const LIMIT_PREFIX = 'maxBytes:';

/** Changes the consensus parameter block.max_bytes. */
export function limitTransaction(maxBytes: bigint, note: string): Uint8Array {
  return utf8(`${LIMIT_PREFIX}${maxBytes} ${note}`);
}

/** A transaction that ProcessProposal refuses. */
export const REFUSED_TRANSACTION = utf8('refuse me');

/** Tag and length of a transaction of up to 2^28 bytes in a block. */
const FRAMING_BYTES = 5;

export class HashChainApplication implements Application, GroupMember {
  private readonly disk: ApplicationDisk;
  private readonly power: Power;
  /** Waits as long as the application takes. */
  private readonly pause: () => Promise<void> | undefined;
  private pending: ApplicationDisk | undefined;
  private isHolding = false;
  /** Committed, and not on disk yet. */
  private ahead: ApplicationDisk | undefined;
  private restore: (OfferSnapshotRequest & {readonly chunks: Uint8Array[]}) | undefined;

  constructor(disk: ApplicationDisk, power: Power, pause: () => Promise<void> | undefined = () => undefined) {
    this.disk = disk;
    this.power = power;
    this.pause = pause;
  }

  private get state(): ApplicationDisk {
    return this.ahead ?? this.disk;
  }

  private persist(state: ApplicationDisk): void {
    this.power.use('application: commit', () => Object.assign(this.disk, state));
  }

  hold(): void {
    this.isHolding = true;
  }

  release(): void {
    this.isHolding = false;
  }

  /** A handful of numbers; nothing waits for it. */
  readonly heldBytes = 0;

  seal(): SealedBatch {
    const sealed = this.ahead;
    const write = async (): Promise<void> => {
      if (sealed === undefined) return;
      await this.pause();
      this.persist(sealed);
      if (this.ahead === sealed) this.ahead = undefined;
    };
    return {write, abandon: () => undefined};
  }

  async info(): Promise<InfoResponse> {
    return {version: 'simulation', appVersion: 0n, lastBlockHeight: this.state.height, lastBlockAppHash: this.state.appHash};
  }

  async initChain(request: InitChainRequest): Promise<InitChainResponse> {
    this.disk.appHash = sha256(utf8(request.chainId));
    this.disk.powers = new Map(request.validators.map(({publicKey, power}) => [toHex(publicKey.bytes), power]));
    return {validators: [], appHash: this.disk.appHash};
  }

  /** As many as fit, in order; one that alone is too large is passed over. */
  async prepareProposal({txs, maxTxBytes}: PrepareProposalRequest): Promise<readonly Uint8Array[]> {
    await this.pause();
    let left = Number(maxTxBytes);
    return txs.filter((tx) => {
      const framed = tx.length + FRAMING_BYTES;
      if (framed > left) return false;
      left -= framed;
      return true;
    });
  }

  async processProposal({txs}: ProcessProposalRequest): Promise<boolean> {
    await this.pause();
    return !txs.some((tx) => Buffer.compare(tx, REFUSED_TRANSACTION) === 0);
  }

  async finalizeBlock({height, txs, misbehavior}: FinalizeBlockRequest): Promise<FinalizeBlockResponse> {
    await this.pause();
    const appHash = sha256(concatBytes(this.state.appHash, utf8(height.toString()), ...txs.map((tx) => sha256(tx)), ...misbehavior.map(misbehaviorHash)));
    const reported = misbehavior.map((each) => ({...each, committedAt: height}));
    const powers = new Map(this.state.powers);
    // One key may be named once per block: the last word counts.
    const wanted = new Map(txs.map(powerIn).filter((change) => change !== undefined));
    const validatorUpdates = [...wanted].flatMap(([key, power]): ValidatorUpdate[] => {
      if ((powers.get(key) ?? 0n) === power) return [];
      powers.set(key, power);
      return [{publicKey: {type: ED25519_KEY_TYPE, bytes: fromHex(key)}, power}];
    });
    const next = {...this.state, height, appHash, misbehavior: [...this.state.misbehavior, ...reported], powers, isRestored: false};
    this.pending = {...next, snapshots: withSnapshot(next)};
    const params = txs.map(paramsIn).findLast((update) => update !== undefined);
    return {txResults: txs.map(resultOf), validatorUpdates, ...(params === undefined ? {} : {consensusParamUpdates: params}), appHash};
  }

  async commit(): Promise<CommitResponse> {
    if (this.pending === undefined) throw new Error('commit without finalizeBlock');
    await this.pause();
    if (this.isHolding || this.ahead !== undefined) this.ahead = {...this.state, ...this.pending};
    else this.persist(this.pending);
    this.pending = undefined;
    const {retainBlocks, height} = this.state;
    return {retainHeight: retainBlocks === undefined || height < retainBlocks ? 0n : height - retainBlocks};
  }

  async listSnapshots(): Promise<readonly Snapshot[]> {
    return this.disk.snapshots.map(({height, chunks}) => ({
      height,
      format: 1,
      chunks: chunks.length,
      hash: sha256(concatBytes(...chunks)),
      metadata: concatBytes(...chunks.map((chunk) => sha256(chunk))),
    }));
  }

  async offerSnapshot({snapshot, appHash}: OfferSnapshotRequest): Promise<OfferSnapshotResult> {
    if (this.disk.height !== 0n && !this.disk.isRestored) return 'ABORT';
    if (snapshot.format !== 1) return 'REJECT_FORMAT';
    if (snapshot.metadata.length !== snapshot.chunks * 32) return 'REJECT_SENDER';
    this.restore = {snapshot, appHash, chunks: []};
    return 'ACCEPT';
  }

  async loadSnapshotChunk({height, chunk}: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined> {
    return this.disk.snapshots.find((snapshot) => snapshot.height === height)?.chunks[chunk];
  }

  async applySnapshotChunk({index, chunk, sender}: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse> {
    const answer = {refetchChunks: [], rejectSenders: []};
    if (this.restore === undefined) return {...answer, result: 'ABORT'};
    const {snapshot, appHash, chunks} = this.restore;
    if (Buffer.compare(sha256(chunk), snapshot.metadata.subarray(index * 32, index * 32 + 32)) !== 0) {
      return {result: 'RETRY', refetchChunks: [index], rejectSenders: [sender]};
    }
    await this.pause();
    chunks.push(chunk);
    if (chunks.length < snapshot.chunks) return {...answer, result: 'ACCEPT'};
    this.restore = undefined;
    const restored = restoredFrom(chunks);
    if (Buffer.compare(restored.appHash, appHash) !== 0 || restored.height !== snapshot.height) return {...answer, result: 'REJECT_SNAPSHOT'};
    this.power.use('application: snapshot', () => Object.assign(this.disk, restored, {isRestored: true}));
    return {...answer, result: 'ACCEPT'};
  }

  async query(): Promise<QueryResponse> {
    return {code: 1, log: 'nothing to query', key: EMPTY_BYTES, value: EMPTY_BYTES, height: this.disk.height, codespace: ''};
  }
}

/** Punishment is part of the state: whoever heard of other crimes has another app hash. */
function misbehaviorHash({type, validatorAddress, validatorPower, height, totalVotingPower}: Misbehavior): Uint8Array {
  return sha256(utf8([type, toHex(validatorAddress), validatorPower, height, totalVotingPower].join(' ')));
}

function resultOf(tx: Uint8Array): ExecTxResult {
  return {code: 0, data: sha256(tx), gasWanted: 1n, gasUsed: BigInt(tx.length), log: '', codespace: ''};
}

/** Only the beginning: some transactions are large. */
function wordOf(tx: Uint8Array, prefix: string): string | undefined {
  const line = Buffer.from(tx.subarray(0, 256)).toString('latin1');
  return line.startsWith(prefix) ? line.slice(prefix.length).split(' ')[0] : undefined;
}

function powerIn(tx: Uint8Array): readonly [publicKey: string, power: bigint] | undefined {
  const [publicKey, power] = wordOf(tx, POWER_PREFIX)?.split(':') ?? [];
  return publicKey === undefined || power === undefined ? undefined : [publicKey, BigInt(power)];
}

function paramsIn(tx: Uint8Array): ConsensusParams | undefined {
  const word = wordOf(tx, LIMIT_PREFIX);
  if (word === undefined) return undefined;
  const {block} = DEFAULT_CONSENSUS_PARAMS;
  return {...DEFAULT_CONSENSUS_PARAMS, block: {...block, maxBytes: BigInt(word)}};
}

/** The hash chain's state is its height, its hash, the powers and the crimes; in two chunks, so that there is an order to get wrong. */
function withSnapshot({height, appHash, misbehavior, powers, snapshotInterval, snapshots}: ApplicationDisk): readonly TakenSnapshot[] {
  if (snapshotInterval === undefined || height % snapshotInterval !== 0n) return snapshots;
  const bytes = utf8(JSON.stringify({height, appHash, misbehavior, powers: [...powers]}, plain));
  return [...snapshots.slice(1 - SNAPSHOTS_KEPT), {height, chunks: [bytes.subarray(0, 16), bytes.subarray(16)]}];
}

function restoredFrom(chunks: readonly Uint8Array[]): Pick<ApplicationDisk, 'height' | 'appHash' | 'misbehavior' | 'powers'> {
  const {height, appHash, misbehavior, powers} = JSON.parse(Buffer.concat(chunks).toString(), unplain) as {
    height: bigint;
    appHash: Uint8Array;
    misbehavior: readonly ReportedMisbehavior[];
    powers: readonly [string, bigint][];
  };
  return {height, appHash, misbehavior, powers: new Map(powers)};
}

/** What JSON has no form for. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return {integer: value.toString()};
  return value instanceof Uint8Array ? {bytes: toHex(value)} : value;
}

function unplain(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('integer' in value) return BigInt(value.integer as string);
  return 'bytes' in value ? fromHex(value.bytes as string) : value;
}
