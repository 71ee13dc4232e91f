/** A base-model user's connection to one contributor. */
import {connect} from 'node:net';
import type {Socket} from 'node:net';
import {loraLayout} from '#precompiles/codec';
import {LoraError} from './errors.ts';
import {ERROR_TEXT_BYTES_MAX, PEER_TIMEOUT_MS, PENDING_REQUEST_COUNT_MAX} from './limits.ts';
import {parseManifest, requirePublicPackage, splitRows} from './package.ts';
import type {LoraManifest, PublicPackage} from './package.ts';
import {SessionRecord} from './session.ts';
import {encodeFrame, FrameReader, FrameType} from './wire.ts';
import type {Frame} from './wire.ts';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** 32 bytes that the user draws. */
  readonly session: Uint8Array;
  /** Commitments (hex) that were pinned before, on chain for example: every module must be one of them. */
  readonly pinned?: ReadonlySet<string> | undefined;
  readonly peerTimeoutMs?: number | undefined;
}

type Waiting = {readonly resolve: (frame: Frame) => void; readonly reject: (error: Error) => void};

export class ContributorClient implements PublicPackage {
  readonly address: string;
  readonly manifest: LoraManifest;
  readonly rows: readonly Uint8Array[];
  readonly registration: Uint8Array;
  readonly record: SessionRecord;
  readonly #channel: Channel;
  #requests = 0;

  private constructor(address: string, open: PublicPackage, record: SessionRecord, channel: Channel) {
    this.address = address;
    this.manifest = open.manifest;
    this.rows = open.rows;
    this.registration = open.registration;
    this.record = record;
    this.#channel = channel;
  }

  /** Connects, and checks commitments, pins and the registration before anything is asked. Throws `LoraError`. */
  static async connect(options: ConnectOptions): Promise<ContributorClient> {
    const {host, port, session, pinned} = options;
    const channel = await Channel.open(host, port, options.peerTimeoutMs ?? PEER_TIMEOUT_MS);
    try {
      const manifest = parseManifest((await channel.ask(FrameType.manifest, encodeFrame(FrameType.hello, session))).payload);
      for (const {name, commitment} of manifest.modules) {
        if (pinned !== undefined && !pinned.has(commitment)) throw new LoraError('commitmentChanged', `module ${name} has the commitment ${commitment}, which was not pinned`);
      }
      const {payload} = await channel.ask(FrameType.rows, encodeFrame(FrameType.commitments));
      const length = payload.length < 4 ? Infinity : new DataView(payload.buffer, payload.byteOffset).getUint32(0);
      if (length > payload.length - 4) throw new LoraError('wrongMessage', `${payload.length} bytes are no rows and registration`);
      const open = {manifest, rows: splitRows(manifest, payload.subarray(4, 4 + length)), registration: payload.subarray(4 + length)};
      requirePublicPackage(open);
      return new ContributorClient(`${host}:${port}`, open, new SessionRecord(session, manifest.modules.map(({shape}) => shape)), channel);
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  /** The module's outputs for these inputs, as the codec writes both. They are recorded; whether they are true is for the proof to say. */
  async apply(module: number, inputs: Uint8Array): Promise<Uint8Array> {
    const shape = this.manifest.modules[module]?.shape;
    const tokens = this.record.tokensOf(module, inputs.length);
    if (shape === undefined || tokens === undefined) throw new LoraError('wrongMessage', `${inputs.length} bytes are no inputs of module ${module}`);
    const head = Buffer.alloc(6);
    const request = this.#requests++ >>> 0;
    head.writeUInt32BE(request);
    head.writeUInt16BE(module, 4);
    const {payload} = await this.#channel.ask(FrameType.delta, encodeFrame(FrameType.apply, head, inputs));
    const expected = 4 + tokens * shape.outputs * loraLayout(shape).outputBytes;
    if (payload.length !== expected || Buffer.from(payload).readUInt32BE() !== request) {
      throw this.#channel.fail(new LoraError('wrongMessage', `${this.address} answered ${payload.length} bytes, expected ${expected} for request ${request}`));
    }
    const outputs = payload.subarray(4);
    this.record.add(module, inputs, outputs);
    return outputs;
  }

  /** Ends the session. Throws `LoraError` when the contributor saw another one. */
  async finish(): Promise<void> {
    const {payload} = await this.#channel.ask(FrameType.finished, encodeFrame(FrameType.finish));
    this.#channel.close();
    if (Buffer.compare(payload, this.record.digest()) !== 0) throw new LoraError('refused', `${this.address} recorded another session`);
  }

  close(): void {
    this.#channel.close();
  }
}

/** Answers come in the order of the questions. */
class Channel {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(timeoutMs, () => { if (this.#waiting.length > 0) this.fail(new LoraError('timeout', `no answer in ${timeoutMs} ms`)); });
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('error', (cause) => this.fail(new LoraError('closed', `the connection broke: ${cause.message}`, {cause})));
    socket.on('close', () => this.fail(new LoraError('closed', 'the contributor closed the connection')));
  }

  static open(host: string, port: number, timeoutMs: number): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const socket = connect({host, port});
      const give = (error: Error): void => {
        socket.destroy();
        reject(new LoraError('closed', `${host}:${port} cannot be reached: ${error.message}`, {cause: error}));
      };
      socket.setTimeout(timeoutMs, () => give(new Error(`no connection in ${timeoutMs} ms`)));
      socket.once('error', give);
      socket.once('connect', () => {
        socket.removeAllListeners();
        resolve(new Channel(socket, timeoutMs));
      });
    });
  }

  async ask(type: number, frame: Buffer): Promise<Frame> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting.length >= PENDING_REQUEST_COUNT_MAX) throw new LoraError('limitReached', `${PENDING_REQUEST_COUNT_MAX} requests wait for answers`);
    const answer = await new Promise<Frame>((resolve, reject) => {
      this.#waiting.push({resolve, reject});
      this.#socket.write(frame);
    });
    if (answer.type !== type) throw this.fail(new LoraError('wrongMessage', `an answer of type ${answer.type}, expected ${type}`));
    return answer;
  }

  /** Ends the connection and all that waits on it. */
  fail(error: Error): Error {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const {reject} of this.#waiting.splice(0)) reject(this.#failure);
    return this.#failure;
  }

  close(): void {
    this.fail(new LoraError('closed', 'the connection is closed'));
  }

  #receive(piece: Buffer): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        if (frame.type === FrameType.error) throw new LoraError('refused', `the contributor refused: ${Buffer.from(frame.payload).subarray(0, ERROR_TEXT_BYTES_MAX).toString()}`);
        const next = this.#waiting.shift();
        if (next === undefined) throw new LoraError('wrongMessage', `an answer of type ${frame.type} to no question`);
        next.resolve(frame);
      }
    } catch (error) {
      this.fail(error as Error);
    }
  }
}
