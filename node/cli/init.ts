import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {Command} from 'commander';
import {SystemClock} from '#consensus/engine';
import {equalBytes, parseGenesis, serialiseGenesis} from '#proto';
import {ConfigError, formatConfig, homePaths} from '#node/config';
import {loadOrCreateValidatorPublicKey} from '#node/keys';
import {loadOrCreateNodeIdentity} from '#node/p2p';
import {developmentGenesis} from './genesis.ts';

interface InitOptions {
  readonly home: string;
  readonly moniker: string;
  readonly genesis?: string;
}

/**
 * `qanat init`: the home of one node, with keys, settings and a genesis document: the one given, the one that is there, or a new one
 * for development with this node as the only validator.
 */
export function addInitCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('init')
    .description('write the home folder of one node; existing keys and files are kept')
    .requiredOption('--home <dir>', 'the home folder')
    .option('--moniker <name>', 'name shown to peers', 'qanat')
    .option('--genesis <file>', 'the genesis document of a network that exists')
    .action(async (options: InitOptions) => {
      const home = homePaths(resolve(options.home));
      // First of all: a home with the wrong network's genesis should not come to be.
      const given = options.genesis === undefined ? undefined : givenGenesis(options.genesis, home.genesis);
      mkdirSync(join(home.root, 'config'), {recursive: true});
      mkdirSync(join(home.root, 'data'), {recursive: true});
      const bytes = loadOrCreateValidatorPublicKey(home.validatorKey);
      const identity = await loadOrCreateNodeIdentity(home.nodeKey);
      if (!existsSync(home.config)) writeFileSync(home.config, formatConfig({moniker: options.moniker}));
      if (!existsSync(home.genesis)) {
        const development = (): string => serialiseGenesis(developmentGenesis([{publicKey: {type: 'ed25519', bytes}, name: options.moniker}], new SystemClock().now()));
        writeFileSync(home.genesis, given ?? development());
      }
      const {chainId, validators} = parseGenesis(readFileSync(home.genesis, 'utf8'));
      const isValidator = validators.some(({publicKey}) => equalBytes(publicKey.bytes, bytes));
      const role = isValidator ? 'a validator from genesis' : 'no validator in genesis: it follows the chain';
      console.log(`Home: ${home.root}\nChain: ${chainId}\nRole: ${role}\nPeer id: ${identity.peerId}\nStart it: npx qanat start --home ${home.root}`);
      finish(0);
    });
}

/** As it is, byte by byte: peers compare its hash. @throws ConfigError */
function givenGenesis(file: string, existing: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    parseGenesis(text);
  } catch (error) {
    throw new ConfigError(`--genesis ${file}: ${(error as Error).message}`);
  }
  if (existsSync(existing) && readFileSync(existing, 'utf8') !== text) {
    throw new ConfigError(`${existing} is there and is another than ${file}: take an empty home, or move it away`);
  }
  return text;
}
