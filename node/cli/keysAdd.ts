import type {Command} from 'commander';
import {accountOfMnemonic, KeyError, newMnemonic, processTerminal, readHidden, readKeyFile} from '#node/keys';
import {wholeNumber} from './arguments.ts';
import {newAccountPassphrase, printAccount, ringOf, type KeyOptions} from './keys.ts';

interface AddOptions extends KeyOptions {
  readonly recover?: boolean;
  readonly mnemonicFile?: string;
  readonly index: number;
}

const INDEX_MAX = 2 ** 31 - 1;

/** `qanat keys add NAME [--recover]`. */
export function addAccountCommand(command: Command, run: (work: (name: string, options: AddOptions) => Promise<void>) => (...args: [string, AddOptions]) => Promise<void>): void {
  command
    .option('--recover', 'ask for the mnemonic of an account')
    .option('--mnemonic-file <file>', 'recover from the mnemonic in this file')
    .option('--index <n>', "last number of the path m/44'/60'/0'/0/n", wholeNumber(0, INDEX_MAX), 0)
    .action(run(add));
}

async function add(name: string, options: AddOptions): Promise<void> {
  const ring = ringOf(options);
  const recovered = await mnemonicFrom(options);
  const mnemonic = recovered ?? newMnemonic();
  const account = await ring.add(name, accountOfMnemonic(mnemonic, options.index), await newAccountPassphrase(options.passphraseFile));
  printAccount(account);
  // After the key is on disk; once, and on standard error, which is not what a script keeps.
  if (recovered === undefined) console.error(`\nWrite these words down and keep them where nobody reads them. They are the account, and are not shown again:\n\n${mnemonic}\n`);
}

async function mnemonicFrom({recover, mnemonicFile}: AddOptions): Promise<string | undefined> {
  if (mnemonicFile !== undefined) {
    const text = readKeyFile(mnemonicFile);
    if (text === undefined) throw new KeyError('NOT_FOUND', `there is no file ${mnemonicFile}`);
    return text;
  }
  if (recover !== true) return undefined;
  const terminal = processTerminal();
  if (!terminal.isTTY) throw new KeyError('NOT_FOUND', 'there is no terminal to ask for the mnemonic; give --mnemonic-file FILE');
  return readHidden(terminal, 'Mnemonic (not shown): ');
}
