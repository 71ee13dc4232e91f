/** The models that a prover service can run: the packages in a folder, read as they appear. */
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Hex} from 'viem';
import {PACKAGE_COUNT_MAX} from '../limits.ts';
import type {Logger} from '../logger.ts';
import {describeSizes} from '../model/architecture.ts';
import {commitmentOf, readPackage} from '../model/package.ts';
import type {ModelPackage} from '../model/package.ts';
import {loadCircuit} from './circuit.ts';
import type {PreparedCircuit} from './circuit.ts';

export type ProvableModel = {readonly package: ModelPackage; readonly circuit: PreparedCircuit};

export class ModelLibrary {
  private readonly folder: string;
  private readonly cacheDir: string | undefined;
  private readonly logger: Logger;
  private readonly models = new Map<string, ProvableModel>();
  /** Names already looked at, good or bad: a bad package is reported once and read again when it is replaced under another name. */
  private readonly seen = new Set<string>();

  constructor(folder: string, {cacheDir, logger}: {cacheDir: string | undefined; logger: Logger}) {
    this.folder = folder;
    this.cacheDir = cacheDir;
    this.logger = logger;
  }

  get size(): number {
    return this.models.size;
  }

  find(keyHash: Hex, commitment: bigint): ProvableModel | undefined {
    return this.models.get(`${keyHash}:${commitment}`);
  }

  /** Reads packages that have appeared since the last call; returns how many can now be proven that could not before. */
  async refresh(): Promise<number> {
    let names: string[];
    try {
      names = (await readdir(this.folder, {withFileTypes: true}))
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => entry.name);
    } catch (error) {
      if (!this.seen.has('.')) this.logger.warn(`the models folder ${this.folder} cannot be read: ${(error as Error).message}`);
      this.seen.add('.');
      return 0;
    }
    this.seen.delete('.');
    let added = 0;
    for (const name of names) {
      if (this.seen.has(name)) continue;
      if (this.seen.size >= PACKAGE_COUNT_MAX) {
        this.logger.warn(`the models folder holds more than ${PACKAGE_COUNT_MAX} packages; ${name} is left alone`);
        break;
      }
      this.seen.add(name);
      try {
        await this.add(name);
        added++;
      } catch (error) {
        this.logger.warn(`the package ${name} cannot be used: ${(error as Error).message}`);
      }
    }
    return added;
  }

  private async add(name: string): Promise<void> {
    const model = await readPackage(join(this.folder, name));
    const {manifest, commitment} = model;
    const circuit = await loadCircuit(manifest.circuitHash, this.cacheDir);
    if (!circuit) throw new Error(`the keys of its circuit ${manifest.circuitHash} are not in the cache of this machine`);
    if (circuit.keyHash !== manifest.keyHash) {
      throw new Error(`it was packed with the verification key ${manifest.keyHash}, but this machine's is ${circuit.keyHash}`);
    }
    if (commitmentOf(circuit, model.model, model.salt) !== commitment) throw new Error('its weights are not those of its commitment');
    this.models.set(`${manifest.keyHash}:${commitment}`, {package: model, circuit});
    this.logger.info(`model ${manifest.name} (${describeSizes(model.model.architecture)}) is ready to be proven`, {package: name, keyHash: manifest.keyHash});
  }
}
