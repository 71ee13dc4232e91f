/** Keys at rest: the validator's, and the accounts of an operator. */
export {accountAddress, accountOfMnemonic, newMnemonic} from './account.ts';
export {decodeEip2335, encodeEip2335} from './eip2335.ts';
export {KeyError, type KeyErrorCode} from './errors.ts';
export {parseKeyJson, readKeyFile, writeKeyFile} from './files.ts';
export {decodeGethV3, encodeGethV3} from './gethV3.ts';
export {KeyRing, type NamedAccount} from './keyRing.ts';
export type {ScryptCost} from './kdf.ts';
export {askNewPassphrase, askPassphrase, processTerminal, readHidden, type Terminal} from './passphrase.ts';
export {
  decodeValidatorKey,
  encryptValidatorKey,
  loadOrCreateValidatorPublicKey,
  publicKeyOfEncrypted,
  readValidatorKey,
  type PassphraseSource,
  type StoredValidatorKey,
} from './validatorKey.ts';
export * as keyLimits from './limits.ts';
