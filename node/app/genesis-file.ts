import {readFileSync} from 'node:fs';
import {StartError} from './errors.ts';

export function readGenesisFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new StartError(`there is no ${path}: write a home first with \`qanat init\` or \`qanat testnet\``);
    throw new StartError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
