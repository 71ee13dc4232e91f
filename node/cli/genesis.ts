import {HDKey} from '@scure/bip32';
import {mnemonicToSeedSync} from '@scure/bip39';
import {addressOf, DEFAULT_CONSENSUS_PARAMS, toHexUpper, type GenesisDoc, type PublicKey, type Timestamp} from '#proto';
import {sapGenesisAccounts} from '#precompiles';
import {systemContracts} from '#protocols/genesis';
import {bytesToHex, keccak256, systemPredeploys, type Hex} from '#node/execution';
import {secp256k1} from '@noble/curves/secp256k1.js';

/** The mnemonic that developers expect from local nodes. Its keys are public. */
export const DEVELOPMENT_MNEMONIC = 'test test test test test test test test test test test junk';
export const DEVELOPMENT_CHAIN_ID = 'qanat-dev-1';
export const DEVELOPMENT_EVM_CHAIN_ID = 72590;
export const DEVELOPMENT_ACCOUNTS = 10;
/** 10,000 QANAT in aqanat. */
export const DEVELOPMENT_BALANCE = 10_000n * 10n ** 18n;

/** Validators' fees go to accounts from this index of the mnemonic on, apart from the funded ones. */
const OPERATOR_ACCOUNT_FIRST = 100;
const BLOCK_GAS_LIMIT = 60_000_000n;
/** Leaves room below EIP-7934's 8 MiB for the header and the commit. */
const BLOCK_BYTES_MAX = 7n * 1024n * 1024n;
const BASE_FEE_INITIAL = 1_000_000_000n;
const DEVELOPMENT_POWER = 10n;

export interface DevelopmentAccount {
  readonly address: Hex;
  readonly privateKey: Hex;
}

/** Account `index` of the development mnemonic at BIP-44 path m/44'/60'/0'/0/index. */
export function developmentAccount(index: number): DevelopmentAccount {
  const root = HDKey.fromMasterSeed(mnemonicToSeedSync(DEVELOPMENT_MNEMONIC));
  const {privateKey} = root.derive(`m/44'/60'/0'/0/${index}`);
  if (privateKey === null) throw new Error('a derived key has a private part');
  const publicKey = secp256k1.getPublicKey(privateKey, false).subarray(1);
  return {address: bytesToHex(keccak256(publicKey).subarray(12)), privateKey: bytesToHex(privateKey)};
}

/** Those that a development genesis funds. */
export function developmentAccounts(): readonly DevelopmentAccount[] {
  return Array.from({length: DEVELOPMENT_ACCOUNTS}, (_, index) => developmentAccount(index));
}

interface AllocationEntry {
  balance: string;
  nonce?: string;
  code?: string;
  storage?: Record<string, string>;
}

/** The genesis of a development network: funded accounts, SAPs and system contracts; equal power for all validators. */
export function developmentGenesis(validators: readonly {publicKey: PublicKey; name: string}[], genesisTime: Timestamp): GenesisDoc {
  const alloc: Record<string, AllocationEntry> = {};
  for (const account of [...sapGenesisAccounts(), ...systemContracts(), ...systemPredeploys()]) {
    alloc[account.address] = {
      balance: account.balance.toString(),
      nonce: account.nonce.toString(),
      code: bytesToHex(account.code),
      ...(account.storage.size === 0 ? {} : {storage: Object.fromEntries(account.storage)}),
    };
  }
  for (let index = 0; index < DEVELOPMENT_ACCOUNTS; index++) {
    alloc[developmentAccount(index).address] = {balance: DEVELOPMENT_BALANCE.toString()};
  }
  const feeRecipients: Record<string, string> = {};
  validators.forEach(({publicKey}, index) => {
    feeRecipients[toHexUpper(addressOf(publicKey.bytes))] = developmentAccount(OPERATOR_ACCOUNT_FIRST + index).address;
  });
  return {
    genesisTime,
    chainId: DEVELOPMENT_CHAIN_ID,
    initialHeight: 1n,
    consensusParams: {...DEFAULT_CONSENSUS_PARAMS, block: {maxBytes: BLOCK_BYTES_MAX, maxGas: BLOCK_GAS_LIMIT}},
    validators: validators.map(({publicKey, name}) => ({address: addressOf(publicKey.bytes), publicKey, power: DEVELOPMENT_POWER, name})),
    appHash: new Uint8Array(),
    appState: {
      evm: {
        chainId: DEVELOPMENT_EVM_CHAIN_ID,
        gasLimit: BLOCK_GAS_LIMIT.toString(),
        baseFee: BASE_FEE_INITIAL.toString(),
        feeRecipients,
        alloc,
      },
    },
  };
}
