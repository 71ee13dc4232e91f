/**
 * The Ethereum JSON-RPC: one HTTP server, WebSocket on the same port. It owns the protocol, the encoding of results and what
 * clients subscribe to; the chain and the pool answer.
 */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {BlockEvent} from '#node/execution';
import {AccessPolicy} from '../access.ts';
import {Dispatcher} from './dispatcher.ts';
import {devMethodTable} from './dev/index.ts';
import {EncodedCache} from './encode/encoded.ts';
import {EncodedReceipts} from './encoded-receipts.ts';
import {Fees} from './fees.ts';
import {Filters} from './filters.ts';
import {serveHttp} from './http.ts';
import {DEFAULT_ETH_RPC_LIMITS} from './limits.ts';
import type {RpcContext} from './method.ts';
import {methodTable} from './methods/index.ts';
import type {EthRpcModules, EthRpcOptions} from './options.ts';
import {ReceiptWaiters} from './receipt-waiters.ts';
import {RecentBlocks} from './recent-blocks.ts';
import {Semaphore} from './semaphore.ts';
import {ShortHttp} from './short-http.ts';
import {Subscriptions} from './subscriptions.ts';
import {randomId, systemClock} from './system.ts';
import {WebSocketEndpoint} from './websocket.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 8545;
const DEFAULT_NAMESPACES = ['eth', 'net', 'web3', 'txpool'];
const DEFAULT_TIP = 100_000_000n;
/** Longer than clients and proxies keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 120_000;

export class EthRpcServer {
  private readonly options: EthRpcOptions;
  private readonly modules: EthRpcModules;
  private readonly context: RpcContext;
  private readonly http: Server;
  private readonly shortHttp: ShortHttp;
  private readonly webSockets: WebSocketEndpoint;
  private readonly unsubscribes: (() => void)[] = [];
  private lastNumber = -1n;
  private connections = 0;
  private isClosed = false;

  constructor(options: EthRpcOptions, modules: EthRpcModules) {
    this.options = options;
    this.modules = modules;
    const {chain, pool, network, logger, metrics, dev, clock = systemClock} = modules;
    const limits = {...DEFAULT_ETH_RPC_LIMITS, ...options.limits};
    const recent = new RecentBlocks(chain);
    this.context = {
      chain,
      pool,
      network,
      clock,
      limits,
      clientVersion: options.clientVersion,
      recent,
      encoded: new EncodedCache(limits.encodedBlocksMax),
      encodedReceipts: new EncodedReceipts(chain, recent, limits.encodedReceiptsBytesMax),
      fees: new Fees(chain, recent, options.tipDefault ?? DEFAULT_TIP),
      traces: new Semaphore(limits.tracesConcurrencyMax, limits.tracesWaitingMax),
      waiters: new ReceiptWaiters({clock, waitersMax: limits.syncWaitersMax}),
      filters: new Filters({clock, limits, newId: randomId}),
      subscriptions: new Subscriptions({limits, newId: randomId, network, metrics}),
      ...(dev === undefined ? {} : {dev}),
    };
    const methods = methodTable(limits, options.namespaces ?? DEFAULT_NAMESPACES);
    const dispatcher = new Dispatcher(dev === undefined ? methods : new Map([...methods, ...devMethodTable(limits)]), {context: this.context, logger, metrics});
    const access = new AccessPolicy({allowedHosts: options.allowedHosts ?? ['localhost'], corsOrigins: options.corsOrigins, methods: 'POST'});
    const httpModules = {access, dispatcher, logger, bodyBytesMax: limits.bodyBytesMax, greeting: () => this.greeting()};
    this.webSockets = new WebSocketEndpoint({access, dispatcher, subscriptions: this.context.subscriptions, limits, clock, logger, metrics});
    this.http = createServer({keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: limits.requestTimeoutMs, noDelay: true}, (request, response) => {
      void serveHttp(request, response, httpModules);
    });
    this.shortHttp = new ShortHttp({access, dispatcher, clock, bodyBytesMax: limits.bodyBytesMax, requestTimeoutMs: limits.requestTimeoutMs, keepAliveMs: KEEP_ALIVE_MS});
    this.shortHttp.attach(this.http);
    this.http.maxConnections = limits.connectionsMax;
    this.http.on('connection', (socket) => {
      this.countConnections(1);
      socket.once('close', () => this.countConnections(-1));
    });
    this.http.on('upgrade', (request, socket, head) => this.webSockets.upgrade(request, socket, head));
    this.http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  /** Resolves when the port is open. Rejects with a message that names the port when it is in use. */
  async listen(): Promise<{readonly host: string; readonly port: number}> {
    const {host = DEFAULT_HOST, port = DEFAULT_PORT} = this.options;
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      this.http.listen({host, port}, () => {
        this.http.removeAllListeners('error');
        this.http.on('error', (error) => this.modules.logger.error({err: error}, 'the Ethereum RPC server reports an error'));
        resolve();
      });
    });
    this.unsubscribes.push(
      this.modules.chain.onBlock((event) => this.guard(() => this.onBlock(event))),
      this.modules.pool.onPending((tx) =>
        this.guard(() => {
          this.context.filters.onPending(tx);
          this.context.subscriptions.onPending(tx);
        }),
      ),
      ...(this.modules.dev === undefined ? [] : [this.modules.dev.onRewind(() => this.forget())]),
    );
    return {host, port: (this.http.address() as AddressInfo).port};
  }

  /** Ends all connections. Resolves when the port is free. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const unsubscribe of this.unsubscribes) unsubscribe();
    this.webSockets.close();
    this.shortHttp.close();
    this.context.filters.clear();
    this.context.waiters.clear();
    if (!this.http.listening) return;
    await new Promise<void>((resolve) => {
      this.http.close(() => resolve());
      this.http.closeAllConnections();
    });
  }

  private onBlock(event: BlockEvent): void {
    const {recent, fees, filters, subscriptions, waiters} = this.context;
    const {number} = event.block.header;
    if (number <= this.lastNumber) this.forget();
    this.lastNumber = number;
    recent.add(event);
    fees.add(event.block, event.receipts);
    filters.onBlock(event);
    subscriptions.onBlock(event);
    waiters.onBlock(event);
  }

  /** Only a development chain goes back; then nothing that was kept can be trusted. */
  private forget(): void {
    const {recent, encoded, encodedReceipts, fees} = this.context;
    recent.clear();
    encoded.clear();
    encodedReceipts.clear();
    fees.clear();
  }

  private guard(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.modules.logger.error({err: error}, 'subscribers of the Ethereum RPC could not be told');
    }
  }

  private countConnections(change: number): void {
    this.connections += change;
    this.modules.metrics?.connections('http', this.connections);
  }

  private greeting(): string {
    const {chain, clientVersion} = this.context;
    return [
      `${clientVersion}: Ethereum JSON-RPC of chain ${chain.chainId}, block ${chain.head().header.number}.`,
      'Send JSON-RPC 2.0 by POST with Content-Type: application/json, or connect by WebSocket to this address. For example:',
      `  curl -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' http://…`,
      '',
    ].join('\n');
  }
}

/** Keeps the system's code, by which the node's start tells its operator what to do. */
function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  return Object.assign(new Error(`the Ethereum RPC cannot listen: ${reasonOf(error, host, port)}`, {cause: error}), {code: error.code});
}

function reasonOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use`;
    case 'EACCES':
      return `no permission for port ${port} on ${host}`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine`;
    default:
      return error.message;
  }
}
