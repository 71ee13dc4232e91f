/** The client against chains in memory: jumps, walks, backwards, restarts, providers that go, lag or lie. */
import {describe, expect, it} from '@jest/globals';
import {LightClient, lightLimits, ProviderError, type LightClientOptions} from '#consensus/light';
import {sha256, timestampFromNanos, timestampToNanos, type LightBlock} from '#proto';
import {memoryStore} from '#node/storage';
import {CHAIN_ID, churn, LightChain, steady} from '../../../support/light-chain.ts';
import {ChainProvider, SILENT_LOGGER, StillClock} from '../../../support/light-provider.ts';
import {codeOf, HOUR_NS, world} from './support.ts';

const chain = new LightChain({heights: 40, powersAt: steady('a', 'b', 'c', 'd')});
const restless = new LightChain({heights: 60, powersAt: churn(4, 3)});

function rubbish(block: LightBlock): LightBlock {
  const {header, commit} = block.signedHeader;
  return {...block, signedHeader: {header: {...header, appHash: sha256()}, commit}};
}

/** Holds together, but nobody of the chain signed it. */
function unsigned(block: LightBlock): LightBlock {
  const {commit} = block.signedHeader;
  const signatures = commit.signatures.map((signature) => ({...signature, signature: new Uint8Array(64)}));
  return {...block, signedHeader: {...block.signedHeader, commit: {...commit, signatures}}};
}

describe('skipping', () => {
  it('jumps when the validators stay', async () => {
    const {client, primary} = await world(chain);
    primary.requests.length = 0;
    expect(await client.update()).toEqual(chain.at(40));
    expect(primary.requests).toEqual(['latest']);
    expect(client.trustedLightBlock(40n)).toEqual(chain.at(40));
    expect(client.trustedLightBlock(20n)).toBeUndefined();
  });

  it('bisects when they change, and asks for fewer headers than there are', async () => {
    const {client, primary} = await world(restless);
    expect(await client.verifyLightBlockAtHeight(60n)).toEqual(restless.at(60));
    expect(primary.requests.length).toBeGreaterThan(5);
    expect(primary.requests.length).toBeLessThan(60);
  });

  it('goes between two trusted heights from the lower one, and a trusted one is not fetched again', async () => {
    const {client, primary} = await world(chain);
    await client.update();
    await client.verifyLightBlockAtHeight(20n);
    primary.requests.length = 0;
    await client.verifyLightBlockAtHeight(20n);
    expect(primary.requests).toEqual([]);
  });

  it('ends at a named number of headers', async () => {
    expect(lightLimits.BISECTION_REQUESTS_MAX).toBe(1_000);
    const {verifySkipping} = await import('../../../../consensus/light/skipping.ts');
    // A source with ever another header between, none of which the trusted set signed.
    const strangers = new LightChain({heights: 4, powersAt: steady('x', 'y', 'z')});
    const far = (height: bigint): LightBlock => ({...strangers.at(4), signedHeader: {...strangers.at(4).signedHeader, header: {...strangers.at(4).signedHeader.header, height}}});
    let requests = 0;
    const options = {trustingPeriodNs: HOUR_NS, maxClockDriftNs: 10n, trustLevel: {numerator: 1n, denominator: 3n}, encoding: lenient()};
    const walk = verifySkipping(async () => (requests++, far(1_000_000n)), chain.at(1), far(1_000_000n), options, chain.time(40));
    expect(await codeOf(walk)).toBe('TOO_FAR');
    expect(requests).toBe(lightLimits.BISECTION_REQUESTS_MAX);
  });
});

/** Finds every header in order, so that only trust is missing. */
function lenient(): NonNullable<LightClientOptions['encoding']> {
  return {
    headerHash: () => new Uint8Array(32),
    validatorSetHash: () => new LightChain({heights: 1, powersAt: steady('x', 'y', 'z')}).at(1).signedHeader.header.validatorsHash,
    verifyVote: () => true,
    validateSignedHeader: () => undefined,
  };
}

