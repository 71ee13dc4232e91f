/** The CometBFT RPC: what CosmJS, relayers and light clients call. The node behind it answers through `CometBackend`. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {AccessPolicy} from '../access.ts';
import type {CometBackend} from './backend.ts';
import {Dispatcher, type CometRpcLogger} from './dispatcher.ts';
import {serveHttp, type HttpModules} from './http.ts';
import {DEFAULT_COMET_RPC_LIMITS, type CometRpcLimits} from './limits.ts';

export interface CometRpcOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port; `listen` says which. Default 26657. */
  readonly port?: number;
  /** Names under which the server may be addressed; `*` allows all. Default: localhost. */
  readonly allowedHosts?: readonly string[];
  /** Web origins that may read answers; `*` allows all. Default: none, as in CometBFT. */
  readonly corsOrigins?: readonly string[];
  readonly limits?: Partial<CometRpcLimits>;
}

export interface CometRpcModules {
  readonly backend: CometBackend;
  readonly logger: CometRpcLogger;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 26657;
/** Longer than clients and proxies keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 120_000;

export class CometRpcServer {
  readonly #options: CometRpcOptions;
  readonly #logger: CometRpcLogger;
  readonly #http: Server;

  constructor(options: CometRpcOptions, modules: CometRpcModules) {
    this.#options = options;
    this.#logger = modules.logger;
    const limits = {...DEFAULT_COMET_RPC_LIMITS, ...options.limits};
    const httpModules: HttpModules = {
      dispatcher: new Dispatcher({backend: modules.backend, limits}, modules.logger),
      access: new AccessPolicy({allowedHosts: options.allowedHosts ?? ['localhost'], corsOrigins: options.corsOrigins ?? [], methods: 'GET, POST'}),
      bodyBytesMax: limits.bodyBytesMax,
    };
    this.#http = createServer({keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: limits.requestTimeoutMs, noDelay: true}, (request, response) => {
      serveHttp(request, response, httpModules).catch((error: unknown) => {
        this.#logger.error({error}, 'a request was not answered');
        response.destroy();
      });
    });
    this.#http.maxConnections = limits.connectionsMax;
    this.#http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
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
    return {host, port: (this.#http.address() as AddressInfo).port};
  }

  /** Ends all connections. Resolves when the port is free. */
  async close(): Promise<void> {
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }
}
