/** The stores of a home, opened by a command while no node runs on it. */
import {existsSync, readFileSync} from 'node:fs';
import {BlockStore, StateStore, type KeyValueStore} from '#consensus/engine';
import {parseGenesis, type GenesisDoc} from '#proto';
import {BLOCK_STORE_VERSION} from '#node/app';
import {ConfigError, type HomePaths} from '#node/config';
import {claimDatabase, openLevel} from '#node/storage';

export interface HomeStores {
  readonly genesis: GenesisDoc;
  readonly blockStore: BlockStore;
  readonly stateStore: StateStore;
}

export async function withStores<T>(home: HomePaths, work: (stores: HomeStores) => Promise<T>): Promise<T> {
  if (!existsSync(home.genesis)) throw new ConfigError(`there is no ${home.genesis}`);
  const genesis = parseGenesis(readFileSync(home.genesis, 'utf8'));
  return withDatabase(home.blockStore, async (db) => {
    await claimDatabase(db, 'blocks', BLOCK_STORE_VERSION);
    return work({genesis, blockStore: new BlockStore(db), stateStore: new StateStore(db)});
  });
}

export async function withDatabase<T>(path: string, work: (db: KeyValueStore) => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw new ConfigError(`there is no ${path}: this home has no chain yet`);
  const db = await openLevel(path);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
