import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {Command} from 'commander';
import {SystemClock} from '#consensus/engine';
import {serialiseGenesis} from '#proto';
import {formatConfig, homePaths} from '#node/config';
import {loadOrCreateValidatorPublicKey} from '#node/keys';
import {loadOrCreateNodeIdentity} from '#node/p2p';
import {developmentGenesis} from './genesis.ts';

/** `qanat init`: the home of one node, with keys, settings and, unless one is there, a development genesis with it as the only validator. */
export function addInitCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('init')
    .description('write the home folder of one node; existing keys and files are kept')
    .requiredOption('--home <dir>', 'the home folder')
    .option('--moniker <name>', 'name shown to peers', 'qanat')
    .action(async (options: {home: string; moniker: string}) => {
      const home = homePaths(resolve(options.home));
      mkdirSync(join(home.root, 'config'), {recursive: true});
      mkdirSync(join(home.root, 'data'), {recursive: true});
      const publicKey = loadOrCreateValidatorPublicKey(home.validatorKey);
      const identity = await loadOrCreateNodeIdentity(home.nodeKey);
      if (!existsSync(home.config)) writeFileSync(home.config, formatConfig({moniker: options.moniker}));
      if (!existsSync(home.genesis)) {
        writeFileSync(
          home.genesis,
          serialiseGenesis(developmentGenesis([{publicKey: {type: 'ed25519', bytes: publicKey}, name: options.moniker}], new SystemClock().now())),
        );
      }
      console.log(`Home: ${home.root}\nPeer id: ${identity.peerId}\nStart it: npx qanat start --home ${home.root}`);
      finish(0);
    });
}
