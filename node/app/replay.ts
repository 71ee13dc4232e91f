/** Executes stored blocks again and compares what comes out with what the chain says: the audit behind `qanat replay`. */
import {equalBytes, lastResultsHash, toHexUpper, type GenesisDoc} from '#proto';
import {finalizeRequest, type Application, type BlockStore, type StateStore} from '#consensus/engine';

export interface ReplayModules {
  readonly genesis: GenesisDoc;
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
  /** A scratch copy that has committed block `from - 1`, or nothing. */
  readonly app: Application;
}

export interface Mismatch {
  readonly height: bigint;
  readonly what: 'app hash' | 'results';
  readonly expected: string;
  readonly actual: string;
}

/**
 * Stops at the first block that differs: what follows rests on it.
 * @param options.progress called after each block that agrees.
 */
export async function replayBlocks(
  {genesis, blockStore, stateStore, app}: ReplayModules,
  options: {readonly from: bigint; readonly to: bigint; readonly progress: (height: bigint) => void},
): Promise<Mismatch | undefined> {
  if ((await app.info()).lastBlockHeight === 0n) {
    await app.initChain({
      time: genesis.genesisTime,
      chainId: genesis.chainId,
      consensusParams: genesis.consensusParams,
      validators: genesis.validators.map(({publicKey, power}) => ({publicKey, power})),
      appState: genesis.appState,
      initialHeight: genesis.initialHeight,
    });
  }
  for (let height = options.from; height <= options.to; height++) {
    const block = blockStore.loadBlock(height);
    const meta = blockStore.loadBlockMeta(height);
    if (block === undefined || meta === undefined) throw new Error(`block ${height} is missing in the block store`);
    const response = await app.finalizeBlock(finalizeRequest(block, meta.blockId));
    const results = lastResultsHash(response.txResults);
    // What +2/3 agreed on; for the newest block, what this node answered when it executed it.
    const next = blockStore.loadBlockMeta(height + 1n)?.header;
    const stored = stateStore.loadResponse(height);
    const expected = next ?? (stored === undefined ? undefined : {appHash: stored.appHash, lastResultsHash: lastResultsHash(stored.txResults)});
    if (expected !== undefined) {
      const wrong = (what: Mismatch['what'], is: Uint8Array, should: Uint8Array): Mismatch => ({height, what, actual: toHexUpper(is), expected: toHexUpper(should)});
      if (!equalBytes(results, expected.lastResultsHash)) return wrong('results', results, expected.lastResultsHash);
      if (!equalBytes(response.appHash, expected.appHash)) return wrong('app hash', response.appHash, expected.appHash);
    }
    await app.commit();
    options.progress(height);
  }
  return undefined;
}
