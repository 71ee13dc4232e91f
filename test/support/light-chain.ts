/**
 * Signed headers of chains that never ran: validator sets that change, forks, and attackers that sign what they like. Keys follow from
 * names, so that the same chain comes out of every run. For light client, state sync and evidence.
 */
import {ValidatorKey} from '#consensus/engine';
import {newValidatorSet} from '#consensus/core';
import {
  BLOCK_PROTOCOL,
  BlockIDFlag,
  commitHash,
  EMPTY_BYTES,
  headerHash,
  NIL_BLOCK_ID,
  sha256,
  timestampFromNanos,
  timestampToNanos,
  utf8,
  validatorSetHash,
  voteSignBytes,
  VoteType,
  ZERO_TIME,
  type BlockID,
  type Commit,
  type CommitSig,
  type Header,
  type LightBlock,
  type Timestamp,
  type ValidatorSet,
} from '#proto';

export const CHAIN_ID = 'light-test';
export const GENESIS_TIME: Timestamp = {seconds: 1_700_000_000n, nanos: 0};

const keys = new Map<string, ValidatorKey>();

export function keyOf(name: string): ValidatorKey {
  let key = keys.get(name);
  if (key === undefined) keys.set(name, (key = new ValidatorKey(sha256(utf8(name)))));
  return key;
}

/** Voting power by name. */
export type Powers = Readonly<Record<string, bigint>>;

export function setOf(powers: Powers): ValidatorSet {
  return newValidatorSet(
    Object.entries(powers).map(([name, power]) => {
      const {address, publicKey} = keyOf(name);
      return {address, publicKey: {type: 'ed25519', bytes: publicKey}, power};
    }),
  );
}

export interface SignOptions {
  readonly round?: number;
  /** Names that sign for the block; the others are absent. Default: all. */
  readonly signers?: readonly string[];
  /** Names that sign for nil. */
  readonly nil?: readonly string[];
  readonly chainId?: string;
}

/** A commit of `header` by the validators in `powers`. */
export function signHeader(header: Header, powers: Powers, options: SignOptions = {}): Commit {
  const hash = headerHash(header);
  const blockId: BlockID = {hash, partSetHeader: {total: 1, hash: sha256(hash)}};
  const {round = 0, signers = Object.keys(powers), nil = [], chainId = header.chainId} = options;
  const names = new Map(Object.keys(powers).map((name) => [keyOf(name).address.join(), name]));
  const signatures = setOf(powers).validators.map(({address}): CommitSig => {
    const name = names.get(address.join())!;
    const isNil = nil.includes(name);
    if (!isNil && !signers.includes(name)) {
      return {blockIdFlag: BlockIDFlag.Absent, validatorAddress: EMPTY_BYTES, timestamp: ZERO_TIME, signature: EMPTY_BYTES};
    }
    const vote = {type: VoteType.Precommit, height: header.height, round, blockId: isNil ? NIL_BLOCK_ID : blockId, timestamp: header.time};
    const signature = keyOf(name).sign(voteSignBytes(chainId, vote));
    return {blockIdFlag: isNil ? BlockIDFlag.Nil : BlockIDFlag.Commit, validatorAddress: address, timestamp: header.time, signature};
  });
  return {height: header.height, round, blockId, signatures};
}

export interface ChainOptions {
  readonly chainId?: string;
  readonly heights: number;
  /** The validators of each height; asked for one height more than there are. */
  readonly powersAt: (height: number) => Powers;
  readonly intervalMs?: number;
  readonly genesisTime?: Timestamp;
}

export interface ForkOptions {
  /** The first height that differs. */
  readonly at: number;
  readonly heights?: number;
  /** What differs in the headers. Default: the application hash (a lunatic header). */
  readonly change?: (header: Header) => Partial<Header>;
  /** Who pretends to be the validators from the fork's height on. Default: those of the chain. */
  readonly powersAt?: (height: number) => Powers;
  readonly sign?: (height: number) => SignOptions;
}

