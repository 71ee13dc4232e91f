import type {Command} from 'commander';
import {checksumAddress, type Hex} from 'viem';
import {toBase64, toHexUpper, addressOf} from '#proto';
import {ConfigError, environmentName, loadConfig, type HomePaths} from '#node/config';
import {accountBech32} from '#node/execution';
import {
  askNewPassphrase,
  askPassphrase,
  decodeGethV3,
  decodeValidatorKey,
  encryptValidatorKey,
  KeyError,
  KeyRing,
  parseKeyJson,
  publicKeyOfEncrypted,
  readKeyFile,
  readValidatorKey,
  writeKeyFile,
  type NamedAccount,
  type ScryptCost,
} from '#node/keys';
import {decodeNodeKey} from '#node/p2p';
import {addAccountCommand} from './keysAdd.ts';
import {existingHome, withHome} from './home.ts';

export interface KeyOptions {
  readonly home: string;
  readonly passphraseFile?: string;
  readonly newPassphraseFile?: string;
  readonly output?: string;
  readonly yes?: boolean;
  /** Of tests: the standard cost otherwise. */
  readonly cost?: ScryptCost | undefined;
}

const VALIDATOR_HINT = `give --passphrase-file FILE, or ${environmentName('validator.passphrase_file')}`;
const ACCOUNT_HINT = 'give --passphrase-file FILE';

/** `qanat keys …`: the validator's key without a name, accounts with one. */
export function addKeysCommand(program: Command, finish: (code: number) => void, cost?: ScryptCost): void {
  const keys = program.command('keys').description('keys of a home: the validator key, and named accounts');
  const command = (name: string, description: string): Command =>
    keys.command(name).description(description).requiredOption('--home <dir>', 'the home folder').option('--passphrase-file <file>', 'its first line is the passphrase');
  const run =
    <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      // Commander's arguments end in the options and the command itself.
      Object.assign(args.at(-2) as object, {cost});
      await work(...args);
      finish(0);
    };

  command('show [name]', 'address and public key of the validator and the peer id; or the address of an account').action(
    run((name: string | undefined, options: KeyOptions) => (name === undefined ? showValidator(options) : showAccount(name, options))),
  );
  command('list', 'the accounts').action(run(async (options: KeyOptions) => ringOf(options).list().forEach(printAccount)));
  addAccountCommand(command('add <name>', 'make an account, or recover one from its mnemonic'), run);
  command('delete <name>', 'delete an account from this home')
    .option('--yes', 'without it nothing is deleted')
    .action(run(deleteAccount));
  command('encrypt', 'encrypt the validator key at rest').action(run(encrypt));
  command('decrypt', 'write the validator key in plain, as CometBFT does').action(run(decrypt));
  command('change-passphrase [name]', 'of the validator key, or of an account')
    .option('--new-passphrase-file <file>', 'its first line is the new passphrase')
    .action(run(changePassphrase));
  command('import <file> [name]', 'a validator key (CometBFT or EIP-2335); with a name, an account (geth keystore V3)').action(run(importKey));
  command('export [name]', 'write the encrypted validator key, or an account as a geth keystore V3, to a file')
    .requiredOption('--output <file>', 'where to; it must not exist')
    .action(run(exportKey));
}

export function ringOf({home, cost}: KeyOptions): KeyRing {
  return new KeyRing(existingHome(home).keyRing, cost === undefined ? {} : {cost});
}

export function accountPassphrase({passphraseFile}: KeyOptions, prompt: string): Promise<string> {
  return askPassphrase({file: passphraseFile, prompt, hint: ACCOUNT_HINT});
}

export function newAccountPassphrase(file: string | undefined): Promise<string> {
  return askNewPassphrase({file, prompt: 'New passphrase of the account: ', hint: ACCOUNT_HINT});
}

export function printAccount({name, address}: NamedAccount): void {
  console.log(`${name}  ${checksumAddress(address as Hex)}  ${accountBech32(address as Hex)}`);
}

async function showValidator({home}: KeyOptions): Promise<void> {
  const paths = existingHome(home);
  const text = readKeyFile(paths.validatorKey);
  if (text === undefined) {
    console.log('validator key: none (a full node)');
  } else {
    const stored = publicKeyOfEncrypted(text, paths.validatorKey);
    const publicKey = stored ?? (await decodeValidatorKey(text, paths.validatorKey, refusePassphrase)).key.publicKey;
    console.log(`validator address: ${toHexUpper(addressOf(publicKey))}`);
    console.log(`validator public key (ed25519, base64): ${toBase64(publicKey)}`);
    console.log(`validator key at rest: ${stored === undefined ? 'plain' : 'encrypted'}`);
  }
  const nodeKey = readKeyFile(paths.nodeKey);
  console.log(`peer id: ${nodeKey === undefined ? 'none yet' : (await decodeNodeKey(nodeKey, paths.nodeKey)).peerId}`);
}

async function showAccount(name: string, options: KeyOptions): Promise<void> {
  printAccount({name, address: ringOf(options).address(name)});
}

async function deleteAccount(name: string, options: KeyOptions): Promise<void> {
  const ring = ringOf(options);
  const address = ring.address(name);
  if (options.yes !== true) throw new ConfigError(`${name} (${address}) would be gone for good unless you have its mnemonic or a copy; add --yes to delete it`);
  ring.delete(name);
  console.log(`deleted ${name} (${address})`);
}

