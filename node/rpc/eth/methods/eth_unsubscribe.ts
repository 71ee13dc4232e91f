/** Ends a subscription of this connection. */
import {rpcErrors} from '../errors.ts';
import {defineMethod, required} from '../method.ts';
import {string} from '../schema.ts';

export const eth_unsubscribe = defineMethod({
  name: 'eth_unsubscribe',
  params: [required('subscriptionId', string)],
  example: {params: ['0x1'], result: true},
  handler: (context, [id], {host}) => {
    if (host === undefined) throw rpcErrors.notificationsUnsupported();
    return context.subscriptions.remove(host, id);
  },
});
