/** `qanat lora …`: commit to adapters, serve their modules, infer with them, prove and verify what was answered. */
import {randomBytes} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {InvalidArgumentError} from 'commander';
import type {Command} from 'commander';
import {readBaseModel, writeBaseModel} from '../lora/base-model.ts';
import {ContributorClient} from '../lora/contributor-client.ts';
import {startContributor} from '../lora/contributor.ts';
import {trainDemoAdapter} from '../lora/demo-adapter.ts';
import {LoraError} from '../lora/errors.ts';
import {modulesByLayer, writeWords} from '../lora/infer.ts';
import {CONTRIBUTOR_COUNT_MAX, REQUEST_TOKEN_COUNT_MAX} from '../lora/limits.ts';
import {commitAdapter, parseManifest, readLoraPackage, requirePublicPackage, splitRows, writePackage} from '../lora/package.ts';
import type {ModuleMode, PublicPackage} from '../lora/package.ts';
import {readAdapter, requireFit, writeAdapter} from '../lora/peft.ts';
import {proveSession, verifySession} from '../lora/session-proofs.ts';
import {readSession} from '../lora/session.ts';
import {seededRandom} from '../training/random.ts';
import {consoleLogger, consoleProgress} from './output.ts';

type Address = {readonly host: string; readonly port: number};

export function addLoraCommand(program: Command): void {
  const lora = program.command('lora').description('LoRA adapters whose weights stay hidden: commit, serve, infer, prove, verify');

  lora.command('train')
    .description('train a small base model on English words and an adapter on Italian ones')
    .requiredOption('--out <FOLDER>', 'gets base.safetensors and adapter/ in the PEFT layout')
    .option('--seed <N>', 'seed of split, initialisation and order', whole(0, 2 ** 32 - 1), 7259)
    .option('--epochs <N>', 'passes over each list of words', whole(1, 1_000), 4)
    .option('--rank <N>', 'rank of the adapter', whole(1, 16), 4)
    .action(async ({out, ...options}: {out: string; seed: number; epochs: number; rank: number}) => {
      const {model, adapter, heldOutLoss} = trainDemoAdapter({...options, onProgress: consoleProgress()});
      await mkdir(out, {recursive: true});
      await writeBaseModel(join(out, 'base.safetensors'), model);
      await writeAdapter(join(out, 'adapter'), adapter);
      print({base: join(out, 'base.safetensors'), adapter: join(out, 'adapter'), heldOutLoss});
    });

  lora.command('commit')
    .description('quantise an adapter, commit to its modules and prove the registration')
    .requiredOption('--adapter <FOLDER>', 'adapter_config.json and adapter_model.safetensors, as PEFT writes them')
    .requiredOption('--out <FOLDER>', 'where to write the package; must not exist')
    .option('--base <FILE>', 'base model that the modules must fit')
    .option('--modules <NAMES>', 'only these modules, separated by commas')
    .option('--replace <NAMES>', 'modules whose output takes the place of the base layer’s, instead of being added')
    .option('--bits <N>', 'bits of a quantised weight, 8 or 16', bits, 8)
    .action(async (flags: {adapter: string; out: string; base?: string; modules?: string; replace?: string; bits: 8 | 16}) => {
      const adapter = await readAdapter(flags.adapter);
      if (flags.base !== undefined) requireFit(adapter, new Map((await readBaseModel(flags.base)).layers.map((layer) => [layer.name, layer])));
      const wanted = flags.modules?.split(',');
      const modules = adapter.modules.filter(({name}) => wanted === undefined || wanted.includes(name));
      const names = modules.map(({name}) => name);
      for (const name of [...(wanted ?? []), ...(flags.replace?.split(',') ?? [])]) if (!names.includes(name)) throw new LoraError('wrongModule', `the adapter has no module ${name}`);
      const modes = new Map<string, ModuleMode>((flags.replace?.split(',') ?? []).map((name) => [name, 'replace']));
      const committed = commitAdapter({...adapter, modules}, {weightBits: flags.bits, modes, onProgress: consoleProgress()});
      await writePackage(flags.out, committed);
      print({package: flags.out, modules: committed.manifest.modules.map(({name, mode, commitment}) => ({name, mode, commitment}))});
    });

  lora.command('serve')
    .description('host the modules of a package for base-model users')
    .requiredOption('--package <FOLDER>', 'a package that `lora commit` wrote')
    .requiredOption('--sessions <FOLDER>', 'where sessions are kept until they are proven')
    .option('--host <HOST>', 'address to listen on', '127.0.0.1')
    .option('--port <PORT>', 'port to listen on; 0 for any', whole(0, 65_535), 7260)
    .option('--log-json', 'log JSON objects')
    .action(async (flags: {package: string; sessions: string; host: string; port: number; logJson?: boolean}) => {
      const logger = consoleLogger(flags.logJson ?? false);
      const running = await startContributor({package: await readLoraPackage(flags.package), sessionsDir: flags.sessions, host: flags.host, port: flags.port}, {logger});
      print({listening: `${running.host}:${running.port}`});
      await new Promise<void>((resolve) => {
        for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
        if (process.channel) process.once('disconnect', () => resolve());
      });
      await running.stop();
      if (process.connected) process.disconnect?.();
    });

  lora.command('infer')
    .description('run a base model with the modules of one or more contributors, and record the session')
    .requiredOption('--base <FILE>', 'the base model, as `lora train` writes it')
    .requiredOption('--out <FOLDER>', 'where to keep the session; must not exist')
    .option('--contributor <HOST:PORT...>', 'contributors', addresses, [])
    .option('--pin <COMMITMENTS>', 'accept no module but with these commitments (hex), separated by commas')
    .option('--count <N>', 'words to write', whole(1, REQUEST_TOKEN_COUNT_MAX), 12)
    .option('--seed <N>', 'seed of the words', whole(0, 2 ** 32 - 1), 1)
    .action(async (flags: {base: string; out: string; contributor: Address[]; pin?: string; count: number; seed: number}) => infer(flags));

  lora.command('prove')
    .description('prove all that was answered in a session; goes on where an interrupted run was')
    .requiredOption('--package <FOLDER>', 'the package that was served')
    .requiredOption('--session <FOLDER>', 'a session that `lora serve` kept')
    .requiredOption('--out <FOLDER>', 'where to write the proofs')
    .action(async (flags: {package: string; session: string; out: string}) => {
      const owner = await readLoraPackage(flags.package);
      const record = await readSession(flags.session, owner.manifest.modules.map(({shape}) => shape));
      print({proofs: flags.out, made: await proveSession(owner, record, flags.out, consoleProgress())});
    });

  lora.command('verify')
    .description('verify the proofs of a recorded session, offline; fails unless everything answered is proven')
    .requiredOption('--session <FOLDER>', 'the session that `lora infer` recorded')
    .requiredOption('--proofs <FOLDERS...>', 'the proofs of each contributor, in the order of --contributor')
    .action(async (flags: {session: string; proofs: string[]}) => verify(flags));
}

