/** genesis.json as geth and the test networks of Ethereum write it: fork schedule, accounts, and the header of block 0. */
import {createHash} from 'node:crypto';
import {z} from 'zod';
import {EMPTY_REQUESTS_HASH, EMPTY_UNCLES_HASH, sealHeader, ZERO_HASH} from '../block/header.ts';
import {blockSize} from '../block/eth-block.ts';
import {EMPTY_BLOOM} from '../block/bloom.ts';
import {INITIAL_BASE_FEE} from '../block/base-fee.ts';
import type {GenesisAccountState} from '../genesis.ts';
import {bytesToHex, hexToBytes, padLeft, trimLeft} from '../hex.ts';
import {forkSchedule} from '../rules.ts';
import type {BlobParameters, ForkActivation, ForkSchedule, Hardfork} from '../rules.ts';
import {EMPTY_ROOT_HASH} from '../state/types.ts';
import type {Address, EthBlock, Hash, Hex} from '../types.ts';
import {ImportError} from './errors.ts';

export interface ImportedGenesis {
  readonly chainId: bigint;
  readonly gasLimit: bigint;
  readonly schedule: ForkSchedule;
  /** EIP-6110. */
  readonly depositContract: Address;
  readonly accounts: readonly GenesisAccountState[];
  /** Tells this genesis from others: SHA-256 of the document. */
  readonly digest: Uint8Array;
  block(stateRoot: Hash): EthBlock;
}

/** geth takes numbers as JSON numbers, as decimal strings and as hex. */
const integer = z
  .union([z.number().int().nonnegative(), z.string().regex(/^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/, 'an integer, decimal or in hex')])
  .transform((value) => BigInt(value));
