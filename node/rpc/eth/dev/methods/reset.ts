/** Takes the chain back to genesis, with an empty pool, the system's time and no snapshots. Forking another chain is refused. */
import {rpcErrors} from '../../errors.ts';
import {maybe} from '../../method.ts';
import {optionalField, record, string, type Parser} from '../../schema.ts';
import {amount, defineDevMethod, done} from '../method.ts';

const resetOptions: Parser<undefined> = (value, where) => {
  const forking = optionalField(record(value, where), 'forking', record, where);
  if (forking === undefined) return undefined;
  const url = optionalField(forking, 'jsonRpcUrl', string, where);
  const block = optionalField(forking, 'blockNumber', amount(64), where);
  if (url !== undefined || block !== undefined) throw rpcErrors.invalidParams('this chain does not fork others: reset takes it back to its own genesis');
  return undefined;
};

export const reset = defineDevMethod({
  names: ['anvil_reset', 'hardhat_reset'],
  params: [maybe('options', resetOptions)],
  example: {params: [], result: true},
  handler: async ({dev, name}) => {
    await dev.reset();
    return done(name);
  },
});
