/** `npm run demo`: from a dataset to contributors paid for an inference that was proven on chain. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {SYSTEM_ADDRESSES} from '#protocols/client';
import type {DemoChain} from './chain.ts';
import {openChain} from './chain.ts';
import {measureLatency} from './latency.ts';
import {describeLines, Ledger} from './ledger.ts';
import {tellLora} from './lora.ts';
import {say, title} from './print.ts';
import {tryToCheat} from './refusals.ts';
import {Story} from './story.ts';

const USAGE = `Usage: npm run demo -- [lora] [--rpc URL]

  lora        two contributors sell what their hidden LoRA modules add to a model (default: a dataset, a model,
              and an inference that is proven on chain)
  --rpc URL   a node of a running devnet (default: http://127.0.0.1:8545 if a devnet answers there,
              otherwise four validators are started for the demo and stopped at its end)
`;

class Interrupted extends Error {}

async function main(): Promise<number> {
  let rpcUrl: string | undefined;
  let isLora = false;
  try {
    const {values, positionals} = parseArgs({options: {rpc: {type: 'string'}, help: {type: 'boolean', short: 'h'}}, allowPositionals: true});
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    if (positionals.length > 1 || (positionals[0] ?? 'lora') !== 'lora') throw new Error(`there is no demo "${positionals.join(' ')}"`);
    isLora = positionals.length === 1;
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
    const told = isLora ? tellLora(open.chain, workDir) : tell(open.chain, workDir, (story) => void (open.story = story));
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

async function tell(chain: DemoChain, workDir: string, onStory: (story: Story) => void): Promise<number> {
  const cast = {
    data: chain.wallet(0), trainer: chain.wallet(1), consumer: chain.wallet(2), prover: chain.wallet(3), cheat: chain.wallet(4),
  };
  const {attribution, inferenceOracle, licensing} = SYSTEM_ADDRESSES;
  const ledger = await Ledger.open(chain.reader, {
    'Data contributor': cast.data.account.address, 'Trainer': cast.trainer.account.address,
    'Consumer': cast.consumer.account.address, 'Prover': cast.prover.account.address, 'Cheat': cast.cheat.account.address,
    'The contract Attribution': attribution, 'The contract InferenceOracle': inferenceOracle, 'The contract Licensing': licensing,
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
