/** Over WebSocket: begins to send newHeads, logs, newPendingTransactions or syncing. */
import {rpcErrors} from '../errors.ts';
import type {EthRpcLimits} from '../limits.ts';
import {logQuery, type LogQuery} from '../log-search.ts';
import {defineMethod, maybe, required} from '../method.ts';
import {string, type Parser} from '../schema.ts';
import type {SubscriptionKind} from '../subscriptions.ts';

/** true for whole transactions, or what logs to send. */
type Options = boolean | LogQuery;

const optionsOf =
  (limits: EthRpcLimits): Parser<Options | undefined> =>
  (value, where) =>
    typeof value === 'boolean' ? value : logQuery(limits)(value, where);

function kindOf(name: string, options: Options | undefined): SubscriptionKind {
  switch (name) {
    case 'newHeads':
    case 'syncing':
      return {type: name};
    case 'newPendingTransactions':
      return {type: name, full: options === true};
    case 'logs':
      return {type: name, filter: typeof options === 'object' ? options.filter : {addresses: [], topics: []}};
    default:
      throw rpcErrors.subscriptionNotFound(name.slice(0, 64));
  }
}

export const eth_subscribe = defineMethod({
  name: 'eth_subscribe',
  params: (limits) => [required('kind', string), maybe('options', optionsOf(limits))],
  example: {params: ['newHeads'], result: '0x…, the id of the subscription'},
  handler: (context, [name, options], {host}) => {
    if (host === undefined) throw rpcErrors.notificationsUnsupported();
    return context.subscriptions.add(host, kindOf(name, options));
  },
});
