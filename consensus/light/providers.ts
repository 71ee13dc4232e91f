/**
 * The primary and its witnesses: who is asked, who is dropped, who takes over. Source: CometBFT `light/client.go`
 * (lightBlockFromPrimary, findNewPrimary, removeWitnesses).
 */
import type {LightBlock} from '#proto';
import {COMET_ENCODING, type ChainEncoding} from './encoding.ts';
import {LightClientError, ProviderError} from './errors.ts';
import {REPLACEMENTS_PER_VERIFICATION_MAX} from './limits.ts';
import {heightOf} from './options.ts';
import type {LightLogger, Provider} from './ports.ts';
import {lightBlockProblem} from './verifier.ts';

export interface ProviderPoolOptions {
  readonly chainId: string;
  readonly primary: Provider;
  readonly witnesses: readonly Provider[];
  readonly encoding?: ChainEncoding | undefined;
  readonly logger: LightLogger;
  readonly signal?: AbortSignal | undefined;
}

/** Why a primary has to go. `remove`: for good; else it becomes the last of the witnesses. */
export interface Replacement {
  readonly remove: boolean;
  readonly cause: Error;
  /** A witness whose block does not fit does not take over. Default: all fit. */
  readonly fits?: (block: LightBlock) => boolean;
}

export class ProviderPool {
  readonly #options: ProviderPoolOptions;
  #primary: Provider;
  #witnesses: readonly Provider[];
  #replacements = 0;

  constructor(options: ProviderPoolOptions) {
    this.#options = options;
    this.#primary = options.primary;
    this.#witnesses = options.witnesses;
  }

  get primary(): Provider {
    return this.#primary;
  }

  get witnesses(): readonly Provider[] {
    return this.#witnesses;
  }

  /** Replacements are counted from here on. */
  beginVerification(): void {
    this.#replacements = 0;
  }

  /** A block of the asked height and of our chain that holds together. @throws ProviderError */
  async fetch(provider: Provider, height: bigint | 'latest'): Promise<LightBlock> {
    const {signal, chainId, encoding = COMET_ENCODING} = this.#options;
    if (signal?.aborted === true) throw new ProviderError('ABORTED', 'the light client is stopped');
    let block: LightBlock;
    try {
      block = await provider.lightBlock(height, signal);
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      throw new ProviderError('UNRELIABLE', `${provider.name}: ${(error as Error).message}`, {cause: error});
    }
    const problem = height !== 'latest' && heightOf(block) !== height ? `height ${heightOf(block)} instead of ${height}` : lightBlockProblem(block, chainId, encoding);
    if (problem !== undefined) throw new ProviderError('BAD_LIGHT_BLOCK', `${provider.name}: ${problem}`);
    return block;
  }

  /** From the primary, or from the witness that takes its place. @throws LightClientError NO_PROVIDER or STOPPED */
  async fetchFromPrimary(height: bigint | 'latest'): Promise<LightBlock> {
    try {
      return await this.fetch(this.#primary, height);
    } catch (error) {
      const failure = error as ProviderError;
      return await this.replacePrimary(height, {remove: !failure.isBenign, cause: failure});
    }
  }

  /**
   * The first witness, in their order, that has a fitting block of `height` becomes the primary. Witnesses that answer with rubbish go.
   * @throws LightClientError NO_PROVIDER, with the cause, when there is none; the primary then stays.
   */
  async replacePrimary(height: bigint | 'latest', {remove, cause, fits = () => true}: Replacement): Promise<LightBlock> {
    const {logger, signal} = this.#options;
    if (signal?.aborted === true || (cause as ProviderError).code === 'ABORTED') throw new LightClientError('STOPPED', 'the light client is stopped', {}, {cause});
    const previous = this.#primary;
    if (++this.#replacements > REPLACEMENTS_PER_VERIFICATION_MAX) {
      throw new LightClientError('NO_PROVIDER', `the primary was replaced ${REPLACEMENTS_PER_VERIFICATION_MAX} times without an answer: ${cause.message}`, {}, {cause});
    }
    const asked = this.#witnesses;
    const answers = await Promise.allSettled(asked.map((witness) => this.fetch(witness, height)));
    const rubbish = asked.filter((_, index) => {
      const answer = answers[index];
      return answer?.status === 'rejected' && isMalevolent(answer.reason);
    });
    this.removeWitnesses(rubbish, 'it answered with an invalid light block');
    for (const [index, answer] of answers.entries()) {
      if (answer.status !== 'fulfilled' || !fits(answer.value)) continue;
      const next = asked[index]!;
      logger.warn({previous: previous.name, primary: next.name, removed: remove, reason: cause.message}, 'the primary was replaced');
      this.#primary = next;
      this.#witnesses = this.#witnesses.filter((witness) => witness !== next);
      if (!remove) this.#witnesses = [...this.#witnesses, previous];
      return answer.value;
    }
    const at = height === 'latest' ? 'the latest light block' : `a light block of height ${height}`;
    throw new LightClientError('NO_PROVIDER', `neither the primary nor a witness has ${at}: ${cause.message}`, {provider: previous.name}, {cause});
  }

  removeWitnesses(gone: readonly Provider[], reason: string): void {
    if (gone.length === 0) return;
    for (const {name} of gone) this.#options.logger.warn({witness: name, reason}, 'a witness was removed');
    this.#witnesses = this.#witnesses.filter((witness) => !gone.includes(witness));
  }
}

function isMalevolent(reason: unknown): boolean {
  return reason instanceof ProviderError && !reason.isBenign && reason.code !== 'ABORTED';
}
