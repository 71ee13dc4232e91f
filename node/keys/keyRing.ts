/** Named accounts of one home: `keyring/NAME.json`, each a geth V3 keystore. */
import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {KeyError} from './errors.ts';
import {parseKeyJson, readKeyFile, writeKeyFile} from './files.ts';
import {addressOfGethV3, decodeGethV3, encodeGethV3} from './gethV3.ts';
import type {ScryptCost} from './kdf.ts';
import {ACCOUNTS_MAX} from './limits.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const SUFFIX = '.json';

export interface NamedAccount {
  readonly name: string;
  readonly address: string;
}

export class KeyRing {
  readonly #folder: string;
  readonly #cost: ScryptCost | undefined;

  constructor(folder: string, options: {readonly cost?: ScryptCost} = {}) {
    this.#folder = folder;
    this.#cost = options.cost;
  }

  /** By name, ascending. A file that is not a keystore is an error: a key that silently vanishes from a list is lost for its owner. */
  list(): NamedAccount[] {
    return this.#names().map((name) => ({name, address: addressOfGethV3(this.#read(name))}));
  }

  address(name: string): string {
    return addressOfGethV3(this.#read(name));
  }

  /** @throws KeyError EXISTS when the name, or the same address under another name, is there. */
  async add(name: string, privateKey: Uint8Array, passphrase: string): Promise<NamedAccount> {
    this.#path(name);
    const existing = this.list();
    if (existing.length >= ACCOUNTS_MAX) throw new KeyError('EXISTS', `the key ring holds ${ACCOUNTS_MAX} accounts already`);
    if (existing.some((account) => account.name === name)) throw new KeyError('EXISTS', `there is an account ${name} already`);
    const text = await encodeGethV3(privateKey, passphrase, this.#cost);
    const address = addressOfGethV3(JSON.parse(text));
    const same = existing.find((account) => account.address === address);
    if (same !== undefined) throw new KeyError('EXISTS', `${address} is here already, as ${same.name}`);
    writeKeyFile(this.#path(name), text, {isNew: true});
    return {name, address};
  }

  /** The private key. */
  open(name: string, passphrase: string): Promise<Uint8Array> {
    return decodeGethV3(this.#read(name), passphrase);
  }

  /** The keystore as it lies there, for geth, cast and wallets. */
  export(name: string): string {
    return `${JSON.stringify(this.#read(name))}\n`;
  }

  async changePassphrase(name: string, from: string, to: string): Promise<void> {
    const text = await encodeGethV3(await this.open(name, from), to, this.#cost);
    writeKeyFile(this.#path(name), text, {isNew: false});
  }

  delete(name: string): void {
    this.#read(name);
    rmSync(this.#path(name));
  }

  #read(name: string): unknown {
    const path = this.#path(name);
    const text = readKeyFile(path);
    if (text === undefined) {
      const names = this.#names();
      throw new KeyError('NOT_FOUND', `there is no account ${name}; ${names.length === 0 ? 'the key ring is empty' : `known: ${names.join(', ')}`}`);
    }
    return parseKeyJson(text, path);
  }

  #names(): string[] {
    let files: string[];
    try {
      files = readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new KeyError('MALFORMED', `${JSON.stringify(name.slice(0, 80))} is not a name: letters, digits, - and _, at most 64`);
    return join(this.#folder, `${name}${SUFFIX}`);
  }
}
