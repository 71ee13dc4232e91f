import {writeFileSync} from 'node:fs';
import {InvalidArgumentError, type Command} from 'commander';
import {FileSigner, FsAtomicFile, ValidatorKey, type BlockStore, type SignedPosition} from '#consensus/engine';
import {serialiseResumption} from '#node/app';
import {ConfigError, type HomePaths} from '#node/config';
import {withHome} from './home.ts';
import {withStores} from './stores.ts';

interface ResumeOptions {
  readonly home: string;
  readonly height: bigint;
  readonly round: number;
  readonly confirm?: string;
}

/** The state file alone is read: any key does, and none signs. */
const NO_KEY = new Uint8Array(32);
/** What a signer can still go beyond. */
const ROUND_MAX = 2_147_483_000;

/** `qanat resume-signing`: ends the silence of a validator that lost its log, when others lost theirs together with it. */
export function addResumeSigningCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('resume-signing')
    .description('let a validator that lost its write-ahead log sign again at the height at which it is silent; only for a chain that stands still because more than a third lost theirs')
    .requiredOption('--home <dir>', 'the home folder')
    .requiredOption('--height <height>', 'the height that the silent validators stand at', (text) => BigInt(integer(text)))
    .requiredOption('--round <round>', 'the round to begin in: the same at all of them, above every round that any validator has signed in', (text) => Number(integer(text)))
    .option('--confirm <text>', 'the sentence that the command prints without it')
    .action(async (options: ResumeOptions) => {
      await withHome(options.home, (home) => resume(home, options));
      finish(0);
    });
}

async function resume(home: HomePaths, {height, round, confirm}: ResumeOptions): Promise<void> {
  const lastSigned = new FileSigner(new ValidatorKey(NO_KEY), new FsAtomicFile(home.validatorState)).lastSigned;
  await withStores(home, async ({genesis, blockStore}) => {
    const problem = refusal(lastSigned, blockStore, genesis.initialHeight, height, round);
    if (problem !== undefined) throw new ConfigError(problem);
    const sentence = `no node of ${genesis.chainId} has block ${height}, or will get it from a backup`;
    if (confirm !== sentence) {
      throw new ConfigError(
        `a validator that forgot its lock can help to decide a second block ${height} beside one that a node has decided already: the chain forks. ` +
          'Ask every operator, of full nodes too, and read docs/runbooks/wal-corruption.md. ' +
          `If it is true, say so: --confirm "${sentence}"`,
      );
    }
    writeFileSync(home.resumption, serialiseResumption({height, round, lastSigned}), {mode: 0o600, flush: true});
    console.log(`At the next start this validator signs again at height ${height}, from round ${round} on. ${home.resumption} says so; it means nothing at other heights.`);
  });
}

function refusal(last: SignedPosition, blockStore: BlockStore, initialHeight: bigint, height: bigint, round: number): string | undefined {
  const next = blockStore.height === 0n ? initialHeight : blockStore.height + 1n;
  if (height !== next) return `this home stands at height ${next}, not ${height}: only the height that comes next can be resumed`;
  if (last.height !== height) return `this validator signed last at height ${last.height}: nothing keeps it silent at ${height}`;
  if (round <= last.round) return `this validator signed in round ${last.round} of height ${height}: --round must be above that, and above the rounds of all the others`;
  return round > ROUND_MAX ? `round ${round} is above ${ROUND_MAX}` : undefined;
}

function integer(text: string): string {
  if (!/^[0-9]{1,18}$/.test(text)) throw new InvalidArgumentError('expected a number');
  return text;
}
