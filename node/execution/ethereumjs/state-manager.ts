import type {AccountFields, StateManagerInterface} from '@ethereumjs/common';
import {Account as EvmAccount, Address as EvmAddress} from '@ethereumjs/util';
import {bytesToHex, hexToBytes} from '../hex.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {EMPTY_ACCOUNT, EMPTY_CODE_HASH, EMPTY_ROOT_HASH} from '../state/types.ts';
import type {Account} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';

const EMPTY_CODE_BYTES = hexToBytes(EMPTY_CODE_HASH);
const EMPTY_ROOT_BYTES = hexToBytes(EMPTY_ROOT_HASH);

/** Shows an overlay to @ethereumjs/evm. The EVM's checkpoints are the overlay's; roots are not its business. */
export class OverlayStateManager implements StateManagerInterface {
  overlay: StateOverlay | undefined;

  readonly originalStorageCache = {
    get: async (address: EvmAddress, key: Uint8Array): Promise<Uint8Array> => this.#state.originalSlot(addressOf(address), bytesToHex(key)),
    // The overlay knows where a transaction begins.
    clear: (): void => {},
  };

  /** The overlay of the frame that runs, for handlers that read it synchronously. */
  get current(): StateOverlay {
    return this.#state;
  }

  get #state(): StateOverlay {
    if (this.overlay === undefined) throw new Error('the EVM runs outside of a frame');
    return this.overlay;
  }

  async getAccount(address: EvmAddress): Promise<EvmAccount | undefined> {
    const account = this.#state.account(addressOf(address));
    return account === undefined ? undefined : toEvmAccount(account);
  }

  async putAccount(address: EvmAddress, account?: EvmAccount): Promise<void> {
    this.#state.putAccount(addressOf(address), account === undefined ? undefined : fromEvmAccount(account));
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    this.#state.deleteAccount(addressOf(address));
  }

  async modifyAccountFields(address: EvmAddress, fields: AccountFields): Promise<void> {
    const key = addressOf(address);
    const account = this.#state.account(key) ?? EMPTY_ACCOUNT;
    this.#state.putAccount(key, {
      nonce: fields.nonce ?? account.nonce,
      balance: fields.balance ?? account.balance,
      codeHash: fields.codeHash === undefined ? account.codeHash : bytesToHex(fields.codeHash),
      storageRoot: account.storageRoot,
    });
  }

  async putCode(address: EvmAddress, value: Uint8Array): Promise<void> {
    this.#state.putCode(addressOf(address), value);
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    return this.#state.code(addressOf(address));
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return this.#state.code(addressOf(address)).length;
  }

  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    return this.#state.slot(addressOf(address), bytesToHex(key));
  }

  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#state.putSlot(addressOf(address), bytesToHex(key), value);
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    this.#state.clearStorage(addressOf(address));
  }

  async checkpoint(): Promise<void> {
    this.#state.checkpoint();
  }

  async commit(): Promise<void> {
    this.#state.commit();
  }

  async revert(): Promise<void> {
    this.#state.revert();
  }

  async getStateRoot(): Promise<Uint8Array> {
    throw new Error('the root is computed per block, not by the EVM');
  }

  async setStateRoot(): Promise<void> {
    throw new Error('the root is computed per block, not by the EVM');
  }

  async hasStateRoot(): Promise<boolean> {
    return false;
  }

  clearCaches(): void {}

  shallowCopy(): StateManagerInterface {
    return new OverlayStateManager();
  }
}

/** A frame asks for the hex of its own address with every access to storage. */
const hexOfAddress = new WeakMap<EvmAddress, Address>();

export function addressOf(address: EvmAddress): Address {
  let hex = hexOfAddress.get(address);
  if (hex === undefined) hexOfAddress.set(address, (hex = bytesToHex(address.bytes)));
  return hex;
}

export function toEvmAddress(address: Address): EvmAddress {
  const converted = new EvmAddress(hexToBytes(address));
  hexOfAddress.set(converted, address);
  return converted;
}

function toEvmAccount(account: Account): EvmAccount {
  return new EvmAccount(account.nonce, account.balance, toBytes(account.storageRoot), toBytes(account.codeHash));
}

function fromEvmAccount(account: EvmAccount): Account {
  return {nonce: account.nonce, balance: account.balance, codeHash: toHash(account.codeHash), storageRoot: toHash(account.storageRoot)};
}

/** The two hashes that almost every account has are not converted again and again. */
function toBytes(hash: Hash): Uint8Array {
  return hash === EMPTY_CODE_HASH ? EMPTY_CODE_BYTES : hash === EMPTY_ROOT_HASH ? EMPTY_ROOT_BYTES : hexToBytes(hash);
}

function toHash(bytes: Uint8Array): Hash {
  return bytes === EMPTY_CODE_BYTES ? EMPTY_CODE_HASH : bytes === EMPTY_ROOT_BYTES ? EMPTY_ROOT_HASH : bytesToHex(bytes);
}
