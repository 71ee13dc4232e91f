/** `qanat model …`: train, pack, look at, run and prove models. */
import {readFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {InvalidArgumentError} from 'commander';
import type {Command} from 'commander';
import {isAddress} from 'viem';
import {decodeProof} from '#precompiles/codec';
import {SYSTEM_ADDRESSES} from '#protocols/client';
import {describeSizes} from '../model/architecture.ts';
import {describeContent} from '../model/content.ts';
import {argmax, infer} from '../model/inference.ts';
import {commitmentOf, packModel, readPackage} from '../model/package.ts';
import type {ModelPackage} from '../model/package.ts';
import {DEVELOPMENT_SETUP_NOTICE, loadCircuit} from '../prover/circuit.ts';
import type {PreparedCircuit} from '../prover/circuit.ts';
import {verify} from '../prover/groth16.ts';
import {runAndProve} from '../prover/run-and-prove.ts';
import {trainClassifier} from '../training/classifier.ts';
import {irisDataset, parseDataset} from '../training/dataset.ts';
import type {Dataset} from '../training/dataset.ts';
import {consoleProgress} from './output.ts';

type TrainFlags = {
  data: string; hidden: number[]; seed: number; epochs: number; testFraction: number; weightBits: number; biasBits: number;
  shift: number; name?: string; out: string; cache?: string; json?: boolean;
};
type ProveFlags = {input: bigint[]; chainId: bigint; requestId: bigint; prover: `0x${string}`; oracle: `0x${string}`; cache?: string};

export function addModelCommand(program: Command): void {
  const model = program.command('model').description('train, pack, run and prove models');

  model.command('dataset')
    .description('print what identifies a dataset, as the asset registry wants it')
    .requiredOption('--data <iris|FILE>', 'the built-in Iris data, or a CSV file with the class in its last column')
    .action(async ({data}: {data: string}) => {
      const dataset = await openDataset(data);
      print({...describeContent(dataset.content), rows: dataset.samples.length, features: dataset.featureNames, labels: dataset.labels});
    });

  model.command('train')
    .description('train a small classifier, quantise it, set up its circuit and pack it')
    .requiredOption('--data <iris|FILE>', 'the built-in Iris data, or a CSV file with the class in its last column')
    .requiredOption('--out <FOLDER>', 'where to write the model package; must not exist')
    .option('--name <NAME>', 'name of the model')
    .option('--hidden <SIZES>', 'widths of the hidden layers, as 8,4', sizes, [6])
    .option('--seed <N>', 'seed of split, initialisation and order', integer(0, 2 ** 32 - 1), 7259)
    .option('--epochs <N>', 'passes over the data', integer(1, 100_000), 200)
    .option('--test-fraction <X>', 'part held out of training', fraction, 0.2)
    .option('--weight-bits <N>', 'bits of a quantised weight', integer(2, 16), 8)
    .option('--bias-bits <N>', 'bits of a quantised bias', integer(2, 32), 18)
    .option('--shift <N>', 'bits by which hidden layers are scaled down', integer(0, 32), 4)
    .option('--cache <FOLDER>', 'where keys are kept (default: $QANAT_CACHE or ~/.cache/qanat)')
    .option('--json', 'print the manifest as JSON')
    .action(async (flags: TrainFlags) => trainAndPack(flags));

  model.command('show')
    .description('print the public part of a package')
    .argument('<FOLDER>')
    .action(async (folder: string) => print((await readPackage(folder)).manifest));

  model.command('check')
    .description('check that a package is whole and that this machine can prove it')
    .argument('<FOLDER>')
    .option('--cache <FOLDER>', 'where keys are kept')
    .action(async (folder: string, {cache}: {cache?: string}) => {
      const packed = await readPackage(folder);
      const circuit = await circuitOf(packed, cache);
      if (commitmentOf(circuit, packed.model, packed.salt) !== packed.commitment) throw new Error('the weights are not those of the commitment');
      console.log(`${packed.manifest.name} (${describeSizes(packed.model.architecture)}) is whole; its circuit has ${circuit.constraintCount} constraints.`);
    });

  model.command('run')
    .description('run a model by the integer law')
    .argument('<FOLDER>')
    .requiredOption('--input <NUMBERS>', 'as 51,35,14,2', integers)
    .action(async (folder: string, {input}: {input: bigint[]}) => {
      const {model: quantised, manifest} = await readPackage(folder);
      const output = infer(quantised, input);
      print({output: output.map(String), label: manifest.labels?.[argmax(output)]});
    });

  model.command('prove')
    .description('run a model and prove the result for one request and one prover')
    .argument('<FOLDER>')
    .requiredOption('--input <NUMBERS>', 'as 51,35,14,2', integers)
    .requiredOption('--chain-id <N>', 'EVM chain id', whole)
    .requiredOption('--request-id <N>', 'the request at the oracle', whole)
    .requiredOption('--prover <ADDRESS>', 'the account that will send the answer', address)
    .option('--oracle <ADDRESS>', 'the oracle', address, SYSTEM_ADDRESSES.inferenceOracle)
    .option('--cache <FOLDER>', 'where keys are kept')
    .action(async (folder: string, flags: ProveFlags) => {
      const packed = await readPackage(folder);
      const circuit = await circuitOf(packed, flags.cache);
      const {output, proof} = await runAndProve({package: packed, circuit}, flags);
      if (!(await verify(circuit.verificationKey, proof.publicInputs, decodeProof(proof.bytes)))) throw new Error('the proof does not verify');
      print({
        output: output.map(String), proof: `0x${Buffer.from(proof.bytes).toString('hex')}`,
        publicInputs: proof.publicInputs.map(String), keyHash: circuit.keyHash,
      });
    });
}

async function trainAndPack(flags: TrainFlags): Promise<void> {
  const dataset = await openDataset(flags.data);
  const name = flags.name ?? basename(flags.out);
  console.error(`Training ${[dataset.featureNames.length, ...flags.hidden, dataset.labels.length].join('-')} on ${dataset.samples.length} samples, seed ${flags.seed}`);
  const {quantisation, accuracy, measuredError, heldOut, trainCount} = trainClassifier(dataset, {
    hidden: flags.hidden, seed: flags.seed, epochs: flags.epochs, testFraction: flags.testFraction,
    quantise: {weightBits: flags.weightBits, biasBits: flags.biasBits, shift: flags.shift},
    onEpoch: (epoch, loss) => {
      if (epoch % Math.ceil(flags.epochs / 4) === 0) console.error(`  epoch ${epoch}: loss ${loss.toFixed(4)}`);
    },
  });
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  console.error(`Held-out accuracy on ${heldOut.length} samples: ${percent(accuracy.float)} in floating point, ${percent(accuracy.integer)} as integers`);
  console.error(`Quantisation changes a logit by at most ${measuredError.toFixed(4)} on this data (bound over its range: ${quantisation.errorBound.toFixed(4)})`);
  console.error(DEVELOPMENT_SETUP_NOTICE);
  const packed = await packModel(flags.out, quantisation.model, {
    name,
    labels: dataset.labels,
    inputScale: dataset.inputScale,
    outputScale: quantisation.outputScale,
    dataset: describeContent(dataset.content),
    report: {
      trainCount, testCount: heldOut.length, floatAccuracy: accuracy.float, integerAccuracy: accuracy.integer,
      measuredError, errorBound: quantisation.errorBound,
    },
    heldOut: heldOut.map(({input, label}) => ({input: input.map(String), label: dataset.labels[label] as string})),
  }, {cacheDir: flags.cache, onProgress: consoleProgress()});
  console.error(`Packed ${name} into ${flags.out}`);
  if (flags.json) print(packed.manifest);
}

async function circuitOf({manifest}: ModelPackage, cache: string | undefined): Promise<PreparedCircuit> {
  const circuit = await loadCircuit(manifest.circuitHash, cache);
  if (!circuit) throw new Error(`the keys of the circuit ${manifest.circuitHash} are not in the cache of this machine`);
  if (circuit.keyHash !== manifest.keyHash) throw new Error('the package was made with another verification key than this machine\'s');
  return circuit;
}

async function openDataset(data: string): Promise<Dataset> {
  return data === 'iris' ? irisDataset() : parseDataset(await readFile(data));
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 1));
}

function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidArgumentError(`expected a whole number from ${low} to ${high}`);
    return value;
  };
}

function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('expected a number between 0 and 1');
  return value;
}

function sizes(text: string): number[] {
  return text.split(',').map(integer(1, 64));
}

function integers(text: string): bigint[] {
  return text.split(',').map((item) => {
    if (!/^-?\d{1,38}$/.test(item.trim())) throw new InvalidArgumentError(`"${item}" is not an integer`);
    return BigInt(item);
  });
}

function whole(text: string): bigint {
  if (!/^\d{1,78}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return BigInt(text);
}

function address(text: string): `0x${string}` {
  if (!isAddress(text, {strict: false})) throw new InvalidArgumentError('expected an address');
  return text;
}
