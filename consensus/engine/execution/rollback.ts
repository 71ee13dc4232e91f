/**
 * Takes consensus back by one block, so that it is executed again by other software. Source: CometBFT `state/rollback.go`.
 * Nothing may run on these stores. The application has to go back too: that is its own affair.
 */
import {consensusParamsHash, equalBytes, type ConsensusParams, type GenesisDoc} from '#proto';
import {EngineError} from '../errors.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {genesisState, type ConsensusState} from '../store/state.ts';
import type {StateStore} from '../store/stateStore.ts';

export interface RollbackModules {
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
  readonly genesis: GenesisDoc;
}

export interface RolledBack {
  /** Height that the application must not be above of now. */
  readonly stateHeight: bigint;
  /** Of the newest stored block: executed again at the next start, unless it was removed. */
  readonly blockHeight: bigint;
}

/**
 * The state goes back to the block before the newest one; it stays when it is there already, because executing the newest failed.
 * @param options.removeBlock takes the block out of the store too: it is fetched from peers, or decided, again.
 * @throws EngineError HANDSHAKE when there is nothing to go back to.
 */
export async function rollback({blockStore, stateStore, genesis}: RollbackModules, options: {readonly removeBlock: boolean}): Promise<RolledBack> {
  const state = stateStore.load();
  const {height} = blockStore;
  if (state === undefined || height === 0n) throw failure('there is no block to take back');
  if (height !== state.lastBlockHeight && height !== state.lastBlockHeight + 1n) {
    throw failure(`the state is at height ${state.lastBlockHeight}, the blocks at ${height}: they must be equal or one apart`);
  }
  if (height <= genesis.initialHeight) throw failure(`block ${height} is the first: to begin again, use \`qanat reset\``);
  if (height - 1n < blockStore.base) throw failure(`block ${height - 1n} is not here, the blocks begin at ${blockStore.base}`);
  const target = height - 1n;
  if (state.lastBlockHeight === height) await stateStore.save(stateBefore(state, {blockStore, stateStore, genesis}), {sync: true});
  // Last: after a crash before it, the same command goes on.
  if (options.removeBlock) await blockStore.removeNewest();
  return {stateHeight: target, blockHeight: blockStore.height};
}

/** The state that the newest block was decided on, from its header and what the stores remember. */
function stateBefore(state: ConsensusState, {blockStore, stateStore, genesis}: RollbackModules): ConsensusState {
  const height = state.lastBlockHeight;
  const block = blockStore.loadBlockMeta(height);
  const previous = blockStore.loadBlockMeta(height - 1n);
  const lastValidators = stateStore.loadValidators(height - 1n);
  if (block === undefined || previous === undefined) throw failure(`block ${block === undefined ? height : height - 1n} is missing in the block store`);
  if (state.lastValidators === undefined || lastValidators === undefined) throw failure(`the validators of height ${height - 1n} are not stored`);
  const changed = state.lastHeightConsensusParamsChanged === height + 1n;
  const consensusParams = changed ? paramsAt(height, {blockStore, stateStore, genesis}) : state.consensusParams;
  if (!equalBytes(consensusParamsHash(consensusParams), block.header.consensusHash)) {
    throw failure(`the consensus parameters of height ${height} are not stored any more`);
  }
  return {
    ...state,
    lastBlockHeight: height - 1n,
    lastBlockId: previous.blockId,
    lastBlockTime: previous.header.time,
    validators: state.lastValidators,
    nextValidators: state.validators,
    lastValidators,
    // CometBFT does the same: the set of the next but one height is stored in full, whatever it refers to now.
    lastHeightValidatorsChanged: height + 1n,
    consensusParams,
    lastHeightConsensusParamsChanged: changed ? height : state.lastHeightConsensusParamsChanged,
    lastResultsHash: block.header.lastResultsHash,
    appHash: block.header.appHash,
  };
}

/** The last change that a block before `height` made, or those of genesis. */
function paramsAt(height: bigint, {blockStore, stateStore, genesis}: RollbackModules): ConsensusParams {
  for (let earlier = height - 1n; earlier >= blockStore.base && earlier >= genesis.initialHeight; earlier--) {
    const updates = stateStore.loadResponse(earlier)?.consensusParamUpdates;
    if (updates !== undefined) return updates;
  }
  return genesisState(genesis).consensusParams;
}

function failure(message: string): EngineError {
  return new EngineError('HANDSHAKE', `cannot roll back: ${message}`);
}
