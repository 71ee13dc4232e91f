/**
 * The second line of defence: a verified header is compared with every witness. Two different headers that both verify are an attack;
 * the headers where the two sides part become evidence, sent to either side. Source: CometBFT `light/detector.go`,
 * `spec/light-client/detection`.
 */
import {compareTimestamps, equalBytes, type LightBlock, type LightClientAttackEvidence, type Timestamp} from '#proto';
import {COMET_ENCODING, type ChainEncoding} from './encoding.ts';
import {lightClientAttackEvidence} from './evidence.ts';
import {LightClientError, ProviderError} from './errors.ts';
import {WITNESS_POLL_MS} from './limits.ts';
import {heightOf} from './options.ts';
import type {LightClock, LightLogger, Provider} from './ports.ts';
import type {ProviderPool} from './providers.ts';
import {verifySkipping} from './skipping.ts';
import type {VerificationOptions} from './verifier.ts';

export interface DetectorOptions {
  readonly pool: ProviderPool;
  readonly verification: VerificationOptions;
  readonly maxClockDriftMs: number;
  readonly maxBlockLagMs: number;
  readonly clock: LightClock;
  readonly logger: LightLogger;
  readonly signal?: AbortSignal | undefined;
}

/** What a witness says to a header. silent: it has no answer, which is nobody's fault. */
export type Comparison =
  | {readonly kind: 'match'}
  | {readonly kind: 'conflict'; readonly block: LightBlock}
  | {readonly kind: 'bad' | 'silent'; readonly error: ProviderError};

