/** What a node that begins from a snapshot asks of others, beside the network of peers: light blocks, as over their RPC. */
import {ProviderError} from '#consensus/light';
import type {Clock, Logger} from '#consensus/engine';
import type {ConsensusParams, GenesisDoc, LightBlock} from '#proto';
import {lightStateProvider, type LightServer} from '../../../node/app/light-servers.ts';
import type {ProviderFactory} from '../../../node/app/state-sync.ts';
import type {SimulatedNode} from './node.ts';
import type {Scheduler} from './scheduler.ts';

const TRUST_PERIOD_NS = 86_400_000_000_000n;
/** Between two looks whether there is a header to trust. */
const POLL_MS = 100;
/** A liar's answer is a lie this often. */
const LIE_CHANCE = 0.3;

export interface JoiningOptions {
  readonly scheduler: Scheduler;
  readonly genesis: GenesisDoc;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isAlive: () => boolean;
  /** All others. */
  readonly others: readonly SimulatedNode[];
  /** Nodes cannot reach each other now. */
  readonly isApart: (name: string) => boolean;
}

/** The operator trusts the first header that an honest node has of what the chain holds, and waits until there is one. */
export function joiningProvider(options: JoiningOptions): ProviderFactory {
  const {scheduler, genesis, clock, logger, isAlive, others} = options;
  return async (signal) => {
    const servers = scheduler.random.shuffle(others).map((node) => new NeighbourServer(node, options));
    for (;;) {
      const trusted = trustedHeader(others);
      if (trusted !== undefined) return lightStateProvider(servers, {...trusted, periodNs: TRUST_PERIOD_NS}, {genesis, clock, logger}, signal);
      await scheduler.sleep(POLL_MS, isAlive);
    }
  };
}

function trustedHeader(nodes: readonly SimulatedNode[]): {height: bigint; hash: Uint8Array} | undefined {
  for (const {isHonest, engine} of nodes) {
    if (!isHonest || engine === undefined) continue;
    const {base} = engine.blockStore;
    const header = base === 0n ? undefined : engine.lightBlock(base)?.block.signedHeader;
    if (header !== undefined) return {height: base, hash: header.commit.blockId.hash};
  }
  return undefined;
}

class NeighbourServer implements LightServer {
  readonly #node: SimulatedNode;
  readonly #options: JoiningOptions;

  constructor(node: SimulatedNode, options: JoiningOptions) {
    this.#node = node;
    this.#options = options;
  }

  get name(): string {
    return this.#node.name;
  }

  async lightBlock(asked: bigint | 'latest'): Promise<LightBlock> {
    const engine = await this.#reach();
    // Of the head there is no canonical commit yet.
    const latest = engine.blockStore.height - 1n;
    const height = asked === 'latest' ? latest : asked;
    if (height > latest || latest < 1n) throw new ProviderError('HEIGHT_TOO_HIGH', `${this.name} is at ${latest}`);
    const header = engine.lightBlock(height)?.block.signedHeader;
    const validatorSet = engine.validatorsAt(height);
    if (header === undefined || validatorSet === undefined) throw new ProviderError('NOT_FOUND', `${this.name} does not hold ${height}`);
    const block = {signedHeader: header, validatorSet};
    return this.#lies() ? falsified(block) : block;
  }

  async reportEvidence(): Promise<void> {
    await this.#reach();
  }

  async consensusParams(height: bigint): Promise<ConsensusParams> {
    const params = (await this.#reach()).consensusParamsAt(height);
    if (params === undefined) throw new ProviderError('NOT_FOUND', `${this.name} does not hold the parameters of ${height}`);
    return this.#lies() ? {...params, block: {...params.block, maxBytes: params.block.maxBytes + 1n}} : params;
  }

  #lies(): boolean {
    return !this.#node.isHonest && this.#options.scheduler.random.chance(LIE_CHANCE);
  }

  async #reach(): Promise<NonNullable<SimulatedNode['engine']>> {
    const {scheduler, isAlive, isApart} = this.#options;
    await scheduler.sleep(scheduler.random.between(1, 20), isAlive);
    const {engine} = this.#node;
    if (engine === undefined || isApart(this.name)) throw new ProviderError('NO_RESPONSE', `${this.name} does not answer`);
    return engine;
  }
}

/** Another state, under the same signatures. */
function falsified({signedHeader, validatorSet}: LightBlock): LightBlock {
  const {header, commit} = signedHeader;
  return {signedHeader: {header: {...header, appHash: header.appHash.map((byte) => byte ^ 0xff)}, commit}, validatorSet};
}
