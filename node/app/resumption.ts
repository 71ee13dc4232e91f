/** The file in which an operator gives a validator that lost its log leave to sign again at one height. */
import {readFileSync} from 'node:fs';
import type {Resumption} from '#consensus/engine';
import {StartError} from './errors.ts';

export function serialiseResumption({height, round, lastSigned}: Resumption): string {
  const json = {height: height.toString(), round, last_signed: {...lastSigned, height: lastSigned.height.toString()}};
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** undefined: there is none. @throws StartError */
export function readResumption(path: string): Resumption | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartError(`cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    const {height, round, last_signed: last} = JSON.parse(text) as {height: string; round: number; last_signed: {height: string; round: number; step: number}};
    if (![round, last.round, last.step].every((value) => Number.isSafeInteger(value) && value >= 0)) throw new TypeError('a round or step is no number');
    return {height: BigInt(height), round, lastSigned: {height: BigInt(last.height), round: last.round, step: last.step}};
  } catch (error) {
    throw new StartError(`${path} is not what \`qanat resume-signing\` writes (${(error as Error).message}): delete it, or run the command again`);
  }
}
