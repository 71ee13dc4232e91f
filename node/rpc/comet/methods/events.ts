/** Subscriptions, on WebSockets alone. */
import {internalError} from '../errors.ts';
import {method, type Caller} from '../method.ts';
import {string} from '../parameters.ts';
import type {Subscriber} from '../events/subscriptions.ts';

export const subscribe = method({
  name: 'subscribe',
  purpose: 'Sends each event that matches the query, as a further answer to this request. A query is, for example, `tm.event = \'Tx\' AND tx.height > 5`.',
  parameters: {query: string},
  webSocketOnly: true,
  call({subscriptions}, {query}, caller) {
    subscriptions.subscribe(subscriberOf(caller), caller.id, query);
    return {};
  },
});

export const unsubscribe = method({
  name: 'unsubscribe',
  purpose: 'Ends the subscription to this query, spelt as it was.',
  parameters: {query: string},
  webSocketOnly: true,
  call({subscriptions}, {query}, caller) {
    subscriptions.unsubscribe(subscriberOf(caller), query);
    return {};
  },
});

export const unsubscribeAll = method({
  name: 'unsubscribe_all',
  purpose: 'Ends all subscriptions of this connection.',
  parameters: {},
  webSocketOnly: true,
  call({subscriptions}, _args, caller) {
    subscriptions.unsubscribeAll(subscriberOf(caller));
    return {};
  },
});

function subscriberOf({subscriber}: Caller): Subscriber {
  if (subscriber === undefined) throw internalError('subscriptions need a WebSocket');
  return subscriber;
}
