import {FsAtomicFile, ValidatorKey} from '#consensus/engine';
import {StartError} from './errors.ts';

/** Reads `priv_validator_key.json`; undefined when there is none (a full node). */
export function readValidatorKey(path: string): ValidatorKey | undefined {
  const bytes = new FsAtomicFile(path).read();
  if (bytes === undefined) return undefined;
  try {
    return ValidatorKey.fromJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new StartError(`${path} is not a validator key: ${(error as Error).message}`);
  }
}

/** Reads the key, or makes one; the file is readable by its owner alone. */
export function loadOrCreateValidatorKey(path: string): ValidatorKey {
  const found = readValidatorKey(path);
  if (found !== undefined) return found;
  const key = ValidatorKey.generate();
  new FsAtomicFile(path).writeSync(new TextEncoder().encode(key.toJson()));
  return key;
}
