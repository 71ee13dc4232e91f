/**
 * Fills a state up to so many accounts and storage slots: in blocks without transactions, whose changes are made by hand, but whose
 * root is computed, and all of whose records are written, as those of any block are. Keys go in trie order, which spares reading and
 * writing again what the blocks before made; the outcome does not depend on it.
 */
import {Level} from 'level';
import {openLevel} from '#node/storage';
import {buildBlock} from '../../../../node/execution/block/eth-block.ts';
import {ZERO_HASH} from '../../../../node/execution/block/header.ts';
import {appHashOf, Chain} from '../../../../node/execution/chain.ts';
import {HISTORY_BLOCKS_DEFAULT} from '../../../../node/execution/limits.ts';
import {constantSchedule} from '../../../../node/execution/rules.ts';
import {StateOverlay} from '../../../../node/execution/state/overlay.ts';
import {EMPTY_ACCOUNT} from '../../../../node/execution/state/types.ts';
import {accountOf, genesisState, genesisTime, inTrieOrder, slotOf, STORE_ADDRESS, valueOf} from './content.ts';

const ENTRIES_PER_BLOCK = 20_000;
const BALANCE = 10n ** 18n;
const NO_COMET_HASH = new Uint8Array(32);

/** `from`: what an earlier call loaded of both. */
export async function loadState(path: string, from: number, to: number): Promise<void> {
  const db = await openLevel(path);
  const chain = new Chain({db, schedule: constantSchedule('osaka'), baseFeeFloor: 1n, historyBlocks: HISTORY_BLOCKS_DEFAULT});
  if (!chain.isInitialised) await chain.initialise(genesisState(), genesisTime);
  await inBlocks(chain, inTrieOrder(from, to, accountOf), (state, index) => state.putAccount(accountOf(index), {...EMPTY_ACCOUNT, balance: BALANCE + BigInt(index)}));
  await inBlocks(chain, inTrieOrder(from, to, slotOf), (state, index) => state.putSlot(STORE_ADDRESS, slotOf(index), valueOf(index)));
  // As long as the window of past states is: what was there before the load is pruned.
  for (let i = 0n; i <= HISTORY_BLOCKS_DEFAULT; i++) await appendBlock(chain, () => undefined);
  await db.close();
  await compact(path);
}

/** What LevelDB would do sooner or later, and before anybody measures. */
async function compact(path: string): Promise<void> {
  const level = new Level(path);
  await level.open();
  // Of classic-level; the type is that of all implementations.
  await (level as unknown as {compactRange(start: string, end: string): Promise<void>}).compactRange('', '\uffff');
  await level.close();
}

async function inBlocks(chain: Chain, indexes: readonly number[], put: (state: StateOverlay, index: number) => void): Promise<void> {
  for (let at = 0; at < indexes.length; at += ENTRIES_PER_BLOCK) {
    await appendBlock(chain, (state) => {
      for (const index of indexes.slice(at, at + ENTRIES_PER_BLOCK)) put(state, index);
    });
  }
}

async function appendBlock(chain: Chain, change: (state: StateOverlay) => void): Promise<void> {
  const {header} = chain.head.block;
  const state = new StateOverlay(chain.state.newest);
  change(state);
  state.endTransaction();
  const prepared = await chain.state.prepare(state);
  const block = buildBlock(
    {
      parentHash: header.hash,
      miner: `0x${'00'.repeat(20)}`,
      number: header.number + 1n,
      gasLimit: header.gasLimit,
      timestamp: header.timestamp + 1n,
      baseFeePerGas: chain.nextBaseFee(),
      stateRoot: prepared.stateRoot,
      extraData: NO_COMET_HASH,
      prevRandao: ZERO_HASH,
      parentBeaconBlockRoot: ZERO_HASH,
    },
    [],
    [],
  );
  await chain.commit({block, receipts: [], prepared, appHash: appHashOf(block), cometHash: NO_COMET_HASH});
}
