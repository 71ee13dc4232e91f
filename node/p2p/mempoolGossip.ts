import {createHash} from 'node:crypto';
import {TopicValidatorResult} from '@libp2p/gossipsub';
import type {GossipSub, Message} from '@libp2p/gossipsub';
import {
  BAN_POINTS,
  MEMPOOL_BATCH_MAX_BYTES,
  MEMPOOL_BATCH_MAX_TRANSACTIONS,
  MEMPOOL_MESSAGES_PER_SECOND_MAX,
  MEMPOOL_MESSAGE_MAX_BYTES,
  MEMPOOL_PENDING_MAX_BYTES,
  MEMPOOL_TRANSACTION_MAX_BYTES,
  MEMPOOL_VALIDATING_MAX_BATCHES,
  MEMPOOL_VALIDATING_MAX_BYTES,
  REJECTED_TRANSACTIONS_POINTS,
} from './limits.ts';
import {decodeTransactions, encodeTransactions} from './messages.ts';
import type {P2pClock, P2pLogger, TransactionsHandler, TransactionsVerdict} from './types.ts';

export interface MempoolGossipOptions {
  readonly topic: string;
  readonly batchDelayMs: number;
}

export interface MempoolGossipModules {
  readonly pubsub: GossipSub;
  readonly clock: P2pClock;
  readonly logger: P2pLogger;
  /** Whether the peer has passed the handshake; what others send is ignored. */
  readonly isAnnounced: (peer: string) => boolean;
  readonly punish: (peer: string, points: number, reason: string) => void;
}

const VERDICTS: Record<TransactionsVerdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/** Unsigned messages are known by their content: the same batch from two peers is one message. */
export function gossipMessageId(message: Pick<Message, 'data'>): Uint8Array {
  return createHash('sha256').update(message.data).digest();
}

/** Transactions by gossipsub: ours in batches, those of peers handed to a judge before they are passed on. */
export class MempoolGossip {
  readonly #options: MempoolGossipOptions;
  readonly #modules: MempoolGossipModules;
  #handler: TransactionsHandler | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #cancelTimer: (() => void) | undefined;
  #publishing = false;
  #validatingBatches = 0;
  #validatingBytes = 0;
  #rateSecond = 0;
  readonly #rates = new Map<string, number>();

  constructor(options: MempoolGossipOptions, modules: MempoolGossipModules) {
    this.#options = options;
    this.#modules = modules;
  }

  start(): void {
    this.#modules.pubsub.topicValidators.set(this.#options.topic, (peer, message) => this.#validate(peer.toString(), message));
    this.#modules.pubsub.subscribe(this.#options.topic);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** At most one handler; without one, what peers send is ignored. Returns an unsubscribe function. */
  onTransactions(handler: TransactionsHandler): () => void {
    if (this.#handler !== undefined) throw new Error('transactions have a handler already');
    this.#handler = handler;
    return () => {
      if (this.#handler === handler) this.#handler = undefined;
    };
  }

  /** Returns how many were taken: those that do not fit into what may wait, or are too large for a message, are not. */
  publish(transactions: readonly Uint8Array[]): number {
    let taken = 0;
    for (const transaction of transactions) {
      const size = transaction.byteLength;
      if (size === 0 || size > MEMPOOL_TRANSACTION_MAX_BYTES || this.#pendingBytes + size > MEMPOOL_PENDING_MAX_BYTES) continue;
      this.#pending.push(transaction);
      this.#pendingBytes += size;
      taken++;
    }
    if (this.#pendingBytes >= MEMPOOL_BATCH_MAX_BYTES) void this.#flush();
    else if (taken > 0) this.#armTimer();
    return taken;
  }

  /** Whether transactions reach this peer: it has told us of its subscription. */
  isSubscribed(peer: string): boolean {
    return this.#modules.pubsub.getSubscribers(this.#options.topic).some(id => id.toString() === peer);
  }

  #armTimer(): void {
    this.#cancelTimer ??= this.#modules.clock.setTimer(this.#options.batchDelayMs, () => {
      this.#cancelTimer = undefined;
      void this.#flush();
    });
  }

  /** Never rejects. */
  async #flush(): Promise<void> {
    if (this.#publishing) return;
    this.#publishing = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    try {
      while (this.#pending.length > 0) {
        const batch = this.#takeBatch();
        await this.#modules.pubsub.publish(this.#options.topic, encodeTransactions(batch));
      }
    } catch (error) {
      this.#modules.logger.warn({error: String(error)}, 'Transactions could not be gossiped');
    } finally {
      this.#publishing = false;
      if (this.#pending.length > 0) this.#armTimer();
    }
  }

  #takeBatch(): Uint8Array[] {
    let bytes = 0;
    let count = 0;
    for (const transaction of this.#pending) {
      if (count > 0 && (bytes + transaction.byteLength > MEMPOOL_BATCH_MAX_BYTES || count === MEMPOOL_BATCH_MAX_TRANSACTIONS)) break;
      bytes += transaction.byteLength;
      count++;
    }
    const batch = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    this.#pendingBytes -= bytes;
    return batch;
  }

  async #validate(peer: string, message: Message): Promise<TopicValidatorResult> {
    const handler = this.#handler;
    if (handler === undefined || !this.#modules.isAnnounced(peer)) return TopicValidatorResult.Ignore;
    if (!this.#withinRate(peer)) {
      this.#modules.punish(peer, BAN_POINTS, 'too many gossip messages');
      return TopicValidatorResult.Ignore;
    }
    const size = message.data.byteLength;
    let transactions: Uint8Array[];
    try {
      if (size > MEMPOOL_MESSAGE_MAX_BYTES) throw new Error(`gossip message of ${size} bytes`);
      transactions = decodeTransactions(message.data);
    } catch (error) {
      this.#modules.punish(peer, BAN_POINTS, `mempool: ${String(error)}`);
      return TopicValidatorResult.Reject;
    }
    // Gossipsub starts all validations at once; what is above the limit is dropped, not queued.
    if (this.#validatingBatches >= MEMPOOL_VALIDATING_MAX_BATCHES || this.#validatingBytes + size > MEMPOOL_VALIDATING_MAX_BYTES) {
      return TopicValidatorResult.Ignore;
    }
    this.#validatingBatches++;
    this.#validatingBytes += size;
    try {
      const verdict = await handler(peer, transactions);
      if (verdict === 'reject') this.#modules.punish(peer, REJECTED_TRANSACTIONS_POINTS, 'sent invalid transactions');
      return VERDICTS[verdict];
    } catch (error) {
      this.#modules.logger.error({peer, error}, 'Handler of gossiped transactions failed');
      return TopicValidatorResult.Ignore;
    } finally {
      this.#validatingBatches--;
      this.#validatingBytes -= size;
    }
  }

  #withinRate(peer: string): boolean {
    const second = Math.floor(this.#modules.clock.nowMs() / 1000);
    if (second !== this.#rateSecond) {
      this.#rateSecond = second;
      this.#rates.clear();
    }
    const count = (this.#rates.get(peer) ?? 0) + 1;
    this.#rates.set(peer, count);
    return count <= MEMPOOL_MESSAGES_PER_SECOND_MAX;
  }
}
