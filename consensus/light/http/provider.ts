/** Light blocks from a node's CometBFT RPC. Source: CometBFT `light/provider/http`. */
import {evidenceToJson, JsonError, JsonReader, signedHeaderFromJson, validatorFromJson, validatorSetOf, VALIDATORS_MAX, type Evidence, type LightBlock, type Validator, type ValidatorSet} from '#proto';
import {ProviderError} from '../errors.ts';
import {VALIDATOR_PAGES_MAX, VALIDATORS_PER_PAGE} from '../limits.ts';
import type {Provider} from '../ports.ts';
import {RpcFailure, type RpcTransport} from './transport.ts';

/** As brittle as in CometBFT: RPC errors have no code of their own. */
const TOO_HIGH = /height \d+ must be less than or equal to/;
const MISSING = /(height \d+ is not available|there is no commit of height|could not find validator set)/;

export class HttpProvider implements Provider {
  readonly name: string;
  readonly #rpc: RpcTransport;

  constructor(rpc: RpcTransport) {
    this.name = rpc.name;
    this.#rpc = rpc;
  }

  async lightBlock(height: bigint | 'latest', signal?: AbortSignal): Promise<LightBlock> {
    return this.#reading(async () => {
      const result = JsonReader.root(await this.#rpc.call('commit', height === 'latest' ? {} : {height: height.toString()}, signal), 'commit');
      const answered = result.object('signed_header');
      // A node that has no block yet answers with an empty one.
      if (!answered.has('header') || !answered.has('commit')) throw new ProviderError('HEIGHT_TOO_HIGH', `${this.name} has no block yet`);
      const signedHeader = signedHeaderFromJson(result.value('signed_header'));
      const found = signedHeader.header.height;
      if (height !== 'latest' && found !== height) throw new ProviderError('BAD_LIGHT_BLOCK', `${this.name} answered with height ${found} instead of ${height}`);
      return {signedHeader, validatorSet: await this.#validators(found, signal)};
    });
  }

  async reportEvidence(evidence: Evidence, signal?: AbortSignal): Promise<void> {
    await this.#reading(() => this.#rpc.call('broadcast_evidence', {evidence: evidenceToJson(evidence)}, signal));
  }

  /** Page by page; the number of pages follows from what the first one says, and is bounded. */
  async #validators(height: bigint, signal: AbortSignal | undefined): Promise<ValidatorSet> {
    const validators: Validator[] = [];
    for (let page = 1; page <= VALIDATOR_PAGES_MAX; page++) {
      const result = JsonReader.root(
        await this.#rpc.call('validators', {height: height.toString(), page: String(page), per_page: String(VALIDATORS_PER_PAGE)}, signal),
        'validators',
      );
      if (result.int64('block_height') !== height) throw new ProviderError('BAD_LIGHT_BLOCK', `${this.name} answered with validators of another height than ${height}`);
      const total = result.int64('total');
      const found = result.list('validators', VALIDATORS_PER_PAGE).map(validatorFromJson);
      if (total <= 0n || total > BigInt(VALIDATORS_MAX) || found.length === 0) {
        throw new ProviderError('BAD_LIGHT_BLOCK', `${this.name} answered with ${found.length} validators of ${total} on page ${page}`);
      }
      validators.push(...found);
      if (validators.length >= Number(total)) return validatorSetOf(validators, 'validators');
    }
    throw new ProviderError('BAD_LIGHT_BLOCK', `${this.name} has more than ${VALIDATOR_PAGES_MAX} pages of validators`);
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (error instanceof JsonError) throw new ProviderError('BAD_LIGHT_BLOCK', `${this.name}: ${error.message}`, {cause: error});
      if (!(error instanceof RpcFailure)) throw new ProviderError('UNRELIABLE', `${this.name}: ${(error as Error).message}`, {cause: error});
      const message = `${this.name}: ${error.message}`;
      if (TOO_HIGH.test(error.data) || TOO_HIGH.test(error.message)) throw new ProviderError('HEIGHT_TOO_HIGH', message, {cause: error});
      if (MISSING.test(error.data) || MISSING.test(error.message)) throw new ProviderError('NOT_FOUND', message, {cause: error});
      throw new ProviderError('NO_RESPONSE', message, {cause: error});
    }
  }
}