async function infer(flags: {base: string; out: string; contributor: Address[]; pin?: string; count: number; seed: number}): Promise<void> {
  const model = await readBaseModel(flags.base);
  const session = new Uint8Array(randomBytes(32));
  const pinned = flags.pin === undefined ? undefined : new Set(flags.pin.split(',').map((commitment) => commitment.replace(/^0x/, '').toLowerCase()));
  await mkdir(flags.out);
  const clients: ContributorClient[] = [];
  try {
    for (const address of flags.contributor) clients.push(await ContributorClient.connect({...address, session, pinned}));
    const words = await writeWords(model, modulesByLayer(model, clients), {count: flags.count, random: seededRandom(flags.seed), onProgress: consoleProgress()});
    for (const [i, client] of clients.entries()) {
      const folder = join(flags.out, `${i}`);
      await client.record.write(folder);
      await writeFile(join(folder, 'manifest.json'), JSON.stringify(client.manifest));
      await writeFile(join(folder, 'rows.bin'), Buffer.concat(client.rows));
      await writeFile(join(folder, 'registration.bin'), client.registration);
    }
    await writeFile(join(flags.out, 'contributors.json'), JSON.stringify({count: clients.length}));
    await Promise.all(clients.map((client) => client.finish()));
    print({session: Buffer.from(session).toString('hex'), words});
  } finally {
    for (const client of clients) client.close();
  }
}

async function verify({session, proofs}: {session: string; proofs: string[]}): Promise<void> {
  const {count} = JSON.parse(await readFile(join(session, 'contributors.json'), 'utf8')) as {count: number};
  if (proofs.length !== count) throw new LoraError('proofRefused', `the session has ${count} contributors, ${proofs.length} folders of proofs were given`);
  const results: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const folder = join(session, `${i}`);
    const manifest = parseManifest(await readFile(join(folder, 'manifest.json')));
    const open: PublicPackage = {
      manifest, rows: splitRows(manifest, new Uint8Array(await readFile(join(folder, 'rows.bin')))), registration: new Uint8Array(await readFile(join(folder, 'registration.bin'))),
    };
    requirePublicPackage(open);
    const record = await readSession(folder, manifest.modules.map(({shape}) => shape));
    results.push({modules: manifest.modules.map(({name}) => name), ...(await verifySession(open, record, proofs[i]!, consoleProgress()))});
  }
  print({verified: true, contributors: results});
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
    return value;
  };
}

function bits(text: string): 8 | 16 {
  if (text !== '8' && text !== '16') throw new InvalidArgumentError('expected 8 or 16');
  return text === '8' ? 8 : 16;
}

function addresses(text: string, before: Address[]): Address[] {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65_535) throw new InvalidArgumentError('expected HOST:PORT');
  if (before.length >= CONTRIBUTOR_COUNT_MAX) throw new InvalidArgumentError(`at most ${CONTRIBUTOR_COUNT_MAX} contributors`);
  return [...before, {host: match[1]!, port: Number(match[2])}];
}
