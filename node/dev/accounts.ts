/** Who may send on a development chain without a wallet: accounts whose keys are public, and accounts that are impersonated. */
import {encodeUnsigned, hexToBytes, signDigest, signTransaction, type Address, type UnsignedTransaction} from '#node/execution';
import {DevError} from './errors.ts';
import {IMPERSONATED_MAX} from './limits.ts';

export interface KeyedAccount {
  readonly address: Address;
  /** 32 bytes of hex. */
  readonly privateKey: `0x${string}`;
}

export class DevAccounts {
  readonly #keys: ReadonlyMap<Address, Uint8Array>;
  #impersonated = new Set<Address>();
  #isAll = false;

  constructor(accounts: readonly KeyedAccount[]) {
    this.#keys = new Map(accounts.map(({address, privateKey}) => [address, hexToBytes(privateKey)]));
  }

  get impersonated(): readonly Address[] {
    return [...this.#impersonated];
  }

  get impersonatesAll(): boolean {
    return this.#isAll;
  }

  restore(impersonated: readonly Address[], isAll: boolean): void {
    this.#impersonated = new Set(impersonated);
    this.#isAll = isAll;
  }

  list(): Address[] {
    return [...new Set([...this.#keys.keys(), ...this.#impersonated])];
  }

  isImpersonated(address: Address): boolean {
    return this.#isAll || this.#impersonated.has(address);
  }

  add(address: Address): void {
    if (this.#impersonated.size >= IMPERSONATED_MAX && !this.#impersonated.has(address)) {
      throw new DevError('limit-exceeded', `more than ${IMPERSONATED_MAX} accounts cannot be impersonated at the same time`);
    }
    this.#impersonated.add(address);
  }

  remove(address: Address): boolean {
    return this.#impersonated.delete(address);
  }

  setAll(isOn: boolean): void {
    this.#isAll = isOn;
  }

  /** The envelope: signed with the account's key, or without a signature. */
  encode(tx: UnsignedTransaction, from: Address, isForced: boolean): Uint8Array {
    const key = this.#keys.get(from);
    if (key !== undefined && !isForced) return signTransaction(tx, key);
    if (!isForced && !this.isImpersonated(from)) throw new DevError('refused', `unknown account ${from}: this node has no key of it; impersonate it first, or sign and send with eth_sendRawTransaction`);
    return encodeUnsigned(tx, from);
  }

  /** r ‖ s ‖ v, v being 27 or 28. */
  signDigest(address: Address, digest: Uint8Array): Uint8Array | undefined {
    const key = this.#keys.get(address);
    return key === undefined ? undefined : signDigest(digest, key);
  }
}
