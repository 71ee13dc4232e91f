/** A contributor's side: serves the modules of a package over TCP, and keeps each session for its proofs. */
import {createServer} from 'node:net';
import type {Server, Socket} from 'node:net';
import {join} from 'node:path';
import {decodeLoraInputs, encodeLoraOutputs} from '#precompiles/codec';
import type {Logger} from '../logger.ts';
import {LoraError} from './errors.ts';
import {CONNECTION_COUNT_MAX, PEER_TIMEOUT_MS, REQUEST_TOKEN_COUNT_MAX} from './limits.ts';
import type {LoraPackage} from './package.ts';
import {SESSION_ID_BYTES, SessionRecord} from './session.ts';
import {applyLora} from './weights.ts';
import {encodeFrame, errorFrame, FrameReader, FrameType} from './wire.ts';
import type {Frame} from './wire.ts';

const REQUEST_HEAD_BYTES = 6;

export interface ContributorOptions {
  readonly package: LoraPackage;
  /** Where sessions are kept, a folder each. */
  readonly sessionsDir: string;
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly peerTimeoutMs?: number;
}

export interface RunningContributor {
  readonly host: string;
  readonly port: number;
  /** Ends all connections and waits until their sessions are on disk. */
  stop(): Promise<void>;
}

export async function startContributor(options: ContributorOptions, {logger}: {readonly logger: Logger}): Promise<RunningContributor> {
  const connections = new Set<Connection>();
  const writes = new Set<Promise<void>>();
  const server: Server = createServer((socket) => {
    const connection = new Connection(socket, options, logger, (record) => {
      const write = record.write(join(options.sessionsDir, Buffer.from(record.id).toString('hex')))
        .catch((error: unknown) => logger.error('a session was not kept', {error: (error as Error).message}))
        .finally(() => writes.delete(write));
      writes.add(write);
    });
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.maxConnections = CONNECTION_COUNT_MAX;
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  return {
    host, port: (server.address() as {port: number}).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.end();
      await closed;
      await Promise.all(writes);
    },
  };
}

/** Answers one frame after the other. Reading stops while the peer does not take its answers, so a flood fills no queue of ours. */
class Connection {
  readonly #socket: Socket;
  readonly #options: ContributorOptions;
  readonly #logger: Logger;
  readonly #onEnd: (record: SessionRecord) => void;
  readonly #reader = new FrameReader();
  #record: SessionRecord | undefined;

  constructor(socket: Socket, options: ContributorOptions, logger: Logger, onEnd: (record: SessionRecord) => void) {
    this.#socket = socket;
    this.#options = options;
    this.#logger = logger;
    this.#onEnd = onEnd;
    socket.setNoDelay(true);
    socket.setTimeout(options.peerTimeoutMs ?? PEER_TIMEOUT_MS, () => this.#refuse(new LoraError('timeout', 'silent for too long')));
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#keep());
  }

  end(): void {
    // At once: a server may be closed before its sockets say that they are.
    this.#keep();
    this.#socket.destroy();
  }

  #receive(piece: Buffer): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        if (this.#socket.destroyed || this.#socket.writableEnded) return;
        const answer = this.#answer(frame);
        if (!this.#socket.write(answer)) {
          this.#socket.pause();
          this.#socket.once('drain', () => this.#socket.resume());
        }
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #answer({type, payload}: Frame): Buffer {
    const {manifest, rows, registration, modules} = this.#options.package;
    if (type === FrameType.hello) {
      if (this.#record !== undefined) throw new LoraError('wrongMessage', 'a second hello');
      if (payload.length !== SESSION_ID_BYTES) throw new LoraError('wrongMessage', `a session of ${payload.length} bytes, expected ${SESSION_ID_BYTES}`);
      this.#record = new SessionRecord(payload, manifest.modules.map(({shape}) => shape));
      return encodeFrame(FrameType.manifest, Buffer.from(JSON.stringify(manifest)));
    }
    const record = this.#record;
    if (record === undefined) throw new LoraError('wrongMessage', `frame ${type} before hello`);
    if (type === FrameType.commitments) {
      const all = Buffer.concat(rows);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(all.length);
      return encodeFrame(FrameType.rows, length, all, registration);
    }
    if (type === FrameType.finish) {
      const digest = record.digest();
      this.#keep();
      return encodeFrame(FrameType.finished, digest);
    }
    if (type !== FrameType.apply || payload.length < REQUEST_HEAD_BYTES) throw new LoraError('wrongMessage', `frame ${type} of ${payload.length} bytes is no request`);
    const index = (payload[4]! << 8) | payload[5]!;
    const inputs = payload.subarray(REQUEST_HEAD_BYTES);
    const tokens = record.tokensOf(index, inputs.length);
    if (tokens === undefined) throw new LoraError('wrongMessage', `${inputs.length} bytes are no inputs of module ${index}`);
    if (tokens > REQUEST_TOKEN_COUNT_MAX) throw new LoraError('limitReached', `${tokens} tokens in a request, at most ${REQUEST_TOKEN_COUNT_MAX}`);
    const module = modules[index]!;
    const outputs = encodeLoraOutputs(module.shape, applyLora(module, decodeLoraInputs(inputs)));
    record.add(index, inputs, outputs);
    return encodeFrame(FrameType.delta, payload.subarray(0, 4), outputs);
  }

  /** Once: what was answered is kept however the connection ends. */
  #keep(): void {
    const record = this.#record;
    if (record !== undefined && !record.isEmpty) this.#onEnd(record);
    this.#record = undefined;
  }

  #refuse(error: unknown): void {
    const message = error instanceof LoraError ? error.message : 'internal error';
    this.#logger.warn('a peer was cut off', {peer: this.#socket.remoteAddress, reason: (error as Error).message});
    this.#socket.end(errorFrame(message), () => this.#socket.destroy());
  }
}