const hex = (bytes: number, what: string) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`), what).transform((text) => text.toLowerCase() as Hex);
const data = z.string().regex(/^0x([0-9a-fA-F]{2})*$/, '0x-prefixed hex');
const word = z.string().regex(/^(0x)?[0-9a-fA-F]{1,64}$/, 'up to 64 hex digits');

const account = z.object({balance: integer.default(0n), nonce: integer.default(0n), code: data.default('0x'), storage: z.record(word, word).default({})});
const blobs = z.object({target: integer, max: integer, baseFeeUpdateFraction: integer});

const document = z.object({
  config: z.looseObject({
    chainId: integer,
    terminalTotalDifficulty: integer.nullish(),
    depositContractAddress: hex(20, 'an address').nullish(),
    blobSchedule: z.record(z.string(), blobs).nullish(),
  }),
  nonce: integer.default(0n),
  timestamp: integer.default(0n),
  extraData: data.default('0x'),
  gasLimit: integer,
  difficulty: integer.default(0n),
  mixHash: hex(32, 'a hash').default(ZERO_HASH),
  coinbase: hex(20, 'an address').default(`0x${'00'.repeat(20)}`),
  baseFeePerGas: integer.nullish(),
  excessBlobGas: integer.nullish(),
  blobGasUsed: integer.nullish(),
  alloc: z.record(z.string().regex(/^(0x)?[0-9a-fA-F]{40}$/, '40 hex digits'), account),
});

/** By block number, in order. EIP-155 and EIP-158 have one name here: no chain has had the one without the other for long. */
const FORKS_BY_BLOCK: readonly (readonly [Hardfork, string])[] = [
  ['homestead', 'homesteadBlock'],
  ['tangerineWhistle', 'eip150Block'],
  ['spuriousDragon', 'eip158Block'],
  ['byzantium', 'byzantiumBlock'],
  ['constantinople', 'constantinopleBlock'],
  ['petersburg', 'petersburgBlock'],
  ['istanbul', 'istanbulBlock'],
  ['muirGlacier', 'muirGlacierBlock'],
  ['berlin', 'berlinBlock'],
  ['london', 'londonBlock'],
  ['arrowGlacier', 'arrowGlacierBlock'],
  ['grayGlacier', 'grayGlacierBlock'],
  ['paris', 'mergeNetsplitBlock'],
];
const FORKS_BY_TIME: readonly (readonly [Hardfork, string])[] = [
  ['shanghai', 'shanghaiTime'],
  ['cancun', 'cancunTime'],
  ['prague', 'pragueTime'],
  ['osaka', 'osakaTime'],
  ['bpo1', 'bpo1Time'],
  ['bpo2', 'bpo2Time'],
];
const KNOWN_FORKS: ReadonlySet<string> = new Set([...FORKS_BY_BLOCK, ...FORKS_BY_TIME].map(([, key]) => key).concat('eip155Block'));

type Config = z.infer<typeof document>['config'];

/** Throws ImportError. */
export function parseImportedGenesis(json: unknown): ImportedGenesis {
  const parsed = document.safeParse(json);
  if (!parsed.success) throw new ImportError('genesis', `the genesis document is not as geth writes it: ${z.prettifyError(parsed.error)}`);
  const genesis = parsed.data;
  const schedule = scheduleOf(genesis.config);
  return {
    chainId: genesis.config.chainId,
    gasLimit: genesis.gasLimit,
    schedule,
    depositContract: genesis.config.depositContractAddress ?? `0x${'00'.repeat(20)}`,
    accounts: Object.entries(genesis.alloc).map(([address, {balance, nonce, code, storage}]) => ({
      address: withPrefix(address),
      balance,
      nonce,
      code: hexToBytes(code),
      storage: new Map(Object.entries(storage).map(([slot, value]) => [toSlot(slot), trimLeft(hexToBytes(toSlot(value)))])),
    })),
    digest: new Uint8Array(createHash('sha256').update(JSON.stringify(json)).digest()),
    block: (stateRoot) => genesisBlock(genesis, schedule, stateRoot),
  };
}

function scheduleOf(config: Config): ForkSchedule {
  const fork = (key: string): bigint | undefined => {
    const value = config[key];
    return value === undefined || value === null ? undefined : integer.parse(value);
  };
  for (const [key, value] of Object.entries(config)) {
    if (/(Block|Time)$/.test(key) && !KNOWN_FORKS.has(key) && value !== null) throw new ImportError('genesis', `the genesis asks for ${key}, which this node does not know`);
  }
  if (config['clique'] !== undefined) throw new ImportError('genesis', 'chains of proof of authority (clique) cannot be imported');
  if (fork('eip155Block') !== fork('eip158Block')) throw new ImportError('genesis', 'eip155Block and eip158Block must be the same block');
  const activations: ForkActivation[] = [];
  for (const [hardfork, key] of FORKS_BY_BLOCK) {
    const block = fork(key) ?? (hardfork === 'paris' ? mergedFromStart(config) : undefined);
    if (block !== undefined) activations.push({hardfork, block});
  }
  for (const [hardfork, key] of FORKS_BY_TIME) {
    const timestamp = fork(key);
    if (timestamp !== undefined) activations.push({hardfork, timestamp, ...blobsOf(config, hardfork)});
  }
  try {
    return forkSchedule(activations);
  } catch (error) {
    throw new ImportError('genesis', (error as Error).message, error);
  }
}

/** Where total difficulty alone says when the merge is, only "from the start" can be known beforehand. */
function mergedFromStart({terminalTotalDifficulty}: Config): bigint | undefined {
  if (terminalTotalDifficulty === undefined || terminalTotalDifficulty === null) return undefined;
  if (terminalTotalDifficulty === 0n) return 0n;
  throw new ImportError('genesis', 'a chain that merges at a total difficulty must name the block as mergeNetsplitBlock');
}

function blobsOf(config: Config, hardfork: Hardfork): {blobs?: BlobParameters} {
  const entry = config.blobSchedule?.[hardfork];
  return entry === undefined ? {} : {blobs: {target: entry.target, max: entry.max, updateFraction: entry.baseFeeUpdateFraction}};
}

function genesisBlock(genesis: z.infer<typeof document>, schedule: ForkSchedule, stateRoot: Hash): EthBlock {
  const rules = schedule.rulesAt(0n, genesis.timestamp);
  const header = sealHeader({
    parentHash: ZERO_HASH,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: genesis.coinbase,
    stateRoot,
    transactionsRoot: EMPTY_ROOT_HASH,
    receiptsRoot: EMPTY_ROOT_HASH,
    logsBloom: EMPTY_BLOOM,
    difficulty: genesis.difficulty,
    number: 0n,
    gasLimit: genesis.gasLimit,
    gasUsed: 0n,
    timestamp: genesis.timestamp,
    extraData: hexToBytes(genesis.extraData),
    mixHash: genesis.mixHash,
    nonce: `0x${genesis.nonce.toString(16).padStart(16, '0')}`,
    baseFeePerGas: rules.isLondon ? (genesis.baseFeePerGas ?? INITIAL_BASE_FEE) : undefined,
    withdrawalsRoot: rules.isShanghai ? EMPTY_ROOT_HASH : undefined,
    blobGasUsed: rules.isCancun ? (genesis.blobGasUsed ?? 0n) : undefined,
    excessBlobGas: rules.isCancun ? (genesis.excessBlobGas ?? 0n) : undefined,
    parentBeaconBlockRoot: rules.isCancun ? ZERO_HASH : undefined,
    requestsHash: rules.isPrague ? EMPTY_REQUESTS_HASH : undefined,
  });
  return {header, transactions: [], size: blockSize(header, [])};
}

function withPrefix(text: string): Hex {
  return `0x${text.replace(/^0x/, '').toLowerCase()}`;
}

function toSlot(text: string): Hash {
  const digits = text.replace(/^0x/, '');
  return bytesToHex(padLeft(hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`), 32));
}
