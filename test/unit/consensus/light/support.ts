import {LightClient, type LightClientOptions} from '#consensus/light';
import {memoryStore} from '#node/storage';
import {CHAIN_ID, type LightChain} from '../../../support/light-chain.ts';
import {ChainProvider, SILENT_LOGGER, StillClock} from '../../../support/light-provider.ts';

export const HOUR_NS = 3_600_000_000_000n;

export interface World {
  readonly client: LightClient;
  readonly primary: ChainProvider;
  readonly witnesses: readonly ChainProvider[];
  readonly clock: StillClock;
  readonly db: ReturnType<typeof memoryStore>;
  readonly stop: AbortController;
}

export interface WorldOptions extends Partial<LightClientOptions> {
  readonly trusted?: number;
  readonly primary?: LightChain;
  readonly witnesses?: readonly LightChain[];
  readonly db?: ReturnType<typeof memoryStore>;
}

/** A client of a chain, at the time of its last block, with providers of which some may be on other chains. */
export async function world(chain: LightChain, options: WorldOptions = {}): Promise<World> {
  const {trusted = 1, primary: primaryChain = chain, witnesses: witnessChains = [chain, chain], db = memoryStore(), ...rest} = options;
  const primary = new ChainProvider('primary', primaryChain);
  const witnesses = witnessChains.map((witness, index) => new ChainProvider(`witness${index}`, witness));
  const clock = new StillClock(chain.time(chain.height));
  const stop = new AbortController();
  const client = await LightClient.create(
    {chainId: CHAIN_ID, trust: {height: BigInt(trusted), hash: chain.hash(trusted), periodNs: HOUR_NS}, maxClockDriftMs: 1_000, maxBlockLagMs: 1_000, ...rest},
    {primary, witnesses, db, clock, logger: SILENT_LOGGER, signal: stop.signal},
  );
  return {client, primary, witnesses, clock, db, stop};
}

/** The code of the error that a promise ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: {code?: string; message?: string}) => error.code ?? String(error.message),
  );
}
