/** Mines blocks, one by default; from one to the next `interval` seconds pass (hardhat_mine: 1 when not given; anvil_mine: what the clock says). */
import {maybe} from '../../method.ts';
import {amount, defineDevMethod, done} from '../method.ts';

export const mine = defineDevMethod({
  names: ['anvil_mine', 'hardhat_mine'],
  params: [maybe('blocks', amount(64)), maybe('interval', amount(64))],
  example: {params: ['0x2', '0xc'], result: true},
  handler: async ({dev, name}, [blocks, interval]) => {
    const seconds = interval ?? (name === 'hardhat_mine' ? 1n : undefined);
    await dev.mine(blocks ?? 1n, seconds === undefined ? {} : {interval: seconds});
    return done(name);
  },
});
