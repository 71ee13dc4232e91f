/** Where a passphrase comes from: a file, or a prompt without echo. Never the command line, which every user of a machine can read. */
import {KeyError} from './errors.ts';
import {readKeyFile} from './files.ts';
import {PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARACTERS_MIN} from './limits.ts';

export interface PassphraseOptions {
  /** First line of this file. */
  readonly file?: string | undefined;
  /** What stands before the prompt. */
  readonly prompt: string;
  /** How to give one without a terminal, for the message when there is none. */
  readonly hint: string;
}

/** @throws KeyError NO_PASSPHRASE when there is neither file nor terminal. */
export async function askPassphrase({file, prompt, hint}: PassphraseOptions, terminal: Terminal = processTerminal()): Promise<string> {
  if (file !== undefined && file !== '') {
    const text = readKeyFile(file);
    if (text === undefined) throw new KeyError('NO_PASSPHRASE', `there is no passphrase file ${file}`);
    return checked(text.split(/\r?\n/, 1)[0] ?? '');
  }
  if (!terminal.isTTY) throw new KeyError('NO_PASSPHRASE', `a passphrase is needed and there is no terminal to ask for it; ${hint}`);
  return checked(await readHidden(terminal, prompt));
}

/** A passphrase for a key that is encrypted anew: long enough, and typed twice where it is typed. */
export async function askNewPassphrase(options: PassphraseOptions, terminal: Terminal = processTerminal()): Promise<string> {
  const first = await askPassphrase(options, terminal);
  if ([...first].length < PASSPHRASE_CHARACTERS_MIN) {
    throw new KeyError('NO_PASSPHRASE', `a passphrase needs at least ${PASSPHRASE_CHARACTERS_MIN} characters`);
  }
  if (options.file !== undefined && options.file !== '') return first;
  const second = await readHidden(terminal, 'Again: ');
  if (first !== second) throw new KeyError('NO_PASSPHRASE', 'the two passphrases differ');
  return first;
}

export interface Terminal {
  readonly isTTY: boolean;
  readonly input: NodeJS.ReadableStream & {setRawMode?(raw: boolean): unknown};
  readonly output: {write(text: string): unknown};
}

export function processTerminal(): Terminal {
  return {isTTY: process.stdin.isTTY === true, input: process.stdin, output: process.stderr};
}

/** One line, nothing of which is shown. Ctrl-C and Ctrl-D give up. */
export function readHidden({input, output}: Terminal, prompt: string): Promise<string> {
  output.write(prompt);
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (finish: () => void): void => {
      input.removeListener('data', onData);
      input.removeListener('end', onEnd);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      finish();
    };
    const onEnd = (): void => end(() => reject(new KeyError('NO_PASSPHRASE', 'no passphrase was given')));
    const onData = (chunk: Buffer | string): void => {
      for (const character of chunk.toString()) {
        if (character === '\u0003' || character === '\u0004') return onEnd();
        if (character === '\r' || character === '\n') return end(() => resolve(text));
        if (character === '\u007f' || character === '\b') text = [...text].slice(0, -1).join('');
        else text += character;
        if (Buffer.byteLength(text) > PASSPHRASE_BYTES_MAX) return end(() => reject(tooLong()));
      }
    };
    input.setRawMode?.(true);
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

function checked(passphrase: string): string {
  if (Buffer.byteLength(passphrase) > PASSPHRASE_BYTES_MAX) throw tooLong();
  if (passphrase === '') throw new KeyError('NO_PASSPHRASE', 'the passphrase is empty');
  return passphrase;
}

function tooLong(): KeyError {
  return new KeyError('NO_PASSPHRASE', `a passphrase has at most ${PASSPHRASE_BYTES_MAX} bytes`);
}
