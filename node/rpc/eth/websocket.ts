/** JSON-RPC over WebSocket, on the HTTP server's port. One connection cannot hold up the others, nor fill the memory. */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer, type RawData, type WebSocket} from 'ws';
import type {AccessPolicy} from '../access.ts';
import type {Client} from './client.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {EthRpcLimits} from './limits.ts';
import type {EthRpcClock, EthRpcLogger, EthRpcMetrics} from './options.ts';
import type {SubscriptionHost, Subscriptions} from './subscriptions.ts';

export interface WebSocketModules {
  readonly access: AccessPolicy;
  readonly dispatcher: Dispatcher;
  readonly subscriptions: Subscriptions;
  readonly limits: EthRpcLimits;
  readonly clock: EthRpcClock;
  readonly logger: EthRpcLogger;
  readonly metrics: EthRpcMetrics | undefined;
}

export class WebSocketEndpoint {
  private readonly modules: WebSocketModules;
  private readonly server: WebSocketServer;
  private readonly connections = new Set<Connection>();
  private cancelPing: (() => void) | undefined;

  constructor(modules: WebSocketModules) {
    this.modules = modules;
    this.server = new WebSocketServer({noServer: true, maxPayload: modules.limits.bodyBytesMax, perMessageDeflate: false});
  }

  get count(): number {
    return this.connections.size;
  }

  /** The HTTP server's `upgrade` event. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const {access, limits} = this.modules;
    const {origin} = request.headers;
    socket.on('error', () => socket.destroy());
    if (!access.allowsHost(request.headers)) return turnAway(socket, '403 Forbidden', 'invalid host specified');
    if (origin !== undefined && !access.allowsOrigin(origin)) return turnAway(socket, '403 Forbidden', 'origin not allowed');
    if (this.connections.size >= limits.webSocketConnectionsMax) return turnAway(socket, '503 Service Unavailable', 'too many connections');
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.open(webSocket));
  }

  close(): void {
    this.cancelPing?.();
    this.cancelPing = undefined;
    for (const connection of this.connections) connection.end();
    this.server.close();
  }

  private open(webSocket: WebSocket): void {
    const connection = new Connection(webSocket, this.modules, () => {
      this.connections.delete(connection);
      this.modules.metrics?.connections('ws', this.connections.size);
    });
    this.connections.add(connection);
    this.modules.metrics?.connections('ws', this.connections.size);
    if (this.cancelPing === undefined) this.schedulePing();
  }

  private schedulePing(): void {
    this.cancelPing = this.modules.clock.setTimer(this.modules.limits.webSocketPingIntervalMs, () => {
      for (const connection of this.connections) connection.ping();
      this.cancelPing = undefined;
      if (this.connections.size > 0) this.schedulePing();
    });
  }
}

class Connection implements SubscriptionHost, Client {
  private readonly webSocket: WebSocket;
  private readonly modules: WebSocketModules;
  private inFlight = 0;
  private isPaused = false;
  private isAlive = true;

  constructor(webSocket: WebSocket, modules: WebSocketModules, onClose: () => void) {
    this.webSocket = webSocket;
    this.modules = modules;
    // Each request of this connection that waits for a receipt listens for its end.
    webSocket.setMaxListeners(0);
    webSocket.on('message', (message) => this.receive(message));
    webSocket.on('pong', () => (this.isAlive = true));
    webSocket.on('error', (error) => modules.logger.debug({err: error}, 'a WebSocket client failed'));
    webSocket.on('close', () => {
      modules.subscriptions.removeAll(this);
      onClose();
    });
  }

  get host(): SubscriptionHost {
    return this;
  }

  onGone(fn: () => void): () => void {
    this.webSocket.once('close', fn);
    return () => void this.webSocket.off('close', fn);
  }

  send(text: string): void {
    const {webSocket, modules} = this;
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (webSocket.bufferedAmount + text.length > modules.limits.webSocketBufferBytesMax) {
      modules.logger.warn({bufferedBytes: webSocket.bufferedAmount}, 'a WebSocket client does not keep up and is dropped');
      webSocket.terminate();
      return;
    }
    webSocket.send(text);
  }

  ping(): void {
    if (!this.isAlive) {
      this.webSocket.terminate();
      return;
    }
    this.isAlive = false;
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.ping();
  }

  end(): void {
    this.webSocket.close(1001, 'the node stops');
    this.webSocket.terminate();
  }

  private receive(message: RawData): void {
    const text = Array.isArray(message) ? Buffer.concat(message).toString('utf8') : Buffer.from(message as Buffer).toString('utf8');
    const handled = this.modules.dispatcher.handle(text, this);
    if (!(handled instanceof Promise)) {
      if (handled !== undefined) this.send(handled);
      return;
    }
    this.inFlight++;
    if (this.inFlight >= this.modules.limits.webSocketInFlightMax && !this.isPaused) {
      this.isPaused = true;
      this.webSocket.pause();
    }
    void handled.then((answer) => {
      if (answer !== undefined) this.send(answer);
      this.inFlight--;
      if (this.isPaused) {
        this.isPaused = false;
        this.webSocket.resume();
      }
    });
  }
}

function turnAway(socket: Duplex, status: string, reason: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length + 1}\r\n\r\n${reason}\n`);
}
