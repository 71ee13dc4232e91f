/** How the server is made. */
import type {ChainBackend, NetworkStatus, PoolBackend} from './backend.ts';
import type {DevBackend} from './dev/backend.ts';
import type {EthRpcLimits} from './limits.ts';

export interface EthRpcOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free port; `listen` says which. Default 8545. */
  readonly port?: number;
  /** For web3_clientVersion, such as `Qanat/v0.1.0/linux-x64/node20.19.0`. */
  readonly clientVersion: string;
  /**
   * Names under which the server may be addressed (the Host header), against DNS rebinding; addresses in digits are always
   * allowed, as in geth. `*` allows all. Default: localhost.
   */
  readonly allowedHosts?: readonly string[];
  /** Web origins that may call from a browser. `*` allows all. Default: localhost and loopback addresses on any port. */
  readonly corsOrigins?: readonly string[];
  /** Namespaces that are served. Default: eth, net, web3, txpool. */
  readonly namespaces?: readonly string[];
  /** wei per gas: the tip that is suggested while recent blocks say nothing else. Default 0.1 gwei. */
  readonly tipDefault?: bigint;
  readonly limits?: Partial<EthRpcLimits>;
}

export interface EthRpcLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EthRpcClock {
  nowMs(): number;
  /** Returns a cancel function. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

export interface EthRpcMetrics {
  /** `code` 0: answered with a result. */
  request(method: string, durationMs: number, code: number): void;
  /** `http` counts all connections, also those that became WebSockets. */
  connections(transport: 'http' | 'ws', count: number): void;
  subscriptions(count: number): void;
}

export interface EthRpcModules {
  readonly chain: ChainBackend;
  readonly pool: PoolBackend;
  readonly network: () => NetworkStatus;
  readonly logger: EthRpcLogger;
  /** Default: the system's clock and timers. */
  readonly clock?: EthRpcClock;
  readonly metrics?: EthRpcMetrics;
  /** Of a development chain: its methods are served then, whatever the namespaces. */
  readonly dev?: DevBackend;
}
