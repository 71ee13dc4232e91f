/**
 * Follows a chain from one trusted header. One verification at a time; what it verified is stored, and once two providers proved
 * different headers it verifies nothing more. Source: CometBFT `light/client.go`.
 */
import {equalBytes, toHexUpper, type LightBlock, type Timestamp} from '#proto';
import {Detector, noWitnesses} from './detector.ts';
import {COMET_ENCODING, type ChainEncoding} from './encoding.ts';
import {LightClientError, type ProviderError} from './errors.ts';
import {BACKWARDS_HEADERS_MAX, SEQUENTIAL_STRETCH_HEADERS} from './limits.ts';
import {heightOf, resolveOptions, type LightClientModules, type LightClientOptions, type ResolvedOptions} from './options.ts';
import {ProviderPool} from './providers.ts';
import {InterimError, verifySkipping} from './skipping.ts';
import {LightStore} from './store.ts';
import {isHeaderExpired, ownQuorum, verifyAdjacent, verifyBackwards, type VerificationOptions} from './verifier.ts';

const NS_PER_MS = 1_000_000n;

export class LightClient {
  readonly chainId: string;
  readonly #options: ResolvedOptions;
  readonly #modules: LightClientModules;
  readonly #verification: VerificationOptions;
  readonly #encoding: ChainEncoding;
  readonly #pool: ProviderPool;
  readonly #detector: Detector;
  readonly #store: LightStore;
  #queue: Promise<unknown> = Promise.resolve();
  #attack: LightClientError | undefined;

