/** A hash chain over all transactions: the smallest application whose app hash shows every difference. */
import {concatBytes, ED25519_KEY_TYPE, EMPTY_BYTES, fromHex, sha256, toHex, utf8, type ExecTxResult, type ValidatorUpdate} from '#proto';
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
import type {Power} from './disk.ts';

/** What survives a crash. */
export interface ApplicationDisk {
  height: bigint;
  appHash: Uint8Array;
  /** What it was told of misbehaviour, in order. */
  misbehavior: readonly ReportedMisbehavior[];
  /** Blocks that it wants kept; undefined: all. */
  retainBlocks?: bigint;
}

export interface ReportedMisbehavior extends Misbehavior {
  /** Of the block that carried the evidence. */
  readonly committedAt: bigint;
}

export function emptyApplicationDisk(): ApplicationDisk {
  return {height: 0n, appHash: EMPTY_BYTES, misbehavior: []};
}

const POWER_PREFIX = 'power:';

/** Changes the voting power of a validator: `power:<public key, hex>:<power>`. */
export function powerTransaction(publicKey: string, power: number): Uint8Array {
  return utf8(`${POWER_PREFIX}${publicKey}:${power}`);
}

/** A transaction that ProcessProposal refuses. */
export const REFUSED_TRANSACTION = utf8('refuse me');

export class HashChainApplication implements Application {
  private readonly disk: ApplicationDisk;
  private readonly power: Power;
  private pending: ApplicationDisk | undefined;
  private restore: (OfferSnapshotRequest & {readonly chunks: Uint8Array[]}) | undefined;

  constructor(disk: ApplicationDisk, power: Power) {
    this.disk = disk;
    this.power = power;
  }

  async info(): Promise<InfoResponse> {
    return {version: 'simulation', appVersion: 0n, lastBlockHeight: this.disk.height, lastBlockAppHash: this.disk.appHash};
  }

  async initChain(request: InitChainRequest): Promise<InitChainResponse> {
    this.disk.appHash = sha256(utf8(request.chainId));
    return {validators: [], appHash: this.disk.appHash};
  }

  async prepareProposal({txs}: PrepareProposalRequest): Promise<readonly Uint8Array[]> {
    return txs;
  }

  async processProposal({txs}: ProcessProposalRequest): Promise<boolean> {
    return !txs.some((tx) => Buffer.compare(tx, REFUSED_TRANSACTION) === 0);
  }

  async finalizeBlock({height, txs, misbehavior}: FinalizeBlockRequest): Promise<FinalizeBlockResponse> {
    const appHash = sha256(concatBytes(this.disk.appHash, utf8(height.toString()), ...txs.map((tx) => sha256(tx)), ...misbehavior.map(misbehaviorHash)));
    const reported = misbehavior.map((each) => ({...each, committedAt: height}));
    this.pending = {height, appHash, misbehavior: [...this.disk.misbehavior, ...reported]};
    return {txResults: txs.map(resultOf), validatorUpdates: txs.flatMap(updateOf), appHash};
  }

  async commit(): Promise<CommitResponse> {
    if (this.pending === undefined) throw new Error('commit without finalizeBlock');
    this.power.use();
    Object.assign(this.disk, this.pending);
    this.pending = undefined;
    const {retainBlocks, height} = this.disk;
    return {retainHeight: retainBlocks === undefined || height < retainBlocks ? 0n : height - retainBlocks};
  }

  async listSnapshots(): Promise<readonly Snapshot[]> {
    const {height} = this.disk;
    if (height === 0n) return [];
    const chunks = this.chunks();
    return [{height, format: 1, chunks: chunks.length, hash: sha256(concatBytes(...chunks)), metadata: concatBytes(...chunks.map((chunk) => sha256(chunk)))}];
  }

  async offerSnapshot({snapshot, appHash}: OfferSnapshotRequest): Promise<OfferSnapshotResult> {
    if (this.disk.height !== 0n) return 'ABORT';
    if (snapshot.format !== 1) return 'REJECT_FORMAT';
    if (snapshot.metadata.length !== snapshot.chunks * 32) return 'REJECT_SENDER';
    this.restore = {snapshot, appHash, chunks: []};
    return 'ACCEPT';
  }

  async loadSnapshotChunk({height, chunk}: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined> {
    return height === this.disk.height ? this.chunks()[chunk] : undefined;
  }

  async applySnapshotChunk({index, chunk, sender}: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse> {
    const answer = {refetchChunks: [], rejectSenders: []};
    if (this.restore === undefined) return {...answer, result: 'ABORT'};
    const {snapshot, appHash, chunks} = this.restore;
    if (Buffer.compare(sha256(chunk), snapshot.metadata.subarray(index * 32, index * 32 + 32)) !== 0) {
      return {result: 'RETRY', refetchChunks: [index], rejectSenders: [sender]};
    }
    chunks.push(chunk);
    if (chunks.length < snapshot.chunks) return {...answer, result: 'ACCEPT'};
    this.restore = undefined;
    const disk = JSON.parse(Buffer.concat(chunks).toString()) as {height: string; appHash: string};
    if (disk.appHash !== toHex(appHash) || BigInt(disk.height) !== snapshot.height) return {...answer, result: 'REJECT_SNAPSHOT'};
    this.power.use();
    Object.assign(this.disk, {height: snapshot.height, appHash});
    return {...answer, result: 'ACCEPT'};
  }

  /** The hash chain's state is its height and hash; in two chunks, so that there is an order to get wrong. */
  private chunks(): readonly Uint8Array[] {
    const {height, appHash} = this.disk;
    const bytes = utf8(JSON.stringify({height: height.toString(), appHash: toHex(appHash)}));
    return [bytes.subarray(0, 16), bytes.subarray(16)];
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

function updateOf(tx: Uint8Array): ValidatorUpdate[] {
  const line = Buffer.from(tx).toString();
  if (!line.startsWith(POWER_PREFIX)) return [];
  const [publicKey = '', power = ''] = line.slice(POWER_PREFIX.length).split(':');
  return [{publicKey: {type: ED25519_KEY_TYPE, bytes: fromHex(publicKey)}, power: BigInt(power)}];
}
