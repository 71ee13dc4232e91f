import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import type {Command} from 'commander';
import {ConfigError, homePaths} from '#node/config';
import {createExecution, ImportError, parseImportedGenesis, type ImportedGenesis} from '#node/execution';
import {lockHome, openLevel} from '#node/storage';

interface ImportOptions {
  readonly genesis: string;
  readonly blocks: string;
  readonly home: string;
}

/** Nothing runs in the background here; what goes wrong is thrown. */
const LOGGER = {debug: () => {}, info: () => {}, warn: () => {}, error: (_fields: object, message: string) => console.error(`qanat: ${message}`)};
/** Blocks between two lines of progress. */
const PROGRESS_BLOCKS = 1_000n;

/** `qanat import`: executes the blocks of another chain, each under the rules of its fork, and holds every root against its header. */
export function addImportCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('import')
    .description("execute another chain's blocks (genesis.json and `geth export` files) into a home of their own, checking every root; what is there already is passed over")
    .requiredOption('--genesis <file>', 'genesis.json as geth writes it')
    .requiredOption('--blocks <file>', "blocks in RLP, one after the other, as `geth export` writes them (not compressed)")
    .requiredOption('--home <dir>', 'folder for the chain; not the home of a node')
    .action(async (options: ImportOptions) => finish(await importChain(options)));
}

async function importChain({genesis: genesisFile, blocks: blocksFile, home}: ImportOptions): Promise<number> {
  const paths = homePaths(resolve(home));
  if (existsSync(paths.genesis) || existsSync(paths.blockStore)) {
    throw new ConfigError(`${paths.root} is the home of a node: an imported chain has no consensus and needs a folder of its own`);
  }
  try {
    const genesis = parseImportedGenesis(parseJson(readInput(genesisFile), genesisFile));
    const blocks = readInput(blocksFile);
    mkdirSync(paths.data, {recursive: true});
    const release = lockHome(paths.root);
    try {
      await importInto(paths.application, genesis, blocks);
    } finally {
      release();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    console.error(`qanat: ${error.message}`);
    return 1;
  }
}

async function importInto(path: string, genesis: ImportedGenesis, blocks: Uint8Array): Promise<void> {
  const {schedule, depositContract} = genesis;
  const db = await openLevel(path);
  try {
    const execution = await createExecution({
      db,
      logger: LOGGER,
      chainOptions: {schedule, depositContract, baseFeeFloor: 0n, precompiles: false},
    });
    try {
      execution.onBlock(({block: {header}}) => {
        if (header.number % PROGRESS_BLOCKS === 0n) console.log(`block ${header.number}`);
      });
      await execution.importer.initialise(genesis);
      const imported = await execution.importer.importFile(blocks);
      const {header} = execution.backend.head();
      console.log(`imported ${imported} blocks; the head is block ${header.number}, hash ${header.hash}, state root ${header.stateRoot}`);
    } finally {
      await execution.close();
    }
  } finally {
    await db.close();
  }
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