  private constructor(options: ResolvedOptions, encoding: ChainEncoding, modules: LightClientModules, store: LightStore) {
    const {logger, clock, signal, primary, witnesses} = modules;
    this.chainId = options.chainId;
    this.#options = options;
    this.#modules = modules;
    this.#encoding = encoding;
    this.#store = store;
    this.#verification = {
      trustingPeriodNs: options.trust.periodNs,
      maxClockDriftNs: BigInt(options.maxClockDriftMs) * NS_PER_MS,
      trustLevel: options.trustLevel,
      encoding,
    };
    this.#pool = new ProviderPool({chainId: this.chainId, primary, witnesses, encoding, logger, signal});
    this.#detector = new Detector({pool: this.#pool, verification: this.#verification, ...options, clock, logger, signal});
  }

  /**
   * With a store of the same anchor it goes on from there; else it fetches the trusted header and starts afresh.
   * @throws LightClientError
   */
  static async create(options: LightClientOptions, modules: LightClientModules): Promise<LightClient> {
    const resolved = resolveOptions(options, modules);
    const client = new LightClient(resolved, options.encoding ?? COMET_ENCODING, modules, await LightStore.open(modules.db));
    await client.#initialize();
    return client;
  }

  /** Who is asked first now. */
  get primary(): string {
    return this.#pool.primary.name;
  }

  get witnesses(): readonly string[] {
    return this.#pool.witnesses.map(({name}) => name);
  }

  /** Set once two providers proved different headers. */
  get attack(): LightClientError | undefined {
    return this.#attack;
  }

  trustedLightBlock(height: bigint): LightBlock | undefined {
    return this.#store.block(height);
  }

  latestTrusted(): Promise<LightBlock | undefined> {
    return this.#store.latest();
  }

  lowestTrusted(): Promise<LightBlock | undefined> {
    return this.#store.lowest();
  }

  /** Verifies the latest header that the primary has; returns the latest that is trusted then. @throws LightClientError */
  update(): Promise<LightBlock> {
    return this.#exclusive(async () => {
      const trusted = await this.#store.latest();
      const latest = await this.#pool.fetchFromPrimary('latest');
      if (trusted !== undefined && heightOf(latest) <= heightOf(trusted)) return trusted;
      return this.#verifyBlock(latest);
    });
  }

  /** The light block of any height, above, below or between those that are trusted. @throws LightClientError */
  verifyLightBlockAtHeight(height: bigint): Promise<LightBlock> {
    return this.#exclusive(async () => {
      if (height <= 0n) throw new LightClientError('INVALID_HEIGHT', `there is no height ${height}`, {height});
      return this.#store.block(height) ?? this.#verifyBlock(await this.#pool.fetchFromPrimary(height));
    });
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      if (this.#attack !== undefined) throw this.#attack;
      if (this.#modules.signal?.aborted === true) throw new LightClientError('STOPPED', 'the light client is stopped');
      this.#pool.beginVerification();
      try {
        return await work();
      } catch (error) {
        if (error instanceof LightClientError && error.code === 'ATTACK') this.#attack = error;
        throw error instanceof InterimError ? asClientError(error) : error;
      }
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #initialize(): Promise<void> {
    const {trust} = this.#options;
    const anchor = this.#store.anchor();
    const stored = this.#store.block(trust.height);
    const isSameAnchor = anchor?.height === trust.height && equalBytes(anchor.hash, trust.hash);
    const latest = await this.#store.latest();
    if (latest !== undefined && latest.signedHeader.header.chainId === this.chainId) {
      if (isSameAnchor || (stored !== undefined && equalBytes(this.#hash(stored), trust.hash))) return;
      this.#modules.logger.warn({height: trust.height.toString()}, 'another header is trusted now: what was verified from the former one is dropped');
    }
    await this.#exclusive(() => this.#startFromAnchor());
  }

  async #startFromAnchor(): Promise<void> {
    const {height, hash} = this.#options.trust;
    const block = await this.#pool.fetchFromPrimary(height);
    const found = this.#hash(block);
    if (!equalBytes(found, hash)) {
      throw new LightClientError('TRUSTED_HASH_MISMATCH', `${this.primary} has the hash ${toHexUpper(found)} at height ${height}, expected the trusted ${toHexUpper(hash)}`, {height, provider: this.primary});
    }
    const refusal = ownQuorum(block, this.#verification);
    if (refusal !== undefined) throw new LightClientError(refusal.code, `the trusted header ${height}: ${refusal.problem}`, {height});
    if (isHeaderExpired(block.signedHeader.header, this.#verification.trustingPeriodNs, this.#now())) {
      throw new LightClientError('EXPIRED', `the trusted header ${height} is older than the trusting period; name a newer one`, {height});
    }
    await this.#confirmAnchor(block);
    await this.#store.restart(block, hash);
  }

  /** A witness with another header at the trusted height is on another chain, or the operator was misled. */
  async #confirmAnchor(block: LightBlock): Promise<void> {
    const witnesses = this.#pool.witnesses;
    if (witnesses.length === 0) throw noWitnesses();
    const comparisons = await this.#detector.compareAll(witnesses, block);
    for (const [index, comparison] of comparisons.entries()) {
      const witness = witnesses[index]!;
      if (comparison.kind === 'conflict') {
        throw new LightClientError('TRUSTED_HASH_MISMATCH', `the witness ${witness.name} has another header at the trusted height ${heightOf(block)} than the primary`, {height: heightOf(block), provider: witness.name});
      }
      if (comparison.kind === 'bad') this.#pool.removeWitnesses([witness], comparison.error.message);
      if (comparison.kind === 'silent') this.#modules.logger.warn({witness: witness.name, reason: comparison.error.message}, 'a witness cannot confirm the trusted header');
    }
  }

  async #verifyBlock(target: LightBlock): Promise<LightBlock> {
    const height = heightOf(target);
    const below = await this.#store.before(height);
    const isUsable = below !== undefined && !isHeaderExpired(below.signedHeader.header, this.#verification.trustingPeriodNs, this.#now());
    const above = isUsable ? undefined : await this.#store.after(height);
    if (above !== undefined) return this.#backwards(above, target);
    if (below === undefined) throw new LightClientError('STORE', 'the store of trusted light blocks is empty');
    return this.#options.mode === 'sequential' ? this.#sequential(below, target) : this.#skipping(below, target);
  }

  async #skipping(trusted: LightBlock, wanted: LightBlock): Promise<LightBlock> {
    let target = wanted;
    for (;;) {
      const now = this.#now();
      let trace: readonly LightBlock[];
      try {
        trace = await verifySkipping((height) => this.#pool.fetch(this.#pool.primary, height), trusted, target, this.#verification, now);
      } catch (error) {
        target = await this.#recover(error as Error, target);
        continue;
      }
      await this.#detector.detect(trace, now);
      return this.#trust(target);
    }
  }

  async #sequential(trusted: LightBlock, wanted: LightBlock): Promise<LightBlock> {
    let verified = trusted;
    let target = wanted;
    while (heightOf(verified) < heightOf(target)) {
      const now = this.#now();
      const trace = [verified];
      const end = minOf(heightOf(verified) + BigInt(SEQUENTIAL_STRETCH_HEADERS), heightOf(target));
      try {
        for (let height = heightOf(verified) + 1n; height <= end; height++) trace.push(await this.#next(trace.at(-1)!, height, target, now));
      } catch (error) {
        target = await this.#recover(error as Error, target);
        continue;
      }
      await this.#detector.detect(trace, now);
      verified = await this.#trust(trace.at(-1)!);
    }
    return verified;
  }

  async #next(trusted: LightBlock, height: bigint, target: LightBlock, now: Timestamp): Promise<LightBlock> {
    const isTarget = height === heightOf(target);
    const block = isTarget
      ? target
      : await this.#pool.fetch(this.#pool.primary, height).catch((error: ProviderError) => {
          throw new InterimError(height, error);
        });
    const refusal = verifyAdjacent(trusted.signedHeader, block, this.#verification, now);
    if (refusal === undefined) return block;
    const error = new LightClientError(refusal.code, `height ${height}: ${refusal.problem}`, {height});
    throw isTarget || refusal.code === 'EXPIRED' ? error : new InterimError(height, error);
  }

  /** By hashes down from a trusted block: what lies below needs no signatures, and no trusting period ends it. */
  async #backwards(trusted: LightBlock, wanted: LightBlock): Promise<LightBlock> {
    let target = wanted;
    const distance = heightOf(trusted) - heightOf(target);
    if (distance > BigInt(BACKWARDS_HEADERS_MAX)) {
      throw new LightClientError('TOO_FAR', `height ${heightOf(target)} is ${distance} below the lowest trusted one, limit ${BACKWARDS_HEADERS_MAX}`, {height: heightOf(target)});
    }
    let verified = trusted;
    while (heightOf(verified) > heightOf(target)) {
      const height = heightOf(verified) - 1n;
      const block = height === heightOf(target) ? target : await this.#pool.fetchFromPrimary(height);
      // The hash does not cover the commit, which is served as verified too.
      const ownCommit = height === heightOf(target) ? () => ownQuorum(target, this.#verification) : () => undefined;
      const refusal = verifyBackwards(block.signedHeader.header, verified.signedHeader.header, this.#encoding) ?? ownCommit();
      if (refusal === undefined) {
        verified = block;
        continue;
      }
      const error = new LightClientError(refusal.code, `height ${height}: ${refusal.problem}`, {height, provider: this.primary});
      target = await this.#recover(height === heightOf(target) ? error : new InterimError(height, error), target);
    }
    return this.#trust(verified);
  }

  /**
   * The target as another provider has it, which becomes the primary. When the target itself is refused, only a provider with another
   * header, or with the signatures that were missing, takes over: if all have the same, our clock or our trust is wrong, not they.
   */
  async #recover(error: Error, target: LightBlock): Promise<LightBlock> {
    if (error instanceof InterimError) {
      const remove = error.cause instanceof LightClientError || !error.cause.isBenign;
      return this.#pool.replacePrimary(heightOf(target), {remove, cause: error.cause});
    }
    if (!(error instanceof LightClientError) || error.code !== 'INVALID_HEADER') throw error;
    const refused = this.#hash(target);
    const isUnsigned = ownQuorum(target, this.#verification) !== undefined;
    const fits = (block: LightBlock): boolean =>
      equalBytes(this.#hash(block), refused) ? isUnsigned && ownQuorum(block, this.#verification) === undefined : true;
    try {
      return await this.#pool.replacePrimary(heightOf(target), {remove: true, cause: error, fits});
    } catch (failure) {
      throw (failure as LightClientError).code === 'STOPPED' ? failure : error;
    }
  }

  async #trust(block: LightBlock): Promise<LightBlock> {
    await this.#store.save(block);
    await this.#store.prune(this.#options.trustedBlocks);
    return block;
  }

  #hash(block: LightBlock): Uint8Array {
    return this.#encoding.headerHash(block.signedHeader.header);
  }

  #now(): Timestamp {
    return this.#modules.clock.now();
  }
}

function asClientError({cause, height}: InterimError): LightClientError {
  if (cause instanceof LightClientError) return cause;
  return new LightClientError(cause.code === 'ABORTED' ? 'STOPPED' : 'NO_PROVIDER', cause.message, {height}, {cause});
}

function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
