import {consensusParamsHash, equalBytes, toHexUpper, type Commit, type ConsensusParams, type GenesisDoc, type LightBlock} from '#proto';
import type {ConsensusState} from '#consensus/engine';
import {StateSyncError} from './errors.ts';
import type {StateProvider} from './ports.ts';

/** The light client, as far as it is needed here. */
export interface VerifiedChain {
  verifyLightBlockAtHeight(height: bigint): Promise<LightBlock>;
}

export interface LightStateProviderModules {
  readonly light: VerifiedChain;
  readonly genesis: GenesisDoc;
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
