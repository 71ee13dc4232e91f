/** Who wants to hear what. Each query is evaluated once per event, however many clients asked for it. Source: CometBFT `libs/pubsub`. */
import {internalError} from '../errors.ts';
import type {CometRpcLimits} from '../limits.ts';
import {QueryError} from '../query/lexer.ts';
import {matches, parseQuery, type Query} from '../query/query.ts';
import type {ChainEvent} from './chain-events.ts';

/** One WebSocket connection. */
export interface Subscriber {
  /** Sends a text, or drops the client that does not keep up. Never throws. */
  send(text: string): void;
}

type RequestId = string | number;

interface Topic {
  readonly query: Query;
  readonly subscribers: Map<Subscriber, RequestId>;
}

export class Subscriptions {
  readonly #limits: CometRpcLimits;
  readonly #topics = new Map<string, Topic>();
  readonly #counts = new Map<Subscriber, number>();

  constructor(limits: CometRpcLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  get clients(): number {
    return this.#counts.size;
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, own) => sum + own, 0);
  }

  /** Events that match go to `subscriber` as answers to the request `id`. @throws RpcError */
  subscribe(subscriber: Subscriber, id: RequestId, text: string): void {
    const {subscriptionClientsMax, subscriptionsPerClientMax} = this.#limits;
    const own = this.#counts.get(subscriber) ?? 0;
    if (own === 0 && this.#counts.size >= subscriptionClientsMax) throw internalError(`max_subscription_clients ${subscriptionClientsMax} reached`);
    if (own >= subscriptionsPerClientMax) throw internalError(`max_subscriptions_per_client ${subscriptionsPerClientMax} reached`);
    const topic = this.#topics.get(text) ?? {query: queryOf(text), subscribers: new Map<Subscriber, RequestId>()};
    if (topic.subscribers.has(subscriber)) throw internalError('already subscribed');
    topic.subscribers.set(subscriber, id);
    this.#topics.set(text, topic);
    this.#counts.set(subscriber, own + 1);
  }

  /** @throws RpcError when there is no such subscription. */
  unsubscribe(subscriber: Subscriber, text: string): void {
    queryOf(text);
    const topic = this.#topics.get(text);
    if (topic?.subscribers.delete(subscriber) !== true) throw internalError('subscription not found');
    if (topic.subscribers.size === 0) this.#topics.delete(text);
    const left = (this.#counts.get(subscriber) ?? 1) - 1;
    if (left === 0) this.#counts.delete(subscriber);
    else this.#counts.set(subscriber, left);
  }

  /** @throws RpcError when there is none. */
  unsubscribeAll(subscriber: Subscriber): void {
    if (!this.#counts.has(subscriber)) throw internalError('subscription not found');
    this.drop(subscriber);
  }

  /** The client is gone. */
  drop(subscriber: Subscriber): void {
    if (!this.#counts.delete(subscriber)) return;
    for (const [text, {subscribers}] of this.#topics) {
      if (subscribers.delete(subscriber) && subscribers.size === 0) this.#topics.delete(text);
    }
  }

  publish(event: ChainEvent): void {
    let data: string | undefined;
    for (const [text, {query, subscribers}] of this.#topics) {
      if (!matches(query, event.attributes)) continue;
      data ??= `"data":${JSON.stringify({type: event.type, value: event.value})},"events":${JSON.stringify(Object.fromEntries(event.attributes))}`;
      const result = `"result":{"query":${JSON.stringify(text)},${data}}`;
      // A slow client is dropped while we send, and takes its subscriptions along.
      for (const [subscriber, id] of [...subscribers]) subscriber.send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${result}}`);
    }
  }
}

function queryOf(text: string): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw internalError(error.message.startsWith('maximum') ? error.message : `failed to parse query: ${error.message}`);
  }
}
