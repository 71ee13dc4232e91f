/** secp256k1 accounts from mnemonics and private keys. */
import {HDKey} from '@scure/bip32';
import {generateMnemonic, mnemonicToSeedSync, validateMnemonic} from '@scure/bip39';
import {wordlist} from '@scure/bip39/wordlists/english.js';
import {secp256k1} from '@noble/curves/secp256k1.js';
import {publicKeyToAddress} from '#node/execution';
import {KeyError} from './errors.ts';

/** Bits of a new mnemonic: 24 words. */
const ENTROPY_BITS = 256;

export function newMnemonic(): string {
  return generateMnemonic(wordlist, ENTROPY_BITS);
}

/** The key at BIP-44 path m/44'/60'/0'/0/index. @throws KeyError MALFORMED */
export function accountOfMnemonic(mnemonic: string, index: number): Uint8Array {
  const words = mnemonic.trim().toLowerCase().split(/\s+/).join(' ');
  if (!validateMnemonic(words, wordlist)) throw new KeyError('MALFORMED', 'these are not the words of a BIP-39 mnemonic, or one of them is mistyped');
  const {privateKey} = HDKey.fromMasterSeed(mnemonicToSeedSync(words)).derive(`m/44'/60'/0'/0/${index}`);
  if (privateKey === null) throw new KeyError('MALFORMED', 'a derived key has a private part');
  return privateKey;
}

/** `0x…`, lower case. @throws KeyError MALFORMED when the bytes are no private key of the curve. */
export function accountAddress(privateKey: Uint8Array): string {
  if (!secp256k1.utils.isValidSecretKey(privateKey)) throw new KeyError('MALFORMED', 'the bytes are not a secp256k1 private key');
  return publicKeyToAddress(secp256k1.getPublicKey(privateKey, false));
}
