import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {Command} from 'commander';
import {SystemClock} from '#consensus/engine';
import {serialiseGenesis, type PublicKey} from '#proto';
import {SAPS} from '#precompiles';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {ConfigError, formatConfig, homePaths, OPTIONS, validatorPorts, type HomePaths, type NodeConfig, type NodePorts} from '#node/config';
import {checksumAddress} from 'viem';
import {loadOrCreateValidatorPublicKey} from '#node/keys';
import {loadOrCreateNodeIdentity} from '#node/p2p';
import {wholeNumber} from './arguments.ts';
import {
  DEVELOPMENT_ACCOUNTS,
  DEVELOPMENT_BALANCE,
  DEVELOPMENT_CHAIN_ID,
  DEVELOPMENT_EVM_CHAIN_ID,
  DEVELOPMENT_MNEMONIC,
  developmentAccount,
  developmentGenesis,
} from './genesis.ts';

const VALIDATORS_MAX = 100;

export interface TestnetOptions {
  readonly validators: number;
  readonly output: string;
  readonly basePort?: number;
  readonly blockInterval?: number;
  /** Write settings and description again, keep keys, genesis and data. */
  readonly keep?: boolean;
}

interface Member {
  readonly index: number;
  readonly home: HomePaths;
  readonly ports: NodePorts;
  readonly publicKey: PublicKey;
  readonly peerId: string;
}

/** `qanat testnet`: homes, keys, one genesis and a description for a network of validators on this machine. */
export function addTestnetCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('testnet')
    .description('write the homes of a local network of validators')
    .requiredOption('--output <dir>', 'folder for the homes validator0, validator1, …')
    .option('--validators <n>', 'number of validators', wholeNumber(1, VALIDATORS_MAX), 4)
    .option('--base-port <port>', 'validator i listens on port+10i and the three after it', wholeNumber(1, 65535))
    .option('--block-interval <ms>', 'time between empty blocks', wholeNumber(1, 3_600_000))
    .option('--keep', 'write settings again, keep keys, genesis and chain')
    .action(async (options: TestnetOptions) => {
      await writeTestnet({...options, output: resolve(options.output)});
      finish(0);
    });
}

export async function writeTestnet(options: TestnetOptions): Promise<void> {
  const members: Member[] = [];
  for (let index = 0; index < options.validators; index++) members.push(await prepareMember(index, options));

  const genesisExists = members.some(({home}) => existsSync(home.genesis));
  if (genesisExists && options.keep !== true) {
    throw new ConfigError(`${options.output} already holds a network; choose another folder, or --keep to write its settings again`);
  }
  const genesis = genesisExists
    ? undefined
    : serialiseGenesis(
        developmentGenesis(
          members.map(({publicKey, index}) => ({publicKey, name: `validator${index}`})),
          new SystemClock().now(),
        ),
      );
  for (const member of members) {
    if (genesis !== undefined) writeFileSync(member.home.genesis, genesis);
    writeFileSync(member.home.config, formatConfig(settings(member, members, options)));
  }
  writeFileSync(join(options.output, 'devnet.json'), `${JSON.stringify(description(members), null, 2)}\n`);
}

async function prepareMember(index: number, options: TestnetOptions): Promise<Member> {
  const home = homePaths(join(options.output, `validator${index}`));
  mkdirSync(join(home.root, 'config'), {recursive: true});
  mkdirSync(join(home.root, 'data'), {recursive: true});
  const bytes = loadOrCreateValidatorPublicKey(home.validatorKey);
  const identity = await loadOrCreateNodeIdentity(home.nodeKey);
  return {index, home, ports: validatorPorts(index, options.basePort), publicKey: {type: 'ed25519', bytes}, peerId: identity.peerId};
}

/** A shorter wait for proposals than a public network's: all validators are on one machine, and a dead one costs it at each of its turns. */
function settings(member: Member, members: readonly Member[], options: TestnetOptions): Partial<NodeConfig> {
  return {
    'moniker': `validator${member.index}`,
    'p2p.port': member.ports.p2p,
    'p2p.persistent_peers': members
      .filter(({index}) => index !== member.index)
      .map(({ports, peerId}) => `/ip4/127.0.0.1/tcp/${ports.p2p}/p2p/${peerId}`),
    'p2p.max_inbound': Math.max(40, members.length),
    // All of them are on loopback, which a strict book refuses: then a node that joins would learn of nobody.
    'p2p.addr_book_strict': false,
    'eth.port': member.ports.eth,
    // Nobody but their developer reaches them.
    'eth.namespaces': [...OPTIONS['eth.namespaces'].default, 'debug'],
    'comet.port': member.ports.comet,
    'metrics.port': member.ports.metrics,
    'consensus.timeout_propose_ms': 1500,
    'consensus.timeout_prevote_ms': 1000,
    'consensus.timeout_precommit_ms': 1000,
    'consensus.empty_block_interval_ms': options.blockInterval ?? 1000,
  };
}

function description(members: readonly Member[]): object {
  return {
    chainId: DEVELOPMENT_CHAIN_ID,
    evmChainId: DEVELOPMENT_EVM_CHAIN_ID,
    mnemonic: DEVELOPMENT_MNEMONIC,
    accounts: Array.from({length: DEVELOPMENT_ACCOUNTS}, (_, index) => ({...checksummed(index), balance: DEVELOPMENT_BALANCE.toString()})),
    precompiles: SAPS.map(({name, address}) => ({name, address})),
    systemContracts: Object.entries(SYSTEM_ADDRESSES).map(([name, address]) => ({name: name[0]?.toUpperCase() + name.slice(1), address})),
    validators: members.map(({index, home, ports}) => ({index, home: home.root, ports})),
  };
}

function checksummed(index: number): {address: string; privateKey: string} {
  const {address, privateKey} = developmentAccount(index);
  return {address: checksumAddress(address), privateKey};
}
