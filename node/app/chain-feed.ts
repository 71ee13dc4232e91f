/** Passes what the engine's observer hears on to the RPC, with what subscribers want to know besides. */
import type {ConsensusEngine, EngineObserver} from '#consensus/engine';
import {addMilliseconds} from '#consensus/core';
import {addressOf, type Timestamp, type Validator, type ValidatorUpdate} from '#proto';
import type {ChainListener, CometConsensusState} from '#node/rpc/comet';

export interface ChainFeedOptions {
  /** The pause between a commit and the first round of the next height. */
  readonly commitMs: number;
  readonly now: () => Timestamp;
}

export class ChainFeed {
  readonly #options: ChainFeedOptions;
  readonly #listeners = new Set<ChainListener>();
  #engine: ConsensusEngine | undefined;
  #commitTime: Timestamp | undefined;

  constructor(options: ChainFeedOptions) {
    this.#options = options;
  }

  /** The engine that is observed; nothing is passed on before. */
  attach(engine: ConsensusEngine): void {
    this.#engine = engine;
  }

  /** Returns the function that ends it. */
  listen(listener: ChainListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What `base` does, and then the listeners. */
  observer(base: EngineObserver): EngineObserver {
    return {
      ...base,
      step: (event) => {
        base.step(event);
        if (this.#listeners.size === 0 || this.#engine === undefined) return;
        const proposer = event.step === 'propose' ? this.#proposer(this.#engine) : undefined;
        this.#tell((listener) => listener.step(proposer === undefined ? event : {...event, proposer}));
      },
      committed: (event) => {
        base.committed(event);
        this.#commitTime = this.#options.now();
        const {block, blockId} = event;
        if (this.#listeners.size === 0) return;
        const results = this.#engine?.blockResults(block.header.height);
        if (results === undefined) return;
        const validatorUpdates = results.validatorUpdates.map(toValidator);
        this.#tell((listener) => listener.committed({block, blockId, results, validatorUpdates}));
      },
      consensus: (event) => {
        base.consensus?.(event);
        this.#tell((listener) => listener.consensus(event));
      },
    };
  }

  consensusState(nameOf: (peer: string) => string): CometConsensusState | undefined {
    if (this.#engine?.isRunning !== true) return undefined;
    const dump = this.#engine.consensusDump;
    const commitTime = this.#commitTime ?? dump.lastBlockTime;
    const startTime = addMilliseconds(commitTime, this.#options.commitMs);
    return {...dump, commitTime, startTime, peers: dump.peers.map((peer) => ({...peer, id: nameOf(peer.id)}))};
  }

  #proposer(engine: ConsensusEngine): {address: Uint8Array; index: number} {
    const {proposer, validators} = engine.consensusDump;
    return {address: proposer.address, index: validators.validators.findIndex(({address}) => Buffer.compare(address, proposer.address) === 0)};
  }

  #tell(tell: (listener: ChainListener) => void): void {
    for (const listener of this.#listeners) tell(listener);
  }
}

function toValidator({publicKey, power}: ValidatorUpdate): Validator {
  return {address: addressOf(publicKey.bytes), publicKey, votingPower: power, proposerPriority: 0n};
}
