import {consensusParamsHash, encodeValidatorSet, equalBytes, toHexUpper, type Commit, type ConsensusParams, type GenesisDoc, type LightBlock, type ValidatorSet} from '#proto';
import type {ConsensusState} from '#consensus/engine';
import {StateSyncError} from './errors.ts';
import {AGREEING_SERVERS_MIN} from './limits.ts';
import type {StateProvider} from './ports.ts';

/** The light client, as far as it is needed here. */
export interface VerifiedChain {
  verifyLightBlockAtHeight(height: bigint): Promise<LightBlock>;
}

/** A node that may be asked for light blocks without verification. */
export interface LightBlockSource {
  readonly name: string;
  lightBlock(height: bigint): Promise<LightBlock>;
}

export interface LightStateProviderModules {
  readonly light: VerifiedChain;
  readonly genesis: GenesisDoc;
  /** All that the light client asks. Proposer priorities, which no hash covers, must be the same at each of them that answers. */
  readonly sources: readonly LightBlockSource[];
  /** The consensus parameters of a height, as some node says. Checked against the verified header. */
  consensusParams(height: bigint): Promise<ConsensusParams>;
}

/** Source: CometBFT `statesync/stateprovider.go` (lightClientStateProvider). */
export class LightStateProvider implements StateProvider {
  readonly #modules: LightStateProviderModules;

  constructor(modules: LightStateProviderModules) {
    this.#modules = modules;
  }

  async appHash(height: bigint): Promise<Uint8Array> {
    const next = await this.#modules.light.verifyLightBlockAtHeight(height + 1n);
    // Needed for the state later: without it this snapshot is of no use (CometBFT checks the same).
    await this.#modules.light.verifyLightBlockAtHeight(height + 2n);
    return next.signedHeader.header.appHash;
  }

  async commit(height: bigint): Promise<Commit> {
    return (await this.#modules.light.verifyLightBlockAtHeight(height)).signedHeader.commit;
  }

  async state(height: bigint): Promise<ConsensusState> {
    const {light, genesis} = this.#modules;
    const last = await light.verifyLightBlockAtHeight(height);
    const current = await light.verifyLightBlockAtHeight(height + 1n);
    const next = await light.verifyLightBlockAtHeight(height + 2n);
    await this.#checkPriorities(height + 1n, current.validatorSet);
    await this.#checkPriorities(height + 2n, next.validatorSet);
    const {header, commit} = last.signedHeader;
    return {
      chainId: genesis.chainId,
      initialHeight: genesis.initialHeight,
      lastBlockHeight: height,
      lastBlockId: commit.blockId,
      lastBlockTime: header.time,
      lastValidators: last.validatorSet,
      validators: current.validatorSet,
      nextValidators: next.validatorSet,
      lastHeightValidatorsChanged: height + 2n,
      consensusParams: await this.#consensusParams(height + 1n, current.signedHeader.header.consensusHash),
      lastHeightConsensusParamsChanged: height + 1n,
      lastResultsHash: current.signedHeader.header.lastResultsHash,
      appHash: current.signedHeader.header.appHash,
    };
  }

  /** A node with wrong priorities expects other proposers than all others do. CometBFT believes its primary. */
  async #checkPriorities(height: bigint, set: ValidatorSet): Promise<void> {
    const {sources} = this.#modules;
    const expected = encodeValidatorSet(set);
    const answers = await Promise.allSettled(sources.map(async (source) => source.lightBlock(height)));
    let equal = 0;
    for (const [i, answer] of answers.entries()) {
      if (answer.status === 'rejected') continue;
      // A server that began from a later snapshot itself knows the validators, and says of their priorities nothing: all of them are 0.
      if (sayNothing(answer.value.validatorSet, set)) continue;
      if (!equalBytes(encodeValidatorSet(answer.value.validatorSet), expected)) {
        throw new StateSyncError('UNVERIFIED', `${sources[i]!.name} says other validators or proposer priorities of height ${height} than the light client was told: one of the two lies`);
      }
      equal++;
    }
    if (equal < AGREEING_SERVERS_MIN) {
      throw new StateSyncError('UNAVAILABLE', `the proposer priorities of height ${height} are known of ${equal} of ${sources.length} nodes, expected ${AGREEING_SERVERS_MIN} or more that agree`);
    }
  }

  /** The hash covers the bounds of blocks only: what else there is comes from the genesis document while the hash allows it. */
  async #consensusParams(height: bigint, hash: Uint8Array): Promise<ConsensusParams> {
    const {genesis} = this.#modules;
    if (equalBytes(consensusParamsHash(genesis.consensusParams), hash)) return genesis.consensusParams;
    const params = await this.#modules.consensusParams(height);
    const found = consensusParamsHash(params);
    if (!equalBytes(found, hash)) {
      throw new StateSyncError('UNVERIFIED', `the consensus parameters of height ${height} have hash ${toHexUpper(found)}, the header says ${toHexUpper(hash)}`);
    }
    return params;
  }
}

function sayNothing({validators}: ValidatorSet, expected: ValidatorSet): boolean {
  return validators.every(({proposerPriority}) => proposerPriority === 0n) && expected.validators.some(({proposerPriority}) => proposerPriority !== 0n);
}
