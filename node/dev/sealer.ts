/**
 * Makes blocks without consensus: what the engine asks of the application at each height, one call after the other. Nothing is signed
 * and no CometBFT block exists; a hash of what the block is made of stands where the Comet hash would.
 */
import type {Application, TransactionSource} from '#consensus/engine';
import {concatBytes, dataHash, NIL_BLOCK_ID, sha256, type GenesisDoc} from '#proto';

export interface SealRequest {
  readonly height: bigint;
  /** Of the Ethereum block before. */
  readonly parentHash: Uint8Array;
  readonly time: bigint;
  /** Who gets the tips: a validator's address, or any other. 20 bytes. */
  readonly proposer: Uint8Array;
  readonly gasLimit: bigint;
  /** Without transactions there is no block then. */
  readonly isOnDemand: boolean;
}

export interface SealerModules {
  readonly app: Application;
  readonly txs: TransactionSource;
  readonly genesis: GenesisDoc;
}

const DOMAIN = new TextEncoder().encode('qanat development block');

export class InstantSealer {
  readonly #modules: SealerModules;

  constructor(modules: SealerModules) {
    this.#modules = modules;
  }

  /** Gives the application its genesis when it has none. */
  async start(): Promise<void> {
    const {app, genesis} = this.#modules;
    const {lastBlockHeight} = await app.info();
    if (lastBlockHeight > 0n) return;
    await app.initChain({
      time: genesis.genesisTime,
      chainId: genesis.chainId,
      consensusParams: genesis.consensusParams,
      validators: genesis.validators.map(({publicKey, power}) => ({publicKey, power})),
      appState: genesis.appState,
      initialHeight: genesis.initialHeight,
    });
  }

  /** Resolves to the number of transactions, once the block is durable; to undefined when none was made. */
  async seal(request: SealRequest): Promise<number | undefined> {
    const {app, txs, genesis} = this.#modules;
    const {height, time: seconds, proposer: proposerAddress, gasLimit} = request;
    const time = {seconds, nanos: 0};
    const maxTxBytes = genesis.consensusParams.block.maxBytes;
    const pending = txs.reap(maxTxBytes, gasLimit);
    const chosen = await app.prepareProposal({maxTxBytes, txs: pending, height, time, proposerAddress});
    if (chosen.length === 0 && request.isOnDemand) return undefined;
    const hash = sha256(concatBytes(DOMAIN, request.parentHash, bigEndian(height), bigEndian(seconds), proposerAddress, dataHash(chosen)));
    const block = {txs: chosen, hash, height, time, proposerAddress};
    if (!(await app.processProposal(block))) throw new Error(`the application refuses the block ${height} that it prepared`);
    const {txResults} = await app.finalizeBlock({
      ...block,
      decidedLastCommit: {height: height - 1n, round: 0, blockId: NIL_BLOCK_ID, signatures: []},
      misbehavior: [],
      evidence: [],
      nextValidatorsHash: new Uint8Array(32),
    });
    await app.commit();
    await txs.update(height, chosen, txResults);
    return chosen.length;
  }
}

function bigEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
