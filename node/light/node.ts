/** `qanat light` put together: providers, store, client, server, and the loop that follows the chain. */
import {join} from 'node:path';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {SystemClock, type KeyValueStore} from '#consensus/engine';
import {HttpProvider, LightClient, RpcTransport, type LightClientOptions} from '#consensus/light';
import {memoryStore, openLevel} from '#node/storage';
import {AccessPolicy} from '../rpc/access.ts';
import {Dispatcher} from '../rpc/comet/dispatcher.ts';
import {Gate} from '../rpc/comet/gate.ts';
import {serveHttp} from '../rpc/comet/http.ts';
import {DEFAULT_COMET_RPC_LIMITS} from '../rpc/comet/limits.ts';
import type {Logger} from '#node/telemetry';
import {FOLLOW_INTERVAL_MS, NODE_RESPONSE_BYTES_MAX} from './limits.ts';
import {LIGHT_METHODS, type LightContext} from './methods.ts';
import {chainIdOf, VerifiedRpc} from './verified.ts';

export interface LightNodeOptions extends Omit<LightClientOptions, 'chainId'> {
  readonly primary: string;
  readonly witnesses: readonly string[];
  /** Default: as the trusted header says. */
  readonly chainId?: string;
  /** Folder of the verified headers. Default: they are kept in memory. */
  readonly home?: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export class LightNode {
  readonly #options: LightNodeOptions;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #clock = new SystemClock();
  #db: KeyValueStore | undefined;
  #http: Server | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(options: LightNodeOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  /** Resolves with the port when the server is open. @throws LightClientError, RangeError */
  async start(): Promise<{readonly port: number; readonly chainId: string}> {
    const {primary, witnesses, home, host, port, trust} = this.#options;
    const {signal} = this.#stop;
    const nodes = [primary, ...witnesses].map((url) => new RpcTransport({url, clock: this.#clock, responseBytesMax: NODE_RESPONSE_BYTES_MAX}));
    const chainId = this.#options.chainId ?? (await chainIdOf(nodes, trust.height, trust.hash, signal));
    const [first, ...others] = nodes.map((node) => new HttpProvider(node)) as [HttpProvider, ...HttpProvider[]];
    const db = home === undefined ? memoryStore() : await openLevel(join(home, 'light.db'));
    this.#db = db;
    const client = await LightClient.create({...this.#options, chainId}, {primary: first, witnesses: others, db, clock: this.#clock, logger: this.#logger, signal});

    const limits = DEFAULT_COMET_RPC_LIMITS;
    const context: LightContext = {limits, gate: new Gate(limits.heavyConcurrencyMax, limits.heavyWaitingMax), rpc: new VerifiedRpc(client, nodes, signal)};
    const modules = {
      dispatcher: new Dispatcher(context, this.#logger, LIGHT_METHODS),
      access: new AccessPolicy({allowedHosts: ['localhost'], corsOrigins: [], methods: 'GET, POST'}),
      bodyBytesMax: limits.bodyBytesMax,
    };
    const http = createServer({requestTimeout: limits.requestTimeoutMs, noDelay: true}, (request, response) => {
      serveHttp(request, response, modules).catch((error: unknown) => {
        this.#logger.error({error}, 'a request was not answered');
        response.destroy();
      });
    });
    http.maxConnections = limits.connectionsMax;
    this.#http = http;
    await new Promise<void>((resolve, reject) => http.once('error', reject).listen({host, port}, resolve));
    this.#following = this.#follow(client);
    return {port: (http.address() as AddressInfo).port, chainId};
  }

  /** Ends when the client found an attack, or was stopped. */
  get following(): Promise<void> {
    return this.#following;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#following.catch(() => undefined);
    const http = this.#http;
    if (http?.listening === true) {
      await new Promise<void>((done) => {
        http.close(() => done());
        http.closeAllConnections();
      });
    }
    await this.#db?.close();
  }

  /** Keeps within the trusting period, and notices attacks, also while nobody asks. @throws LightClientError ATTACK */
  async #follow(client: LightClient): Promise<void> {
    let height = 0n;
    while (!this.#stop.signal.aborted) {
      try {
        const latest = (await client.update()).signedHeader.header;
        if (latest.height > height) this.#logger.debug({height: latest.height.toString(), primary: client.primary}, 'verified');
        height = latest.height;
      } catch (error) {
        if (client.attack !== undefined) throw client.attack;
        if (!this.#stop.signal.aborted) this.#logger.warn({reason: (error as Error).message}, 'the latest header is not verified');
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    const {signal} = this.#stop;
    return new Promise((done) => {
      if (signal.aborted) return done();
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        done();
      };
      const cancel = this.#clock.setTimer(FOLLOW_INTERVAL_MS, end);
      signal.addEventListener('abort', end, {once: true});
    });
  }
}
