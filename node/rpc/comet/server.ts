/** The CometBFT RPC: what CosmJS, relayers and light clients call. The node behind it answers through `CometBackend`. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {AccessPolicy} from '../access.ts';
import type {CometBackend} from './backend.ts';
import {Dispatcher, type CometRpcLogger, type CometRpcMetrics} from './dispatcher.ts';
import {blockEvents, consensusEvent, stepEvents, type ChainEvent} from './events/chain-events.ts';
import {CommitWaiters, type RpcClock} from './events/commit-waiters.ts';
import {Subscriptions} from './events/subscriptions.ts';
import {Gate} from './gate.ts';
import {serveHttp, type HttpModules} from './http.ts';
import {DEFAULT_COMET_RPC_LIMITS, type CometRpcLimits} from './limits.ts';
import type {RpcContext} from './method.ts';
import {METHOD_TABLE} from './methods/index.ts';
import {WebSocketEndpoint} from './websocket.ts';

export interface CometRpcOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port; `listen` says which. Default 26657. */
  readonly port?: number;
  /** How long broadcast_tx_commit waits for its block. Default 10 s. */
  readonly timeoutBroadcastTxCommitMs?: number;
  /** Names under which the server may be addressed; `*` allows all. Default: localhost. */
  readonly allowedHosts?: readonly string[];
  /** Web origins that may read answers; `*` allows all. Default: none, as in CometBFT. */
  readonly corsOrigins?: readonly string[];
  readonly limits?: Partial<CometRpcLimits>;
}

export interface CometRpcModules {
  readonly backend: CometBackend;
  readonly logger: CometRpcLogger;
  readonly metrics?: CometRpcMetrics;
  /** Default: the system's timers. */
  readonly clock?: RpcClock;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 26657;
/** Longer than clients and proxies keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 120_000;
const TIMEOUT_BROADCAST_TX_COMMIT_MS = 10_000;

const SYSTEM_CLOCK: RpcClock = {
  setTimer(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  },
};

export class CometRpcServer {
  readonly #options: CometRpcOptions;
  readonly #logger: CometRpcLogger;
  readonly #backend: CometBackend;
  readonly #http: Server;
  readonly #webSockets: WebSocketEndpoint;
  readonly #subscriptions: Subscriptions;
  readonly #commitWaiters: CommitWaiters;
  #unlisten: (() => void) | undefined;

  constructor(options: CometRpcOptions, modules: CometRpcModules) {
    this.#options = options;
    this.#logger = modules.logger;
    const {backend, logger, clock = SYSTEM_CLOCK} = modules;
    this.#backend = backend;
    const limits = {...DEFAULT_COMET_RPC_LIMITS, ...options.limits};
    this.#subscriptions = new Subscriptions(limits);
    const timeoutMs = options.timeoutBroadcastTxCommitMs ?? TIMEOUT_BROADCAST_TX_COMMIT_MS;
    this.#commitWaiters = new CommitWaiters({max: limits.commitWaitersMax, timeoutMs}, clock);
    const gate = new Gate(limits.heavyConcurrencyMax, limits.heavyWaitingMax);
    const context: RpcContext = {backend, limits, subscriptions: this.#subscriptions, commitWaiters: this.#commitWaiters, gate};
    const httpModules: HttpModules = {
      dispatcher: new Dispatcher(context, logger, METHOD_TABLE, modules.metrics),
      access: new AccessPolicy({allowedHosts: options.allowedHosts ?? ['localhost'], corsOrigins: options.corsOrigins ?? [], methods: 'GET, POST'}),
      bodyBytesMax: limits.bodyBytesMax,
    };
    this.#webSockets = new WebSocketEndpoint({...httpModules, subscriptions: this.#subscriptions, limits, clock, logger});
    this.#http = createServer({keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: limits.requestTimeoutMs, noDelay: true}, (request, response) => {
      serveHttp(request, response, httpModules).catch((error: unknown) => {
        this.#logger.error({error}, 'a request was not answered');
        response.destroy();
      });
    });
    this.#http.on('upgrade', (request, socket, head) => this.#webSockets.upgrade(request, socket, head));
    this.#http.maxConnections = limits.connectionsMax;
    this.#http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  /** For telemetry. */
  get load(): {readonly webSockets: number; readonly subscriptions: number} {
    return {webSockets: this.#webSockets.count, subscriptions: this.#subscriptions.count};
  }

  /** Resolves when the port is open. Rejects with the system's error (EADDRINUSE, EACCES, …). */
  async listen(): Promise<{readonly host: string; readonly port: number}> {
    const {host = DEFAULT_HOST, port = DEFAULT_PORT} = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({host, port}, () => {
        this.#http.off('error', reject);
        this.#http.on('error', (error) => this.#logger.error({error}, 'the CometBFT RPC server reports an error'));
        resolve();
      });
    });
    this.#unlisten = this.#backend.listen({
      committed: (block) => {
        this.#commitWaiters.onBlock(block);
        this.#publish(blockEvents(block));
      },
      step: (step) => this.#publish(stepEvents(step)),
      consensus: (event) => {
        if (!this.#subscriptions.isEmpty) this.#publish([consensusEvent(event)]);
      },
    });
    return {host, port: (this.#http.address() as AddressInfo).port};
  }

  /** Ends all connections. Resolves when the port is free. */
  async close(): Promise<void> {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#commitWaiters.close();
    this.#webSockets.close();
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  /** Nothing is built when nobody listens. */
  #publish(events: Iterable<ChainEvent>): void {
    if (this.#subscriptions.isEmpty) return;
    for (const event of events) this.#subscriptions.publish(event);
  }
}
