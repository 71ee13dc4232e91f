/**
 * Every block that an honest node commits is a block: built on the one before, signed by more than two thirds of the validators that the
 * chain itself names, made of transactions that somebody submitted, with the hashes and the time that follow from what came before.
 * Keeps a model of the chain of its own and hashes with `reference.ts`; it shares no rule with the engine.
 */
import {createHash} from 'node:crypto';
import {BlockIDFlag, type Block, type BlockID, type Commit, type Evidence, type Header} from '#proto';
import type {Checker, Commitment, Report, Watched} from './checker.ts';
import {
  addressBytes,
  commitDigest,
  dataDigest,
  headerDigest,
  inOrder,
  isSignedBy,
  membersDigest,
  paramsDigest,
  resultsDigest,
  merkle,
  voteBytes,
  type Member,
} from './reference.ts';

export interface ChainModel {
  readonly chainId: string;
  readonly genesisTime: Header['time'];
  readonly members: readonly Member[];
  readonly maxBytes: bigint;
  readonly maxGas: bigint;
}

/** Validators by public key, hex. */
type Powers = ReadonlyMap<string, bigint>;

export class ValidityChecker implements Checker {
  private readonly report: Report;
  private readonly genesis: ChainModel;
  private readonly submittedTxs = new Set<string>();
  private readonly committedTxs = new Map<string, bigint>();
  private height = 0n;
  private last: {header: Header; blockId: BlockID; members: Powers} | undefined;
  private members: Powers;
  private nextMembers: Powers;
  private maxBytes: bigint;
  private appHash: Buffer;
  private resultsHash = merkle([]);

  constructor(report: Report, genesis: ChainModel) {
    this.report = report;
    this.genesis = genesis;
    this.members = new Map(genesis.members.map(({publicKey, power}) => [hex(publicKey), power]));
    this.nextMembers = this.members;
    this.maxBytes = genesis.maxBytes;
    this.appHash = sha256(Buffer.from(genesis.chainId));
  }

  submitted(tx: Uint8Array): void {
    this.submittedTxs.add(hex(sha256(tx)));
  }

  /** The first honest node to commit a height is looked at; that the others agree is another checker's business. */
  committed(node: Watched, {block, blockId, seenCommit}: Commitment): void {
    if (!node.isHonest || block.header.height !== this.height + 1n) return;
    this.height = block.header.height;
    this.checkHeader(block, blockId);
    this.checkCommit('its own commit', seenCommit, blockId, this.members);
    this.checkTransactions(block);
    this.advance(block, blockId);
  }

  private broken(text: string): void {
    this.report('validity', this.height, text);
  }

  private checkHeader({header, txs, lastCommit}: Block, blockId: BlockID): void {
    const expected: [name: string, actual: Uint8Array, wanted: Uint8Array][] = [
      ['block hash', blockId.hash, headerDigest(header)],
      ['last commit hash', header.lastCommitHash, commitDigest(lastCommit.signatures)],
      ['data hash', header.dataHash, dataDigest(txs)],
      ['validators hash', header.validatorsHash, membersDigest(membersOf(this.members))],
      ['next validators hash', header.nextValidatorsHash, membersDigest(membersOf(this.nextMembers))],
      ['consensus hash', header.consensusHash, paramsDigest({maxBytes: this.maxBytes, maxGas: this.genesis.maxGas})],
      ['app hash', header.appHash, this.appHash],
      ['last results hash', header.lastResultsHash, this.resultsHash],
    ];
    for (const [name, actual, wanted] of expected) {
      if (Buffer.compare(actual, wanted) !== 0) this.broken(`${name} is ${hex(actual)}, not ${hex(wanted)}`);
    }
    if (header.chainId !== this.genesis.chainId) this.broken(`chain id ${header.chainId}`);
    if (![...this.members.keys()].some((key) => addressBytes(Buffer.from(key, 'hex')).equals(header.proposerAddress))) {
      this.broken('its proposer is no validator');
    }
    this.checkTime(header, lastCommit);
    if (this.last === undefined) {
      if (header.lastBlockId.hash.length > 0 || lastCommit.signatures.length > 0) this.broken('the first block has one before it');
      return;
    }
    if (!sameId(header.lastBlockId, this.last.blockId)) this.broken('it does not follow the block before');
    this.checkCommit('its last commit', lastCommit, this.last.blockId, this.last.members);
  }