/** Heights from 1. */
export class LightChain {
  readonly blocks: readonly LightBlock[];
  readonly #options: ChainOptions;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.blocks = extend([], options.heights, options, options.powersAt);
  }

  static #from(options: ChainOptions, blocks: readonly LightBlock[]): LightChain {
    const chain = new LightChain({...options, heights: 0});
    (chain as {blocks: readonly LightBlock[]}).blocks = blocks;
    return chain;
  }

  get chainId(): string {
    return this.#options.chainId ?? CHAIN_ID;
  }

  get height(): number {
    return this.blocks.length;
  }

  at(height: number | bigint): LightBlock {
    const block = this.blocks[Number(height) - 1];
    if (block === undefined) throw new RangeError(`the chain has no height ${height}`);
    return block;
  }

  hash(height: number): Uint8Array {
    return headerHash(this.at(height).signedHeader.header);
  }

  time(height: number): Timestamp {
    return this.at(height).signedHeader.header.time;
  }

  /** A chain that agrees below `at` and differs from there on. */
  fork(options: ForkOptions): LightChain {
    const {at, heights = this.height, change = () => ({appHash: sha256(utf8('forged'))}), sign} = options;
    const prefix = this.blocks.slice(0, at - 1);
    const powersAt = options.powersAt ?? this.#options.powersAt;
    return LightChain.#from(this.#options, extend(prefix, heights, this.#options, powersAt, change, sign));
  }

  /** The chain and `more` heights. */
  grow(more: number): LightChain {
    return LightChain.#from(this.#options, extend(this.blocks, this.height + more, this.#options, this.#options.powersAt));
  }
}

function extend(
  prefix: readonly LightBlock[],
  heights: number,
  options: ChainOptions,
  powersAt: (height: number) => Powers,
  change: (header: Header) => Partial<Header> = () => ({}),
  sign: (height: number) => SignOptions = () => ({}),
): readonly LightBlock[] {
  const {chainId = CHAIN_ID, intervalMs = 1_000, genesisTime = GENESIS_TIME} = options;
  const blocks = [...prefix];
  for (let height = blocks.length + 1; height <= heights; height++) {
    const last = blocks.at(-1)?.signedHeader.commit;
    const validators = setOf(powersAt(height));
    const header: Header = {
      version: {block: BLOCK_PROTOCOL, app: 1n},
      chainId,
      height: BigInt(height),
      time: timestampFromNanos(timestampToNanos(genesisTime) + BigInt(height) * BigInt(intervalMs) * 1_000_000n),
      lastBlockId: last?.blockId ?? NIL_BLOCK_ID,
      lastCommitHash: last === undefined ? sha256() : commitHash(last),
      dataHash: sha256(),
      validatorsHash: validatorSetHash(validators.validators),
      nextValidatorsHash: validatorSetHash(setOf(powersAt(height + 1)).validators),
      consensusHash: sha256(utf8('consensus')),
      appHash: sha256(utf8(`app ${height}`)),
      lastResultsHash: sha256(utf8(`results ${height - 1}`)),
      evidenceHash: sha256(),
      proposerAddress: validators.proposer.address,
    };
    const changed = {...header, ...change(header)};
    blocks.push({signedHeader: {header: changed, commit: signHeader(changed, powersAt(height), sign(height))}, validatorSet: validators});
  }
  return blocks;
}

/** The same validators at every height. */
export function steady(...names: readonly string[]): (height: number) => Powers {
  const powers = Object.fromEntries(names.map((name) => [name, 10n]));
  return () => powers;
}

/** A window of `size` names that moves on by one every `every` heights: nobody stays. */
export function churn(size: number, every: number): (height: number) => Powers {
  return (height) => Object.fromEntries(Array.from({length: size}, (_, i) => [`v${i + Math.floor(height / every)}`, 10n]));
}
