/** What a chain that began from a snapshot is to know of the time before, and what such a chain, or any other, can tell. */
import {evidenceHash, equalBytes, type Evidence, type LightBlock, type Timestamp, type ValidatorSet} from '#proto';
import {isEvidenceExpired} from '#consensus/core';
import type {EvidencePool} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {BackfillPosition, EarlierHeader} from '../store/earlierHeaders.ts';
import type {ConsensusState} from '../store/state.ts';
import type {StateStore} from '../store/stateStore.ts';

/** A header from before the first block, whose hash, commit, validators and evidence were verified by those above it. */
export interface BackfilledHeader extends EarlierHeader {
  /** Proposer priorities 0. Equal sets of neighbours are the same object. */
  readonly validators: ValidatorSet;
}

/** A height as peers are told of it. */
export interface StoredLightBlock {
  readonly block: LightBlock;
  readonly evidence: readonly Evidence[];
  /** Bytes of the block that had to be read for its evidence; 0 when the header says that there is none. */
  readonly blockBytes: number;
}

export interface HeaderBackfillModules {
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
  readonly evidence: EvidencePool | undefined;
  readonly chain: () => ConsensusState;
}

export class HeaderBackfill {
  private readonly modules: HeaderBackfillModules;

  constructor(modules: HeaderBackfillModules) {
    this.modules = modules;
  }

  get chainId(): string {
    return this.modules.chain().chainId;
  }

  get initialHeight(): bigint {
    return this.modules.chain().initialHeight;
  }

  get position(): BackfillPosition | undefined {
    return this.modules.blockStore.earlier.position;
  }

  /** May evidence of that height still be committed? */
  isNeeded(height: bigint, time: Timestamp): boolean {
    const {consensusParams, lastBlockHeight, lastBlockTime} = this.modules.chain();
    return !isEvidenceExpired(consensusParams, {height: lastBlockHeight, time: lastBlockTime}, {height, time});
  }

  /** In this order: whoever has a header has its validators, and knows what evidence is committed from there on. */
  async save(headers: readonly BackfilledHeader[], next: BackfillPosition | undefined): Promise<void> {
    const {blockStore, stateStore, evidence: pool} = this.modules;
    await stateStore.saveEarlierValidators(headers.map(({header, validators}) => ({height: header.height, validators})));
    for (const {header, evidence} of headers) if (evidence.length > 0) await pool?.committedEarlier(header.height, evidence);
    await blockStore.earlier.save(headers, next);
  }
}

/** undefined while its canonical commit, or anything else of it, is not here. */
export function storedLightBlock(blockStore: BlockStore, stateStore: StateStore, height: bigint): StoredLightBlock | undefined {
  const meta = blockStore.loadBlockMeta(height);
  const header = meta?.header;
  const commit = header === undefined ? undefined : blockStore.loadCommit(height);
  const validatorSet = commit === undefined ? undefined : stateStore.loadValidatorPowers(height);
  if (meta === undefined || header === undefined || commit === undefined || validatorSet === undefined) return undefined;
  const evidence = blockStore.loadEvidence(height);
  if (evidence === undefined || !equalBytes(evidenceHash(evidence), header.evidenceHash)) return undefined;
  return {block: {signedHeader: {header, commit}, validatorSet}, evidence, blockBytes: evidence.length === 0 ? 0 : Number(meta.blockSize)};
}
