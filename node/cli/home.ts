import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import {ConfigError, homePaths, type HomePaths} from '#node/config';
import {lockHome} from '#node/storage';

/** The files of a home that is there. */
export function existingHome(folder: string): HomePaths {
  const home = homePaths(resolve(folder));
  if (!existsSync(home.config) && !existsSync(home.genesis)) {
    throw new ConfigError(`${home.root} is not the home of a node: it has neither config/config.toml nor config/genesis.json; write one with \`qanat init\``);
  }
  return home;
}

/** Runs `work` while no node, and no other command, can use the home. @throws StorageError home-locked, naming the process that has it. */
export async function withHome<T>(folder: string, work: (home: HomePaths) => Promise<T>): Promise<T> {
  const home = existingHome(folder);
  const release = lockHome(home.root);
  try {
    return await work(home);
  } finally {
    release();
  }
}