describe('sequential', () => {
  it('asks for every header', async () => {
    const {client, primary} = await world(restless, {mode: 'sequential'});
    await client.verifyLightBlockAtHeight(10n);
    expect(primary.requests).toEqual([1n, 10n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
  });

  it('walks more than a stretch, and what is verified on the way stays', async () => {
    const stretch = lightLimits.SEQUENTIAL_STRETCH_HEADERS;
    const long = new LightChain({heights: stretch + 5, powersAt: steady('a')});
    const {client} = await world(long, {mode: 'sequential'});
    await client.update();
    expect(client.trustedLightBlock(BigInt(stretch) + 1n)).toEqual(long.at(stretch + 1));
    expect(client.trustedLightBlock(BigInt(stretch) + 5n)).toEqual(long.at(stretch + 5));
  });
});

describe('backwards', () => {
  it('follows the hashes below the trusted height, also when the trusting period is over', async () => {
    const {client, clock, primary} = await world(chain, {trusted: 30});
    clock.advance(2 * 3_600_000);
    expect(await client.verifyLightBlockAtHeight(25n)).toEqual(chain.at(25));
    expect(primary.requests).toEqual([30n, 25n, 29n, 28n, 27n, 26n]);
  });

  it('refuses a commit that the hashes do not cover', async () => {
    const {client, primary, witnesses} = await world(chain, {trusted: 30});
    for (const provider of [primary, ...witnesses]) provider.override = (block) => (block.signedHeader.header.height === 28n ? unsigned(block) : block);
    expect(await codeOf(client.verifyLightBlockAtHeight(28n))).toBe('INVALID_HEADER');
    expect(client.trustedLightBlock(28n)).toBeUndefined();
  });

  it('a primary of another chain is replaced', async () => {
    const {client, primary} = await world(chain, {trusted: 30});
    primary.chain = new LightChain({heights: 40, powersAt: steady('x', 'y')});
    expect(await client.verifyLightBlockAtHeight(27n)).toEqual(chain.at(27));
    expect(client.primary).toBe('witness0');
    expect(client.witnesses).toEqual(['witness1']);
  });

  it('ends at a named distance', async () => {
    const {client} = await farWorld(BigInt(lightLimits.BACKWARDS_HEADERS_MAX) + 2n);
    expect(await codeOf(client.verifyLightBlockAtHeight(1n))).toBe('TOO_FAR');
    // One less is walked: the next header is not the one before.
    expect(await codeOf(client.verifyLightBlockAtHeight(2n))).not.toBe('TOO_FAR');
  });

  it('there is no height 0', async () => {
    const {client} = await world(chain);
    expect(await codeOf(client.verifyLightBlockAtHeight(0n))).toBe('INVALID_HEIGHT');
  });
});

/** A client that trusts a height with no chain below it. */
async function farWorld(height: bigint): Promise<{client: LightClient}> {
  const template = chain.at(4);
  const {header, commit} = template.signedHeader;
  const at = (asked: bigint): LightBlock => ({...template, signedHeader: {header: {...header, height: asked}, commit: {...commit, height: asked}}});
  const provider = {name: 'far', lightBlock: async (asked: bigint | 'latest') => at(asked === 'latest' ? height : asked), reportEvidence: async () => {}};
  const encoding = {...lenient(), validatorSetHash: () => header.validatorsHash};
  const client = await LightClient.create(
    {chainId: CHAIN_ID, trust: {height, hash: new Uint8Array(32), periodNs: HOUR_NS}, encoding},
    {primary: provider, witnesses: [{...provider, name: 'far too'}], db: memoryStore(), clock: new StillClock(chain.time(40)), logger: SILENT_LOGGER},
  );
  return {client};
}

describe('the beginning', () => {
  it('needs the trusted hash', async () => {
    expect(await codeOf(world(chain, {trust: {height: 1n, hash: sha256(), periodNs: HOUR_NS}}))).toBe('TRUSTED_HASH_MISMATCH');
  });

  it('needs witnesses that have the same header', async () => {
    const other = chain.fork({at: 2});
    expect(await codeOf(world(chain, {trusted: 5, witnesses: [chain, other]}))).toBe('TRUSTED_HASH_MISMATCH');
  });

  it('needs a header within the trusting period', async () => {
    const clock = new StillClock(timestampFromNanos(timestampToNanos(chain.time(1)) + HOUR_NS));
    const modules = {primary: new ChainProvider('p', chain), witnesses: [new ChainProvider('w', chain)], db: memoryStore(), clock, logger: SILENT_LOGGER};
    const create = LightClient.create({chainId: CHAIN_ID, trust: {height: 1n, hash: chain.hash(1), periodNs: HOUR_NS}}, modules);
    expect(await codeOf(create)).toBe('EXPIRED');
  });

  it.each<[string, Partial<LightClientOptions>]>([
    ['a height of 0', {trust: {height: 0n, hash: sha256(), periodNs: 1n}}],
    ['a short hash', {trust: {height: 1n, hash: new Uint8Array(31), periodNs: 1n}}],
    ['no trusting period', {trust: {height: 1n, hash: sha256(), periodNs: 0n}}],
    ['a trust level below 1/3', {trustLevel: {numerator: 33n, denominator: 100n}}],
    ['too much drift', {maxClockDriftMs: lightLimits.MAX_CLOCK_DRIFT_MAX_MS + 1}],
    ['too much lag', {maxBlockLagMs: lightLimits.MAX_BLOCK_LAG_MAX_MS + 1}],
    ['too many blocks', {trustedBlocks: lightLimits.TRUSTED_BLOCKS_MAX + 1}],
    ['no blocks', {trustedBlocks: 0}],
  ])('refuses %s', async (_, options) => expect(await codeOf(world(chain, options))).toBe('INVALID_OPTIONS'));

  it('refuses no witnesses and too many', async () => {
    expect(await codeOf(world(chain, {witnesses: []}))).toBe('NO_WITNESSES');
    expect(await codeOf(world(chain, {witnesses: Array(lightLimits.WITNESSES_MAX).fill(chain)}))).toBe('none');
    expect(await codeOf(world(chain, {witnesses: Array(lightLimits.WITNESSES_MAX + 1).fill(chain)}))).toBe('INVALID_OPTIONS');
  });
});

describe('the store', () => {
  it('is taken up again by a client with the same anchor', async () => {
    const {client, db} = await world(chain);
    await client.update();
    const again = await world(chain, {db});
    expect(again.primary.requests).toEqual([]);
    expect(await again.client.latestTrusted()).toEqual(chain.at(40));
  });

  it('is dropped when another header is trusted', async () => {
    const {client, db} = await world(chain);
    await client.update();
    const other = chain.fork({at: 5, heights: 50});
    const again = await world(other, {db, trusted: 7});
    expect(again.client.trustedLightBlock(40n)).toBeUndefined();
    expect(await again.client.latestTrusted()).toEqual(other.at(7));
  });

  it('keeps the named number of blocks, the highest', async () => {
    const {client} = await world(chain, {trustedBlocks: 3});
    for (const height of [5n, 10n, 15n, 20n]) await client.verifyLightBlockAtHeight(height);
    expect((await client.lowestTrusted())?.signedHeader.header.height).toBe(10n);
    expect(client.trustedLightBlock(5n)).toBeUndefined();
  });

  it('an expired one says so', async () => {
    const {client, clock} = await world(chain);
    clock.advance(2 * 3_600_000);
    expect(await codeOf(client.update())).toBe('EXPIRED');
  });
});

describe('a primary', () => {
  it('that is gone becomes the last witness, and a witness goes on', async () => {
    const {client, primary} = await world(chain);
    primary.failure = new ProviderError('NO_RESPONSE', 'connection refused');
    expect(await client.update()).toEqual(chain.at(40));
    expect(client.primary).toBe('witness0');
    expect(client.witnesses).toEqual(['witness1', 'primary']);
  });

  it.each<[string, (block: LightBlock) => LightBlock]>([
    ['of another hash', rubbish],
    ['without signatures', unsigned],
    ['of another height', () => chain.at(3)],
  ])('that answers with a header %s', async (_, override) => {
    const {client, primary} = await world(chain);
    primary.override = override;
    expect(await client.verifyLightBlockAtHeight(30n)).toEqual(chain.at(30));
    expect(client.primary).toBe('witness0');
    expect(client.witnesses).toEqual(['witness1']);
  });

  it('that lies about a header in between is dropped for good', async () => {
    const {client, primary} = await world(restless);
    primary.override = (block) => (block.signedHeader.header.height === 60n ? block : unsigned(block));
    expect(await client.verifyLightBlockAtHeight(60n)).toEqual(restless.at(60));
    expect(client.primary).toBe('witness0');
    expect(client.witnesses).toEqual(['witness1']);
  });

  it('and witnesses all gone: no provider, and all are there again later', async () => {
    const {client, primary, witnesses} = await world(chain);
    for (const provider of [primary, ...witnesses]) provider.failure = new ProviderError('NO_RESPONSE', 'down');
    expect(await codeOf(client.update())).toBe('NO_PROVIDER');
    for (const provider of [primary, ...witnesses]) provider.failure = undefined;
    expect(await client.update()).toEqual(chain.at(40));
  });

  it('a header ahead of our clock that all have costs nobody his place', async () => {
    const {client, clock} = await world(chain);
    clock.time = chain.time(1);
    expect(await codeOf(client.update())).toBe('INVALID_HEADER');
    expect([client.primary, ...client.witnesses]).toEqual(['primary', 'witness0', 'witness1']);
  });
});

describe('stopping', () => {
  it('ends what is under way', async () => {
    const {client, stop} = await world(chain);
    stop.abort();
    expect(await codeOf(client.update())).toBe('STOPPED');
  });
});
