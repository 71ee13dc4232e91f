import {resolve} from 'node:path';

/** Keys of the circuits that several tests use, kept between runs: folders are named by a hash of all that goes in. */
export const sharedCacheDir = resolve(import.meta.dirname, '../../../node_modules/.cache/qanat-test');
