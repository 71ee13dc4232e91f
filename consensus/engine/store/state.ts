/** What consensus remembers between heights. Source: CometBFT `state/state.go`, `state/execution.go` (updateState). */
import {
  addressOf,
  EMPTY_BYTES,
  lastResultsHash,
  merkleRoot,
  NIL_BLOCK_ID,
  validateConsensusParams,
  type BlockID,
  type ConsensusParams,
  type GenesisDoc,
  type Header,
  type Timestamp,
  type ValidatorSet,
  type ValidatorUpdate,
} from '#proto';
import {ConsensusError, incrementProposerPriority, newValidatorSet, updateWithChangeSet, type ValidatorChange} from '#consensus/core';
import type {FinalizeBlockResponse, InitChainResponse} from '../application.ts';
import {EngineError} from '../errors.ts';

export interface ConsensusState {
  readonly chainId: string;
  readonly initialHeight: bigint;
  /** 0 before the first block. */
  readonly lastBlockHeight: bigint;
  readonly lastBlockId: BlockID;
  /** The genesis time before the first block. */
  readonly lastBlockTime: Timestamp;
  /** Of the height after `validators`. */
  readonly nextValidators: ValidatorSet;
  /** Who decides height lastBlockHeight + 1. */
  readonly validators: ValidatorSet;
  /** Who signed the commit of lastBlockHeight; undefined before the first block. */
  readonly lastValidators: ValidatorSet | undefined;
  /** First height at which `nextValidators` differ from what was before. */
  readonly lastHeightValidatorsChanged: bigint;
  readonly consensusParams: ConsensusParams;
  readonly lastHeightConsensusParamsChanged: bigint;
  /** Of the results of lastBlockHeight; stands in the next header. */
  readonly lastResultsHash: Uint8Array;
  readonly appHash: Uint8Array;
}

export function toChanges(updates: readonly ValidatorUpdate[]): ValidatorChange[] {
  return updates.map(({publicKey, power}) => ({address: addressOf(publicKey.bytes), publicKey, power}));
}

/** CometBFT MakeGenesisState. */
export function genesisState(genesis: GenesisDoc): ConsensusState {
  const base = {
    chainId: genesis.chainId,
    initialHeight: genesis.initialHeight,
    lastBlockHeight: 0n,
    lastBlockId: NIL_BLOCK_ID,
    lastBlockTime: genesis.genesisTime,
    lastValidators: undefined,
    lastHeightValidatorsChanged: genesis.initialHeight,
    consensusParams: genesis.consensusParams,
    lastHeightConsensusParamsChanged: genesis.initialHeight,
    lastResultsHash: EMPTY_BYTES,
    appHash: genesis.appHash,
  };
  const changes = genesis.validators.map(({publicKey, power}) => ({address: addressOf(publicKey.bytes), publicKey, power}));
  return {...base, ...validatorsFrom(changes)};
}

function validatorsFrom(changes: readonly ValidatorChange[]): Pick<ConsensusState, 'validators' | 'nextValidators'> {
  const validators = newValidatorSet(changes);
  return {validators, nextValidators: incrementProposerPriority(validators, 1)};
}

/** A chain must not go on by parameters under which no block, or no evidence, would be valid (CometBFT ConsensusParams.ValidateBasic). */
function requireGoodParams(params: ConsensusParams, call: string): ConsensusParams {
  const problem = validateConsensusParams(params);
  if (problem === undefined) return params;
  throw new EngineError('APPLICATION', `${call} asks for consensus parameters that no chain can have: ${problem}; the application has to be corrected`);
}

/** CometBFT Handshaker.ReplayBlocks after InitChain. The application may replace validators, parameters and app hash of the genesis document. */
export function stateAfterInitChain(state: ConsensusState, response: InitChainResponse): ConsensusState {
  return {
    ...state,
    ...(response.validators.length > 0 ? validatorsFrom(toChanges(response.validators)) : {}),
    ...(response.consensusParams === undefined ? {} : {consensusParams: requireGoodParams(response.consensusParams, 'InitChain')}),
    appHash: response.appHash.length > 0 ? response.appHash : state.appHash,
    // RFC 6962: the root of no results.
    lastResultsHash: merkleRoot([]),
  };
}

/** Who decides from H+2 on. A change that no set allows is the application's fault: it must not be committed, and only a correction helps. */
function updateValidators({nextValidators}: ConsensusState, updates: readonly ValidatorUpdate[], height: bigint): ValidatorSet {
  try {
    return updateWithChangeSet(nextValidators, toChanges(updates));
  } catch (error) {
    const problem = error instanceof ConsensusError ? error.message : String(error);
    throw new EngineError('APPLICATION', `FinalizeBlock of height ${height} asks for validators that no chain can have: ${problem}; the application has to be corrected`);
  }
}

/** CometBFT updateState: changes that block H asks for decide from H+2 on. */
export function stateAfterBlock(
  state: ConsensusState,
  blockId: BlockID,
  header: Header,
  response: FinalizeBlockResponse,
): ConsensusState {
  const changed = response.validatorUpdates.length > 0;
  const {consensusParamUpdates: params} = response;
  const updated = updateValidators(state, response.validatorUpdates, header.height);
  return {
    chainId: state.chainId,
    initialHeight: state.initialHeight,
    lastBlockHeight: header.height,
    lastBlockId: blockId,
    lastBlockTime: header.time,
    nextValidators: incrementProposerPriority(updated, 1),
    validators: state.nextValidators,
    lastValidators: state.validators,
    lastHeightValidatorsChanged: changed ? header.height + 2n : state.lastHeightValidatorsChanged,
    consensusParams: params === undefined ? state.consensusParams : requireGoodParams(params, `FinalizeBlock of height ${header.height}`),
    lastHeightConsensusParamsChanged:
      params === undefined ? state.lastHeightConsensusParamsChanged : header.height + 1n,
    lastResultsHash: lastResultsHash(response.txResults),
    appHash: response.appHash,
  };
}
