import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {claimDatabase} from '#node/storage';
import {Chain} from './chain.ts';
import {DATABASE_KIND, DATABASE_VERSION} from './keys.ts';
import {constantSchedule} from './rules.ts';
import {BASE_FEE_FLOOR} from './execution.ts';

/** Height of the application's last committed block; undefined before genesis. */
export async function applicationHeight(db: KeyValueStore): Promise<bigint | undefined> {
  const chain = await openChain(db);
  return chain.isInitialised ? chain.head.block.header.number : undefined;
}

/**
 * Takes the application back by one block: state, trie, block, receipts and indexes, in one atomic durable batch. The state root
 * that comes out is compared with the one in the header before, so that damaged data are not made worse.
 * Nothing else may have the database open. @returns the new height. @throws ChainError state-unavailable when the diff was pruned.
 */
export async function rollBackApplication(db: KeyValueStore): Promise<bigint> {
  const chain = await openChain(db);
  const ops: KeyValueOp[] = chain.rollBackOps();
  await db.write(ops, {sync: true});
  return chain.head.block.header.number - 1n;
}

async function openChain(db: KeyValueStore): Promise<Chain> {
  await claimDatabase(db, DATABASE_KIND, DATABASE_VERSION);
  // Nothing is pruned on the way back.
  return new Chain({db, schedule: constantSchedule('osaka'), baseFeeFloor: BASE_FEE_FLOOR, historyBlocks: undefined});
}
