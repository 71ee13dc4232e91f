/**
 * The short way through HTTP/1.1 for what nearly every client of a JSON-RPC sends: POST requests with a Content-Length on a connection
 * that is kept. It takes a request only when all of its head is there and each line of it is plain and known not to change the meaning;
 * for anything else (another method, a browser's Origin, chunks, a head in pieces, whatever is odd) Node's own server gets the
 * connection with every byte that was not answered yet, and keeps it. So what is hard about HTTP is decided in one place.
 */
import type {Server} from 'node:http';
import type {Socket} from 'node:net';
import type {AccessPolicy} from '../access.ts';
import type {Client} from './client.ts';
import type {Dispatcher} from './dispatcher.ts';
import {isJsonType} from './http.ts';
import type {EthRpcClock} from './options.ts';

export interface ShortHttpModules {
  readonly access: AccessPolicy;
  readonly dispatcher: Dispatcher;
  readonly clock: EthRpcClock;
  readonly bodyBytesMax: number;
  /** Time to receive a whole request. */
  readonly requestTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveMs: number;
}

/** As Node's server: longer heads are refused there. */
const HEAD_BYTES_MAX = 16 * 1024;
const REQUEST_LINE = /^POST \/[\x21-\x7e]* HTTP\/1\.1$/;
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
const LENGTH = /^\d{1,10}$/;
/** Fields by which a request asks for more than its answer. */
const OTHERS: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'origin', 'content-encoding', 'upgrade', 'trailer', 'te', 'proxy-connection', 'http2-settings']);

export class ShortHttp {
  private readonly modules: ShortHttpModules;
  private readonly conversations = new Set<Conversation>();

  constructor(modules: ShortHttpModules) {
    this.modules = modules;
  }

  /** From now on connections of `server` come here first. */
  attach(server: Server): void {
    const listeners = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      const conversation: Conversation = new Conversation(socket, this.modules, {
        ended: () => this.conversations.delete(conversation),
        handOver: () => listeners.forEach((listener) => listener.call(server, socket)),
      });
      this.conversations.add(conversation);
    });
  }

  /** Ends the connections that Node's server did not get. */
  close(): void {
    for (const conversation of this.conversations) conversation.destroy();
  }
}

interface ConversationHooks {
  /** It is over, or another's. */
  ended(): void;
  handOver(): void;
}

/** One connection: its requests are answered one after another, in their order. */
class Conversation implements Client {
  private readonly socket: Socket;
  private readonly modules: ShortHttpModules;
  private readonly hooks: ConversationHooks;
  /** Received, and not answered yet. */
  private received: Buffer | undefined;
  /** Of a request whose body is not all there. */
  private pieces: {readonly chunks: Buffer[]; missing: number; readonly cancelDeadline: () => void} | undefined;
  /** A request is being answered. */
  private isAnswering = false;
  /** The client has not taken its last answer yet. */
  private isUntaken = false;
  /** Closed, or another's. */
  private isOver = false;
  /** Clients send the same head again and again. */
  private knownHead = '';
  private knownLength = 0;

  constructor(socket: Socket, modules: ShortHttpModules, hooks: ConversationHooks) {
    this.socket = socket;
    this.modules = modules;
    this.hooks = hooks;
    socket.setTimeout(modules.keepAliveMs);
    socket.on('data', this.onData);
    socket.on('end', this.onEnd);
    socket.on('error', this.onError);
    socket.on('close', this.onClose);
    socket.on('timeout', this.onTimeout);
    socket.on('drain', this.onDrain);
    // A batch may hold many requests that wait for the end of the connection.
    socket.setMaxListeners(0);
  }