export class Detector {
  readonly #options: DetectorOptions;
  readonly #encoding: ChainEncoding;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#encoding = options.verification.encoding ?? COMET_ENCODING;
  }

  /**
   * Compares the end of a trace that the primary supported with all witnesses.
   * @throws LightClientError ATTACK; NO_WITNESSES; NOT_CROSS_CHECKED when none of them has the header.
   */
  async detect(trace: readonly LightBlock[], now: Timestamp): Promise<void> {
    const {pool} = this.#options;
    const target = trace.at(-1)!;
    const witnesses = pool.witnesses;
    if (witnesses.length === 0) throw noWitnesses();
    const comparisons = await this.compareAll(witnesses, target);
    let isConfirmed = false;
    const reasons: string[] = [];
    for (const [index, comparison] of comparisons.entries()) {
      const witness = witnesses[index]!;
      switch (comparison.kind) {
        case 'match':
          isConfirmed = true;
          break;
        case 'conflict':
          await this.#examineConflict(trace, comparison.block, witness, now);
          pool.removeWitnesses([witness], `it has another header at height ${heightOf(comparison.block)} and cannot prove it`);
          reasons.push(`${witness.name} could not prove its other header`);
          break;
        case 'bad':
          pool.removeWitnesses([witness], comparison.error.message);
          reasons.push(comparison.error.message);
          break;
        case 'silent':
          reasons.push(comparison.error.message);
      }
    }
    if (isConfirmed) return;
    if (pool.witnesses.length === 0) throw noWitnesses();
    throw new LightClientError('NOT_CROSS_CHECKED', `no witness confirmed the header of height ${heightOf(target)}: ${reasons.join('; ')}`, {height: heightOf(target)});
  }

  compareAll(witnesses: readonly Provider[], block: LightBlock): Promise<Comparison[]> {
    return Promise.all(witnesses.map((witness) => this.#compare(witness, block)));
  }

  async #compare(witness: Provider, block: LightBlock): Promise<Comparison> {
    const {pool} = this.#options;
    try {
      const found = await pool.fetch(witness, heightOf(block));
      return this.#isSame(found, block) ? {kind: 'match'} : {kind: 'conflict', block: found};
    } catch (error) {
      const failure = error as ProviderError;
      if (failure.code === 'ABORTED') throw new LightClientError('STOPPED', 'the light client is stopped', {}, {cause: failure});
      if (failure.code === 'HEIGHT_TOO_HIGH') return this.#compareBehind(witness, block);
      return {kind: failure.isBenign ? 'silent' : 'bad', error: failure};
    }
  }

  /**
   * The witness is behind: it lags, or the primary invented a height in the future. An honest witness reaches the header's time within
   * twice the drift and the lag; if it then has a lower block that is not older, the two chains conflict.
   */
  async #compareBehind(witness: Provider, block: LightBlock): Promise<Comparison> {
    const {pool, maxClockDriftMs, maxBlockLagMs} = this.#options;
    let waitMs = 2 * maxClockDriftMs + maxBlockLagMs;
    for (;;) {
      try {
        const latest = await pool.fetch(witness, 'latest');
        const found = heightOf(latest) > heightOf(block) ? await pool.fetch(witness, heightOf(block)) : latest;
        if (heightOf(found) === heightOf(block)) return this.#isSame(found, block) ? {kind: 'match'} : {kind: 'conflict', block: found};
        if (compareTimestamps(found.signedHeader.header.time, block.signedHeader.header.time) >= 0) return {kind: 'conflict', block: found};
      } catch (error) {
        const failure = error as ProviderError;
        if (failure.code === 'ABORTED') throw new LightClientError('STOPPED', 'the light client is stopped', {}, {cause: failure});
        return {kind: failure.isBenign ? 'silent' : 'bad', error: failure};
      }
      if (waitMs <= 0) return {kind: 'silent', error: new ProviderError('NO_RESPONSE', `${witness.name} is behind height ${heightOf(block)}`)};
      const stepMs = Math.min(waitMs, WITNESS_POLL_MS);
      waitMs -= stepMs;
      await this.#sleep(stepMs);
    }
  }

  /** Returns when the witness cannot prove its header. @throws LightClientError ATTACK when it can. */
  async #examineConflict(trace: readonly LightBlock[], challenge: LightBlock, witness: Provider, now: Timestamp): Promise<void> {
    const {pool, logger} = this.#options;
    const against = await this.#divergence(trace, challenge, witness, now).catch((error: Error) => {
      if ((error as ProviderError).code === 'ABORTED') throw new LightClientError('STOPPED', 'the light client is stopped', {}, {cause: error});
      logger.warn({witness: witness.name, reason: error.message}, 'a witness cannot prove its conflicting header');
    });
    if (against === undefined) return;
    const {sourceTrace: witnessTrace, block: primaryBlock} = against;
    // Held by the word of the witness, the primary lies ...
    const evidence: LightClientAttackEvidence[] = [lightClientAttackEvidence(primaryBlock, witnessTrace.at(-1)!, witnessTrace[0]!)];
    await this.#report(evidence[0]!, witness);
    // ... and by the word of the primary, the witness. Full nodes know which of the two is true.
    try {
      const {sourceTrace: primaryTrace, block: witnessBlock} = await this.#divergence(witnessTrace, primaryBlock, pool.primary, now);
      evidence.push(lightClientAttackEvidence(witnessBlock, primaryTrace.at(-1)!, primaryTrace[0]!));
      await this.#report(evidence[1]!, pool.primary);
    } catch (error) {
      logger.warn({primary: pool.primary.name, reason: (error as Error).message}, 'the primary does not support its conflicting header any more');
    }
    const height = heightOf(primaryBlock);
    logger.error({height: height.toString(), primary: pool.primary.name, witness: witness.name}, 'attack on the light client');
    throw new LightClientError(
      'ATTACK',
      `${pool.primary.name} and ${witness.name} proved different headers at height ${height}: one of them, and more than ${this.#trustLevel()} of the validators' power, lies. ` +
        'Evidence was sent to both. Find out by other means which chain is yours, and start again with a trusted header of it',
      {height, provider: witness.name, evidence},
    );
  }

  /**
   * Where `source`, verifying `target` over the heights of `trace`, parts from it: what the source verified from the last common block
   * on, and the trace's own block there. @throws Error when the source cannot prove its headers.
   */
  async #divergence(
    trace: readonly LightBlock[],
    target: LightBlock,
    source: Provider,
    now: Timestamp,
  ): Promise<{readonly sourceTrace: readonly LightBlock[]; readonly block: LightBlock}> {
    const {pool, verification} = this.#options;
    const fetch = (height: bigint): Promise<LightBlock> => pool.fetch(source, height);
    const first = trace[0]!;
    if (heightOf(target) < heightOf(first)) throw new Error(`its header of height ${heightOf(target)} is below the trusted height ${heightOf(first)}`);
    let common = heightOf(target) === heightOf(first) ? target : await fetch(heightOf(first));
    if (!this.#isSame(common, first)) throw new Error(`its header of the trusted height ${heightOf(first)} is another one`);
    let sourceTrace: readonly LightBlock[] = [common];
    for (const block of trace.slice(1)) {
      if (heightOf(block) > heightOf(target)) {
        // The primary went beyond the witness, whose latest header is not older: a lunatic header from the future.
        if (compareTimestamps(block.signedHeader.header.time, target.signedHeader.header.time) > 0) throw new Error('its latest header is older than the one compared');
        if (heightOf(common) !== heightOf(target)) sourceTrace = await verifySkipping(fetch, common, target, verification, now);
        return {sourceTrace, block};
      }
      const found = heightOf(block) === heightOf(target) ? target : await fetch(heightOf(block));
      sourceTrace = await verifySkipping(fetch, common, found, verification, now);
      if (!this.#isSame(found, block)) return {sourceTrace, block};
      common = found;
    }
    throw new Error('its headers do not diverge');
  }

  /** Best effort: the attack is known whether or not the evidence arrives. */
  async #report(evidence: LightClientAttackEvidence, receiver: Provider): Promise<void> {
    const {logger, signal} = this.#options;
    try {
      await receiver.reportEvidence(evidence, signal);
      logger.info({receiver: receiver.name, commonHeight: evidence.commonHeight.toString()}, 'evidence of an attack was sent');
    } catch (error) {
      logger.error({receiver: receiver.name, reason: (error as Error).message}, 'evidence of an attack could not be sent');
    }
  }

  #isSame(a: LightBlock, b: LightBlock): boolean {
    return equalBytes(this.#encoding.headerHash(a.signedHeader.header), this.#encoding.headerHash(b.signedHeader.header));
  }

  #trustLevel(): string {
    const {numerator, denominator} = this.#options.verification.trustLevel;
    return `${numerator}/${denominator}`;
  }

  #sleep(ms: number): Promise<void> {
    const {clock, signal} = this.#options;
    return new Promise((done) => {
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', end);
        done();
      };
      const cancel = clock.setTimer(ms, end);
      signal?.addEventListener('abort', end, {once: true});
    });
  }
}

export function noWitnesses(): LightClientError {
  return new LightClientError('NO_WITNESSES', 'no witness is left to cross-check the primary; start again with other witnesses');
}