async function encrypt(options: KeyOptions): Promise<void> {
  await withHome(options.home, async (home) => {
    const {key, encrypted} = await validatorKey(home, options);
    if (encrypted) throw new KeyError('EXISTS', `${home.validatorKey} is encrypted already; to change its passphrase: qanat keys change-passphrase`);
    const text = await encryptValidatorKey(key, await newValidatorPassphrase(passphraseFile(home, options)), options.cost);
    writeKeyFile(home.validatorKey, text, {isNew: false});
    console.log(`encrypted ${home.validatorKey}\nStart the node with ${environmentName('validator.passphrase_file')} or --validator.passphrase_file, or type the passphrase when it asks.`);
  });
}

async function decrypt(options: KeyOptions): Promise<void> {
  await withHome(options.home, async (home) => {
    const {key, encrypted} = await validatorKey(home, options);
    if (!encrypted) throw new KeyError('EXISTS', `${home.validatorKey} is not encrypted`);
    writeKeyFile(home.validatorKey, key.toJson(), {isNew: false});
    console.log(`${home.validatorKey} is plain now: whoever reads it can sign as this validator`);
  });
}

async function changePassphrase(name: string | undefined, options: KeyOptions): Promise<void> {
  if (name !== undefined) {
    const ring = ringOf(options);
    await ring.changePassphrase(name, await accountPassphrase(options, `Passphrase of ${name}: `), await newAccountPassphrase(options.newPassphraseFile));
    console.log(`changed the passphrase of ${name}`);
    return;
  }
  await withHome(options.home, async (home) => {
    const {key, encrypted} = await validatorKey(home, options);
    if (!encrypted) throw new KeyError('NO_PASSPHRASE', `${home.validatorKey} is not encrypted; to encrypt it: qanat keys encrypt`);
    writeKeyFile(home.validatorKey, await encryptValidatorKey(key, await newValidatorPassphrase(options.newPassphraseFile), options.cost), {isNew: false});
    console.log(`changed the passphrase of ${home.validatorKey}`);
  });
}

async function importKey(file: string, name: string | undefined, options: KeyOptions): Promise<void> {
  const text = readKeyFile(file);
  if (text === undefined) throw new KeyError('NOT_FOUND', `there is no file ${file}`);
  if (name !== undefined) {
    const passphrase = await accountPassphrase(options, `Passphrase of ${file}: `);
    printAccount(await ringOf(options).add(name, await decodeGethV3(parseKeyJson(text, file), passphrase), passphrase));
    return;
  }
  await withHome(options.home, async (home) => {
    // Opened before it is taken, so that a node does not find out at its next start.
    const {key} = await decodeValidatorKey(text, file, () => askPassphrase({file: passphraseFile(home, options), prompt: `Passphrase of ${file}: `, hint: VALIDATOR_HINT}));
    writeKeyFile(home.validatorKey, text, {isNew: true});
    console.log(`validator address: ${toHexUpper(key.address)}`);
    console.log('If this key has signed elsewhere, stop that node for good and bring its data/priv_validator_state.json here before the first start: two nodes with one key are slashed.');
  });
}

async function exportKey(name: string | undefined, options: KeyOptions): Promise<void> {
  const output = options.output ?? '';
  if (name !== undefined) {
    writeKeyFile(output, ringOf(options).export(name), {isNew: true});
  } else {
    const home = existingHome(options.home);
    const text = readKeyFile(home.validatorKey);
    if (text === undefined) throw noValidatorKey(home);
    // A key leaves a home in no other form than encrypted.
    const isEncrypted = publicKeyOfEncrypted(text, home.validatorKey) !== undefined;
    const exported = isEncrypted
      ? text
      : await encryptValidatorKey((await decodeValidatorKey(text, home.validatorKey, refusePassphrase)).key, await newValidatorPassphrase(passphraseFile(home, options)), options.cost);
    writeKeyFile(output, exported, {isNew: true});
  }
  console.log(`wrote ${output}`);
}

async function validatorKey(home: HomePaths, options: KeyOptions): Promise<NonNullable<Awaited<ReturnType<typeof readValidatorKey>>>> {
  const stored = await readValidatorKey(home.validatorKey, () =>
    askPassphrase({file: passphraseFile(home, options), prompt: 'Passphrase of the validator key: ', hint: VALIDATOR_HINT}),
  );
  if (stored === undefined) throw noValidatorKey(home);
  return stored;
}

/** The flag, or the setting that `start` uses too. */
function passphraseFile(home: HomePaths, options: KeyOptions): string {
  return options.passphraseFile ?? loadConfig({file: home.config, environment: process.env})['validator.passphrase_file'];
}

function newValidatorPassphrase(file: string | undefined): Promise<string> {
  return askNewPassphrase({file, prompt: 'New passphrase of the validator key: ', hint: VALIDATOR_HINT});
}

function noValidatorKey(home: HomePaths): KeyError {
  return new KeyError('NOT_FOUND', `there is no ${home.validatorKey}: this home is a full node's`);
}

function refusePassphrase(): Promise<string> {
  return Promise.reject(new KeyError('NO_PASSPHRASE', 'the key is encrypted'));
}
