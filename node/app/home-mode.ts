/** A home belongs to consensus or to development, from its first start on: the blocks of one mean nothing to the other. */
import {existsSync} from 'node:fs';
import type {HomePaths} from '#node/config';
import type {GenesisDoc} from '#proto';
import {StartError} from './errors.ts';

/** @throws StartError when the home was run with --dev. */
export function refuseDevelopmentHome({root, development}: HomePaths): void {
  if (!existsSync(development)) return;
  throw new StartError(
    `${root} holds a development chain (it was run with --dev), which consensus cannot go on with: start it with --dev, or delete the chain with \`qanat reset --home ${root}\``,
  );
}

/** @throws StartError when the home cannot be run with --dev. */
export function refuseConsensusHome({root, blockStore, wal}: HomePaths, genesis: GenesisDoc): void {
  const {length} = genesis.validators;
  if (length !== 1) {
    throw new StartError(`--dev is for a network of one validator, and the genesis of ${root} has ${length}: write a home with \`qanat testnet --validators 1 --output DIR\`, or run \`npm run devnet -- --dev\``);
  }
  if (!existsSync(blockStore) && !existsSync(wal)) return;
  throw new StartError(
    `${root} holds a chain that consensus made (it was run without --dev), which --dev cannot go on with: start it without --dev, or delete the chain with \`qanat reset --home ${root}\``,
  );
}
