/** What the light client asks of its surroundings; `node/` has the adapters, tests have chains in memory. */
import type {Evidence, LightBlock, Timestamp} from '#proto';

export interface LightLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LightClock {
  now(): Timestamp;
  /** Returns a cancel function. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

/** A full node that is asked for light blocks. What it answers is verified; how it fails decides whether it is asked again. */
export interface Provider {
  /** For logs and errors: its URL. */
  readonly name: string;
  /** @throws ProviderError */
  lightBlock(height: bigint | 'latest', signal?: AbortSignal): Promise<LightBlock>;
  /** @throws ProviderError */
  reportEvidence(evidence: Evidence, signal?: AbortSignal): Promise<void>;
}

/** Atomic batches; keys in byte order. The node's store fits. */
export interface LightKeyValueStore {
  get(key: Uint8Array): Uint8Array | undefined;
  write(
    ops: readonly ({readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array} | {readonly type: 'del'; readonly key: Uint8Array})[],
    options: {sync: boolean},
  ): Promise<void>;
  range(gte: Uint8Array, lt: Uint8Array, options?: {reverse?: boolean; limit?: number}): AsyncIterable<readonly [Uint8Array, Uint8Array]>;
}