  /** BFT time: the weighted median of the last commit, so after the block before. */
  private checkTime({time}: Header, {signatures}: Commit): void {
    const at = nanos(time);
    if (this.last === undefined) {
      if (at !== nanos(this.genesis.genesisTime)) this.broken('the first block is not at the genesis time');
      return;
    }
    if (at <= nanos(this.last.header.time)) this.broken('its time is not after that of the block before');
    const powers = inOrder(membersOf(this.last.members)).map(({power}) => power);
    const times = signatures.flatMap(({blockIdFlag, timestamp}, i) => {
      return blockIdFlag === BlockIDFlag.Absent ? [] : [{at: nanos(timestamp), power: powers[i] ?? 0n}];
    });
    times.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    let left = times.reduce((sum, {power}) => sum + power, 0n) / 2n;
    const median = times.find(({power}) => {
      if (left <= power) return true;
      left -= power;
      return false;
    });
    if (median?.at !== at) this.broken(`its time is ${at}, the median of the last commit ${median?.at}`);
  }

  private checkCommit(what: string, {height, round, blockId, signatures}: Commit, wanted: BlockID, powers: Powers): void {
    if (!sameId(blockId, wanted)) return this.broken(`${what} is for another block`);
    const members = inOrder(membersOf(powers));
    if (signatures.length !== members.length) return this.broken(`${what} has ${signatures.length} signatures for ${members.length} validators`);
    let power = 0n;
    for (const [i, {publicKey, power: own}] of members.entries()) {
      const {blockIdFlag, timestamp, signature, validatorAddress} = signatures[i]!;
      if (blockIdFlag === BlockIDFlag.Absent) continue;
      const isFor = blockIdFlag === BlockIDFlag.Commit;
      const vote = {type: 2, height, round, blockId: isFor ? wanted : NIL, timestamp} as const;
      const isGood = addressBytes(publicKey).equals(validatorAddress) && isSignedBy(publicKey, voteBytes(this.genesis.chainId, vote), signature);
      if (!isGood) this.broken(`${what}: signature ${i} is not good`);
      else if (isFor) power += own;
    }
    const total = members.reduce((sum, {power: own}) => sum + own, 0n);
    if (3n * power <= 2n * total) this.broken(`${what} has power ${power} of ${total}`);
  }

  private checkTransactions({txs}: Block): void {
    let size = 0;
    for (const tx of txs) {
      size += tx.length;
      const id = hex(sha256(tx));
      if (!this.submittedTxs.has(id)) this.broken(`transaction ${id} was submitted by nobody`);
      this.committedTxs.set(id, this.height);
    }
    if (BigInt(size) > this.maxBytes) this.broken(`${size} bytes of transactions, block.max_bytes is ${this.maxBytes}`);
  }

  /** What the transactions mean, read a second time. */
  private advance({header, txs, evidence}: Block, blockId: BlockID): void {
    this.last = {header, blockId, members: this.members};
    this.members = this.nextMembers;
    const updated = new Map(this.nextMembers);
    for (const tx of txs) {
      const [, key, power] = /^power:([0-9a-f]+):(\d+)/.exec(Buffer.from(tx.subarray(0, 200)).toString('latin1')) ?? [];
      if (key !== undefined && power !== undefined) updated.set(key, BigInt(power));
      const [, limit] = /^maxBytes:(\d+)/.exec(Buffer.from(tx.subarray(0, 200)).toString('latin1')) ?? [];
      if (limit !== undefined) this.maxBytes = BigInt(limit);
    }
    this.nextMembers = new Map([...updated].filter(([, power]) => power > 0n));
    this.appHash = sha256(Buffer.concat([this.appHash, Buffer.from(header.height.toString()), ...txs.map(sha256), ...evidence.flatMap(punishments)]));
    this.resultsHash = resultsDigest(txs.map((tx) => ({data: sha256(tx), gasWanted: 1n, gasUsed: BigInt(tx.length)})));
  }

  /** Which submitted transactions stand in blocks, and where. */
  get transactions(): ReadonlyMap<string, bigint> {
    return this.committedTxs;
  }
}

/** What the application makes of each of the guilty. */
function punishments(evidence: Evidence): Buffer[] {
  const {totalVotingPower} = evidence;
  const guilty =
    evidence.type === 'duplicateVote'
      ? [{address: evidence.voteA.validatorAddress, power: evidence.validatorPower, height: evidence.voteA.height}]
      : evidence.byzantineValidators.map(({address, votingPower}) => ({address, power: votingPower, height: evidence.commonHeight}));
  return guilty.map(({address, power, height}) => sha256(Buffer.from(`${evidence.type} ${hex(address)} ${power} ${height} ${totalVotingPower}`)));
}

const NIL: BlockID = {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}};

function membersOf(powers: Powers): Member[] {
  return [...powers].map(([key, power]) => ({publicKey: Buffer.from(key, 'hex'), power}));
}

function sameId(a: BlockID, b: BlockID): boolean {
  const {hash, partSetHeader} = a;
  return (
    Buffer.compare(hash, b.hash) === 0 &&
    partSetHeader.total === b.partSetHeader.total &&
    Buffer.compare(partSetHeader.hash, b.partSetHeader.hash) === 0
  );
}

function nanos({seconds, nanos: rest}: Header['time']): bigint {
  return seconds * 1_000_000_000n + BigInt(rest);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
