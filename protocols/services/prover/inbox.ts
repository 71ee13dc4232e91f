/** Open requests that the prover service knows of, within bounds. */
import type {InferenceRequested} from '#protocols/client';
import {ANSWER_ATTEMPTS_MAX, REQUEST_QUEUE_MAX, UNCLAIMED_REQUEST_COUNT_MAX} from '../limits.ts';
import type {ProvableModel} from './library.ts';
import type {Proof} from './groth16.ts';

export type OpenRequest = {
  readonly request: InferenceRequested;
  /** A scan from this block on finds the request again. */
  readonly foundFrom: bigint;
};

export type QueuedRequest = OpenRequest & {
  readonly model: ProvableModel;
  attempts: number;
  /** Kept when sending failed: proving again would only cost time. */
  proven?: {readonly output: readonly bigint[]; readonly proof: Proof};
};

export class Inbox {
  private readonly queue = new Map<bigint, QueuedRequest>();
  private readonly unclaimed = new Map<bigint, OpenRequest>();
  private readonly finished = new Set<bigint>();
  private wake: (() => void) | undefined;

  get queued(): number {
    return this.queue.size;
  }

  get isFull(): boolean {
    return this.queue.size >= REQUEST_QUEUE_MAX;
  }

  /** Whether the request still needs a look: it is neither queued nor done with. */
  isNew(requestId: bigint): boolean {
    return !this.queue.has(requestId) && !this.finished.has(requestId);
  }

  enqueue(open: OpenRequest, model: ProvableModel): void {
    const {requestId} = open.request;
    this.unclaimed.delete(requestId);
    this.queue.set(requestId, {...open, model, attempts: 0});
    this.wake?.();
  }

  /** Remembers a request that no package here can answer; the oldest gives way. */
  leave(open: OpenRequest): void {
    const {requestId} = open.request;
    if (!this.unclaimed.has(requestId) && this.unclaimed.size >= UNCLAIMED_REQUEST_COUNT_MAX) {
      this.unclaimed.delete(this.unclaimed.keys().next().value as bigint);
    }
    this.unclaimed.set(requestId, open);
  }

  /** Requests without a package that can still be answered at this time (seconds); forgets the others. */
  unclaimedAt(timestamp: bigint): OpenRequest[] {
    for (const [requestId, {request}] of this.unclaimed) {
      if (request.deadline < timestamp) this.unclaimed.delete(requestId);
    }
    return [...this.unclaimed.values()];
  }

  /** The next request to work on, when there is one; undefined after the signal. It stays queued until it is finished. */
  async next(signal: AbortSignal): Promise<QueuedRequest | undefined> {
    while (!signal.aborted) {
      const [first] = this.queue.values();
      if (first) return first;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.wake = undefined;
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.wake = done;
        signal.addEventListener('abort', done, {once: true});
      });
    }
    return undefined;
  }

  /** Puts a request that failed behind the others. False: it has failed too often and was given up. */
  postpone(queued: QueuedRequest): boolean {
    const {requestId} = queued.request;
    this.queue.delete(requestId);
    if (queued.attempts >= ANSWER_ATTEMPTS_MAX) {
      this.finish(requestId);
      return false;
    }
    this.queue.set(requestId, queued);
    return true;
  }

  finish(requestId: bigint): void {
    this.queue.delete(requestId);
    this.unclaimed.delete(requestId);
    this.finished.add(requestId);
    // Only a saving of questions to the chain, which knows what is answered: the oldest may go.
    if (this.finished.size > 2 * REQUEST_QUEUE_MAX) this.finished.delete(this.finished.values().next().value as bigint);
  }

  /** The block to scan from after a restart so that no open request is missed. */
  resumeBlock(nextBlock: bigint): bigint {
    let lowest = nextBlock;
    for (const open of [...this.queue.values(), ...this.unclaimed.values()]) {
      if (open.foundFrom < lowest) lowest = open.foundFrom;
    }
    return lowest;
  }

  /** Forgets everything, for another chain. */
  clear(): void {
    this.queue.clear();
    this.unclaimed.clear();
    this.finished.clear();
  }
}
