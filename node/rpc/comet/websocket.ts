/**
 * JSON-RPC over WebSocket at /websocket, for every method and for subscriptions. One connection cannot hold up the others, nor fill
 * the memory: a client that does not read is dropped, with its subscriptions. Source: CometBFT `rpc/jsonrpc/server/ws_handler.go`.
 */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer, type RawData, type WebSocket} from 'ws';
import type {AccessPolicy} from '../access.ts';
import type {CometRpcLogger, Dispatcher} from './dispatcher.ts';
import type {RpcClock} from './events/commit-waiters.ts';
import type {Subscriber, Subscriptions} from './events/subscriptions.ts';
import type {CometRpcLimits} from './limits.ts';

export interface WebSocketModules {
  readonly access: AccessPolicy;
  readonly dispatcher: Pick<Dispatcher, 'body'>;
  readonly subscriptions: Subscriptions;
  readonly limits: CometRpcLimits;
  readonly clock: RpcClock;
  readonly logger: CometRpcLogger;
}

const PATH = '/websocket';

export class WebSocketEndpoint {
  readonly #modules: WebSocketModules;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  #cancelPing: (() => void) | undefined;

  constructor(modules: WebSocketModules) {
    this.#modules = modules;
    this.#server = new WebSocketServer({noServer: true, maxPayload: modules.limits.bodyBytesMax, perMessageDeflate: false});
  }

  get count(): number {
    return this.#connections.size;
  }

  /** The HTTP server's `upgrade` event. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const {access, limits} = this.#modules;
    const {origin} = request.headers;
    socket.on('error', () => socket.destroy());
    if ((request.url ?? '').split('?')[0]?.replace(/\/+$/, '') !== PATH) return turnAway(socket, '404 Not Found', `WebSockets are at ${PATH}`);
    if (!access.allowsHost(request.headers)) return turnAway(socket, '403 Forbidden', 'invalid host specified');
    if (origin !== undefined && !access.allowsOrigin(origin)) return turnAway(socket, '403 Forbidden', 'origin not allowed');
    if (this.#connections.size >= limits.webSocketConnectionsMax) return turnAway(socket, '503 Service Unavailable', 'too many connections');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket));
  }

  close(): void {
    this.#cancelPing?.();
    this.#cancelPing = undefined;
    for (const connection of this.#connections) connection.end();
    this.#server.close();
  }

  #open(webSocket: WebSocket): void {
    const connection = new Connection(webSocket, this.#modules, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    if (this.#cancelPing === undefined) this.#schedulePing();
  }

  #schedulePing(): void {
    this.#cancelPing = this.#modules.clock.setTimer(this.#modules.limits.webSocketPingIntervalMs, () => {
      for (const connection of this.#connections) connection.ping();
      this.#cancelPing = undefined;
      if (this.#connections.size > 0) this.#schedulePing();
    });
  }
}

class Connection implements Subscriber {
  readonly #webSocket: WebSocket;
  readonly #modules: WebSocketModules;
  #inFlight = 0;
  #isPaused = false;
  #isAlive = true;

  constructor(webSocket: WebSocket, modules: WebSocketModules, onClose: () => void) {
    this.#webSocket = webSocket;
    this.#modules = modules;
    webSocket.on('message', (message) => this.#receive(message));
    webSocket.on('pong', () => (this.#isAlive = true));
    webSocket.on('error', (error) => modules.logger.debug({err: error}, 'a WebSocket client failed'));
    webSocket.on('close', () => {
      modules.subscriptions.drop(this);
      onClose();
    });
  }

  send(text: string): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (webSocket.bufferedAmount + text.length > this.#modules.limits.webSocketBufferBytesMax) {
      this.#modules.logger.warn({bufferedBytes: webSocket.bufferedAmount}, 'a WebSocket client does not keep up and is dropped');
      this.#modules.subscriptions.drop(this);
      webSocket.terminate();
      return;
    }
    webSocket.send(text);
  }

  ping(): void {
    if (!this.#isAlive) {
      this.#webSocket.terminate();
      return;
    }
    this.#isAlive = false;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
  }

  end(): void {
    this.#webSocket.close(1001, 'the node stops');
    this.#webSocket.terminate();
  }

  #receive(message: RawData): void {
    const text = (Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer)).toString('utf8');
    this.#inFlight++;
    if (this.#inFlight >= this.#modules.limits.webSocketInFlightMax && !this.#isPaused) {
      this.#isPaused = true;
      this.#webSocket.pause();
    }
    this.#modules.dispatcher
      .body(text, this)
      .then(({body}) => {
        // An answer to a client that has gone in the meantime must not keep a subscription.
        if (this.#webSocket.readyState > this.#webSocket.OPEN) this.#modules.subscriptions.drop(this);
        else if (body !== undefined) this.send(body);
      })
      .catch((error: unknown) => {
        this.#modules.logger.error({err: error}, 'a WebSocket request was not answered');
        this.#webSocket.terminate();
      })
      .finally(() => {
        this.#inFlight--;
        if (!this.#isPaused || this.#inFlight >= this.#modules.limits.webSocketInFlightMax) return;
        this.#isPaused = false;
        this.#webSocket.resume();
      });
  }
}

function turnAway(socket: Duplex, status: string, reason: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length + 1}\r\n\r\n${reason}\n`);
}
