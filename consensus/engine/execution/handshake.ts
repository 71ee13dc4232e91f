/**
 * Brings block store, state store and application to one height on start. Source: CometBFT `consensus/replay.go` (Handshaker).
 * The order of a commit is block store, application, state store; so after a crash the application is at most where the blocks are.
 */
import {equalBytes, toHexUpper, type GenesisDoc} from '#proto';
import {EngineError} from '../errors.ts';
import type {Application, InfoResponse} from '../application.ts';
import type {Logger} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {genesisState, stateAfterBlock, stateAfterInitChain, type ConsensusState} from '../store/state.ts';
import type {StateStore} from '../store/stateStore.ts';
import {checkResponse, finalizeRequest} from './blockExecutor.ts';

export interface HandshakeModules {
  readonly app: Application;
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
  readonly genesis: GenesisDoc;
  readonly logger: Logger;
}

/** @throws EngineError HANDSHAKE with what to do, when the three cannot be brought together. */
export async function handshake(modules: HandshakeModules): Promise<ConsensusState> {
  const {app, blockStore, stateStore, genesis, logger} = modules;
  const info = await app.info();
  let state = stateStore.load() ?? genesisState(genesis);
  if (state.chainId !== genesis.chainId) {
    throw failure(`the stored chain is ${state.chainId}, the genesis document is for ${genesis.chainId}`);
  }
  const storeHeight = blockStore.height;
  const appHeight = info.lastBlockHeight;

  if (storeHeight === 0n && state.lastBlockHeight > 0n && blockStore.loadSeenCommit(state.lastBlockHeight) !== undefined) {
    return afterStateSync(state, info);
  }
  if (appHeight > storeHeight) {
    throw failure(`the application is at height ${appHeight}, ahead of the block store at ${storeHeight}: the block store was lost or is of another chain. ${RESET}`);
  }
  if (state.lastBlockHeight > storeHeight) {
    throw failure(`the state store is at height ${state.lastBlockHeight}, ahead of the block store at ${storeHeight}. ${RESET}`);
  }

  if (appHeight === 0n) {
    const response = await app.initChain({
      time: genesis.genesisTime,
      chainId: genesis.chainId,
      consensusParams: genesis.consensusParams,
      validators: genesis.validators.map(({publicKey, power}) => ({publicKey, power})),
      appState: genesis.appState,
      initialHeight: genesis.initialHeight,
    });
    if (state.lastBlockHeight === 0n) {
      state = stateAfterInitChain(state, response);
      await stateStore.save(state, {sync: true});
    }
  }
  if (storeHeight === 0n) return state;

  const replayFrom = appHeight === 0n ? genesis.initialHeight : appHeight + 1n;
  if (blockStore.base > replayFrom && replayFrom <= storeHeight) {
    throw failure(`the application needs block ${replayFrom}, but the block store begins at ${blockStore.base}`);
  }
  if (replayFrom <= storeHeight) {
    logger.info({from: replayFrom, to: storeHeight}, 'replaying stored blocks into the application');
  }
  state = await catchUpState(modules, state, appHeight);
  state = await replayBlocks(modules, state, replayFrom);
  const appHash = replayFrom <= storeHeight ? state.appHash : info.lastBlockAppHash;
  checkAppHash(appHash, state.appHash, state.lastBlockHeight);
  await stateStore.save(state, {sync: true});
  return state;
}

/** Of a chain that begins after a snapshot there is no block yet; block sync goes on from the height after it. */
function afterStateSync(state: ConsensusState, {lastBlockHeight, lastBlockAppHash}: InfoResponse): ConsensusState {
  if (lastBlockHeight !== state.lastBlockHeight) {
    throw failure(`the state store begins at height ${state.lastBlockHeight}, but the application is at ${lastBlockHeight}: the state sync did not end. Reset the node's data and start again`);
  }
  checkAppHash(lastBlockAppHash, state.appHash, lastBlockHeight);
  return state;
}

/** The state store may be behind what the application has committed: its stored answers lead on, nothing is executed twice. */
async function catchUpState(modules: HandshakeModules, from: ConsensusState, appHeight: bigint): Promise<ConsensusState> {
  const {blockStore, stateStore} = modules;
  let state = from;
  while (state.lastBlockHeight < appHeight) {
    const height = state.lastBlockHeight === 0n ? state.initialHeight : state.lastBlockHeight + 1n;
    const response = stateStore.loadResponse(height);
    const meta = blockStore.loadBlockMeta(height);
    if (response === undefined || meta === undefined) {
      throw failure(`the application is at height ${appHeight}, but what it answered to block ${height} is not stored`);
    }
    state = stateAfterBlock(state, meta.blockId, meta.header, response);
    await stateStore.save(state, {sync: false});
  }
  return state;
}

async function replayBlocks(modules: HandshakeModules, from: ConsensusState, first: bigint): Promise<ConsensusState> {
  const {app, blockStore, stateStore} = modules;
  let state = from;
  for (let height = first; height <= blockStore.height; height++) {
    const block = blockStore.loadBlock(height);
    const meta = blockStore.loadBlockMeta(height);
    if (block === undefined || meta === undefined) throw failure(`block ${height} is missing in the block store`);
    const isNew = height > state.lastBlockHeight;
    if (isNew) checkAppHash(state.appHash, block.header.appHash, height - 1n);
    const response = await app.finalizeBlock(finalizeRequest(block, meta.blockId));
    checkResponse(block, response);
    if (isNew) {
      await stateStore.saveResponse(height, response);
      state = stateAfterBlock(state, meta.blockId, block.header, response);
    } else {
      const expected = blockStore.loadBlockMeta(height + 1n)?.header.appHash ?? state.appHash;
      checkAppHash(response.appHash, expected, height);
    }
    await app.commit();
    if (isNew) await stateStore.save(state, {sync: false});
  }
  return state;
}

function checkAppHash(actual: Uint8Array, expected: Uint8Array, height: bigint): void {
  if (equalBytes(actual, expected)) return;
  throw failure(
    `the application's hash after height ${height} is ${toHexUpper(actual)}, the chain's is ${toHexUpper(expected)}: ` +
      'the application executed something else (other software or damaged data). ' +
      'Nothing was signed on it. `qanat replay` finds the first block that differs; with the software that the other validators run, ' +
      '`qanat rollback` lets the newest block be executed again, and `qanat reset` all of them. See docs/runbooks/wrong-app-hash.md',
  );
}

const RESET = 'What is left of this chain cannot be used: `qanat reset` deletes it, keeps the keys, and the node fetches the chain again';

function failure(message: string): EngineError {
  return new EngineError('HANDSHAKE', message);
}
