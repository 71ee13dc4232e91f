import type {KeyValueStore} from '#consensus/engine';
import {StorageError} from './errors.ts';

const VERSION_KEY = new TextEncoder().encode('\u0000version');

/**
 * Stamps a new database with the kind and version of its layout and refuses one that another layout wrote, before a key is misread.
 * Call it right after opening. Throws StorageError `database-version`.
 */
export async function claimDatabase(store: KeyValueStore, kind: string, version: number): Promise<void> {
  const wanted = `${kind}/${version}`;
  const bytes = store.get(VERSION_KEY);
  if (bytes === undefined) {
    await store.write([{type: 'put', key: VERSION_KEY, value: new TextEncoder().encode(wanted)}], {sync: true});
    return;
  }
  const found = new TextDecoder().decode(bytes);
  if (found !== wanted) {
    throw new StorageError('database-version', `the database has layout ${found}, this program reads ${wanted}; start with a new home folder or with the program that wrote it`);
  }
}