  onGone(fn: () => void): () => void {
    this.socket.once('close', fn);
    return () => void this.socket.off('close', fn);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private readonly onData = (chunk: Buffer): void => {
    const {pieces} = this;
    if (pieces !== undefined) {
      pieces.chunks.push(chunk);
      pieces.missing -= chunk.length;
      if (pieces.missing > 0) return;
      pieces.cancelDeadline();
      this.pieces = undefined;
      this.received = Buffer.concat(pieces.chunks);
    } else {
      this.received = this.received === undefined ? chunk : Buffer.concat([this.received, chunk]);
    }
    // More than the request that is being answered: the rest waits in the client's buffers.
    if (this.isBusy) this.socket.pause();
    else this.answerAll();
  };

  private get isBusy(): boolean {
    return this.isAnswering || this.isUntaken;
  }

  /** As Node's server: whoever sends nothing more waits for nothing more either. */
  private readonly onEnd = (): void => {
    this.received = undefined;
    this.socket.end();
  };

  private readonly onError = (): void => void this.socket.destroy();

  private readonly onClose = (): void => {
    this.isOver = true;
    this.received = undefined;
    this.pieces?.cancelDeadline();
    this.hooks.ended();
  };

  /** Also of who does not take an answer; only work of ours is waited for. */
  private readonly onTimeout = (): void => {
    if (!this.isAnswering) this.socket.destroy();
  };

  private readonly onDrain = (): void => {
    this.isUntaken = false;
    this.goOn();
  };

  private answerAll(): void {
    while (this.received !== undefined && !this.isBusy && !this.isOver) {
      const {received} = this;
      const headEnd = received.indexOf('\r\n\r\n');
      const length = headEnd === -1 || headEnd > HEAD_BYTES_MAX ? undefined : this.bodyLength(received.toString('latin1', 0, headEnd));
      if (length === undefined) return this.handOver();
      const begin = headEnd + 4;
      const end = begin + length;
      if (end > received.length) return this.awaitRest(received, end);
      this.received = end === received.length ? undefined : received.subarray(end);
      let handled: ReturnType<Dispatcher['handle']>;
      try {
        handled = this.modules.dispatcher.handle(received.toString('utf8', begin, end), this);
      } catch {
        return void this.socket.destroy();
      }
      if (!(handled instanceof Promise)) {
        this.send(handled);
        continue;
      }
      this.isAnswering = true;
      handled
        .then((answer) => {
          this.isAnswering = false;
          this.send(answer);
          this.goOn();
        })
        // The dispatcher answers errors itself. Should something get past it, it must not end the process.
        .catch(() => this.socket.destroy());
    }
  }

  private goOn(): void {
    if (this.isOver || this.isBusy) return;
    this.answerAll();
    if (!this.isOver && !this.isBusy && this.socket.isPaused()) this.socket.resume();
  }

  private awaitRest(received: Buffer, end: number): void {
    this.received = undefined;
    const {clock, requestTimeoutMs} = this.modules;
    const cancelDeadline = clock.setTimer(requestTimeoutMs, () => {
      // What comes now is not carried out: the client is told that it came too late.
      this.pieces = undefined;
      this.socket.off('data', this.onData);
      this.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      this.socket.destroySoon();
    });
    this.pieces = {chunks: [received], missing: end - received.length, cancelDeadline};
  }

  /** undefined: not a request for the short way. */
  private bodyLength(head: string): number | undefined {
    if (head === this.knownHead) return this.knownLength;
    const length = readHead(head, this.modules);
    if (length === undefined) return undefined;
    this.knownHead = head;
    this.knownLength = length;
    return length;
  }

  /** `answer` undefined: none is due, as in HTTP's 204. */
  private send(answer: string | undefined): void {
    const {socket} = this;
    if (!socket.writable) return;
    const common = `Date: ${this.date()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(this.modules.keepAliveMs / 1_000)}\r\n`;
    let isTaken: boolean;
    if (answer === undefined) {
      isTaken = socket.write(`HTTP/1.1 204 No Content\r\n${common}\r\n`, 'latin1');
    } else {
      const bytes = Buffer.byteLength(answer);
      // In one piece, and one system call; most answers are ASCII, which need not be encoded.
      isTaken = socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n${common}\r\n${answer}`,
        bytes === answer.length ? 'latin1' : 'utf8',
      );
    }
    // Until the client has taken this answer it gets no other one.
    if (!isTaken) this.isUntaken = true;
  }

  private date(): string {
    const seconds = Math.floor(this.modules.clock.nowMs() / 1_000);
    if (seconds !== dateSeconds) {
      dateSeconds = seconds;
      dateText = new Date(seconds * 1_000).toUTCString();
    }
    return dateText;
  }

  private handOver(): void {
    const {socket, received} = this;
    if (this.isOver || socket.destroyed) return;
    this.isOver = true;
    this.received = undefined;
    socket.off('data', this.onData);
    socket.off('end', this.onEnd);
    socket.off('error', this.onError);
    socket.off('close', this.onClose);
    socket.off('timeout', this.onTimeout);
    socket.off('drain', this.onDrain);
    socket.setTimeout(0);
    socket.pause();
    if (received !== undefined) socket.unshift(received);
    this.hooks.ended();
    this.hooks.handOver();
    socket.resume();
  }
}

/** The date of a second is the same for all connections. */
let dateSeconds = -1;
let dateText = '';

/** Bytes of the body of a plain request; undefined for any other. */
function readHead(head: string, {access, bodyBytesMax}: ShortHttpModules): number | undefined {
  const lines = head.split('\r\n');
  if (!REQUEST_LINE.test(lines[0]!)) return undefined;
  let length: number | undefined;
  let host: string | undefined;
  let isJson = false;
  let hasType = false;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    const field = line.slice(0, colon);
    const text = line.slice(colon + 1);
    if (!FIELD_NAME.test(field) || !FIELD_VALUE.test(text)) return undefined;
    const name = field.toLowerCase();
    const value = text.trim();
    switch (name) {
      case 'content-length':
        if (length !== undefined || !LENGTH.test(value)) return undefined;
        length = Number(value);
        break;
      case 'host':
        if (host !== undefined) return undefined;
        host = value;
        break;
      case 'content-type':
        if (hasType) return undefined;
        hasType = true;
        isJson = isJsonType(value);
        break;
      case 'connection':
        if (value.toLowerCase() !== 'keep-alive') return undefined;
        break;
      default:
        if (OTHERS.has(name)) return undefined;
    }
  }
  if (length === undefined || length > bodyBytesMax || !isJson || host === undefined || !access.allowsHost({host})) return undefined;
  return length;
}
