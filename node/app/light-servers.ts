/** The RPC servers that vouch for the heights of snapshots, through a light client. */
import {HttpProvider, LightClient, LightClientError, RpcTransport, type Provider} from '#consensus/light';
import {consensusParamsFrom, fromHex, JsonReader, type ConsensusParams, type GenesisDoc} from '#proto';
import type {Clock, Logger} from '#consensus/engine';
import type {NodeConfig} from '#node/config';
import {memoryStore} from '#node/storage';
import {LightStateProvider, StateSyncError} from '#node/sync';
import {StartError} from './errors.ts';
import type {ProviderFactory} from './state-sync.ts';

/** One of those that are asked. */
export interface LightServer extends Provider {
  /** Checked against a verified header by whoever asks. */
  consensusParams(height: bigint, signal?: AbortSignal): Promise<ConsensusParams>;
}

export interface LightServerModules {
  readonly genesis: GenesisDoc;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A header that the operator believes. */
export interface TrustedHeader {
  readonly height: bigint;
  readonly hash: Uint8Array;
  readonly periodNs: bigint;
}

/** Between two tries to reach the servers, doubled each time. */
const SERVERS_RETRY_MS = 1_000;
const SERVERS_RETRY_MAX_MS = 60_000;
const NANOS_PER_HOUR = 3_600_000_000_000n;

/** undefined: the settings want no state sync. @throws StartError */
export function configuredProvider(config: NodeConfig, modules: LightServerModules): ProviderFactory | undefined {
  if (!config['state_sync.enable']) return undefined;
  return async (signal) => {
    const {servers, trust} = settingsOf(config, modules.clock);
    return lightStateProvider(servers, trust, modules, signal);
  };
}

/** @throws StartError when the servers say something else than the trusted header; waits while none of them answers. */
export async function lightStateProvider(servers: readonly LightServer[], trust: TrustedHeader, {genesis, clock, logger}: LightServerModules, signal: AbortSignal): Promise<LightStateProvider> {
  const [primary, ...witnesses] = servers;
  const options = {chainId: genesis.chainId, trust};
  const client = await whenAnswered(() => LightClient.create(options, {primary: primary!, witnesses, db: memoryStore(), clock, logger, signal}), {clock, logger, signal}).catch((error: Error) => {
    throw new StartError(`state sync cannot begin: ${error.message}`);
  });
  const light = {
    verifyLightBlockAtHeight: (at: bigint) =>
      client.verifyLightBlockAtHeight(at).catch((error: Error) => {
        throw isUnanswered(error) ? new StateSyncError('UNAVAILABLE', error.message) : error;
      }),
  };
  const sources = servers.map((server) => ({name: server.name, lightBlock: (at: bigint) => server.lightBlock(at, signal)}));
  return new LightStateProvider({light, genesis, sources, consensusParams: (at) => firstAnswer(servers, at, signal)});
}

function settingsOf(config: NodeConfig, clock: Clock): {servers: LightServer[]; trust: TrustedHeader} {
  const urls = config['state_sync.rpc_servers'];
  const height = BigInt(config['state_sync.trust_height']);
  const hash = config['state_sync.trust_hash'];
  if (urls.length < 2) throw new StartError(`state sync verifies with two or more nodes: state_sync.rpc_servers names ${urls.length}`);
  if (height === 0n || !/^[0-9a-fA-F]{64}$/.test(hash)) {
    throw new StartError('state sync begins with a header that you trust: set state_sync.trust_height (1 or more) and state_sync.trust_hash (64 hex digits)');
  }
  try {
    const servers = urls.map((url) => new HttpLightServer(new RpcTransport({url, clock})));
    return {servers, trust: {height, hash: fromHex(hash), periodNs: BigInt(config['state_sync.trust_period_hours']) * NANOS_PER_HOUR}};
  } catch (error) {
    throw new StartError(`state_sync.rpc_servers: ${(error as Error).message}`);
  }
}

class HttpLightServer extends HttpProvider implements LightServer {
  readonly #transport: RpcTransport;

  constructor(transport: RpcTransport) {
    super(transport);
    this.#transport = transport;
  }

  async consensusParams(height: bigint, signal?: AbortSignal): Promise<ConsensusParams> {
    const result = JsonReader.root(await this.#transport.call('consensus_params', {height: height.toString()}, signal), 'consensus_params');
    return consensusParamsFrom(result.object('consensus_params'));
  }
}

/** Nobody answered; that says nothing about what was asked. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof LightClientError)) return false;
  return error.code === 'NOT_CROSS_CHECKED' || (error.code === 'NO_PROVIDER' && (error.cause as {code?: unknown} | undefined)?.code === 'NO_RESPONSE');
}

/** Again, later and later, while no server answers. */
async function whenAnswered<T>(work: () => Promise<T>, {clock, logger, signal}: {clock: Clock; logger: Logger; signal: AbortSignal}): Promise<T> {
  for (let delayMs = SERVERS_RETRY_MS; ; delayMs = Math.min(2 * delayMs, SERVERS_RETRY_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isUnanswered(error)) throw error;
      logger.warn({reason: (error as Error).message, againMs: delayMs}, 'no server of state_sync.rpc_servers answers yet');
    }
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(delayMs, resolve);
      signal.addEventListener('abort', () => (cancel(), resolve()), {once: true});
    });
  }
}

/** It is checked against a verified header: any node may answer. */
async function firstAnswer(servers: readonly LightServer[], height: bigint, signal: AbortSignal): Promise<ConsensusParams> {
  let failure: unknown;
  for (const server of servers) {
    try {
      return await server.consensusParams(height, signal);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
