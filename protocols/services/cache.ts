import {homedir} from 'node:os';
import {join} from 'node:path';

/** Where things are kept that take long to make or to fetch and can be made again: $QANAT_CACHE, or ~/.cache/qanat. */
export function defaultCacheDir(): string {
  return process.env['QANAT_CACHE'] ?? join(homedir(), '.cache', 'qanat');
}
