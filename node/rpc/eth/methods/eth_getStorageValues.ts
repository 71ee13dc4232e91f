/** Words of the storage of several accounts at once, in the order asked for. */
import type {Address, Hash} from '#node/execution';
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {rpcErrors} from '../errors.ts';
import {data} from '../hex.ts';
import type {EthRpcLimits} from '../limits.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address, arrayOf, record, slot, type Parser} from '../schema.ts';
import {breathe} from '../system.ts';

/** On an old block, each slot is looked for in the changes of all blocks since. */
const SLOTS_PER_BREATH = 8;

const requests =
  ({storageValuesMax}: EthRpcLimits): Parser<readonly (readonly [Address, readonly Hash[]])[]> =>
  (value, where) => {
    const parsed = Object.entries(record(value, where)).map(
      ([key, slots]): readonly [Address, readonly Hash[]] => [address(key, `${where} key`), arrayOf(slot, storageValuesMax)(slots, `${where}.${key}`)],
    );
    const count = parsed.reduce((sum, [, slots]) => sum + slots.length, 0);
    if (count === 0) throw rpcErrors.invalidParams('empty request');
    if (count > storageValuesMax) throw rpcErrors.limitExceeded(`too many slots (max ${storageValuesMax})`);
    return parsed;
  };

export const eth_getStorageValues = defineMethod({
  name: 'eth_getStorageValues',
  params: (limits) => [required('requests', requests(limits)), optional('block', blockNumberOrHash, LATEST)],
  isHeavy: true,
  example: {
    params: [{'0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266': ['0x0']}, 'latest'],
    result: {'0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266': ['0x0000000000000000000000000000000000000000000000000000000000000000']},
  },
  handler: async (context, [wanted, block]) => {
    const state = await context.chain.stateAt(await existingNumber(context.chain, block));
    const values: [Address, string[]][] = [];
    let read = 0;
    for (const [account, slots] of wanted) {
      const words: string[] = [];
      for (const key of slots) {
        if (++read % SLOTS_PER_BREATH === 0) await breathe();
        words.push(data(state.storage(account, key)));
      }
      values.push([account, words]);
    }
    return Object.fromEntries(values);
  },
});
