/** Mines one block, or `blocks` of them, the first at `timestamp` if that is given: as a number, or in an object with `blocks`. */
import {maybe} from '../../method.ts';
import {optionalField, record, type Parser} from '../../schema.ts';
import type {MineOptions} from '../backend.ts';
import {amount, defineDevMethod} from '../method.ts';

const mineOptions: Parser<{readonly blocks: bigint; readonly options: MineOptions}> = (value, where) => {
  if (typeof value !== 'object') return {blocks: 1n, options: {timestamp: amount(64)(value, where)}};
  const object = record(value, where);
  const timestamp = optionalField(object, 'timestamp', amount(64), where);
  return {blocks: optionalField(object, 'blocks', amount(64), where) ?? 1n, options: timestamp === undefined ? {} : {timestamp}};
};

export const evm_mine = defineDevMethod({
  names: ['evm_mine'],
  params: [maybe('options', mineOptions)],
  example: {params: [{blocks: '0x2'}], result: '0x0'},
  handler: async ({dev}, [given]) => {
    await dev.mine(given?.blocks ?? 1n, given?.options);
    return '0x0';
  },
});
