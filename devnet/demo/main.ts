/**
 * `npm run demo`: from a dataset to contributors paid for an inference that was proven on chain.
 * `npm run demo -- economy`: licences of each kind, shares and a claim of breach, with everyone paid to the wei.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {SYSTEM_ADDRESSES, TREASURY_ADDRESS} from '#protocols/client';
import type {DemoChain} from './chain.ts';
import {openChain} from './chain.ts';
import {describeEarnings, runEconomy} from './economy/index.ts';
import {ROLES} from './economy/world.ts';
import {measureLatency} from './latency.ts';
import {describeLines, Ledger} from './ledger.ts';
import {tellLora} from './lora.ts';
import {done, say, title} from './print.ts';
import {tryToCheat} from './refusals.ts';
import {Story} from './story.ts';

/** Others than the one told by default. */
const DEMOS = ['economy', 'lora'] as const;

const USAGE = `Usage: npm run demo -- [${DEMOS.join(' | ')}] [--rpc URL]

  economy     instead of a proven inference: a dataset, a model, an adapter and an application that sell licences
              of each kind, trade shares, settle 1,000 calls at once and decide a breach
  lora        two contributors sell what their hidden LoRA modules add to a model (default: a dataset, a model,
              and an inference that is proven on chain)
  --rpc URL   a node of a running devnet (default: http://127.0.0.1:8545 if a devnet answers there,
              otherwise four validators are started for the demo and stopped at its end)
`;

class Interrupted extends Error {}

async function main(): Promise<number> {
  let rpcUrl: string | undefined;
  let demo: string | undefined;
  try {
    const {values, positionals} = parseArgs({allowPositionals: true, options: {rpc: {type: 'string'}, help: {type: 'boolean', short: 'h'}}});
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    demo = positionals[0];
    if (positionals.length > 1 || (demo !== undefined && !DEMOS.some((name) => name === demo))) throw new Error(`there is no demo "${positionals.join(' ')}"`);
    rpcUrl = values.rpc;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const workDir = mkdtempSync(join(tmpdir(), 'qanat-demo-'));
  const open: {chain?: DemoChain; story?: Story} = {};
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Interrupted(`stopped by ${signal}`)));
  });
  interrupted.catch(() => {});
  try {
    title('0. The chain');
    open.chain = await openChain(rpcUrl);
    const {chain} = open;
    const told = demo === 'economy' ? tellEconomy(chain) : demo === 'lora' ? tellLora(chain, workDir) : tell(chain, workDir, (story) => void (open.story = story));
    return await Promise.race([interrupted, told]);
  } catch (error) {
    console.error(error instanceof Interrupted ? `\nThe demo was ${error.message}.` : `\nThe demo failed: ${(error as Error).stack ?? String(error)}`);
    return 1;
  } finally {
    await open.story?.stopService();
    await open.chain?.stop();
    rmSync(workDir, {recursive: true, force: true});
  }
}

async function tellEconomy(chain: DemoChain): Promise<number> {
  title('1. The economy');
  const result = await runEconomy({
    reader: chain.reader,
    wallet: (role) => chain.wallet(ROLES.indexOf(role)),
    now: async () => (await chain.reader.getBlock()).timestamp,
    balance: (address) => chain.reader.getBalance({address}),
    calls: 1_000n,
    tell: (text, receipt) => (receipt === undefined ? say(text) : done(text, receipt)),
  });
  title('2. Who earned what, and why');
  for (const line of describeEarnings(result)) say(line);
  title('3. The lineage, as a Mermaid graph');
  console.log(result.lineage);
  console.log(result.isExact ? '\nAll revenue reconciles to the wei.' : '\nThe revenue does NOT reconcile.');
  return result.isExact ? 0 : 1;
}

async function tell(chain: DemoChain, workDir: string, onStory: (story: Story) => void): Promise<number> {
  const cast = {
    data: chain.wallet(0), trainer: chain.wallet(1), consumer: chain.wallet(2), prover: chain.wallet(3), cheat: chain.wallet(4),
  };
  const {attribution, inferenceOracle, licensing} = SYSTEM_ADDRESSES;
  const ledger = await Ledger.open(chain.reader, {
    'Data contributor': cast.data.account.address, 'Trainer': cast.trainer.account.address,
    'Consumer': cast.consumer.account.address, 'Prover': cast.prover.account.address, 'Cheat': cast.cheat.account.address,
    'The contract Attribution': attribution, 'The contract InferenceOracle': inferenceOracle, 'The contract Licensing': licensing, 'The treasury': TREASURY_ADDRESS,
  });
  const story = new Story(chain, cast, ledger, workDir);
  onStory(story);

  const latency = await measureLatency(chain.reader, cast.cheat);
  say(`A payment on the idle chain has its receipt after ${latency.medianMs.toFixed(0)} ms at the median (${latency.longestMs.toFixed(0)} ms at most, ${latency.count} payments).`);

  await story.registerDataset();
  await story.licenseDataset();
  const manifest = await story.trainModel();
  await story.registerModel(manifest);
  title('5. A prover service starts, in a process of its own');
  await story.startService();
  await story.deployConsumer();
  const first = await story.ask(manifest, 0);
  const transactionHash = await story.awaitAnswer(first, manifest);
  title('7. The fee is split by the terms of the assets, and everyone withdraws');
  await story.withdraw(1n, 1n);

  title('8. Three refusals, on a second request that stays open while the prover service rests');
  await story.stopService();
  const second = await story.ask(manifest, manifest.heldOut.length - 1);
  await tryToCheat(story, await story.trainOther(), second, {asked: first, transactionHash});

  title('9. The prover service starts again, finds the open request, and answers it');
  await story.startService();
  await story.awaitAnswer(second, manifest);
  await story.stopService();
  await story.withdraw(1n, 0n);

  title('10. The books');
  const {lines, isExact, transactionCount, strangerCount} = await ledger.reconcile();
  for (const line of describeLines(lines)) say(line);
  say(`${transactionCount} transactions were read back for their gas${strangerCount > 0 ? `; ${strangerCount} were of others` : ''}.`);
  console.log(isExact ? '\nAll balances reconcile to the wei.' : '\nThe balances do NOT reconcile.');
  return isExact ? 0 : 1;
}

// What was interrupted may still wait for something; it must not keep the process.
process.exit(await main());
