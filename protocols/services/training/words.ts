/** Words of two languages that ship with a package: the lists of BIP-39 (2,048 each, MIT). */
import {wordlist as english} from '@scure/bip39/wordlists/english.js';
import {wordlist as italian} from '@scure/bip39/wordlists/italian.js';
import {shuffled} from './random.ts';

export type Language = 'english' | 'italian';

/** A tenth is held out of training. */
export function wordsOf(language: Language, random: () => number): {training: string[]; heldOut: string[]} {
  const words = shuffled((language === 'english' ? english : italian).filter((word) => /^[a-z]+$/.test(word)), random);
  const held = Math.floor(words.length / 10);
  return {training: words.slice(held), heldOut: words.slice(0, held)};
}
